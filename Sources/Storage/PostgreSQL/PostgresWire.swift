import CLibpq
import Foundation

/// libpq, called so that it never waits longer than it may: sends, waits on the socket, reads.
///
/// Nothing is ever cancelled: a cancelled COMMIT reports success though its standby never had it. A server that does not
/// answer is hung up on instead, and then the outcome is unknown. One that waits for a lock says so long before (`lock_timeout`):
/// to hang up on it would leave its session waiting, and open another beside it.
final class PostgresWire {
    private let handle: OpaquePointer
    private let notices: Notices

    /// How many seconds the server may take for one answer: a row lock is given free long before, a frozen server never
    /// answers.
    var patience: Int
    /// The same for a COMMIT, which may wait for a standby that is being replaced, and for rows without end.
    static let longPatience = 60
    /// A migration builds indexes, and may wait for another node that migrates.
    static let scriptPatience = 3600

    /// The history of the cluster that this server writes: each promotion begins one with a higher number. Nothing where the
    /// server knows of none, as others that speak its protocol.
    private(set) var timeline: UInt32?

    private final class Notices {
        var warned = false
    }

    /// Takes over a connection just made.
    /// - Throws: `StorageError.unavailable` where it can't be set up.
    init(_ handle: OpaquePointer, patience: Int) throws {
        self.handle = handle
        self.patience = patience
        notices = Notices()
        PQsetNoticeReceiver(
            handle,
            { context, result in
                guard let context, let severity = PQresultErrorField(result, Int32(UInt8(ascii: "V"))) else { return }
                guard String(cString: severity) == "WARNING" else { return }
                Unmanaged<Notices>.fromOpaque(context).takeUnretainedValue().warned = true
            }, Unmanaged.passUnretained(notices).toOpaque())
        do {
            try setUp()
        } catch let failure as PostgresFailure {
            switch failure.storageError {
            case .fault(let why), .unavailable(let why): throw StorageError.unavailable(why)
            case let error: throw error
            }
        }
    }

    deinit { PQfinish(handle) }

    /// How long a statement waits for a lock: several may wait one after the other before the first answer is sent.
    private var lockTimeoutMilliseconds: Int { patience * 1000 / 3 }

    private func setUp() throws {
        try check(PQsetnonblocking(handle, 1) == 0 ? 1 : 0)
        try check(PQenterPipelineMode(handle))
        // A node that freezes within a transaction must not keep its locks: the server ends the session.
        try executeUnprepared("SET idle_in_transaction_session_timeout = '20s'")
        try executeUnprepared("SET lock_timeout = '\(lockTimeoutMilliseconds)ms'")
        try mark()
        // Behind a mark of its own: a server that has no such functions refuses it alone.
        try executeUnprepared("SELECT pg_walfile_name(pg_current_wal_lsn())")
        try mark()
        for _ in 0..<2 { PQclear(try readResult()) }
        try readSync()
        do {
            let result = try readResult()
            defer { PQclear(result) }
            // The first eight digits of a log file's name ("WAL Internals" of PostgreSQL's manual).
            timeline = PQgetvalue(result, 0, 0).flatMap { UInt32(String(cString: $0).prefix(8), radix: 16) }
        } catch PostgresFailure.lost(let why) {
            throw PostgresFailure.lost(why)
        } catch is PostgresFailure {
            timeline = nil
        }
        try readSync()
    }

    var isAlive: Bool {
        guard PQstatus(handle) == CONNECTION_OK else { return false }
        var entry = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        // Something to read while nobody asked is the server's good-bye, or an answer that nobody waited for.
        return poll(&entry, 1, 0) == 0 || PQconsumeInput(handle) == 1
    }

    // MARK: Warnings

    func forgetWarnings() { notices.warned = false }
    var hasWarned: Bool { notices.warned }

    // MARK: Sending

    func prepare(_ name: String, _ text: String, _ types: [Oid]) throws {
        try check(PQsendPrepare(handle, name, text, Int32(types.count), types))
    }

    func execute(_ name: String, _ parameters: PostgresParameters) throws {
        try check(
            parameters.with { count, values, lengths, formats in
                PQsendQueryPrepared(handle, name, count, values, lengths, formats, 1)
            })
    }

    func executeUnprepared(_ text: String) throws {
        try check(PQsendQueryParams(handle, text, 0, nil, nil, nil, nil, 1))
    }

    /// Ends what belongs together: after a failure the server goes on behind this mark.
    func mark() throws { try check(PQpipelineSync(handle)) }

    func flush() throws {
        while true {
            switch PQflush(handle) {
            case 0: return
            case 1: try wait(for: POLLIN | POLLOUT, seconds: patience)
            default: throw lost
            }
        }
    }

    private func check(_ sent: Int32) throws {
        guard sent == 1 else { throw lost }
    }

    // MARK: Reading

    /// The one result of the statement whose turn it is.
    /// - Throws: `PostgresFailure`.
    func readResult() throws -> OpaquePointer? {
        let result = try next()
        while let rest = try next() { PQclear(rest) }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_PIPELINE_ABORTED, PGRES_EMPTY_QUERY: return result
        default:
            defer { PQclear(result) }
            throw failure(result)
        }
    }

    /// Hands on each row of the statement whose turn it is, as it arrives.
    func readRows(_ each: (OpaquePointer) -> Void) throws {
        PQsetSingleRowMode(handle)
        var wrong: PostgresFailure?
        while let result = try next() {
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_SINGLE_TUPLE: each(result)
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_PIPELINE_ABORTED: break
            default: wrong = wrong ?? failure(result)
            }
        }
        if let wrong { throw wrong }
    }

    func readSync() throws {
        let result = try next()
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_PIPELINE_SYNC else { throw failure(result) }
    }

    private func next() throws -> OpaquePointer? {
        try flush()
        while PQisBusy(handle) == 1 {
            try wait(for: POLLIN, seconds: patience)
        }
        return PQgetResult(handle)
    }

    private func wait(for events: Int32, seconds: Int) throws {
        var entry = pollfd(fd: PQsocket(handle), events: Int16(events), revents: 0)
        var ready: Int32
        repeat { ready = poll(&entry, 1, Int32(seconds * 1000)) } while ready < 0 && errno == EINTR
        guard ready > 0 else { throw PostgresFailure.lost("the server gave no answer for \(seconds) seconds") }
        guard entry.revents & Int16(POLLOUT) != 0 && entry.revents & Int16(POLLIN) == 0 || PQconsumeInput(handle) == 1
        else { throw lost }
    }

    private func failure(_ result: OpaquePointer?) -> PostgresFailure {
        // A session that ended leaves its connection bad, whatever the result says.
        PQstatus(handle) == CONNECTION_OK && result != nil ? PostgresFailure(result) : lost
    }

    private var lost: PostgresFailure {
        let message = OneSentence.of(String(cString: PQerrorMessage(handle)))
        return .lost(message.isEmpty ? "the connection was lost" : message)
    }

    // MARK: Scripts

    /// Several statements without values, outside the pipeline, within a transaction. Nothing may be owed. They wait for locks
    /// as long as it takes, as does what follows in the transaction.
    func run(script: String) throws {
        try check(PQexitPipelineMode(handle))
        try check(PQsendQuery(handle, "SET LOCAL lock_timeout = 0; " + script))
        var wrong: PostgresFailure?
        while true {
            try flush()
            while PQisBusy(handle) == 1 { try wait(for: POLLIN, seconds: PostgresWire.scriptPatience) }
            guard let result = PQgetResult(handle) else { break }
            defer { PQclear(result) }
            if ![PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY].contains(PQresultStatus(result)) {
                wrong = wrong ?? failure(result)
            }
        }
        try check(PQenterPipelineMode(handle))
        if let wrong { throw wrong }
    }
}
