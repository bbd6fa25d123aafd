/// A number of JSON as the whole number it is, without a `Double` in between.
package enum WholeNumber: Equatable {
    case value(Int64)
    /// Whole, but no `Int64` holds it.
    case tooLarge
    case fraction

    /// - Parameter text: a number by the grammar of JSON.
    package init(_ text: String) {
        if let value = Int64(text) {
            self = .value(value)
            return
        }
        let parts = text.lowercased().split(separator: "e", maxSplits: 1)
        let mantissa = parts.first ?? ""
        let isNegative = mantissa.hasPrefix("-")
        let halves = mantissa.drop { $0 == "-" }.split(separator: ".", maxSplits: 1)
        let fraction = halves.count == 2 ? halves[1] : ""
        var digits = String((halves.first ?? "") + fraction).drop { $0 == "0" }
        guard !digits.isEmpty else {
            self = .value(0)
            return
        }
        // An exponent that no Int holds moves the point farther than any body has digits.
        let exponentText = parts.count == 2 ? parts[1] : "0"
        guard let exponent = Int(exponentText), exponent.magnitude < 1_000_000 else {
            self = exponentText.hasPrefix("-") ? .fraction : .tooLarge
            return
        }
        var zeros = exponent - fraction.count
        while zeros < 0, digits.last == "0" {
            digits.removeLast()
            zeros += 1
        }
        guard zeros >= 0 else {
            self = .fraction
            return
        }
        guard digits.count + zeros <= 19,
            let value = Int64((isNegative ? "-" : "") + digits + String(repeating: "0", count: zeros))
        else {
            self = .tooLarge
            return
        }
        self = .value(value)
    }
}
