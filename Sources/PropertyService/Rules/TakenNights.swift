package import Core

/// Nights by 64: a word has the number of its first day divided by 64, and a bit for each night.
package enum NightWord {
    /// The number of the word a night is in; rounded down, also before 1970.
    package static func number(of night: LocalDay) -> Int64 { Int64(night.number) >> 6 }

    /// The bit of a night in its word.
    package static func bit(of night: LocalDay) -> UInt64 { 1 << UInt64(night.number & 63) }

    /// The first night of a word.
    package static func firstNight(of word: Int64) -> LocalDay { LocalDay(number: Int32(clamping: word << 6)) }

    /// The words that nights in a row are in.
    package static func numbers(of nights: Range<LocalDay>) -> ClosedRange<Int64> {
        number(of: nights.lowerBound)...number(of: nights.upperBound.advanced(by: -1))
    }

    /// Which bits of a word nights in a row have.
    package static func mask(of nights: Range<LocalDay>, in word: Int64) -> UInt64 {
        let start = Int64(nights.lowerBound.number) - word << 6
        let end = Int64(nights.upperBound.number) - word << 6
        guard start < 64, end > 0 else { return 0 }
        let fromStart = start <= 0 ? UInt64.max : UInt64.max << UInt64(start)
        let toEnd = end >= 64 ? UInt64.max : (1 << UInt64(end)) - 1
        return fromStart & toEnd
    }
}

/// The nights of one unit that somebody has or that are closed.
package struct TakenNights: Sendable, Equatable {
    package static let none = TakenNights(firstWord: 0, words: [])

    private let firstWord: Int64
    private var words: [UInt64]

    /// - Parameter words: in a row; nights outside them are free.
    package init(firstWord: Int64, words: [UInt64]) {
        self.firstWord = firstWord
        self.words = words
    }

    /// Closed nights, those that bookings keep to prepare, and booked ones with as many nights around each as lie at
    /// least between a new stay and another.
    package init(firstWord: Int64, closed: [UInt64], prepared: [UInt64] = [], booked: [UInt64], gap: Int) {
        var words = closed
        for (place, word) in prepared.enumerated() { words[place] |= word }
        for (place, word) in booked.enumerated() {
            words[place] |= word
            guard gap > 0, word != 0 else { continue }
            for shift in 1...min(gap, TakenNights.mostGap) {
                words[place] |= word << UInt64(shift) | word >> UInt64(shift)
                if place + 1 < words.count { words[place + 1] |= word >> UInt64(64 - shift) }
                if place > 0 { words[place - 1] |= word << UInt64(64 - shift) }
            }
        }
        self.init(firstWord: firstWord, words: words)
    }

    /// A gap reaches into the next word at the farthest.
    package static let mostGap = 63

    package func contains(_ night: LocalDay) -> Bool {
        word(NightWord.number(of: night)) & NightWord.bit(of: night) != 0
    }

    /// Whether none of the nights is taken.
    package func isFree(_ nights: Range<LocalDay>) -> Bool {
        guard !words.isEmpty, !nights.isEmpty else { return true }
        return NightWord.numbers(of: nights).allSatisfy { word($0) & NightWord.mask(of: nights, in: $0) == 0 }
    }

    private func word(_ number: Int64) -> UInt64 {
        let index = number - firstWord
        return index >= 0 && index < Int64(words.count) ? words[Int(index)] : 0
    }
}
