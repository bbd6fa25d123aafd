import Core

/// Prices and minimums of the nights of one word as text: runs of alike nights, `first+count:price:minimum;`, where a
/// missing number means "as the rules say". A year of one price is six short rows instead of 365.
enum NightRulesText {
    /// Runs in order; what can't be read is left out, because the text is ours alone.
    static func runs(of text: String, word: Int64) -> [NightRules.Run] {
        guard !text.isEmpty else { return [] }
        let first = NightWord.firstNight(of: word)
        var runs: [NightRules.Run] = []
        var numbers: (Int64?, Int64?, Int64?, Int64?) = (nil, nil, nil, nil)
        var place = 0
        var current: Int64?
        func keep(_ number: Int64?, at place: Int, in numbers: inout (Int64?, Int64?, Int64?, Int64?)) {
            switch place {
            case 0: numbers.0 = number
            case 1: numbers.1 = number
            case 2: numbers.2 = number
            default: numbers.3 = number
            }
        }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                current = (current ?? 0) &* 10 &+ Int64(byte - UInt8(ascii: "0"))
            case UInt8(ascii: ";"):
                keep(current, at: place, in: &numbers)
                if let start = numbers.0, let count = numbers.1, count > 0 {
                    let from = first.advanced(by: Int(start))
                    runs.append(
                        NightRules.Run(
                            nights: from..<from.advanced(by: Int(count)),
                            rule: NightRule(price: numbers.2, minimumNights: numbers.3.map { Int($0) })))
                }
                numbers = (nil, nil, nil, nil)
                (place, current) = (0, nil)
            default:
                keep(current, at: place, in: &numbers)
                (place, current) = (place + 1, nil)
            }
        }
        return runs
    }

    /// The 64 nights of a word as text, alike neighbours as one run.
    static func text(of nights: [NightRule]) -> String {
        var text = ""
        var start = 0
        while start < nights.count {
            var end = start + 1
            while end < nights.count, nights[end] == nights[start] { end += 1 }
            let rule = nights[start]
            if rule != .none {
                let price = rule.price.map(String.init) ?? ""
                let minimum = rule.minimumNights.map(String.init) ?? ""
                text += "\(start)+\(end - start):\(price):\(minimum);"
            }
            start = end
        }
        return text
    }

    /// The 64 nights of a word, one by one, to be changed.
    static func nights(of text: String) -> [NightRule] {
        var nights = [NightRule](repeating: .none, count: 64)
        for run in runs(of: text, word: 0) {
            for night in run.nights { nights[Int(night.number)] = run.rule }
        }
        return nights
    }
}
