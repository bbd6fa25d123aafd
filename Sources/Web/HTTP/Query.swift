import Core

/// The parameters of a query, read one by one, with what is wrong with each. Parameters nobody asked for are errors: a
/// search with a misspelt filter would answer with places that do not fit.
struct Query {
    /// In order. A query has so few parameters that looking through them is faster than hashing their names.
    private var pairs: [(name: String, value: String, isRead: Bool)] = []
    private var complaints = Complaints()

    /// No address has half as many.
    private static let most = 100

    /// - Parameter raw: what stands behind the question mark, as sent.
    /// - Throws: `Problem` `malformed_request` where it is not percent-encoded as it should be.
    init(_ raw: String?) throws(Problem) {
        guard let raw, !raw.isEmpty else { return }
        guard let pairs = PercentCoding.pairs(raw) else {
            throw Problem(.malformedRequest, "The query is not percent-encoded UTF-8.")
        }
        guard pairs.count <= Query.most else {
            throw Problem.invalid("query", "too_many", "must have at most \(Query.most) parameters")
        }
        for (name, value) in pairs {
            guard !has(name) else {
                complaints.add(shown(name), "duplicate", "is there twice")
                continue
            }
            self.pairs.append((name, value, false))
        }
    }

    /// The value of a parameter, the first time it is read.
    private mutating func take(_ name: String) -> String? {
        guard let place = pairs.firstIndex(where: { $0.name == name }), !pairs[place].isRead else { return nil }
        pairs[place].isRead = true
        return pairs[place].value
    }

    /// Text without control characters; empty text says nothing.
    mutating func text(_ name: String, upTo longest: Int) -> String? {
        guard let text = take(name), !text.allSatisfy(\.isWhitespace) else { return nil }
        return text.checked(1...longest, lines: false, name, &complaints)
    }

    mutating func integer(_ name: String, _ range: ClosedRange<Int64>) -> Int64? {
        parsed(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)", code: "out_of_range") {
            text in
            guard text.utf8.first != UInt8(ascii: "+"), let value = Int64(text) else { return nil }
            return range.contains(value) ? value : nil
        }
    }

    mutating func integer(_ name: String, _ range: ClosedRange<Int>) -> Int? {
        integer(name, Int64(range.lowerBound)...Int64(range.upperBound)).map { Int($0) }
    }

    mutating func number(_ name: String, _ range: ClosedRange<Double>) -> Double? {
        parsed(name, "must be a number from \(range.lowerBound) to \(range.upperBound)", code: "out_of_range") {
            Query.number($0).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    mutating func day(_ name: String) -> LocalDay? {
        parsed(name, "must be a day that exists, as 2026-12-24") { LocalDay($0) }
    }

    mutating func flag(_ name: String) -> Bool? {
        parsed(name, "must be true or false") { $0 == "true" ? true : $0 == "false" ? false : nil }
    }

    mutating func currency(_ name: String) -> Currency? {
        parsed(name, "must be a currency of ISO 4217, as USD") { Currency(code: $0) }
    }

    mutating func choice<Choice: RawRepresentable & CaseIterable>(_ name: String) -> Choice?
    where Choice.RawValue == String {
        parsed(name, "must be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))") {
            Choice(rawValue: $0)
        }
    }

    /// Anything that has a way to be read.
    mutating func parsed<Value>(
        _ name: String, _ message: @autoclosure () -> String, code: String = "invalid", _ make: (String) -> Value?
    ) -> Value? {
        guard let text = take(name) else { return nil }
        guard let value = make(text) else {
            complaints.add(name, code, message())
            return nil
        }
        return value
    }

    /// How many items a page is to have.
    mutating func limit() -> Int { integer("limit", Page<Int>.limits) ?? 20 }

    /// Where the page before ended, as it was given.
    mutating func cursor() -> String? {
        parsed("cursor", "is none of ours: give back nextCursor as it was") {
            !$0.isEmpty && $0.utf8.count <= 512 && $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } ? $0 : nil
        }
    }

    /// Whether a parameter is there, read or not.
    func has(_ name: String) -> Bool { pairs.contains { $0.name == name } }

    /// Complains of a parameter that had to be there and is not.
    mutating func require(_ name: String) {
        if !has(name) { complain(name, "required", "is missing") }
    }

    mutating func complain(_ name: String, _ code: String, _ message: String) {
        complaints.add(name, code, message)
    }

    /// - Throws: `Problem` `validation_failed` with every wrong or unknown parameter. To be called last.
    mutating func check() throws(Problem) {
        for pair in pairs where !pair.isRead {
            complaints.add(shown(pair.name), "unknown", "is not a parameter of this address")
        }
        if let problem = complaints.problem { throw problem }
    }

    /// Digits, one point, a sign: no `inf`, `nan` or hexadecimal, which `Double` would take.
    static func number(_ text: some StringProtocol) -> Double? {
        guard !text.isEmpty, text.utf8.count <= 40,
            text.utf8.allSatisfy({ $0 == 0x2D || $0 == 0x2E || ($0 >= 0x30 && $0 <= 0x39) })
        else { return nil }
        return Double(text)
    }

    private func shown(_ name: String) -> String { name.count > 64 ? String(name.prefix(64)) + "…" : name }
}
