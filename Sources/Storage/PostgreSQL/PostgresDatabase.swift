public import Core

/// PostgreSQL, or what speaks its protocol, through libpq.
///
/// Writes are `SERIALIZABLE` and run again where others were faster: a body that reads and then decides is safe on SQLite's
/// one writer, and must be here.
public struct PostgresDatabase: Database {
    private let pool: PostgresPool
    private let world: World

    /// How often a body is run where others are always faster, before its caller is told to come again.
    static let mostTries = 16
    /// How many connections may be lost under one caller: one that the server closed meanwhile, and the one after it.
    static let mostLosses = 3

    /// - Parameters:
    ///   - url: as libpq reads it; several hosts and `sslmode` belong here.
    ///   - connections: how many are opened at most; each is opened when it is first needed.
    ///   - patience: how long somebody waits for a connection before being told to come again.
    ///   - answerWithin: how long the server may take for one statement, in whole seconds, before it is hung up on. A node that
    ///     serves says less than the lease of a primary, so that nobody waits for one that was frozen and replaced.
    ///
    /// Whether the server is there shows when it is asked.
    public init(
        url: String, connections: Int, patience: Duration = .seconds(5), answerWithin: Duration = .seconds(60),
        world: World
    ) {
        pool = PostgresPool(
            PostgresAddress(url: url), size: connections, patience: patience, answerWithin: answerWithin)
        self.world = world
    }

    public func read<T: Sendable>(_ body: @Sendable (borrowing Reader) throws -> T) async throws -> T {
        try await again { try await $0.read(body) }
    }

    @discardableResult
    public func write<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        try await again { try await $0.write(body) }
    }

    @discardableResult
    public func claim<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        try await again { try await $0.claim(body) }
    }

    /// How often its sessions have waited for the server; a test counts them.
    package var roundTrips: Int { pool.roundTrips.all }

    /// What is wrong with a URL, in words that hold no password; nothing where libpq can read it.
    public static func complaint(aboutURL url: String) -> String? { PostgresAddress.complaint(aboutURL: url) }

    /// Host, port and database of a URL, to be shown: no user and no password.
    public static func shown(url: String) -> String { PostgresAddress.shown(url: url) }

    public func close() throws { pool.close() }

    /// Runs `work` until nobody was faster and no connection was lost under it, within limits.
    private func again<T: Sendable>(_ work: (PostgresConnection) async throws -> T) async throws -> T {
        var tries = 0
        var losses = 0
        while true {
            do {
                return try await pool.with(work)
            } catch let failure as PostgresFailure {
                tries += 1
                switch failure {
                case .conflict where tries < PostgresDatabase.mostTries: await pause(after: tries)
                case .duplicate where tries < 3: await pause(after: tries)
                case .lost where losses < PostgresDatabase.mostLosses: losses += 1
                case .conflict, .duplicate, .lost, .final: throw failure.storageError
                }
            }
        }
    }

    /// Longer after each try and never the same for two, so that those who met do not meet again.
    private func pause(after tries: Int) async {
        let ceiling = min(100_000, 1_000 << tries)
        let chance = world.random(4).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        // Who is cancelled does not wait; the next try ends as it may.
        try? await world.sleep(.microseconds(Int64(chance % UInt64(ceiling))))
    }
}
