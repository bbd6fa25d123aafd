import Core
import Foundation
import Outside

/// Reads single settings with their bounds.
struct SettingReader {
    let settings: [String: String]

    func text(_ name: String, or standard: String) -> String { settings[name] ?? standard }

    /// A key or password; nothing where it is not set.
    /// - Throws: `ConfigurationError` where it could not stand in a header: it has a space, a line end or no ASCII.
    func secret(_ name: String) throws -> Secret? {
        guard let value = settings[name] else { return nil }
        guard value.utf8.allSatisfy({ (33...126).contains($0) }) else {
            throw ConfigurationError(secret: name, "a key in one word of plain ASCII")
        }
        return Secret(value)
    }

    /// A provider's address.
    func apiBase(_ name: String, or standard: String) throws -> APIBase {
        let value = text(name, or: standard)
        guard let base = APIBase(value) else {
            throw ConfigurationError(
                name, "an address such as \(standard), https unless it is this machine", value)
        }
        return base
    }

    /// Names separated by commas, each of them one of the choices and each once.
    func list(_ name: String, of choices: [String], or standard: String) throws -> [String] {
        let text = text(name, or: standard)
        let listed = text.split(separator: ",", omittingEmptySubsequences: false).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        guard listed.allSatisfy(choices.contains), Set(listed).count == listed.count else {
            throw ConfigurationError(
                name, "one of \(choices.joined(separator: ", ")), or several, each once, separated by commas", text)
        }
        return listed
    }

    func whole(_ name: String, or standard: Int, in range: ClosedRange<Int>) throws -> Int {
        guard let text = settings[name] else { return standard }
        guard let value = Int(text), range.contains(value) else {
            throw ConfigurationError(name, "a whole number from \(range.lowerBound) to \(range.upperBound)", text)
        }
        return value
    }

    func positive(_ name: String, or standard: Double, atMost largest: Double) throws -> Double {
        guard let text = settings[name] else { return standard }
        guard let value = Double(text), value.isFinite, value > 0, value <= largest else {
            throw ConfigurationError(name, "a number above 0, at most \(Int(largest))", text)
        }
        return value
    }

    func oneOf(_ name: String, _ choices: [String], or standard: String) throws -> String {
        let value = text(name, or: standard)
        guard choices.contains(value) else {
            throw ConfigurationError(name, "one of \(choices.joined(separator: ", "))", value)
        }
        return value
    }
}
