public import Core

/// What may stand in `SQL` as a value.
public protocol SQLBindable {
    var sqlValue: SQLValue { get }
}

/// What can be read from a column.
public protocol SQLReadable {
    /// Nothing where the column holds something else.
    init?(sql value: SQLValue)
}

extension String: SQLBindable, SQLReadable {
    public var sqlValue: SQLValue { .text(self) }
    @inlinable public init?(sql value: SQLValue) {
        guard case .text(let text) = value else { return nil }
        self = text
    }
}

extension Int64: SQLBindable, SQLReadable {
    public var sqlValue: SQLValue { .integer(self) }
    @inlinable public init?(sql value: SQLValue) {
        guard case .integer(let integer) = value else { return nil }
        self = integer
    }
}

extension Int: SQLBindable, SQLReadable {
    public var sqlValue: SQLValue { .integer(Int64(self)) }
    @inlinable public init?(sql value: SQLValue) {
        guard case .integer(let integer) = value else { return nil }
        self = Int(integer)
    }
}

extension Bool: SQLBindable, SQLReadable {
    public var sqlValue: SQLValue { .integer(self ? 1 : 0) }
    @inlinable public init?(sql value: SQLValue) {
        guard case .integer(let integer) = value else { return nil }
        self = integer != 0
    }
}

extension Double: SQLBindable, SQLReadable {
    public var sqlValue: SQLValue { .real(self) }
    @inlinable public init?(sql value: SQLValue) {
        switch value {
        case .real(let real): self = real
        case .integer(let integer): self = Double(integer)
        default: return nil
        }
    }
}

extension [UInt8]: SQLBindable, SQLReadable {
    public var sqlValue: SQLValue { .blob(self) }
    @inlinable public init?(sql value: SQLValue) {
        guard case .blob(let bytes) = value else { return nil }
        self = bytes
    }
}

extension Optional: SQLBindable where Wrapped: SQLBindable {
    public var sqlValue: SQLValue { self?.sqlValue ?? .null }
}

extension Optional: SQLReadable where Wrapped: SQLReadable {
    @inlinable public init?(sql value: SQLValue) {
        if case .null = value {
            self = nil
        } else if let wrapped = Wrapped(sql: value) {
            self = .some(wrapped)
        } else {
            return nil
        }
    }
}

extension ID: SQLBindable, SQLReadable {
    public var sqlValue: SQLValue { .text(text) }
    @inlinable public init?(sql value: SQLValue) {
        guard case .text(let text) = value else { return nil }
        self.init(stored: text)
    }
}

extension LocalDay: SQLBindable, SQLReadable {
    public var sqlValue: SQLValue { .integer(Int64(number)) }
    @inlinable public init?(sql value: SQLValue) {
        guard case .integer(let integer) = value, let number = Int32(exactly: integer) else { return nil }
        self.init(number: number)
    }
}

extension Instant: SQLBindable, SQLReadable {
    public var sqlValue: SQLValue { .integer(milliseconds) }
    @inlinable public init?(sql value: SQLValue) {
        guard case .integer(let integer) = value else { return nil }
        self.init(milliseconds: integer)
    }
}

extension Currency: SQLBindable, SQLReadable {
    public var sqlValue: SQLValue { .text(code) }
    @inlinable public init?(sql value: SQLValue) {
        guard case .text(let code) = value else { return nil }
        self.init(code: code)
    }
}

extension SQLBindable where Self: RawRepresentable, RawValue == String {
    public var sqlValue: SQLValue { .text(rawValue) }
}

extension SQLReadable where Self: RawRepresentable, RawValue == String {
    @inlinable public init?(sql value: SQLValue) {
        guard case .text(let text) = value else { return nil }
        self.init(rawValue: text)
    }
}
