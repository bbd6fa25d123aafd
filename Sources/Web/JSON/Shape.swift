import Core

/// What a value must look like. Reads it, or says what is wrong and gives nothing.
struct Shape<Value>: Sendable {
    let read: @Sendable (_ value: JSONValue, _ field: String, _ complaints: inout Complaints) -> Value?

    init(
        _ read: @escaping @Sendable (_ value: JSONValue, _ field: String, _ complaints: inout Complaints) -> Value?
    ) {
        self.read = read
    }

    /// Reads a string and makes something of it that may not exist.
    static func parsed(
        _ expected: String, code: String = "invalid", _ make: @escaping @Sendable (String) -> Value?
    ) -> Shape {
        Shape { value, field, complaints in
            guard case .text(let text) = value else {
                complaints.wrongType(field, value, expected: "a string")
                return nil
            }
            guard let made = make(text) else {
                complaints.add(field, code, "must be \(expected)")
                return nil
            }
            return made
        }
    }

    /// An object, read by `members`; members that it does not ask for are errors.
    static func object(_ members: @escaping @Sendable (inout Fields) -> Value?) -> Shape {
        Shape { value, field, complaints in
            guard case .object(let object) = value else {
                complaints.wrongType(field, value, expected: "an object")
                return nil
            }
            var fields = Fields(object, path: field)
            let made = members(&fields)
            fields.refuseUnknown()
            for error in fields.complaints.errors { complaints.add(error.field, error.code, error.message) }
            return made
        }
    }
}

extension Complaints {
    mutating func wrongType(_ field: String, _ value: JSONValue, expected: String) {
        add(field, "wrong_type", "must be \(expected), not \(value.kind)")
    }
}

extension Shape where Value == String {
    /// A line of text, or several: so many characters, not only white space, no control characters.
    static func text(_ length: ClosedRange<Int>, lines: Bool = false) -> Shape {
        Shape { value, field, complaints in
            guard case .text(let text) = value else {
                complaints.wrongType(field, value, expected: "a string")
                return nil
            }
            return text.checked(length, lines: lines, field, &complaints)
        }
    }

    /// Any text of so many characters: what stands in a password is not for us to judge.
    static func secret(_ length: ClosedRange<Int>) -> Shape {
        Shape { value, field, complaints in
            guard case .text(let text) = value else {
                complaints.wrongType(field, value, expected: "a string")
                return nil
            }
            guard length.contains(text.count) else {
                complaints.add(
                    field, text.count < length.lowerBound ? "too_short" : "too_long",
                    "must have \(length.lowerBound) to \(length.upperBound) characters")
                return nil
            }
            return text
        }
    }
}

extension String {
    /// Itself, where it has so many characters, says something and has no control characters.
    func checked(_ length: ClosedRange<Int>, lines: Bool, _ field: String, _ complaints: inout Complaints) -> String? {
        let allowed: Set<Unicode.Scalar> = lines ? ["\n", "\r", "\t"] : []
        guard unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control || allowed.contains($0) }) else {
            complaints.add(field, "invalid", "must not have control characters")
            return nil
        }
        guard count <= length.upperBound else {
            complaints.add(field, "too_long", "must have at most \(length.upperBound) characters")
            return nil
        }
        guard length.lowerBound == 0 || (count >= length.lowerBound && !isInvisible) else {
            complaints.add(field, "too_short", "must have at least \(length.lowerBound) characters")
            return nil
        }
        return self
    }
}

extension Shape where Value == Bool {
    static var flag: Shape {
        Shape { value, field, complaints in
            guard case .flag(let flag) = value else {
                complaints.wrongType(field, value, expected: "true or false")
                return nil
            }
            return flag
        }
    }
}

extension Shape where Value == Int64 {
    /// A whole number. `2.0` and `2e0` are the number 2, as JSON Schema has it; `"2"` is none.
    static func integer(_ range: ClosedRange<Int64>) -> Shape {
        Shape { value, field, complaints in
            guard case .number(let text) = value else {
                complaints.wrongType(field, value, expected: "a whole number")
                return nil
            }
            switch WholeNumber(text) {
            case .fraction:
                complaints.wrongType(field, value, expected: "a whole number")
                return nil
            case .value(let number) where range.contains(number): return number
            case .value, .tooLarge:
                complaints.add(field, "out_of_range", "must be from \(range.lowerBound) to \(range.upperBound)")
                return nil
            }
        }
    }
}

extension Shape where Value == Int {
    static func integer(_ range: ClosedRange<Int>) -> Shape {
        let wide = Shape<Int64>.integer(Int64(range.lowerBound)...Int64(range.upperBound))
        return Shape { value, field, complaints in wide.read(value, field, &complaints).map { Int($0) } }
    }
}

extension Shape where Value == Double {
    static func number(_ range: ClosedRange<Double>) -> Shape {
        Shape { value, field, complaints in
            guard case .number(let text) = value else {
                complaints.wrongType(field, value, expected: "a number")
                return nil
            }
            guard let number = Double(text), range.contains(number) else {
                complaints.add(field, "out_of_range", "must be from \(range.lowerBound) to \(range.upperBound)")
                return nil
            }
            return number
        }
    }
}

extension Shape where Value == LocalDay {
    static var day: Shape { .parsed("a day that exists, as 2026-12-24") { LocalDay($0) } }
}

extension Shape where Value == TimeOfDay {
    static var time: Shape { .parsed("a clock time, as 15:00") { TimeOfDay($0) } }
}

extension Shape where Value == Zone {
    static var zone: Shape { .parsed("a time zone by its IANA name, as America/New_York") { Zone($0) } }
}

extension Shape where Value == Money {
    /// An amount in minor units and its currency.
    static func money(_ range: ClosedRange<Int64>) -> Shape {
        .object { fields in
            let amount = fields.required("amount", .integer(range))
            let currency = fields.required("currency", .parsed("a currency of ISO 4217, as USD") { Currency(code: $0) })
            guard let amount, let currency else { return nil }
            return Money(amount, currency)
        }
    }
}

extension Shape where Value: RawRepresentable & CaseIterable & SendableMetatype, Value.RawValue == String {
    /// One of the cases, by its name.
    static var choice: Shape {
        let names = Value.allCases.map(\.rawValue).joined(separator: ", ")
        return .parsed("one of \(names)") { Value(rawValue: $0) }
    }
}

extension Shape {
    /// A list whose every item has a shape; items are named `nights[3]` in complaints.
    static func list<Item>(of item: Shape<Item>, _ count: ClosedRange<Int>) -> Shape where Value == [Item] {
        Shape { value, field, complaints in
            guard case .list(let values) = value else {
                complaints.wrongType(field, value, expected: "an array")
                return nil
            }
            guard count.contains(values.count) else {
                complaints.add(field, "out_of_range", "must have from \(count.lowerBound) to \(count.upperBound) items")
                return nil
            }
            return values.enumerated().compactMap { item.read($1, "\(field)[\($0)]", &complaints) }
        }
    }
}
