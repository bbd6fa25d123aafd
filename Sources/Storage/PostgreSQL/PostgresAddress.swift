import CLibpq
import Foundation

/// Where a PostgreSQL database is: a `postgresql://` URL as libpq reads it, several hosts and `sslmode` included.
struct PostgresAddress: Sendable {
    let url: String

    /// What is wrong with a URL, never with its password; nothing where it can be read.
    static func complaint(aboutURL url: String) -> String? {
        var why: UnsafeMutablePointer<CChar>?
        if let options = PQconninfoParse(url, &why) {
            PQconninfoFree(options)
            return nil
        }
        defer { PQfreemem(why) }
        return
            "this postgresql:// address can't be read: \(why.map { OneSentence.of(String(cString: $0)) } ?? "no memory")"
    }

    /// Host, port and database as a URL, without user and password.
    static func shown(url: String) -> String {
        guard let options = PQconninfoParse(url, nil) else { return "postgresql://" }
        defer { PQconninfoFree(options) }
        var found: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { found[String(cString: keyword)] = String(cString: value) }
            option = option.advanced(by: 1)
        }
        let port = found["port"].map { ":\($0)" } ?? ""
        return "postgresql://\(found["host"] ?? "")\(port)/\(found["dbname"] ?? "")"
    }

    /// What holds where the URL says nothing else.
    static let defaults = [
        // A node that is away must not hold a request up; each of several hosts gets this long.
        ("connect_timeout", "5"),
        // Money and nights are never decided on a standby, and after a failover the new primary is found.
        ("target_session_attrs", "read-write"),
        ("application_name", "roost"),
        ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
        ("tcp_user_timeout", "30000"),
    ]

    /// The oldest server that is asked to serve.
    static let oldestVersion: Int32 = 130_000

    /// Opens a connection, waiting at most `connect_timeout` for each host.
    /// - Throws: `StorageError.unavailable` with one sentence that says why not.
    func connect() throws -> OpaquePointer {
        let all = PostgresAddress.defaults + [("dbname", url), ("client_encoding", "UTF8")]
        let keywords = all.map { strdup($0.0) }
        let values = all.map { strdup($0.1) }
        defer { for text in keywords + values { free(text) } }
        let handle = PQconnectdbParams(
            keywords.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil], 1)
        guard let handle else { throw StorageError.unavailable("there is no memory for a connection") }
        guard PQstatus(handle) == CONNECTION_OK else {
            defer { PQfinish(handle) }
            throw StorageError.unavailable(OneSentence.of(String(cString: PQerrorMessage(handle))))
        }
        if let complaint = PostgresAddress.complaint(aboutVersion: PQserverVersion(handle)) {
            PQfinish(handle)
            throw StorageError.unavailable(complaint)
        }
        return handle
    }

    /// What to say of a server that is too old, or nothing.
    /// - Parameter version: as libpq gives it: 150004 is 15.4.
    static func complaint(aboutVersion version: Int32) -> String? {
        guard version < oldestVersion else { return nil }
        return "PostgreSQL \(oldestVersion / 10_000) or later is needed, and the server is \(version / 10_000)"
    }
}

enum OneSentence {
    /// What libpq says over several lines, in one.
    static func of(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline)
            .map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }
            .joined(separator: "; ")
    }
}
