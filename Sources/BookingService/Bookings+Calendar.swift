public import Core
import Foundation
public import PropertyService
import Storage

/// Which nights are open: decided here, beside the claims; the Properties database has a copy for search.
extension Bookings {
    /// Opens or closes nights and changes prices and minimums per date: all of it, or nothing.
    ///
    /// When this returns, search and calendar of this node show it.
    /// - Parameter nights: at most 731, each date once.
    /// - Throws: `Problem`: `not_found`, `forbidden` for another host's listed place, `validation_failed`, also for a minimum
    ///   above the longest stay that may begin then; `nights_unavailable` where a night to be closed is a guest's on every unit; then nothing has changed.
    public func changeCalendar(of property: PropertyID, _ nights: [NightChange], for caller: Caller) async throws {
        let facts = try await hostedProperty(property, by: caller)
        guard !nights.isEmpty, nights.count <= Stay.farthest else {
            throw Problem.invalid("nights", "out_of_range", "Name 1 to \(Stay.farthest) nights.")
        }
        guard Set(nights.map(\.date)).count == nights.count else {
            throw Problem.invalid("nights", "duplicate", "Name each night once.")
        }
        let count = nights.count { $0.open != nil } * facts.units.count
        guard count <= Bookings.mostNightsChanged else {
            throw Problem.invalid(
                "nights", "out_of_range",
                "At most \(Bookings.mostNightsChanged) nights of units are opened or closed at once; these are \(count)."
            )
        }
        let longest = try await longestStays(at: property, of: nights.map { ($0.date, $0.minimumNights) })
        let contradictions = nights.enumerated().compactMap { index, night in
            night.contradiction(longest).map {
                Problem.FieldError("nights[\(index)].minimumNights", "contradiction", $0)
            }
        }
        guard contradictions.isEmpty else {
            throw Problem(
                .validationFailed, "No stay could begin on some of these nights, so nothing was changed.",
                errors: contradictions)
        }
        let nights = nights.sorted { $0.date < $1.date }
        let now = world.now()
        let actId = world.random(16)
        try await store.database.write { [store] tx in
            let conflicts = try tx.setOpen(nights, of: facts.units)
            guard conflicts.isEmpty else {
                throw Problem(
                    .nightsUnavailable,
                    "A guest has some of these nights, so nothing was changed. Cancel the booking first.",
                    errors: conflicts.map {
                        Problem.FieldError("nights", "night_taken", "A guest has the night of \($0).")
                    })
            }
            if caller.id != facts.hostId {
                try tx.write(
                    OperatorAct(
                        id: Base32.text(of: actId), operatorId: caller.id, act: "change calendar",
                        subject: property.text, reason: "", at: now))
            }
            try store.announceCalendar(
                of: property, units: facts.units, touching: nights.filter { $0.open != nil }.map(\.date),
                prices: nights.map(NightPrice.init).filter { $0.price != .keep || $0.minimumNights != .keep }, at: now,
                in: tx)
        }
        await courier.deliver(property.text)
    }

    /// The longest stays that may begin on those of the dates that are to get a minimum.
    func longestStays(at property: PropertyID, of dates: [(date: LocalDay, minimum: Change<Int>)]) async throws
        -> [LocalDay: Int]
    {
        let set = dates.filter { if case .set = $0.minimum { true } else { false } }.map(\.date)
        return set.isEmpty ? [:] : try await properties.longestStays(at: property, beginning: set)
    }

    /// Makes room for another number of units, before the Property Service changes it. A night that is closed, and to be
    /// had on no unit, is closed on those that come too: only its host opens it. Stays to come on units that go move, each
    /// whole, to those that stay.
    /// - Throws: `Problem`: `not_found`, `forbidden`; `nights_unavailable` where stays on a unit that would go find no room on
    ///   the others, have begun, or are being changed; then nothing has changed.
    public func changeUnitCount(of property: PropertyID, to count: Int, for caller: Caller) async throws {
        let facts = try await hostedProperty(property, by: caller)
        try await setUnits(
            of: facts, to: count, among: max(count, facts.units.count), doubtedUntil: world.now() + Bookings.doubt)
    }

    /// Brings the units back to those that the place has, after a change that did not come about.
    /// - Parameter most: the most units that the place had or was to have.
    public func restoreUnits(of property: PropertyID, among most: Int) async throws {
        guard let facts = try await properties.facts(property) else { return }
        let count = facts.units.count
        try await setUnits(of: facts, to: count, among: max(most, count), doubtedUntil: nil)
    }

    /// For how long units may be retired here that the place still has: the Property Service is about to take them off.
    static let doubt = Duration.seconds(600)

    /// Brings back units that were retired and that their places still have: whoever was to take them off never did.
    package func settleUnits() async throws {
        let now = world.now()
        let due = try await store.database.read {
            try $0.values(
                "SELECT unit_id FROM retired_unit WHERE doubted_until <= \(now) ORDER BY unit_id LIMIT \(Bookings.batch)",
                as: UnitID.self)
        }
        for (property, units) in Dictionary(grouping: due, by: \.property).sorted(by: { $0.key < $1.key }) {
            try await restoreUnits(of: property, among: 1)
            try await store.database.write { tx in
                try tx.execute("UPDATE retired_unit SET doubted_until = NULL WHERE unit_id IN \(list: units)")
            }
        }
    }

    /// - Parameters:
    ///   - most: the highest number of a unit to look at.
    ///   - doubtedUntil: until when those that go may still be the place's; nothing where they are not.
    private func setUnits(of facts: PropertyFacts, to count: Int, among most: Int, doubtedUntil: Instant?) async throws
    {
        let now = world.now()
        let today = facts.zone.day(at: now)
        let units = (1...max(1, most)).map { UnitID.of(facts.id, $0) }
        let (staying, leaving) = (Array(units.prefix(max(1, count))), Array(units.dropFirst(max(1, count))))
        let (moved, hasTouched) = try await store.database.write { [store] tx in
            let retired = try tx.values(
                "SELECT unit_id FROM retired_unit WHERE unit_id IN \(list: staying)", as: UnitID.self)
            let present = staying.filter { facts.units.contains($0) && !retired.contains($0) }
            let coming = staying.filter { !present.contains($0) }
            try tx.execute("DELETE FROM retired_unit WHERE unit_id IN \(list: staying)")
            for unit in leaving {
                // Retired first: a hold that still has the old list of units meets this row.
                try tx.execute(
                    """
                    INSERT INTO retired_unit (unit_id, doubted_until) VALUES (\(unit), \(doubtedUntil))
                    ON CONFLICT (unit_id) DO UPDATE SET doubted_until = excluded.doubted_until
                    """)
            }
            let moved = try store.clear(leaving, into: staying, from: today, at: now, in: tx)
            let touched = try tx.close(coming, as: present, from: today)
            if !touched.isEmpty {
                try store.announceCalendar(of: facts.id, units: coming, touching: touched, prices: [], at: now, in: tx)
            }
            return (moved, !touched.isEmpty)
        }
        if hasTouched { await courier.deliver(facts.id.text) }
        for booking in moved { await courier.deliver(booking.text) }
    }

    /// The property, for those who may change its calendar.
    func hostedProperty(_ id: PropertyID, by caller: Caller) async throws -> PropertyFacts {
        guard let facts = try await properties.facts(id) else { throw Problem.notFound("place") }
        guard caller.id == facts.hostId || caller.isOperator else {
            throw facts.status == .listed
                ? Problem(.forbidden, "Only its host may change this place.") : Problem.notFound("place")
        }
        return facts
    }

    /// What a host may open again: their own closing, and what a calendar brought once. A feed's nights stay closed.
    fileprivate static let ownSources = [BlockSource.host, CalendarImport.source]
}

extension Transaction {
    /// Opens or closes nights on every unit where no guest has them.
    /// - Returns: the nights that were to be closed and that guests have on every unit: these are as they were.
    func setOpen(_ nights: [NightChange], of units: [UnitID]) throws -> [LocalDay] {
        var conflicts: [LocalDay] = []
        for night in nights {
            guard let open = night.open else { continue }
            if open {
                for unit in units { try unblock(unit, night.date, from: Bookings.ownSources) }
            } else {
                let owners = try units.map { try block($0, night.date, by: BlockSource.host, besideBookings: false) }
                if owners.allSatisfy({ $0 != nil }) { conflicts.append(night.date) }
            }
        }
        return conflicts
    }

    /// Gives units that come to a property the closed nights of those that are there: those that somebody closed and that
    /// no unit has free. What was closed on a unit that was there before and comes back counts for nothing else.
    /// - Returns: the nights that are closed on a unit that comes, or were.
    func close(_ coming: [UnitID], as units: [UnitID], from today: LocalDay) throws -> [LocalDay] {
        guard !coming.isEmpty else { return [] }
        let closed = try values(
            """
            SELECT DISTINCT night FROM night_block
            WHERE unit_id IN \(list: units) AND night >= \(today) AND \(BlockSource.isClosing) AND night IN (
                SELECT night FROM claimed_night WHERE unit_id IN \(list: units) AND night >= \(today)
                GROUP BY night HAVING COUNT(*) = \(units.count))
            ORDER BY night
            """, as: LocalDay.self)
        var touched = Set(closed)
        for unit in coming {
            let before = try values(
                """
                SELECT DISTINCT night FROM night_block
                WHERE unit_id = \(unit) AND night >= \(today) AND source IN \(list: Bookings.ownSources)
                """, as: LocalDay.self)
            for night in Set(before).subtracting(closed).sorted() {
                try unblock(unit, night, from: Bookings.ownSources)
                touched.insert(night)
            }
            guard !closed.isEmpty else { continue }
            // In date order, and the claims first, as in `block`.
            try later(
                """
                INSERT INTO claimed_night (unit_id, night, booking_id)
                VALUES \(SQL.joined(closed.map { "(\(unit), \($0), NULL)" }, by: ", "))
                ON CONFLICT (unit_id, night) DO UPDATE SET booking_id = claimed_night.booking_id
                """)
            try later(
                """
                INSERT INTO night_block (unit_id, night, source)
                VALUES \(SQL.joined(closed.map { "(\(unit), \($0), \(BlockSource.host))" }, by: ", "))
                ON CONFLICT (unit_id, night, source) DO NOTHING
                """)
        }
        return touched.sorted()
    }
}

extension BookingStore {
    /// Tells the copy for search what is blocked and priced now, in the same transaction.
    func announceCalendar(
        of property: PropertyID, units: [UnitID], touching nights: [LocalDay], prices: [NightPrice], at now: Instant,
        in tx: borrowing Transaction
    ) throws {
        let version = try tx.value(
            """
            INSERT INTO property_version (property_id, version) VALUES (\(property), 1)
            ON CONFLICT (property_id) DO UPDATE SET version = property_version.version + 1
            RETURNING version
            """, as: Int64.self)
        let body = CalendarChanged(
            propertyId: property, blocked: try tx.blockedWords(units, holding: nights), nights: prices)
        try outbox.append(
            CalendarChanged.kind, about: property.text, version: version ?? 1, body: body, at: now, in: tx)
    }
}

extension NightPrice {
    init(_ change: NightChange) {
        self.init(date: change.date, price: change.price, minimumNights: change.minimumNights)
    }
}

/// A calendar brought in from a file.
package struct CalendarImport: Sendable {
    static let source = "import"

    package let property: PropertyID
    /// The nights the file speaks of.
    package let range: Range<LocalDay>
    /// The closed nights among them, in order.
    package let closed: [LocalDay]
    /// Those of them whose price or minimum differs from the property's.
    package let nights: [NightPrice]
    /// Of everything above: the same again changes nothing.
    package let digest: String

    package init(
        property: PropertyID, range: Range<LocalDay>, closed: [LocalDay], nights: [NightPrice], digest: String
    ) {
        self.property = property
        self.range = range
        self.closed = closed
        self.nights = nights
        self.digest = digest
    }

    /// Every night of the range: those that do not differ are given back to the property's rules, whatever an earlier
    /// file said of them.
    fileprivate var everyNight: [NightPrice] {
        let own = Dictionary(nights.map { ($0.date, $0) }, uniquingKeysWith: { first, _ in first })
        return range.map { own[$0] ?? NightPrice(date: $0, price: .clear, minimumNights: .clear) }
    }
}

extension Bookings {
    /// Applies calendars from a file, each property's whole or not at all; bookings beside a closed night stay.
    /// - Returns: how many were new or changed.
    package func importCalendars(_ calendars: [CalendarImport]) async throws -> Int {
        let now = world.now()
        return try await store.database.write { [store] tx in
            var changed = 0
            for calendar in calendars {
                let lastDigest = try tx.value(
                    "SELECT digest FROM calendar_import WHERE property_id = \(calendar.property)", as: String.self)
                guard lastDigest != calendar.digest else { continue }
                try tx.execute(
                    """
                    INSERT INTO calendar_import (property_id, digest) VALUES (\(calendar.property), \(calendar.digest))
                    ON CONFLICT (property_id) DO UPDATE SET digest = excluded.digest
                    """)
                changed += 1
                let unit = UnitID.of(calendar.property, 1)
                let before = try tx.values(
                    "SELECT night FROM night_block WHERE unit_id = \(unit) AND source = \(CalendarImport.source)",
                    as: LocalDay.self)
                let after = Set(calendar.closed)
                let opened = before.filter { !after.contains($0) }
                for night in opened { try tx.unblock(unit, night, from: [CalendarImport.source]) }
                let known = Set(before)
                for night in after.sorted() where !known.contains(night) {
                    _ = try tx.block(unit, night, by: CalendarImport.source, besideBookings: true)
                }
                try store.announceCalendar(
                    of: calendar.property, units: [unit], touching: Array(after) + opened,
                    prices: lastDigest == nil ? calendar.nights : calendar.everyNight, at: now, in: tx)
            }
            return changed
        }
    }
}

extension NightChange {
    /// What is wrong with its minimum, where no stay so long may begin on its date.
    func contradiction(_ longest: [LocalDay: Int]) -> String? {
        guard case .set(let minimum) = minimumNights, let most = longest[date], minimum > most else { return nil }
        return
            "A stay that begins on \(date) may have \(most == 1 ? "1 night" : "\(most) nights") at most, so none could have \(minimum)."
    }
}
