import Core
import Foundation

/// Reads single values as Inside Airbnb writes them. All of it is pure and works on bytes where rows are many.
enum FieldText {
    /// Without blanks at the ends.
    static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        var (first, end) = (0, bytes.count)
        while first < end, isBlank(bytes[first]) { first += 1 }
        while end > first, isBlank(bytes[end - 1]) { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[first..<end])
    }

    /// A whole number from 0 to 2^63 - 1, digits only: an id, which a spreadsheet may have made `21.0` or `1.7E+18`.
    static func wholeNumber(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        guard (1...19).contains(bytes.count) else { return nil }
        var value: Int64 = 0
        for byte in bytes {
            guard (0x30...0x39).contains(byte) else { return nil }
            let (shifted, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, overSum) = shifted.addingReportingOverflow(Int64(byte - 0x30))
            guard !over, !overSum else { return nil }
            value = sum
        }
        return value
    }

    /// A number of nights: `3`, `3.0`, also with a sign.
    static func count(_ bytes: UnsafeRawBufferPointer) -> Int? {
        if let whole = wholeNumber(bytes) { return Int(whole) }
        guard let number = Double(String(decoding: bytes, as: UTF8.self)), number.isFinite,
            number == number.rounded(), abs(number) < 1e15
        else { return nil }
        return Int(number)
    }

    /// `YYYY-MM-DD`.
    static func day(_ bytes: UnsafeRawBufferPointer) -> LocalDay? {
        guard bytes.count == 10, bytes[4] == 0x2D, bytes[7] == 0x2D else { return nil }
        var numbers = (year: 0, month: 0, day: 0)
        for place in 0..<10 where place != 4 && place != 7 {
            let digit = Int(bytes[place]) - 0x30
            guard (0...9).contains(digit) else { return nil }
            if place < 4 {
                numbers.year = numbers.year * 10 + digit
            } else if place < 7 {
                numbers.month = numbers.month * 10 + digit
            } else {
                numbers.day = numbers.day * 10 + digit
            }
        }
        return LocalDay(year: numbers.year, month: numbers.month, day: numbers.day)
    }

    /// What a price says.
    enum Price: Equatable {
        /// Empty or zero: unknown, never free.
        case unknown
        /// Minor units, above zero.
        case amount(Int64)
        /// Negative, too large, or no number.
        case garbage
    }

    /// `$1,234.00`, `1234`, `90`: a sign of a currency or none, commas between thousands or none, a full stop before the
    /// decimals. Decimals that the currency does not have are rounded half up.
    static func price(_ bytes: UnsafeRawBufferPointer, in currency: Currency) -> Price {
        var rest = trimmed(bytes)
        guard !rest.isEmpty else { return .unknown }
        if let first = rest.firstIndex(where: { (0x30...0x39).contains($0) || $0 == 0x2E || $0 == 0x2D }), first > 0 {
            guard isCurrencySign(rest[..<first]) else { return .garbage }
            rest = UnsafeRawBufferPointer(rebasing: rest[first...])
        }
        let point = rest.firstIndex(of: 0x2E) ?? rest.count
        guard let major = majorUnits(rest[..<point]) else { return .garbage }
        var (minor, over) = major.multipliedReportingOverflow(by: currency.minorUnitsPerMajor)
        var unit = currency.minorUnitsPerMajor
        for (place, byte) in rest[min(point + 1, rest.count)...].enumerated() {
            guard (0x30...0x39).contains(byte) else { return .garbage }
            if place < currency.exponent {
                unit /= 10
                minor += Int64(byte - 0x30) * unit
            } else if place == currency.exponent, byte >= 0x35 {
                minor += 1
            }
        }
        over = over || minor > Money.largestPrice
        return over ? .garbage : minor == 0 ? .unknown : .amount(minor)
    }

    /// Digits, or groups of three digits between commas.
    private static func majorUnits(_ digits: Slice<UnsafeRawBufferPointer>) -> Int64? {
        guard !digits.isEmpty else { return nil }
        let groups = digits.split(separator: 0x2C, omittingEmptySubsequences: false)
        guard groups.count == 1 || (1...3).contains(groups[0].count) && groups.dropFirst().allSatisfy({ $0.count == 3 })
        else { return nil }
        var value: Int64 = 0
        for byte in digits where byte != 0x2C {
            // A trillion is above any price and far below an overflow.
            guard (0x30...0x39).contains(byte), value < 1_000_000_000_000 else { return nil }
            value = value * 10 + Int64(byte - 0x30)
        }
        return value
    }

    private static func isCurrencySign(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
        String(decoding: bytes, as: UTF8.self).unicodeScalars.allSatisfy {
            $0.properties.generalCategory == .currencySymbol || $0 == " "
        }
    }

    /// `1.5 shared baths`, `Half-bath`, `Private half-bath`, `2`: in halves; nothing for something else.
    static func bathrooms(_ text: String) -> Double? {
        let lower = text.lowercased().trimmingCharacters(in: .whitespaces)
        let number = lower.prefix { $0.isNumber || $0 == "." }
        if let value = Double(number), (0...100).contains(value) { return (value * 2).rounded() / 2 }
        return lower.contains("half-bath") || lower.contains("half bath") ? 0.5 : nil
    }

    /// What guests gave, on either scale: 0 to 100.
    static func score(_ text: String) -> Double? {
        guard let value = Double(text), (0...100).contains(value) else { return nil }
        return value
    }
}
