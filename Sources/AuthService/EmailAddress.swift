package import Core
import Foundation

/// An address someone signs in with: what HTML forms call valid, made of RFC 5322 dot-atoms, with a dot in the domain.
///
/// ASCII only and never quoted, so that it can stand in any header of a mail as it is. International domains are
/// taken in their `xn--` form.
package struct EmailAddress: Sendable {
    /// As typed, trimmed.
    let text: String
    /// What addresses are compared by: lower case. Servers may tell local parts apart by case, none that matter do.
    let key: String

    /// RFC 5321 4.5.3.1.3: a path of 256 with its angle brackets.
    static let longest = 254
    /// RFC 5321 4.5.3.1.1.
    static let longestLocalPart = 64
    /// RFC 1035 2.3.4.
    static let longestLabel = 63

    /// Nothing for a text that `error(in:)` says no to.
    init?(_ raw: String) {
        guard EmailAddress.error(in: raw) == nil else { return nil }
        text = raw.trimmingCharacters(in: .whitespacesAndNewlines)
        key = text.lowercased()
    }

    /// What is wrong with an address; nothing where it will do.
    package static func error(in raw: String) -> Problem.FieldError? {
        let text = raw.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !text.isEmpty else { return .init("email", "required", "Give an e-mail address.") }
        guard text.utf8.count <= longest else {
            return .init("email", "too_long", "An e-mail address has at most \(longest) characters.")
        }
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, isLocalPart(parts[0]), isDomain(parts[1]) else {
            return .init("email", "invalid", "This is not an e-mail address: it needs the form name@example.com.")
        }
        return nil
    }

    /// What an address typed at sign-in is looked up by; whether it can be one does not matter there.
    static func key(of raw: String) -> String { raw.trimmingCharacters(in: .whitespacesAndNewlines).lowercased() }

    /// What stands before the `@`.
    var localPart: String { String(text.prefix { $0 != "@" }) }

    private static func isLocalPart(_ part: Substring.UTF8View) -> Bool {
        guard part.count <= longestLocalPart else { return false }
        return part.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty && atom.allSatisfy { isAlphanumeric($0) || "!#$%&'*+-/=?^_`{|}~".utf8.contains($0) }
        }
    }

    /// A name alone, as `localhost`, takes no mail from elsewhere: it is a slip.
    private static func isDomain(_ part: Substring.UTF8View) -> Bool {
        let hyphen = UInt8(ascii: "-")
        let labels = part.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return labels.count > 1
            && labels.allSatisfy { label in
                !label.isEmpty && label.count <= longestLabel && label.first != hyphen && label.last != hyphen
                    && label.allSatisfy { isAlphanumeric($0) || $0 == hyphen }
            }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
