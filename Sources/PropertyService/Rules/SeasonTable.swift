import Core

/// Seasons as they are asked: nights in a row with one answer each, without overlaps, what each leaves out filled in
/// from the season of the next lower rank.
struct SeasonTable: Sendable, Equatable {
    struct Price: Sendable, Equatable {
        let amount: Int64
        /// Which season names it, in the order of the host's list.
        let season: Int
        let isOfWeekend: Bool
    }

    struct Segment: Sendable, Equatable {
        let nights: Range<LocalDay>
        let price: Price?
        let weekendPrice: Price?
        /// By day of arrival, 0 for none.
        let minimum: SIMD8<Int16>
        let maximum: SIMD8<Int16>
        let arrivalDays: WeekdaySet?
        let departureDays: WeekdaySet?
    }

    static let none = SeasonTable([])

    /// In order of their nights.
    let segments: [Segment]

    init(_ seasons: [Season]) {
        let edges = Set(seasons.flatMap { [$0.nights.checkIn, $0.nights.checkOut] }).sorted()
        var segments: [Segment] = []
        for (from, to) in zip(edges, edges.dropFirst()) {
            let covering = seasons.enumerated().filter { $0.element.nights.nights.contains(from) }
                .sorted { ($0.element.rank, $1.offset) > ($1.element.rank, $0.offset) }
            if !covering.isEmpty { segments.append(Segment(from..<to, covering.map { ($0.offset, $0.element) })) }
        }
        self.segments = segments
    }

    /// What the seasons say of a night; nothing where there is none.
    @inline(__always)
    func segment(of night: LocalDay) -> Segment? {
        guard let index = index(of: night) else { return nil }
        return segments[index]
    }

    private func index(of night: LocalDay) -> Int? {
        guard !segments.isEmpty else { return nil }
        var low = 0
        var high = segments.count
        while low < high {
            let middle = (low + high) / 2
            if segments[middle].nights.upperBound <= night { low = middle + 1 } else { high = middle }
        }
        return low < segments.count && segments[low].nights.lowerBound <= night ? low : nil
    }
}

extension SeasonTable.Segment {
    /// - Parameter seasons: that cover these nights, the highest rank first.
    init(_ nights: Range<LocalDay>, _ seasons: [(index: Int, season: Season)]) {
        func price(onWeekend: Bool) -> SeasonTable.Price? {
            for (index, season) in seasons {
                if onWeekend, let price = season.weekendPrice {
                    return SeasonTable.Price(amount: price.amount, season: index, isOfWeekend: true)
                }
                if let price = season.price {
                    return SeasonTable.Price(amount: price.amount, season: index, isOfWeekend: false)
                }
            }
            return nil
        }
        func counts(_ of: (StayLimits, Int) -> Int?) -> SIMD8<Int16> {
            var counts = SIMD8<Int16>(repeating: 0)
            for day in 0..<7 {
                for (_, season) in seasons {
                    guard let count = of(season.stays, day) else { continue }
                    counts[day] = Int16(clamping: count)
                    break
                }
            }
            return counts
        }
        self.init(
            nights: nights, price: price(onWeekend: false), weekendPrice: price(onWeekend: true),
            minimum: counts { $0.minimumNightsByArrival[index: $1] ?? $0.minimumNights },
            maximum: counts { $0.maximumNightsByArrival[index: $1] ?? $0.maximumNights },
            arrivalDays: seasons.lazy.compactMap(\.season.stays.arrivalDays).first,
            departureDays: seasons.lazy.compactMap(\.season.stays.departureDays).first)
    }
}
