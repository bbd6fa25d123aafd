import Synchronization

/// Amounts, numbers and days as a language wrote them before: to write one takes longer than all the rest of a line of a page.
final class Written: Sendable {
    enum Key: Hashable {
        case money(Money, decimals: Int)
        case day(LocalDay, DayLook)
        case percent(Int)
        case number(Int)
        case decimal(Double)
    }

    /// How a day is written; examples stand at the functions of `Formats`.
    enum DayLook: Hashable {
        case short, long, withYear, month, inMonth, inYear
    }

    /// The days of a few years in each look, and the prices of thousands of places.
    private static let most = 8192

    /// Guards what was written so far. Once it is full it begins again.
    private let texts = Mutex<[Key: String]>([:])

    func text(_ key: Key, _ write: () -> String) -> String {
        if let known = texts.withLock({ $0[key] }) { return known }
        let text = write()
        texts.withLock { texts in
            if texts.count >= Written.most { texts.removeAll(keepingCapacity: true) }
            texts[key] = text
        }
        return text
    }
}
