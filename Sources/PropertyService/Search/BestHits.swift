import Core

/// A place that was found, by what pages go by.
struct FoundHit: Sendable {
    let id: PropertyID
    /// Smaller comes first.
    let key: Int64
    let total: Money?

    static func < (one: FoundHit, other: FoundHit) -> Bool {
        one.key == other.key ? one.id < other.id : one.key < other.key
    }
}

/// Counts all that is added and keeps the first few after a cursor, so that a search of many thousands sorts twenty.
struct BestHits {
    private let cursor: FoundHit?
    private let limit: Int
    /// One more than the page has, which says whether another follows.
    private var hits: [FoundHit] = []
    private(set) var count = 0

    init(after cursor: SearchCursor?, limit: Int) {
        self.cursor = cursor.map { FoundHit(id: $0.id, key: $0.key, total: nil) }
        self.limit = limit
        hits.reserveCapacity(limit + 1)
    }

    var page: ArraySlice<FoundHit> { hits.prefix(limit) }
    var hasMore: Bool { hits.count > limit }

    mutating func add(_ hit: FoundHit) {
        add(key: hit.key, total: hit.total) { hit.id }
    }

    /// The id is read only where the place may be on the page.
    mutating func add(key: Int64, total: Money?, id: () throws -> PropertyID) rethrows {
        count += 1
        if let cursor, key < cursor.key { return }
        if hits.count > limit, let last = hits.last, key > last.key { return }
        let hit = FoundHit(id: try id(), key: key, total: total)
        if let cursor, !(cursor < hit) { return }
        var low = 0
        var high = hits.count
        while low < high {
            let middle = (low + high) / 2
            if hits[middle] < hit { low = middle + 1 } else { high = middle }
        }
        guard low <= limit else { return }
        hits.insert(hit, at: low)
        if hits.count > limit + 1 { hits.removeLast() }
    }
}

/// A place that SQL let through, with what the evaluator needs.
struct SearchCandidate: Sendable {
    let id: PropertyID
    /// Of sorts that do not go by the price of the stay.
    let key: Int64
    var rules: StayRules
    var calendar: StayCalendar
    let unitCount: Int
    /// Whether rules must be read before it can be asked.
    let hasRules: Bool
    /// Whether the time of check-in must be read: who asks for today, where the host answers first, may be too late.
    let asksForToday: Bool
    let moment: LocalMoment

    /// How many nights lie at least between two stays.
    var gap: Int { rules.sheet.rules.preparation.gap }

    /// Nothing where the rules refuse the stay, or its price lies outside what was asked for or of what can be kept.
    func hit(for stay: Stay, _ filter: SearchFilter) -> FoundHit? {
        // A price too large to be kept is of a stay that can't be sold; others are found all the same.
        guard
            let evaluation = try? Evaluator.evaluate(rules, calendar, stay: stay, party: filter.party, at: moment),
            evaluation.isPossible, let total = evaluation.total
        else { return nil }
        let perNight = total.amount / Int64(stay.nightCount)
        guard filter.price.contains(perNight) else { return nil }
        let key =
            switch filter.sort {
            case .price: perNight
            case .priceDown: -perNight
            case .recommended, .rating, .distance: self.key
            }
        return FoundHit(id: id, key: key, total: total)
    }
}

/// What time it is in each zone, looked up once per search.
struct LocalMoments {
    private let now: Instant
    private var moments: [String: LocalMoment] = [:]

    init(now: Instant) { self.now = now }

    mutating func moment(in zoneName: String) throws -> LocalMoment {
        if let moment = moments[zoneName] { return moment }
        let moment = LocalMoment(now, in: try PropertyRow.zone(zoneName))
        moments[zoneName] = moment
        return moment
    }
}
