import Core

/// Collects what is wrong with a request, so that every wrong field is named at once.
struct Check {
    private var errors: [Problem.FieldError] = []

    mutating func refuse(_ field: String, _ code: String, _ message: String) {
        errors.append(Problem.FieldError(field, code, message))
    }

    mutating func require(_ holds: Bool, _ field: String, _ code: String, _ message: @autoclosure () -> String) {
        if !holds { refuse(field, code, message()) }
    }

    /// - Throws: `Problem` `validation_failed` where anything was refused.
    func end() throws(Problem) {
        guard !errors.isEmpty else { return }
        let fields = errors.map(\.field)
        let named = fields.enumerated().filter { fields.firstIndex(of: $1) == $0 }.map(\.element)
        throw Problem(
            .validationFailed, errors.count == 1 ? errors[0].message : "Not valid: \(named.joined(separator: ", ")).",
            errors: errors)
    }

    // MARK: Kinds of fields; each gives nothing where the value is missing or refused

    /// Text of a search: not too long, and without the one character that no database text may have. White space
    /// alone is nothing.
    mutating func text(_ value: String?, _ field: String) -> String? {
        guard let value else { return nil }
        if value.count > SearchFilter.longestText {
            refuse(field, "too_long", "\(field) has at most \(SearchFilter.longestText) characters")
            return nil
        }
        guard !value.unicodeScalars.contains("\0") else {
            refuse(field, "invalid", "\(field) has a character that is not text")
            return nil
        }
        return value.allSatisfy(\.isWhitespace) ? nil : value
    }

    mutating func atLeast(_ least: Int, _ value: Int?, _ field: String) -> Int? {
        guard let value else { return nil }
        guard value >= least else {
            refuse(field, "out_of_range", "\(field) is at least \(least)")
            return nil
        }
        return value
    }

    mutating func within(_ range: ClosedRange<Int>, _ value: Int?, _ field: String) -> Int? {
        guard let value else { return nil }
        guard range.contains(value) else {
            refuse(field, "out_of_range", "\(field) is from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return value
    }

    mutating func within(_ range: ClosedRange<Double>, _ value: Double?, _ field: String) -> Double? {
        guard let value else { return nil }
        guard range.contains(value) else {
            refuse(field, "out_of_range", "\(field) is from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return value
    }

    mutating func oneOf<Value: RawRepresentable & CaseIterable>(
        _ type: Value.Type, _ value: String?, _ field: String
    ) -> Value? where Value.RawValue == String {
        guard let value else { return nil }
        guard let known = Value(rawValue: value) else {
            let names = Value.allCases.map(\.rawValue).joined(separator: ", ")
            refuse(field, "unknown", "\(field) is one of \(names)")
            return nil
        }
        return known
    }

    /// Both days or neither, in order, and not absurdly far apart. Whether a stay may be so long is for the rules.
    mutating func stay(from checkIn: LocalDay?, to checkOut: LocalDay?) -> Stay? {
        switch (checkIn, checkOut) {
        case (nil, nil): return nil
        case (nil, _):
            refuse("checkIn", "required", "checkOut needs checkIn")
            return nil
        case (_, nil):
            refuse("checkOut", "required", "checkIn needs checkOut")
            return nil
        case (let checkIn?, let checkOut?):
            guard let stay = Stay(from: checkIn, to: checkOut) else {
                refuse("checkOut", "out_of_range", "checkOut is after checkIn")
                return nil
            }
            guard stay.nightCount <= Stay.farthest else {
                refuse("checkOut", "out_of_range", "checkOut is at most \(Stay.farthest) nights after checkIn")
                return nil
            }
            return stay
        }
    }
}
