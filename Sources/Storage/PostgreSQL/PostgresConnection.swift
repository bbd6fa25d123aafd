import Dispatch

/// One place in a pool: a thread of its own that may wait for the server, and its session, opened when it is needed.
actor PostgresConnection {
    private nonisolated let thread = BlockingThread(label: "roost.postgresql")
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private let address: PostgresAddress
    private let reconnect: Reconnect
    private let roundTrips: RoundTrips
    private let patience: Int
    private var session: PostgresSession?
    /// How many losses there had been when the session was opened.
    private var losses = 0

    init(_ address: PostgresAddress, _ reconnect: Reconnect, _ roundTrips: RoundTrips, patience: Int) {
        self.address = address
        self.patience = patience
        self.reconnect = reconnect
        self.roundTrips = roundTrips
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
        try changing("BEGIN ISOLATION LEVEL SERIALIZABLE", body)
    }

    /// Runs `body`, which changes only rows that it has locked, beside others that do the same.
    ///
    /// `READ COMMITTED` is enough, and asks nobody to run again: a row that `FOR UPDATE` gave is as it was committed last,
    /// still waits (the server looks at the condition again once it has the lock), and stays so until this transaction
    /// ends; a row that another has locked is passed over. So each row is taken by one.
    func claim<T: Sendable>(_ body: @Sendable (borrowing Transaction) throws -> T) throws -> T {
        try changing("BEGIN ISOLATION LEVEL READ COMMITTED", body)
    }

    private func changing<T>(_ begin: SQL, _ body: (borrowing Transaction) throws -> T) throws -> T {
        try transaction(begin) { session in
            let value = try body(Transaction(session))
            try session.commit()
            return value
        }
    }

    private func transaction<T>(_ begin: SQL, _ work: (PostgresSession) throws -> T) throws -> T {
        let session = try opened()
        do {
            try session.begin(begin)
            return try work(session)
        } catch PostgresFailure.lost(let why) {
            lose()
            throw PostgresFailure.lost(why)
        } catch StorageError.unknownOutcome {
            lose()
            throw StorageError.unknownOutcome
        } catch {
            do { try session.dismiss("ROLLBACK") } catch { lose() }
            throw error
        }
    }

    private func opened() throws -> PostgresSession {
        if let session, losses == reconnect.losses, session.isAlive { return session }
        session = nil
        losses = reconnect.losses
        let wire = try reconnect.trying {
            let wire = try PostgresWire(try address.connect(), patience: patience)
            try reconnect.follow(wire.timeline)
            return wire
        }
        let fresh = PostgresSession(wire, roundTrips)
        session = fresh
        return fresh
    }

    private func lose() {
        session = nil
        reconnect.lost()
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
