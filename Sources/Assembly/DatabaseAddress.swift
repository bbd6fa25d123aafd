import Foundation
import Storage

/// Where one database lies.
public enum DatabaseAddress: Sendable, Hashable, CustomStringConvertible {
    case sqlite(path: String)
    case postgresql(url: String)

    /// What people write: `sqlite:PATH` or a `postgresql://` URL.
    /// - Throws: `ConfigurationError` naming `variable`; a URL is never shown, because it may hold a password.
    init(_ text: String, _ variable: String) throws {
        if text.hasPrefix("postgresql://") || text.hasPrefix("postgres://") {
            if let complaint = PostgresDatabase.complaint(aboutURL: text) {
                throw ConfigurationError(sentence: "\(variable): \(complaint)")
            }
            self = .postgresql(url: text)
        } else if text.hasPrefix("sqlite:"), text.count > "sqlite:".count {
            self = .sqlite(path: String(text.dropFirst("sqlite:".count)))
        } else {
            let shown = text.contains("@") ? "something else" : text
            throw ConfigurationError(variable, "sqlite:PATH or postgresql://USER:PASSWORD@HOST/DATABASE", shown)
        }
    }

    /// Without a password.
    public var description: String {
        switch self {
        case .sqlite(let path): path
        case .postgresql(let url): PostgresDatabase.shown(url: url)
        }
    }

    var isSQLite: Bool {
        if case .sqlite = self { true } else { false }
    }
}

/// Where each of the four databases lies, and how many connections each may have.
public struct DatabaseAddresses: Sendable {
    public let users: DatabaseAddress
    public let properties: DatabaseAddress
    public let bookings: DatabaseAddress
    public let payments: DatabaseAddress
    /// For each of the four, where it is PostgreSQL.
    public let connections: Int

    init(_ reader: SettingReader, in folder: String) throws {
        func address(_ name: String) throws -> DatabaseAddress {
            let variable = DatabaseAddresses.variable(of: name)
            return try DatabaseAddress(reader.text(variable, or: "sqlite:\(folder)/\(name).sqlite"), variable)
        }
        users = try address("users")
        properties = try address("properties")
        bookings = try address("bookings")
        payments = try address("payments")
        connections = try reader.whole("ROOST_DATABASE_CONNECTIONS", or: 10, in: 1...500)
        guard Set(all.map(\.address)).count == 4 else {
            throw ConfigurationError(
                "ROOST_USERS_DATABASE", "four databases in four places", "two of them are the same")
        }
    }

    /// With the names that the rest of the house uses.
    public var all: [(name: String, address: DatabaseAddress)] {
        [("users", users), ("properties", properties), ("bookings", bookings), ("payments", payments)]
    }

    /// Whether more than one process may run: none of the four is a file that one process owns.
    public var mayBeShared: Bool { !all.contains { $0.address.isSQLite } }

    static func variable(of name: String) -> String { "ROOST_\(name.uppercased())_DATABASE" }
}
