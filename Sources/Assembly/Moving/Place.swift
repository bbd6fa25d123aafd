import Foundation
import Storage

/// Where four databases are together, as people write it in one word.
public enum Place {
    /// What `--from` and `--to` take, in words.
    public static let forms = "sqlite:FOLDER, postgresql://USER@HOST/NAME or config:FILE"

    /// Whether it has one of these forms; whether it is there, only opening it can tell.
    public static func isOne(_ place: String) -> Bool {
        ["sqlite:", "config:", "postgresql://", "postgres://"].contains { place.hasPrefix($0) && place != $0 }
    }

    /// The four settings that a place stands for.
    ///
    /// - `sqlite:FOLDER`: the files that a server keeps in its data folder.
    /// - `postgresql://USER@HOST/NAME?…`: the databases `NAME_users`, `NAME_properties`, `NAME_bookings` and
    ///   `NAME_payments`; without a name `users` and so on. What libpq reads behind the `?` holds for all four.
    /// - `config:FILE`: the settings in a file as `--config` takes it, for names of one's own, and for passwords, which
    ///   would stand in the list of processes otherwise.
    /// - Throws: `ConfigurationError` where it is none of these.
    public static func settings(_ place: String, option: String) throws -> [String: String] {
        if place.hasPrefix("config:") {
            let settings = try Configuration.settings(fromFile: String(place.dropFirst("config:".count)))
            return try addresses(Configuration(settings).databases)
        }
        if place.hasPrefix("sqlite:"), place.count > "sqlite:".count {
            let folder = String(place.dropFirst("sqlite:".count))
            return all { "sqlite:\(folder)/\($0).sqlite" }
        }
        guard place.hasPrefix("postgresql://") || place.hasPrefix("postgres://"),
            let start = place.firstRange(of: "://")
        else {
            throw ConfigurationError(sentence: "\(option) takes \(forms)")
        }
        // The name ends at the question mark, and what stands before it may be several hosts, or none.
        let question = place.firstIndex(of: "?") ?? place.endIndex
        let slash = place[start.upperBound..<question].firstIndex(of: "/") ?? question
        let name = place[slash..<question].drop { $0 == "/" }
        return all { "\(place[..<slash])/\(name.isEmpty ? $0 : "\(name)_\($0)")\(place[question...])" }
    }

    private static let names = ["users", "properties", "bookings", "payments"]

    private static func all(_ address: (String) -> String) -> [String: String] {
        Dictionary(uniqueKeysWithValues: names.map { (DatabaseAddresses.variable(of: $0), address($0)) })
    }

    private static func addresses(_ databases: DatabaseAddresses) throws -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: databases.all.map { name, address in
                switch address {
                case .sqlite(let path): (DatabaseAddresses.variable(of: name), "sqlite:\(path)")
                case .postgresql(let url): (DatabaseAddresses.variable(of: name), url)
                }
            })
    }
}
