import Dispatch

/// One place in a pool: a thread of its own that may wait for the server, and its session, opened when it is needed.
actor PostgresConnection {
    private nonisolated let thread = BlockingThread(label: "roost.postgresql")
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private let address: PostgresAddress
    private let reconnect: Reconnect
    private var session: PostgresSession?

    init(_ address: PostgresAddress, _ reconnect: Reconnect) {
        self.address = address
        self.reconnect = reconnect
    }

    /// Runs `body` on one state of the database.
    func read<T: Sendable>(_ body: @Sendable (borrowing Reader) throws -> T) throws -> T {
        try transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") { session in
            let value = try body(Reader(session))
            try session.dismiss("COMMIT")
            return value
        }
    }

    /// Runs `body` as if no other transaction ran meanwhile, once.
    /// - Throws: `PostgresFailure` where nothing has happened, `StorageError.unknownOutcome` where nobody knows.
    func write<T: Sendable>(_ body: @Sendable (borrowing Transaction) throws -> T) throws -> T {
        try transaction("BEGIN ISOLATION LEVEL SERIALIZABLE") { session in
            let value = try body(Transaction(session))
            try session.commit()
            return value
        }
    }

    /// How often the session has waited for the server.
    var roundTrips: Int { session?.roundTrips ?? 0 }

    private func transaction<T>(_ begin: SQL, _ work: (PostgresSession) throws -> T) throws -> T {
        let session = try opened()
        do {
            try session.begin(begin)
            return try work(session)
        } catch PostgresFailure.lost(let why) {
            self.session = nil
            throw PostgresFailure.lost(why)
        } catch StorageError.unknownOutcome {
            self.session = nil
            throw StorageError.unknownOutcome
        } catch {
            do { try session.dismiss("ROLLBACK") } catch { self.session = nil }
            throw error
        }
    }

    private func opened() throws -> PostgresSession {
        if let session, session.isAlive { return session }
        session = nil
        let fresh = PostgresSession(try PostgresWire(try reconnect.trying(address.connect)))
        session = fresh
        return fresh
    }
}

/// A thread for one actor, apart from the cooperative pool, which must never wait.
private final class BlockingThread: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) { queue = DispatchQueue(label: label) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
