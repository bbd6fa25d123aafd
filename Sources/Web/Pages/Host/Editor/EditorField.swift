import Core
import Foundation

/// A field of the editor: a member of the document that the API takes, as a person fills it in.
struct EditorField: Sendable {
    enum Kind: Sendable {
        case line(longest: Int)
        case prose(longest: Int)
        case whole(ClosedRange<Int>)
        case decimal
        /// An amount in the currency of the place.
        case money
        /// An amount with its currency, which may change.
        case price
        case day
        /// The last day of a stretch, where the document has the first day after it.
        case lastDay
        case time
        case flag
        /// One of the values; their words are `host.choice.VALUE`.
        case choice([String])
        /// One of the values, each with an explanation.
        case policy
        /// Some of the values; their words are `host.choice.VALUE`.
        case some([String])
        case weekdays
        /// A number for some days of the week.
        case byWeekday(ClosedRange<Int>)
        /// Rows of a threshold and a percentage; the text is the threshold's member.
        case steps(String)
        case amenities
    }

    /// Where the value is in the document: `location.city`.
    let path: String
    let kind: Kind
    /// Empty is null.
    let isOptional: Bool

    init(_ path: String, _ kind: Kind, optional: Bool = false) {
        self.path = path
        self.kind = kind
        isOptional = optional
    }

    /// As forms, addresses and the catalogue have it: `location-city`.
    var name: String { EditorField.name(ofPath: path) }

    /// What the API calls `seasons[0].name` is `seasons-0-name` in a form: an address may point there.
    static func name(ofPath path: String) -> String {
        path.replacing("[", with: "-").replacing("]", with: "").replacing(".", with: "-")
    }

    /// How many rows of steps a form has: those there are and some to fill in.
    static func rowCount(filled: Int) -> Int { min(filled + 2, 20) }
}

// From the document to the form.
extension EditorField {
    /// The pairs that a browser would send for what stands in the document.
    func pairs(of document: JSONValue, currency: Currency) -> [(name: String, value: String)] {
        let value = document.at(path)
        switch kind {
        case .line, .prose, .whole, .decimal, .day, .time, .choice, .policy:
            return [(name, value?.plainText ?? "")]
        case .lastDay:
            let after = value?.plainText ?? ""
            return [(name, LocalDay(after)?.advanced(by: -1).description ?? after)]
        case .money:
            return [(name, value?.amount(currency) ?? "")]
        case .price:
            let currency = value?.at("currency")?.plainText ?? currency.code
            let amount = Currency(code: currency).flatMap { value?.amount($0) }
            return [(name, amount ?? ""), (name + "-currency", currency)]
        case .flag:
            if case .flag(true) = value { return [(name, "on")] }
            return []
        case .some, .weekdays, .amenities:
            return (value?.items ?? []).map { (name, $0.plainText) }
        case .byWeekday:
            return Weekday.allCases.compactMap { day in
                value?.at(day.rawValue).map { ("\(name)-\(day.rawValue)", $0.plainText) }
            }
        case .steps(let threshold):
            return (value?.items ?? []).enumerated().flatMap { index, step in
                [threshold, "percent"].map { ("\(name)-\(index)-\($0)", step.at($0)?.plainText ?? "") }
            }
        }
    }
}

// From the form to the document.
extension EditorField {
    /// What the API is sent for this field; nothing where something is missing or can't be read, which is complained of.
    func value(from form: Form, currency: Currency, _ complaints: inout Complaints) -> JSONValue? {
        let text = form[name].trimmingCharacters(in: .whitespacesAndNewlines)
        switch kind {
        case .prose:
            return .text(form[name].replacing("\r\n", with: "\n"))
        case .line, .day, .time, .choice, .policy:
            guard text.isEmpty else { return .text(text) }
            return empty(path, &complaints)
        case .lastDay:
            guard !text.isEmpty else { return empty(path, &complaints) }
            return .text(LocalDay(text)?.advanced(by: 1).description ?? text)
        case .whole:
            return text.isEmpty ? empty(path, &complaints) : whole(text, path, &complaints)
        case .decimal:
            return text.isEmpty ? empty(path, &complaints) : decimal(text, path, &complaints)
        case .money:
            return text.isEmpty ? empty(path, &complaints) : amount(text, currency, &complaints)
        case .price:
            guard !text.isEmpty else { return empty(path, &complaints) }
            let code = form[name + "-currency"].trimmingCharacters(in: .whitespaces).uppercased()
            guard let currency = Currency(code: code) else {
                complaints.add(path + ".currency", "not_a_currency", "must be a currency of ISO 4217, as USD")
                return nil
            }
            return amount(text, currency, &complaints)
        case .flag:
            return .flag(form.has(name))
        case .some, .weekdays:
            let chosen = form.all(name)
            return chosen.isEmpty && isOptional ? .null : .list(chosen.map { .text($0) })
        case .byWeekday:
            return byWeekday(form, &complaints)
        case .steps(let threshold):
            return steps(threshold, form, &complaints)
        case .amenities:
            let others = form[name + "-more"].split { $0.isNewline || $0 == "," }
                .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
            return .list((form.all(name) + others).map { .text($0) })
        }
    }

    private func empty(_ path: String, _ complaints: inout Complaints) -> JSONValue? {
        guard !isOptional else { return .null }
        complaints.add(path, "required", "is missing")
        return nil
    }

    private func whole(_ text: String, _ path: String, _ complaints: inout Complaints) -> JSONValue? {
        guard let number = Int(text) else {
            complaints.add(path, "not_a_number", "must be a whole number")
            return nil
        }
        return .number(String(number))
    }

    /// Both a comma and a full stop are read: which one people type goes by their language.
    private func decimal(_ text: String, _ path: String, _ complaints: inout Complaints) -> JSONValue? {
        let text = text.replacing(",", with: ".")
        guard Query.number(text) != nil, text.count(where: { $0 == "." }) <= 1, !text.hasPrefix("."),
            !text.hasSuffix(".")
        else {
            complaints.add(path, "not_a_number", "must be a number")
            return nil
        }
        return .number(text)
    }

    private func amount(_ text: String, _ currency: Currency, _ complaints: inout Complaints) -> JSONValue? {
        guard let money = Money(typed: text, currency) else {
            complaints.add(path, "not_an_amount", "must be an amount")
            return nil
        }
        return .object([("amount", .number(String(money.amount))), ("currency", .text(currency.code))])
    }

    private func byWeekday(_ form: Form, _ complaints: inout Complaints) -> JSONValue {
        var days: [(String, JSONValue)] = []
        for day in Weekday.allCases {
            let text = form["\(name)-\(day.rawValue)"].trimmingCharacters(in: .whitespaces)
            guard !text.isEmpty, let number = whole(text, "\(path).\(day.rawValue)", &complaints) else { continue }
            days.append((day.rawValue, number))
        }
        return days.isEmpty ? .null : .object(days)
    }

    /// Empty rows are no steps; the names of the others in complaints are those of the form.
    private func steps(_ threshold: String, _ form: Form, _ complaints: inout Complaints) -> JSONValue {
        var steps: [JSONValue] = []
        for row in filledRows(threshold, form) {
            let (first, percent) = (form["\(name)-\(row)-\(threshold)"], form["\(name)-\(row)-percent"])
            var step: [(String, JSONValue)] = []
            for (member, text) in [(threshold, first), ("percent", percent)] {
                let (path, text) = ("\(path)[\(row)].\(member)", text.trimmingCharacters(in: .whitespaces))
                if text.isEmpty {
                    complaints.add(path, "required", "is missing")
                } else if let number = member == "percent"
                    ? decimal(text, path, &complaints) : whole(text, path, &complaints)
                {
                    step.append((member, number))
                }
            }
            steps.append(.object(step))
        }
        return steps.isEmpty && isOptional ? .null : .list(steps)
    }

    /// The rows of steps in which something was filled in.
    func filledRows(_ threshold: String, _ form: Form) -> [Int] {
        (0..<20).filter { row in
            [threshold, "percent"].contains {
                !form["\(name)-\(row)-\($0)"].trimmingCharacters(in: .whitespaces).isEmpty
            }
        }
    }
}

extension Money {
    /// An amount as people type it: `120`, `120.5`, `120,50`. Nothing where it has more decimals than the currency, or
    /// could be read in two ways.
    init?(typed text: String, _ currency: Currency) {
        let parts = text.split(omittingEmptySubsequences: false) { $0 == "." || $0 == "," }
        guard (1...2).contains(parts.count), parts[0].utf8.count <= 15,
            parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } })
        else { return nil }
        let decimals = parts.count == 2 ? String(parts[1]) : ""
        guard decimals.count <= currency.exponent else { return nil }
        let padded = decimals + String(repeating: "0", count: currency.exponent - decimals.count)
        guard let amount = Int64(parts[0] + padded) else { return nil }
        self.init(amount, currency)
    }
}
