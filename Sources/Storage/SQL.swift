/// SQL text with its values apart from it: what is interpolated becomes a bound parameter, never text.
///
///     "SELECT title FROM property WHERE id = \(id) AND maximum_guests >= \(guests)"
public struct SQL: Sendable, ExpressibleByStringInterpolation {
    /// The text between the values; always one more than there are values.
    package private(set) var fragments: [String]
    package private(set) var values: [SQLValue]

    public init(stringLiteral value: String) {
        fragments = [value]
        values = []
    }

    public init(stringInterpolation: StringInterpolation) {
        fragments = stringInterpolation.fragments
        values = stringInterpolation.values
    }

    /// A statement made from the names that our own migrations gave, for what works on every table alike.
    /// - Parameter fragments: the text between the values; one more than there are values.
    init(fragments: [String], values: [SQLValue] = []) {
        precondition(fragments.count == values.count + 1, "a value without its place")
        self.fragments = fragments
        self.values = values
    }

    public struct StringInterpolation: StringInterpolationProtocol {
        var fragments: [String] = [""]
        var values: [SQLValue] = []

        public init(literalCapacity: Int, interpolationCount: Int) {
            fragments.reserveCapacity(interpolationCount + 1)
            values.reserveCapacity(interpolationCount)
        }

        public mutating func appendLiteral(_ literal: String) {
            fragments[fragments.count - 1] += literal
        }

        public mutating func appendInterpolation(_ value: some SQLBindable) {
            values.append(value.sqlValue)
            fragments.append("")
        }

        /// NULL where there is nothing.
        public mutating func appendInterpolation<Value: SQLBindable>(_ value: Value?) {
            values.append(value?.sqlValue ?? .null)
            fragments.append("")
        }

        /// A list for `IN (…)`; an empty one matches nothing.
        public mutating func appendInterpolation(list: some Collection<some SQLBindable>) {
            guard !list.isEmpty else { return appendLiteral("(NULL)") }
            appendLiteral("(")
            for (index, value) in list.enumerated() {
                if index > 0 { appendLiteral(", ") }
                appendInterpolation(value)
            }
            appendLiteral(")")
        }

        /// Text that stands in the program: a list of columns, never something that came from outside.
        public mutating func appendInterpolation(raw text: StaticString) {
            appendLiteral("\(text)")
        }

        /// Another piece of SQL with its own values: conditions put together from parts.
        public mutating func appendInterpolation(_ part: SQL) {
            fragments[fragments.count - 1] += part.fragments[0]
            values.append(contentsOf: part.values)
            fragments.append(contentsOf: part.fragments.dropFirst())
        }
    }

    /// Puts parts together with a separator: conditions with " AND ".
    public static func joined(_ parts: [SQL], by separator: StaticString) -> SQL {
        var interpolation = StringInterpolation(literalCapacity: 0, interpolationCount: 0)
        for (index, part) in parts.enumerated() {
            if index > 0 { interpolation.appendLiteral("\(separator)") }
            interpolation.appendInterpolation(part)
        }
        return SQL(stringInterpolation: interpolation)
    }

    /// Text that means itself in a pattern of `LIKE … ESCAPE '\'`.
    public static func literal(_ text: String) -> String {
        // By scalars: a mark beside a sign makes one character with it, and the database reads the sign.
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar == "\\" || scalar == "%" || scalar == "_" { out.append("\\") }
            out.append(scalar)
        }
        return String(out)
    }

    /// The text with a placeholder for each value; `placeholder` is given the number of the value, from 1.
    package func text(placeholder: (Int) -> String) -> String {
        guard fragments.count > 1 else { return fragments[0] }
        var text = fragments[0]
        for (index, fragment) in fragments.dropFirst().enumerated() {
            text += placeholder(index + 1)
            text += fragment
        }
        return text
    }
}

/// A value as the databases know it. Booleans are the integers 0 and 1, on both engines.
public enum SQLValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}
