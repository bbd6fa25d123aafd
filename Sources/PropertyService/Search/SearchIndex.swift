import Core
import Storage

/// The door to the search: a checked filter in, a page out. SQL stands behind it; an index in the process may follow,
/// with this one as its oracle.
struct SearchIndex: Sendable {
    let database: any Database
    let gazetteer: Gazetteer
    let sheets: RuleSheets

    /// How far around a town of the gazetteer a place still counts as being there.
    static let townRadiusKilometres = 25.0

    /// One page, and how many there are on all. SQL leaves out only what certainly does not fit; with dates the
    /// evaluator decides on each of the rest.
    func page(_ filter: SearchFilter, after cursor: SearchCursor?, limit: Int, now: Instant) async throws -> SearchPage
    {
        // The gazetteer is asked within the read, and mostly not: a listing has the name. It lies mapped in memory.
        return try await database.read { reader in
            guard let geography = try Geography(filter, gazetteer, in: reader) else {
                return SearchPage(items: [], nextCursor: nil, totalCount: 0)
            }
            var best = BestHits(after: cursor, limit: limit)
            if let stay = filter.stay {
                try find(filter, stay, geography, now, &best, in: reader)
            } else {
                try find(filter, geography, &best, in: reader)
            }
            return try SearchIndex.page(best, filter, in: reader)
        }
    }

    private static func page(
        _ best: BestHits, _ filter: SearchFilter, in reader: borrowing Reader
    ) throws -> SearchPage {
        let hits = best.page
        let properties = hits.isEmpty ? [:] : try PropertyStore.summaries(hits.map(\.id), in: reader)
        let items = hits.compactMap { hit in properties[hit.id].map { SearchHit(property: $0, total: hit.total) } }
        let next = best.hasMore ? hits.last.map { SearchCursor(key: $0.key, id: $0.id).text(for: filter) } : nil
        return SearchPage(items: items, nextCursor: next, totalCount: best.count)
    }

    // MARK: Without dates

    private func find(
        _ filter: SearchFilter, _ geography: Geography, _ best: inout BestHits, in reader: borrowing Reader
    ) throws {
        let query: SQL = """
            SELECT e.property_id, \(filter.sort.key), e.latitude, e.longitude, e.sizes
            FROM \(geography.source(filter)) WHERE \(SearchIndex.conditions(filter, geography))
                AND e.price BETWEEN \(filter.price.lowerBound) AND \(filter.price.upperBound)
            """
        var later: [(id: PropertyID, key: Int64, maximumGuests: Int)] = []
        try reader.forEach(query) { row in
            guard let distance = try geography.distance(row, 2, filter) else { return }
            let key: Int64 = distance >= 0 ? distance : try row[1]
            guard !filter.party.isOfAdults else { return try best.add(key: key, total: nil) { try row[0] } }
            // Who counts as a guest is said by the rules of those places that have some.
            let sizes: Int64 = try row[4]
            let maximum = PackedSizes.maximumGuests(in: sizes)
            if sizes >= PackedSizes.hasRules {
                later.append((try row[0], key, maximum))
            } else if Evaluator.takes(filter.party, PartyLimits(), maximum: maximum) {
                try best.add(key: key, total: nil) { try row[0] }
            }
        }
        guard !later.isEmpty else { return }
        let rules = try RuleStore.sheets(of: later.map(\.id), sheets, in: reader)
        for place in later {
            let limits = rules[place.id]?.rules.party ?? PartyLimits()
            guard Evaluator.takes(filter.party, limits, maximum: place.maximumGuests) else { continue }
            best.add(key: place.key, total: nil) { place.id }
        }
    }

    // MARK: With dates

    private func find(
        _ filter: SearchFilter, _ stay: Stay, _ geography: Geography, _ now: Instant, _ best: inout BestHits,
        in reader: borrowing Reader
    ) throws {
        let words = NightWord.numbers(of: stay.nights)
        // Most stays lie in one or two words, the longest in eight; a word that a stay does not touch has no bits.
        let places = words.count <= 2 ? words.count : 13
        var joins: [SQL] = []
        var free: [SQL] = []
        var rules: [SQL] = []
        for place in 0..<places {
            let (alias, word) = (SearchIndex.aliases[place], words.lowerBound + Int64(place))
            let mask = Int64(bitPattern: NightWord.mask(of: stay.nights, in: word))
            joins.append(
                """
                LEFT JOIN property_word AS \(alias) ON \(alias).word = \(word) AND \(alias).place = e.place
                AND \(alias).property_id = e.property_id
                """)
            free.append("(COALESCE(\(alias).taken, 0) & \(mask)) = 0")
            rules.append("COALESCE(\(alias).rules, '')")
        }
        let noRules: SQL = SQL.joined(rules, by: " || ")
        let query: SQL = """
            SELECT e.property_id, \(filter.sort.key), e.latitude, e.longitude, e.price, e.currency, e.minimum_nights,
                e.maximum_nights, e.sizes, e.open_until, e.unit_count, e.zone, \(SQL.joined(rules, by: ", "))
            FROM \(geography.source(filter)) \(SQL.joined(joins, by: " "))
            WHERE \(SearchIndex.conditions(filter, geography)) AND e.open_until >= \(stay.checkOut)
                AND (e.sizes >= \(PackedSizes.hasRules) OR (e.maximum_nights >= \(stay.nightCount)
                AND (e.minimum_nights <= \(stay.nightCount) OR \(noRules) <> '')))
                AND \(SQL.joined(free, by: " AND "))
            """
        var moments = LocalMoments(now: now)
        var later: [SearchCandidate] = []
        try reader.forEach(query) { row in
            guard let distance = try geography.distance(row, 2, filter) else { return }
            let unitCount: Int = try row[10]
            let openUntil: LocalDay = try row[9]
            var runs: [NightRules.Run] = []
            for place in 0..<places {
                let text: String = try row[12 + place]
                runs += NightRulesText.runs(of: text, word: words.lowerBound + Int64(place))
            }
            let sizes: Int64 = try row[8]
            let moment = try moments.moment(in: try row[11])
            let candidate = SearchCandidate(
                id: try row[0],
                key: distance >= 0 ? distance : try row[1],
                rules: StayRules(
                    isListed: true, nightlyPrice: Money(try row[4], try row[5]), minimumNights: try row[6],
                    maximumNights: try row[7], maximumGuests: PackedSizes.maximumGuests(in: sizes),
                    openUntil: openUntil == SearchEntries.noEnd ? nil : openUntil, sheet: sheets.none),
                // The row came, so its one unit has every night of this stay free. Of several units it says less.
                calendar: StayCalendar(rules: NightRules(runs: runs), units: [.none]),
                unitCount: unitCount, hasRules: sizes >= PackedSizes.hasRules,
                asksForToday: stay.checkIn == moment.day && !PackedSizes.isInstantForAll(in: sizes), moment: moment)
            guard !candidate.hasRules, !candidate.asksForToday else { return later.append(candidate) }
            guard let hit = candidate.hit(for: stay, filter) else { return }
            if unitCount == 1 { best.add(hit) } else { later.append(candidate) }
        }
        try addLater(later, stay, filter, &best, in: reader)
    }

    /// Places that an entry says too little of: those with rules, those that are asked for today, and those with several
    /// units, one of which must be free for the whole stay.
    private func addLater(
        _ candidates: [SearchCandidate], _ stay: Stay, _ filter: SearchFilter, _ best: inout BestHits,
        in reader: borrowing Reader
    ) throws {
        guard !candidates.isEmpty else { return }
        let rules = try RuleStore.sheets(of: candidates.filter(\.hasRules).map(\.id), sheets, in: reader)
        let checkIns = try PropertyStore.checkInTimes(of: candidates.filter(\.asksForToday).map(\.id), in: reader)
        var waiting: [SearchCandidate] = []
        for var candidate in candidates {
            candidate.rules.sheet = rules[candidate.id] ?? sheets.none
            candidate.rules.answersUntil = checkIns[candidate.id]
            if candidate.unitCount > 1 || candidate.gap > 0 {
                waiting.append(candidate)
            } else if let hit = candidate.hit(for: stay, filter) {
                best.add(hit)
            }
        }
        let gap = waiting.map(\.gap).max() ?? 0
        let words = NightWord.numbers(of: stay.checkIn.advanced(by: -gap)..<stay.checkOut.advanced(by: gap))
        var taken: [PropertyID: [Int: NightStore.TakenWords]] = [:]
        for ids in PropertyStore.chunks(of: waiting.map(\.id)) {
            try reader.forEach(
                """
                SELECT property_id, unit_id, word, blocked, booked, prepared FROM unit_word
                WHERE property_id IN \(list: ids) AND word BETWEEN \(words.lowerBound) AND \(words.upperBound)
                """
            ) { row in
                let unit: UnitID = try row[1]
                guard let ordinal = unit.ordinal else { return }
                let (closed, booked) = (try NightStore.bits(row, 3), try NightStore.bits(row, 4))
                taken[try row[0], default: [:]][ordinal, default: NightStore.TakenWords(words)].add(
                    word: try row[2], closed: closed, prepared: try NightStore.bits(row, 5), booked: booked)
            }
        }
        for var candidate in waiting {
            let units = taken[candidate.id] ?? [:]
            candidate.calendar.units = (1...candidate.unitCount).map { ordinal in
                units[ordinal]?.nights(gap: candidate.gap) ?? .none
            }
            if let hit = candidate.hit(for: stay, filter) { best.add(hit) }
        }
    }

    /// Names for the words of a stay; SQL needs one each. 731 nights lie in at most thirteen.
    private static let aliases: [SQL] = [
        "n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9", "n10", "n11", "n12",
    ]

    // MARK: What both have

    /// Every filter as a comparison that is always there, with a value that lets everything pass where it was not
    /// asked for: so few different statements have to be prepared and kept.
    private static func conditions(_ filter: SearchFilter, _ geography: Geography) -> SQL {
        let (mask, rest) = CommonAmenities.split(filter.amenities)
        let currencyLow = filter.currency?.code ?? ""
        let currencyHigh = filter.currency?.code ?? "~"
        let guards = PackedSizes.guards
        var conditions = geography.conditions
        conditions.append(
            """
            ((e.sizes + \(guards) - \(PackedSizes.wished(filter))) & \(guards)) = \(guards)
            AND (e.sizes & \(PackedSizes.mask(of: filter.roomType))) <> 0
            AND (e.amenities & \(mask)) = \(mask) AND e.currency >= \(currencyLow) AND e.currency <= \(currencyHigh)
            """)
        for code in rest {
            let pattern = "% " + SQL.literal(code) + " %"
            conditions.append("t.amenities LIKE \(pattern) ESCAPE '\\'")
        }
        for word in filter.words {
            let pattern = "%" + SQL.literal(word) + "%"
            conditions.append("t.words LIKE \(pattern) ESCAPE '\\'")
        }
        return SQL.joined(conditions, by: " AND ")
    }
}

extension SearchFilter.Sort {
    /// A whole number by which smaller comes first; distance is computed outside SQL, which has no sine everywhere.
    fileprivate var key: SQL {
        switch self {
        case .recommended: "-e.recommendation"
        case .price: "e.price"
        case .priceDown: "-e.price"
        case .rating: "-e.rating_hundredths"
        case .distance: "0"
        }
    }
}

extension Geography {
    /// Nothing where the place lies outside a circle; its distance where that is the sort key; else -1.
    fileprivate func distance(_ row: Row, _ index: Int, _ filter: SearchFilter) throws -> Int64? {
        guard !circles.isEmpty else { return -1 }
        let (latitude, longitude): (Double, Double) = (try row[index], try row[index + 1])
        var first: Int64 = -1
        for (place, circle) in circles.enumerated() {
            let distance = circle.millimetres(toLatitude: latitude, longitude: longitude)
            guard distance <= circle.radiusMillimetres else { return nil }
            // The circle that was asked for by coordinates is the first; distance is measured from its middle.
            if place == 0 { first = distance }
        }
        return filter.sort == .distance ? first : -1
    }
}
