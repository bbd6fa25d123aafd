public import Core
public import PropertyService
import Storage

/// What is to become of many nights of a place.
public struct NightsChange: Sendable {
    /// As sent: what is no id of ours names no place.
    public let place: String
    public let nights: [LocalDay]
    /// Nothing: left as they are.
    public let open: Bool?
    public let price: Change<Money>
    public let minimumNights: Change<Int>

    public init(
        place: String, nights: [LocalDay], open: Bool?, price: Change<Money>, minimumNights: Change<Int>
    ) {
        self.place = place
        self.nights = nights
        self.open = open
        self.price = price
        self.minimumNights = minimumNights
    }
}

/// What became of one night of a change of many.
public struct NightOutcome: Sendable, Codable, Equatable {
    /// Which of the changes it was, from 0.
    public let change: Int
    public let place: String
    public let date: LocalDay
    /// Nothing where it is as it was asked for.
    public let code: String?
    public let message: String?
}

extension Bookings {
    /// How many nights one request may name, over all its changes and places.
    public static let mostNightsChanged = 20_000
    /// How many changes one request may have.
    public static let mostChanges = 200

    /// Changes many nights of many places, in the order given. A night that can't be changed is left as it was and told;
    /// the others are changed, all in one transaction.
    ///
    /// When this returns, search and calendar of this node show it.
    /// - Returns: what became of each night: `night_taken` where it was to be closed and a guest has it, `not_found`,
    ///   `forbidden`, `wrong_currency`, `contradiction` where its minimum is above the longest stay that may begin then.
    /// - Throws: `Problem` `validation_failed` for far too much at once.
    public func changeCalendars(
        _ changes: [NightsChange], for caller: Caller, once: Once?
    ) async throws -> [NightOutcome] {
        let now = world.now()
        let actId = world.random(16)
        let outcome = try await store.database.once(once, at: now) {
            let places = try await places(of: changes, for: caller)
            return (places, try await longestStays(of: changes, at: places))
        } _: { [store] tx, ready in
            let (places, longest) = ready
            var outcomes: [NightOutcome] = []
            for (index, change) in changes.enumerated() {
                outcomes += try store.apply(
                    change, at: index, places[change.place], longest[change.place] ?? [:], at: now, in: tx)
            }
            for id in Set(places.values.compactMap { try? $0.get() }.filter { $0.hostId != caller.id }.map(\.id)) {
                try tx.write(
                    OperatorAct(
                        id: Base32.text(of: actId) + id.text, operatorId: caller.id, act: "change calendar",
                        subject: id.text, reason: "", at: now))
            }
            return outcomes
        }
        let outcomes = try outcome.get()
        for place in Set(outcomes.filter { $0.code == nil }.map(\.place)).sorted() { await courier.deliver(place) }
        return outcomes
    }

    /// By place: the longest stays that may begin on the dates that are to get a minimum.
    private func longestStays(
        of changes: [NightsChange], at places: [String: Result<PropertyFacts, Problem>]
    ) async throws -> [String: [LocalDay: Int]] {
        var longest: [String: [LocalDay: Int]] = [:]
        for (place, changes) in Dictionary(grouping: changes, by: \.place) {
            guard let facts = try? places[place]?.get() else { continue }
            longest[place] = try await longestStays(
                at: facts.id, of: changes.flatMap { change in change.nights.map { ($0, change.minimumNights) } })
        }
        return longest
    }

    /// The places that are named, or why the caller may not change them.
    private func places(
        of changes: [NightsChange], for caller: Caller
    ) async throws -> [String: Result<PropertyFacts, Problem>] {
        guard !changes.isEmpty, changes.count <= Bookings.mostChanges else {
            throw Problem.invalid("changes", "out_of_range", "Name 1 to \(Bookings.mostChanges) changes.")
        }
        var places: [String: Result<PropertyFacts, Problem>] = [:]
        var count = 0
        for change in changes {
            if places[change.place] == nil {
                guard let id = PropertyID(change.place) else {
                    places[change.place] = .failure(Problem.notFound("place"))
                    continue
                }
                do {
                    places[change.place] = .success(try await hostedProperty(id, by: caller))
                } catch let problem as Problem {
                    places[change.place] = .failure(problem)
                }
            }
            let units = change.open == nil ? 1 : (try? places[change.place]?.get())?.units.count ?? 1
            count += change.nights.count * units
        }
        guard count <= Bookings.mostNightsChanged else {
            throw Problem.invalid(
                "changes", "out_of_range",
                "At most \(Bookings.mostNightsChanged) nights of units are changed at once; these are \(count).")
        }
        return places
    }
}

extension BookingStore {
    /// One change of a request of many.
    fileprivate func apply(
        _ change: NightsChange, at index: Int, _ place: Result<PropertyFacts, Problem>?, _ longest: [LocalDay: Int],
        at now: Instant, in tx: borrowing Transaction
    ) throws -> [NightOutcome] {
        func all(_ code: String, _ message: String) -> [NightOutcome] {
            change.nights.map {
                NightOutcome(change: index, place: change.place, date: $0, code: code, message: message)
            }
        }
        let facts: PropertyFacts
        switch place {
        case .success(let found): facts = found
        case .failure(let problem): return all(problem.code.rawValue, problem.detail)
        case nil: return all(Problem.Code.notFound.rawValue, "There is no such place.")
        }
        var price = Change<Int64>.keep
        switch change.price {
        case .keep: break
        case .clear: price = .clear
        case .set(let money):
            if let currency = facts.currency, money.currency != currency {
                return all("wrong_currency", "The prices of this place are in \(currency).")
            }
            price = .set(money.amount)
        }
        let nights = change.nights.sorted().map {
            NightChange(date: $0, open: change.open, price: price, minimumNights: change.minimumNights)
        }
        let possible = nights.filter { $0.contradiction(longest) == nil }
        let conflicts = Set(try tx.setOpen(possible, of: facts.units))
        let changed = possible.filter { !conflicts.contains($0.date) }
        if !changed.isEmpty {
            try announceCalendar(
                of: facts.id, units: facts.units, touching: change.open == nil ? [] : changed.map(\.date),
                prices: changed.map(NightPrice.init).filter { $0.price != .keep || $0.minimumNights != .keep }, at: now,
                in: tx)
        }
        return nights.map { night in
            func outcome(_ code: String?, _ message: String?) -> NightOutcome {
                NightOutcome(change: index, place: change.place, date: night.date, code: code, message: message)
            }
            if let why = night.contradiction(longest) { return outcome("contradiction", why) }
            return conflicts.contains(night.date)
                ? outcome("night_taken", "A guest has the night, so it was left as it was.") : outcome(nil, nil)
        }
    }
}
