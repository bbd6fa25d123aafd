/// One of the four databases: SQLite or PostgreSQL, behind one door.
public protocol Database: Sendable {
    /// Runs `body` on one consistent state of the database.
    func read<T: Sendable>(_ body: @Sendable (borrowing Reader) throws -> T) async throws -> T

    /// Runs `body` as one transaction: all of it is durable when this returns, or none of it has happened.
    ///
    /// The body may be run again after a conflict, so it must not change anything outside. It is synchronous, so that
    /// no call to the outside can hide in it.
    /// - Throws: what the body throws, with nothing changed; `StorageError` where the database could not do it.
    @discardableResult
    func write<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T

    /// Takes what waits for somebody, on any number of nodes at once, as one transaction.
    ///
    /// The body selects rows with `FOR UPDATE SKIP LOCKED`, changes those rows so that they wait no more, and decides on
    /// nothing else: then nobody has to run again because another node takes other rows at the same moment.
    @discardableResult
    func claim<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T

    /// Ends all connections. Nothing may be asked afterwards.
    func close() throws
}

extension Database {
    /// Where one connection does all writes, a claim is a write like any other.
    @discardableResult
    public func claim<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T { try await write(body) }
}

/// Why the database could not do what it was asked.
public enum StorageError: Error, Sendable, CustomStringConvertible {
    /// Too many wait already; nothing was done.
    case overloaded
    /// The database can't be opened, read or written: the disk is full, the file is damaged, the server is away.
    case unavailable(String)
    /// A connection was lost while committing: it may have happened. Ask again with the same key.
    case unknownOutcome
    /// A statement that the schema refuses, or a column that holds something else than expected: a fault of ours.
    case fault(String)

    public var description: String {
        switch self {
        case .overloaded: "too many requests wait for the database"
        case .unavailable(let why): "the database is not available: \(why)"
        case .unknownOutcome: "the connection was lost while committing"
        case .fault(let why): "the database refused a statement: \(why)"
        }
    }
}

extension Database {
    /// Removes what may be much, a bounded number in each transaction, so that nobody waits long behind it.
    /// - Parameter remove: removes at most so many rows and tells how many it were; asked again until it were fewer.
    public func inBatches(_ remove: @escaping @Sendable (borrowing Transaction, _ limit: Int) throws -> Int)
        async throws
    {
        let limit = 500  // rows in one transaction: some milliseconds
        var removed: Int
        repeat { removed = try await write { try remove($0, limit) } } while removed == limit
    }
}

/// What an engine does for a reader or a transaction, on one connection.
public protocol Connection: AnyObject {
    /// Runs a query and hands each row to `each` until it answers false.
    func query(_ sql: SQL, _ each: (Row) throws -> Bool) throws
    /// Runs a statement and tells how many rows it changed.
    func execute(_ sql: SQL) throws -> Int
    /// Runs a statement whose outcome nobody looks at. An engine that is far away may send it with the next one, and a
    /// failure of it then comes out there, or at the commit.
    func later(_ sql: SQL) throws
    /// Runs a query and hands each row to `each`, at the latest when what is returned is called. An engine that is far away
    /// sends it together with what is asked next.
    func soon(_ sql: SQL, _ each: @escaping (Row) throws -> Void) throws -> () throws -> Void
    /// Runs a query and hands each row to `each` as it arrives, so that a long result needs no memory. Nothing else may be
    /// asked meanwhile.
    func stream(_ sql: SQL, _ each: (Row) throws -> Void) throws
    /// Runs several statements without values: a migration.
    func run(script: String) throws
    /// Whether statements travel, so that those nobody waits for go with others.
    var isFarAway: Bool { get }
}

extension Connection {
    public var isFarAway: Bool { false }

    public func later(_ sql: SQL) throws { _ = try execute(sql) }

    public func soon(_ sql: SQL, _ each: @escaping (Row) throws -> Void) throws -> () throws -> Void {
        try query(sql) { row in
            try each(row)
            return true
        }
        return {}
    }

    public func stream(_ sql: SQL, _ each: (Row) throws -> Void) throws {
        try query(sql) { row in
            try each(row)
            return true
        }
    }
}

/// A row of a result, valid only while it is looked at.
///
/// Its columns are read inlined: a search reads ten thousands of them, and reading a type that is known only at run time
/// takes longer than SQLite does.
public struct Row {
    package let columnCount: Int
    @usableFromInline package let value: (Int) -> SQLValue
    @usableFromInline package let column: (String) -> Int?

    package init(columnCount: Int, value: @escaping (Int) -> SQLValue, column: @escaping (String) -> Int?) {
        self.columnCount = columnCount
        self.value = value
        self.column = column
    }

    /// The column at a place, from 0.
    /// - Throws: `StorageError.fault` where it holds something else.
    @inlinable public subscript<T: SQLReadable>(_ index: Int) -> T {
        get throws {
            guard let read = T(sql: value(index)) else {
                throw StorageError.fault("column \(index) is not a \(T.self)")
            }
            return read
        }
    }

    /// The column of a name.
    /// - Throws: `StorageError.fault` where there is none or it holds something else.
    @inlinable public subscript<T: SQLReadable>(_ name: String) -> T {
        get throws {
            guard let index = column(name) else { throw StorageError.fault("no column \(name)") }
            guard let read = T(sql: value(index)) else { throw StorageError.fault("\(name) is not a \(T.self)") }
            return read
        }
    }
}

/// What can be asked of a database, in a read as in a write.
public protocol Queries: ~Copyable {
    var connection: any Connection { get }
}

extension Queries where Self: ~Copyable {
    /// Every row, made into what `make` says.
    public func all<T>(_ sql: SQL, _ make: (Row) throws -> T) throws -> [T] {
        var made: [T] = []
        try connection.query(sql) { row in
            made.append(try make(row))
            return true
        }
        return made
    }

    /// The first row, or nothing.
    public func first<T>(_ sql: SQL, _ make: (Row) throws -> T) throws -> T? {
        var made: T?
        try connection.query(sql) { row in
            made = try make(row)
            return false
        }
        return made
    }

    /// Every row of a query that is asked now and looked at later: queries that need nothing of each other travel
    /// together.
    public func soon<T>(_ sql: SQL, _ make: @escaping (Row) throws -> T) throws -> Soon<T> {
        let soon = Soon<T>()
        // Weakly: a session that still owes the answer keeps nobody alive who no longer waits for it.
        soon.arrive = try connection.soon(sql) { [weak soon] row in soon?.rows.append(try make(row)) }
        if !connection.isFarAway { soon.atOnce = soon.rows }
        return soon
    }

    /// The first column of every row.
    public func values<T: SQLReadable>(_ sql: SQL, as type: T.Type = T.self) throws -> [T] {
        try all(sql) { try $0[0] }
    }

    /// The first column of the first row, or nothing.
    public func value<T: SQLReadable>(_ sql: SQL, as type: T.Type = T.self) throws -> T? {
        try first(sql) { try $0[0] }
    }

    /// Whether the query has a row.
    public func exists(_ sql: SQL) throws -> Bool {
        try first(sql) { _ in true } ?? false
    }

    /// Hands each row to `each` as it is read, so that a long result needs no memory. `each` asks nothing else.
    public func forEach(_ sql: SQL, _ each: (Row) throws -> Void) throws {
        try connection.stream(sql, each)
    }
}

/// The rows of a query on their way. They can be looked at until the body ends that asked.
public final class Soon<T> {
    fileprivate var rows: [T] = []
    fileprivate var arrive: (() throws -> Void)?

    /// All rows, where the engine had them at once; nothing where they may still be on their way.
    public fileprivate(set) var atOnce: [T]?

    /// All rows; the first look may have to wait for them.
    public func all() throws -> [T] {
        try arrive?()
        arrive = nil
        return rows
    }
}

/// A consistent look at a database. It cannot leave the body it was handed to.
public struct Reader: ~Copyable, Queries {
    public let connection: any Connection
    // Not inlined: Swift 6.3.1 (27 November 2026) aborts with `-O` where it inlines this into the closures of a read ("Cannot
    // initialize a nonCopyable type with a guaranteed value"). Goes when a release build does without.
    @inline(never)
    package init(_ connection: any Connection) { self.connection = connection }
}

/// A transaction under way. It cannot leave the body it was handed to.
public struct Transaction: ~Copyable, Queries {
    public let connection: any Connection
    @inline(never)  // as above
    package init(_ connection: any Connection) { self.connection = connection }

    /// Runs a statement and tells how many rows it changed.
    @discardableResult
    public func execute(_ sql: SQL) throws -> Int { try connection.execute(sql) }

    /// Runs a statement whose outcome nobody looks at: on an engine that is far away it costs no round trip.
    public func later(_ sql: SQL) throws { try connection.later(sql) }

    /// Runs `body` so that it can be undone alone: `.undo` takes back what it changed and gives its value all the same,
    /// an error takes it back and goes on.
    public func savepoint<T>(_ body: (borrowing Transaction) throws -> Savepoint<T>) throws -> T {
        try later("SAVEPOINT inner_step")
        let result: Savepoint<T>
        do {
            result = try body(self)
        } catch {
            try undoStep()
            throw error
        }
        switch result {
        case .keep(let value):
            try later("RELEASE inner_step")
            return value
        case .undo(let value):
            try undoStep()
            return value
        }
    }

    private func undoStep() throws {
        try later("ROLLBACK TO inner_step")
        try later("RELEASE inner_step")
    }
}

/// How a savepoint ends.
public enum Savepoint<T> {
    case keep(T)
    case undo(T)
}
