import Core
import PropertyService

/// By what a tax of an amount is counted.
enum TaxCount: String, CaseIterable {
    case night, personAndNight
}

/// The parts of a price, by their names.
enum TaxedPart: String, CaseIterable {
    case nights, cleaningFee, extraGuestFee, serviceFee

    var part: TaxedParts {
        switch self {
        case .nights: .nights
        case .cleaningFee: .cleaningFee
        case .extraGuestFee: .extraGuestFee
        case .serviceFee: .serviceFee
        }
    }
}

extension TaxedParts {
    /// What a percentage is of where nothing else is said: all that the host asks for.
    static let usual: TaxedParts = [.nights, .cleaningFee, .extraGuestFee]
}

extension Shape where Value == Tax {
    static var tax: Shape {
        .object { fields in
            let name = fields.required("name", .text(1...PropertyRules.longestName))
            let charge = Tax.Charge(&fields)
            let mostNights = fields.limit("mostNights", 1...Stay.longest)
            let exemptUnderAge = fields.limit("exemptUnderAge", 2...Party.childAgeRange.upperBound + 1)
            let exemptFromNights = fields.limit("exemptFromNights", 2...Stay.longest)
            let isIncluded = fields.optional("included", .flag) ?? false
            guard let name, let charge else { return nil }
            return Tax(
                name: name, charge: charge, mostNights: mostNights, exemptUnderAge: exemptUnderAge,
                exemptFromNights: exemptFromNights, isIncluded: isIncluded)
        }
    }
}

extension Tax.Charge {
    /// A percentage of parts of the price, or an amount by the night or by the person and night.
    fileprivate init?(_ fields: inout Fields) {
        // What is there and wrong was complained of already.
        let known = fields.complaints.errors.count
        let percent = fields.nullable("percent", .percent)
        let amount = fields.nullable("amount", .money(NightChange.priceRange))
        let isRead = fields.complaints.errors.count == known
        let of = fields.nullable("of", .list(of: Shape<TaxedPart>.choice, 1...TaxedPart.allCases.count))
        let per = fields.nullable("per", Shape<TaxCount>.choice)
        switch (percent, amount) {
        case (.value(let percent), .absent), (.value(let percent), .null):
            if case .value = per {
                fields.complain("per", "contradiction", "belongs to an amount, not to a percentage")
            }
            guard case .value(let parts) = of else {
                self = .percent(percent, of: .usual)
                return
            }
            self = .percent(percent, of: TaxedParts(parts.map(\.part)))
        case (.absent, .value(let amount)), (.null, .value(let amount)):
            if case .value = of { fields.complain("of", "contradiction", "belongs to a percentage, not to an amount") }
            guard case .value(let per) = per else {
                fields.complain("per", "required", "must be night or personAndNight")
                return nil
            }
            self = per == .night ? .perNight(amount) : .perPersonAndNight(amount)
        case (.value, .value):
            fields.complain("amount", "contradiction", "a tax is a percentage or an amount, not both")
            return nil
        case (.absent, _), (.null, _):
            if isRead {
                fields.complain("percent", "required", "a tax is a percentage, or an amount with per")
            }
            return nil
        }
    }
}

extension Fields {
    fileprivate mutating func limit(_ name: String, _ range: ClosedRange<Int>) -> Int? {
        if case .value(let number) = nullable(name, .integer(range)) { number } else { nil }
    }
}
