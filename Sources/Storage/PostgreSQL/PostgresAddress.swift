import CLibpq
import Foundation

/// Where a PostgreSQL database is: a `postgresql://` URL as libpq reads it, several hosts and `sslmode` included.
struct PostgresAddress: Sendable {
    let url: String

    /// What is wrong with a URL; nothing where it can be read.
    ///
    /// Never in libpq's words: they quote what stands where it stopped, which is the password where that holds a mark that
    /// means something in a URL. And a part of a password that libpq takes for a host or a port is named when nobody
    /// answers there, so what can't be either is refused here, before anybody is asked.
    static func complaint(aboutURL url: String) -> String? {
        let complaint = "this postgresql:// address can't be read"
        let question = url.firstIndex(of: "?") ?? url.endIndex
        guard isPlain(url[..<question]) else {
            return complaint
                + ": check that %, @, /, : and ? in the password are percent-encoded, and that the port is a number"
        }
        if parts(url) != nil { return nil }
        let unknown = unknownOptions(url[question...].dropFirst())
        return complaint + ": check the options behind the ?" + (unknown.isEmpty ? "" : ", \(unknown) among them")
    }

    /// Host, port and database as a URL, without user and password.
    static func shown(url: String) -> String {
        guard let found = parts(url) else { return "postgresql://" }
        let port = found["port"].map { ":\($0)" } ?? ""
        return "postgresql://\(found["host"] ?? "")\(port)/\(found["dbname"] ?? "")"
    }

    /// Whether a URL without its options is read as whoever wrote it meant it: one `@` at the most, before the name of the
    /// database, and ports that are numbers.
    private static func isPlain(_ url: Substring) -> Bool {
        guard let parts = parts(String(url)), let start = url.firstRange(of: "://") else { return false }
        let place = url[start.upperBound...]
        let authority = place.prefix { $0 != "/" }
        let ports = (parts["port"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
        return authority.count { $0 == "@" } <= 1 && !place[authority.endIndex...].contains("@")
            && ports.allSatisfy { $0.isEmpty || UInt16($0) != nil }
    }

    /// The names of options that libpq does not know; nothing where an `@` says that a password may be among them.
    private static func unknownOptions(_ options: Substring) -> String {
        guard !options.contains("@"), let defaults = PQconndefaults() else { return "" }
        defer { PQconninfoFree(defaults) }
        let known = Set(values(defaults).map(\.keyword))
        return options.split(separator: "&").map { String($0.prefix { $0 != "=" }) }.filter { !known.contains($0) }
            .joined(separator: ", ")
    }

    /// What libpq reads in a URL, by its keywords; nothing where it can't.
    private static func parts(_ url: String) -> [String: String]? {
        guard let options = PQconninfoParse(url, nil) else { return nil }
        defer { PQconninfoFree(options) }
        var found: [String: String] = [:]
        for (keyword, value) in values(options) { found[keyword] = value }
        return found
    }

    private static func values(_ options: UnsafeMutablePointer<PQconninfoOption>) -> [(keyword: String, value: String?)]
    {
        var found: [(keyword: String, value: String?)] = []
        var option = options
        while let keyword = option.pointee.keyword {
            found.append((String(cString: keyword), option.pointee.val.map { String(cString: $0) }))
            option = option.advanced(by: 1)
        }
        return found
    }

    /// What holds where the URL says nothing else.
    static let defaults = [
        // A node that is away must not hold a request up; each of several hosts gets this long.
        ("connect_timeout", "5"),
        // Money and nights are never decided on a standby, and after a failover the new primary is found.
        ("target_session_attrs", "read-write"),
        ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
        ("tcp_user_timeout", "30000"),
    ]

    /// The oldest server that is asked to serve.
    static let oldestVersion: Int32 = 130_000

    /// Opens a connection, waiting at most `connect_timeout` for each host.
    /// - Parameter name: what the server's list of sessions says, where the URL says nothing else.
    /// - Throws: `StorageError.unavailable` with one sentence that says why not; `ServerIsFull`.
    func connect(as name: String = "roost") throws -> OpaquePointer {
        let all =
            PostgresAddress.defaults + [("application_name", name), ("dbname", url), ("client_encoding", "UTF8")]
        let keywords = all.map { strdup($0.0) }
        let values = all.map { strdup($0.1) }
        defer { for text in keywords + values { free(text) } }
        let handle = PQconnectdbParams(
            keywords.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil], 1)
        guard let handle else { throw StorageError.unavailable("there is no memory for a connection") }
        guard PQstatus(handle) == CONNECTION_OK else {
            defer { PQfinish(handle) }
            let why = OneSentence.of(String(cString: PQerrorMessage(handle)))
            if let full = ServerIsFull(why) { throw full }
            throw StorageError.unavailable(why)
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

/// The server, the database or the role has as many sessions as it may have.
struct ServerIsFull: Error {
    let why: String

    /// Told by the server's words: libpq hands on no code (53300) of a connection that was refused. A server that speaks
    /// another language is taken for one that is away.
    init?(_ why: String) {
        let words = ["too many clients", "too many connections", "connection slots are reserved"]
        guard words.contains(where: { why.contains($0) }) else { return nil }
        self.why = why
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
