import Core

/// The nights of every listing of a calendar file, packed.
///
/// Nights in a row that are alike are one run of 16 bytes, so that a year of a real listing takes 0.2 to 2 KB and a
/// calendar of 1.3 million rows about 3 MB; the worst calendar, where no two nights are alike, takes 16 bytes a row. The
/// rows may come in any order: grouping them by reading the file once per listing, or by a file on disk, was rejected as
/// slower and no smaller for the files there are.
struct CalendarTable: Sendable {
    /// One night as a row says it.
    struct Night: Equatable {
        let isClosed: Bool
        /// Minor units; nothing where the row has no price.
        let price: Int64?
        /// Bounded; nothing where the row has none.
        let minimum: Int?
    }

    enum Appended {
        case new, repeated, contradicting
    }

    private struct Run {
        let first: Int32
        var count: UInt16
        /// The minimum, 0 for none, and 0x8000 for closed nights.
        let minimumAndClosed: UInt16
        /// Place in `prices`, 0 for none.
        let price: UInt32
    }

    private var slots: [Int64: Int] = [:]
    private var runs: [[Run]] = []
    /// The first day of no run, by slot: rows in order never look for their day among earlier ones.
    private var ends: [Int32] = []
    private var prices: [Int64] = [0]
    private var priceOf: [Int64: UInt32] = [:]
    private(set) var firstDay: LocalDay?

    /// Where a listing's nights go; asked once for a listing's rows in a row.
    mutating func slot(of listing: Int64) -> Int {
        if let slot = slots[listing] { return slot }
        slots[listing] = runs.count
        runs.append([])
        ends.append(.min)
        return runs.count - 1
    }

    mutating func append(_ night: Night, on day: LocalDay, to slot: Int) -> Appended {
        firstDay = min(firstDay ?? day, day)
        let minimumAndClosed = UInt16(night.minimum ?? 0) | (night.isClosed ? 0x8000 : 0)
        let price = night.price.map { place(of: $0) } ?? 0
        var known: Run?
        if day.number < ends[slot] {
            known = runs[slot].last { $0.first <= day.number && day.number < $0.first + Int32($0.count) }
        }
        if let last = runs[slot].indices.last, known == nil {
            let run = runs[slot][last]
            if run.first + Int32(run.count) == day.number, run.minimumAndClosed == minimumAndClosed,
                run.price == price, run.count < .max
            {
                runs[slot][last].count += 1
                ends[slot] = max(ends[slot], day.number + 1)
                return .new
            }
        }
        runs[slot].append(Run(first: day.number, count: 1, minimumAndClosed: minimumAndClosed, price: price))
        ends[slot] = max(ends[slot], day.number + 1)
        return known.map { ($0.minimumAndClosed ^ minimumAndClosed) & 0x8000 == 0 ? .repeated : .contradicting } ?? .new
    }

    private mutating func place(of price: Int64) -> UInt32 {
        if let place = priceOf[price] { return place }
        let place = UInt32(prices.count)
        prices.append(price)
        priceOf[price] = place
        return place
    }

    /// A listing's nights in order. Of a day that comes twice, closed wins, and else what comes first.
    func nights(of listing: Int64) -> [(day: LocalDay, night: Night)] {
        guard let slot = slots[listing] else { return [] }
        var byDay: [Int32: Night] = [:]
        for run in runs[slot] {
            let minimum = Int(run.minimumAndClosed & 0x7FFF)
            let night = Night(
                isClosed: run.minimumAndClosed & 0x8000 != 0, price: run.price == 0 ? nil : prices[Int(run.price)],
                minimum: minimum == 0 ? nil : minimum)
            for day in run.first..<run.first + Int32(run.count) {
                guard let known = byDay[day] else {
                    byDay[day] = night
                    continue
                }
                byDay[day] = Night(
                    isClosed: known.isClosed || night.isClosed, price: known.price ?? night.price,
                    minimum: known.minimum ?? night.minimum)
            }
        }
        return byDay.sorted { $0.key < $1.key }.map { (LocalDay(number: $0.key), $0.value) }
    }

    /// The median of a listing's prices, the lower of two middles; nothing where the calendar has none.
    func medianPrice(of listing: Int64) -> Int64? {
        guard let slot = slots[listing] else { return nil }
        var counts: [Int64: Int] = [:]
        for run in runs[slot] where run.price != 0 { counts[prices[Int(run.price)], default: 0] += Int(run.count) }
        var before = (counts.values.reduce(0, +) - 1) / 2
        for (price, count) in counts.sorted(by: { $0.key < $1.key }) {
            if before < count { return price }
            before -= count
        }
        return nil
    }
}
