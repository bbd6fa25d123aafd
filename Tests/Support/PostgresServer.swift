import Core
import Foundation
public import Storage
import Synchronization

/// A PostgreSQL of this test process: started when the first test wants it, in a folder of its own, on a socket there.
///
/// It ends with the process, however that ends: a shell between the two waits for the end of its standard input.
public final class PostgresServer: Sendable {
    /// What went wrong at the start, in a sentence.
    struct CannotStart: Error, CustomStringConvertible {
        let description: String
    }

    private let folder: String
    /// Closed by the system when this process ends.
    private let lifeline: FileHandle
    private let schemas = Atomic(0)
    private let admin: PostgresDatabase

    private static let started = Result { try PostgresServer() }

    /// Where the programs of a server are: of the newest that is installed.
    static let programs: String? = {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let folders = versions.compactMap(Int.init).sorted(by: >).map { "\(root)/\($0)/bin" }
        return (folders + ["/usr/local/bin", "/usr/bin"]).first {
            FileManager.default.isExecutableFile(atPath: "\($0)/initdb")
        }
    }()

    public static var isThere: Bool { programs != nil }

    /// The server of this process.
    public static func shared() throws -> PostgresServer { try started.get() }

    /// - Parameter settings: of `postgresql.conf`, over those for tests.
    public init(settings: [String: String] = [:]) throws {
        guard let programs = PostgresServer.programs else {
            throw CannotStart(description: "PostgreSQL is not installed (Scripts/packages.sh test)")
        }
        folder = FileManager.default.temporaryDirectory.appending(path: "roost-pg-\(UUID().uuidString.prefix(8))").path
        let asUser = getuid() == 0 ? "runuser -u nobody -- " : ""
        var all = [
            "listen_addresses": "", "unix_socket_directories": folder, "fsync": "off", "synchronous_commit": "off",
            "full_page_writes": "off", "shared_buffers": "32MB", "max_connections": "400", "max_wal_size": "512MB",
            "autovacuum": "off",
        ]
        all.merge(settings) { $1 }
        let options = all.map { "-c \($0.key)='\($0.value)'" }.sorted().joined(separator: " ")
        // Its texts are ordered as people expect, not by bytes: what depends on the order of bytes must say so.
        let script = """
            mkdir -m 700 '\(folder)' && { [ -z "\(asUser)" ] || chown nobody '\(folder)'; } && cd '\(folder)'
            \(asUser)\(programs)/initdb -D '\(folder)/data' -A trust -U roost -E UTF8 --locale-provider=icu \
                --icu-locale=en-US --locale=C.UTF-8 -N > '\(folder)/log' 2>&1
            \(asUser)\(programs)/postgres -D '\(folder)/data' \(options) >> '\(folder)/log' 2>&1 &
            server=$!
            while read -r line; do :; done
            \(asUser)\(programs)/pg_ctl -D '\(folder)/data' -m immediate -w stop > /dev/null 2>&1
            wait $server
            cd / && rm -rf '\(folder)'
            """
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw CannotStart(description: "no pipe: \(errno)") }
        // Nobody else may keep the line open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        lifeline = FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", script]
        shell.standardInput = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        shell.standardOutput = FileHandle.nullDevice
        shell.standardError = FileHandle.nullDevice
        try shell.run()
        // All tests of a process may ask for a place at the same moment, on a machine that has other things to do.
        admin = PostgresDatabase(
            url: PostgresServer.url(in: folder), connections: 4, patience: .seconds(120), world: .live)
        try waitUntilReady(programs)
    }

    private static func url(in folder: String, schema: String? = nil) -> String {
        let host = folder.replacing("/", with: "%2F")
        let options = schema.map { "&options=-csearch_path%3D\($0)" } ?? ""
        return "postgresql://roost@/postgres?host=\(host)\(options)"
    }

    private func waitUntilReady(_ programs: String) throws {
        for _ in 0..<600 {
            let asking = Process()
            asking.executableURL = URL(fileURLWithPath: "\(programs)/pg_isready")
            asking.arguments = ["-q", "-h", folder, "-d", "postgres"]
            try asking.run()
            asking.waitUntilExit()
            if asking.terminationStatus == 0 { return }
            usleep(50_000)
        }
        let log = (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? ""
        throw CannotStart(description: "PostgreSQL did not start in 30 seconds: \(log.suffix(2000))")
    }

    /// The address of an empty place, apart from all others: a schema of its own.
    public func emptyURL() async throws -> String {
        let schema = "test_\(schemas.add(1, ordering: .relaxed).newValue)"
        try await admin.write { try $0.connection.run(script: "CREATE SCHEMA \(schema)") }
        return PostgresServer.url(in: folder, schema: schema)
    }

    /// An empty database.
    public func database(connections: Int = 8) async throws -> PostgresDatabase {
        PostgresDatabase(url: try await emptyURL(), connections: connections, patience: .seconds(60), world: .live)
    }
}
