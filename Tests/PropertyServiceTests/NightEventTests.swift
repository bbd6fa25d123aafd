import Core
import Foundation
import PropertyService
import Storage
import TestSupport
import Testing

@Suite("Events about nights", .onEachEngine)
struct NightEventTests {
    private func event(_ kind: String, _ subject: String, _ version: Int64, _ body: some Encodable) throws -> Event {
        Event(
            source: "bookings", subject: subject, version: version, kind: kind,
            body: String(decoding: try JSONEncoder().encode(body), as: UTF8.self))
    }

    private func moved(
        _ kind: String, _ booking: String, _ version: Int64, _ property: PropertyID, _ days: [String], unit: Int = 1
    ) throws -> Event {
        let body = NightsMoved(
            bookingId: BookingID(stored: booking), propertyId: property, unitId: .of(property, unit),
            nights: try days.map { try #require(LocalDay($0)) })
        return try event(kind, booking, version, body)
    }

    private func free(_ fixture: ListingsFixture, _ property: PropertyID, _ from: String, _ to: String) async throws
        -> [Bool]
    {
        try await fixture.properties.calendar(
            property, from: try #require(LocalDay(from)), to: try #require(LocalDay(to)), for: nil
        ).map(\.available)
    }

    @Test("Nights taken are gone and come back when freed; either event may come twice")
    func takenAndFreed() async throws {
        let fixture = try await ListingsFixture()
        let id = try await fixture.place().id
        let taken = try moved(NightsMoved.taken, "bkg_a", 1, id, ["2027-08-01", "2027-08-02"])
        for _ in 0..<2 {
            try await fixture.properties.apply(taken)
            #expect(try await free(fixture, id, "2027-07-31", "2027-08-04") == [true, false, false, true])
        }
        let freed = try moved(NightsMoved.freed, "bkg_a", 2, id, ["2027-08-02"])
        for _ in 0..<2 {
            try await fixture.properties.apply(freed)
            #expect(try await free(fixture, id, "2027-07-31", "2027-08-04") == [true, false, true, true])
        }
        try await fixture.properties.apply(taken)
        #expect(
            try await free(fixture, id, "2027-07-31", "2027-08-04") == [true, false, true, true],
            "an old event that comes again takes nothing back")
    }

    @Test("Two bookings' events may come in any order: the night ends with whoever has it")
    func acrossBookings() async throws {
        let fixture = try await ListingsFixture()
        let id = try await fixture.place().id
        try await fixture.properties.apply(try moved(NightsMoved.taken, "bkg_a", 1, id, ["2027-08-01"]))
        // b took the night after a had let go, but that is heard first.
        try await fixture.properties.apply(try moved(NightsMoved.taken, "bkg_b", 1, id, ["2027-08-01"]))
        try await fixture.properties.apply(try moved(NightsMoved.freed, "bkg_a", 2, id, ["2027-08-01"]))
        #expect(try await free(fixture, id, "2027-08-01", "2027-08-02") == [false])
        try await fixture.properties.apply(try moved(NightsMoved.freed, "bkg_b", 2, id, ["2027-08-01"]))
        #expect(try await free(fixture, id, "2027-08-01", "2027-08-02") == [true])
    }

    @Test(
        "Nights kept to prepare are gone too, each as the last event of its booking says; either event may come twice")
    func prepared() async throws {
        let fixture = try await ListingsFixture()
        let id = try await fixture.place().id
        func moved(_ kind: String, _ booking: String, _ version: Int64, _ days: [String], keeping kept: [String]) throws
            -> Event
        {
            func parsed(_ days: [String]) throws -> [LocalDay] { try days.map { try #require(LocalDay($0)) } }
            let body = NightsMoved(
                bookingId: BookingID(stored: booking), propertyId: id, unitId: .of(id, 1), nights: try parsed(days),
                prepared: try parsed(kept))
            return try event(kind, booking, version, body)
        }
        func shown() async throws -> [Bool] { try await free(fixture, id, "2027-07-31", "2027-08-06") }
        let taken = try moved(
            NightsMoved.taken, "bkg_a", 1, ["2027-08-02", "2027-08-03"], keeping: ["2027-08-01", "2027-08-04"])
        for _ in 0..<2 {
            try await fixture.properties.apply(taken)
            #expect(try await shown() == [true, false, false, false, false, true])
        }
        // Cancelled during the stay: what follows the night that was slept is kept instead.
        let cut = try moved(NightsMoved.freed, "bkg_a", 2, ["2027-08-03"], keeping: ["2027-08-01", "2027-08-03"])
        for _ in 0..<2 {
            try await fixture.properties.apply(cut)
            #expect(try await shown() == [true, false, false, false, true, true])
        }
        try await fixture.properties.apply(
            try moved(NightsMoved.taken, "bkg_b", 1, ["2027-08-04"], keeping: ["2027-08-03", "2027-08-05"]))
        try await fixture.properties.apply(try moved(NightsMoved.freed, "bkg_a", 3, ["2027-08-02"], keeping: []))
        #expect(try await shown() == [true, true, true, false, false, false], "what another keeps too stays kept")
        try await fixture.properties.apply(try moved(NightsMoved.freed, "bkg_b", 2, ["2027-08-04"], keeping: []))
        #expect(try await shown().allSatisfy { $0 })
    }

    @Test("A closed night stays closed whatever bookings do, and prices and minimums are set and given back")
    func calendars() async throws {
        let fixture = try await ListingsFixture()
        let id = try await fixture.place().id
        let night = try #require(LocalDay("2027-08-01"))
        let (word, bit) = (Int64(night.number) >> 6, Int64(1) << Int64(night.number & 63))
        func change(_ version: Int64, _ bits: Int64, _ price: Change<Int64>, _ minimum: Change<Int>) async throws {
            let body = CalendarChanged(
                propertyId: id, blocked: [BlockedWord(unitId: .of(id, 1), word: word, bits: bits)],
                nights: [NightPrice(date: night, price: price, minimumNights: minimum)])
            try await fixture.properties.apply(try event(CalendarChanged.kind, id.text, version, body))
        }
        func shown() async throws -> CalendarDay? {
            try await fixture.properties.calendar(id, from: night, to: night.advanced(by: 1), for: nil).first
        }
        try await change(1, bit, .set(15_050), .set(3))
        var day = try await shown()
        #expect(day?.available == false && day?.price == Money(15_050, .usd) && day?.minimumNights == 3)
        try await fixture.properties.apply(try moved(NightsMoved.taken, "bkg_a", 1, id, ["2027-08-01"]))
        try await fixture.properties.apply(try moved(NightsMoved.freed, "bkg_a", 2, id, ["2027-08-01"]))
        #expect(try await shown()?.available == false)
        try await change(2, bit, .keep, .clear)
        day = try await shown()
        #expect(day?.price == Money(15_050, .usd) && day?.minimumNights == 1)
        try await change(3, 0, .clear, .keep)
        day = try await shown()
        #expect(day?.available == true && day?.price == Money(10_000, .usd) && day?.minimumNights == 1)
    }

    @Test("Another currency gives the prices per date back, and keeps the minimums")
    func currency() async throws {
        let fixture = try await ListingsFixture()
        let id = try await fixture.place().id
        let night = try #require(LocalDay("2027-08-01"))
        try await fixture.properties.applyCalendars([
            CalendarChanged(
                propertyId: id, blocked: [],
                nights: [NightPrice(date: night, price: .set(20_000), minimumNights: .set(2))])
        ])
        var changes = PropertyChanges()
        changes.nightlyPrice = .set(MoneyDraft(amount: 12_000, currency: "JPY"))
        _ = try await fixture.properties.change(id, changes, for: fixture.host)
        let day = try await fixture.properties.calendar(id, from: night, to: night.advanced(by: 1), for: nil).first
        #expect(day?.price?.description == "12000 JPY" && day?.minimumNights == 2)
    }

    @Test("More and fewer units count the nights anew")
    func units() async throws {
        let fixture = try await ListingsFixture()
        let id = try await fixture.place().id
        try await fixture.properties.apply(try moved(NightsMoved.taken, "bkg_a", 1, id, ["2027-08-01"]))
        func found() async throws -> Int {
            try await fixture.find { ($0.checkIn, $0.checkOut) = (LocalDay("2027-08-01"), LocalDay("2027-08-02")) }
                .totalCount
        }
        func change(to count: Int) async throws {
            var changes = PropertyChanges()
            changes.unitCount = .set(count)
            _ = try await fixture.properties.change(id, changes, for: fixture.host)
        }
        #expect(try await found() == 0)
        try await change(to: 2)
        #expect(try await found() == 1)
        try await fixture.properties.apply(try moved(NightsMoved.taken, "bkg_b", 1, id, ["2027-08-01"], unit: 2))
        #expect(try await found() == 0)
        try await change(to: 3)
        #expect(try await found() == 1)
        try await change(to: 1)
        #expect(try await found() == 0)
    }

    @Test("A place that is put elsewhere on the map keeps its nights and prices")
    func moves() async throws {
        let fixture = try await ListingsFixture()
        let id = try await fixture.place().id
        try await fixture.properties.apply(try moved(NightsMoved.taken, "bkg_a", 1, id, ["2027-08-01"]))
        try await fixture.changeNights(of: id, [("2027-08-02", 77)])
        var changes = PropertyChanges()
        changes.location = LocationChanges()
        changes.location?.latitude = .set(10)
        changes.location?.longitude = .set(20)
        _ = try await fixture.properties.change(id, changes, for: fixture.host)
        func totals(_ from: String, _ to: String) async throws -> [Int64?] {
            try await fixture.find { ($0.bbox, $0.checkIn, $0.checkOut) = ("19,9,21,11", LocalDay(from), LocalDay(to)) }
                .items.map(\.total?.amount)
        }
        #expect(try await totals("2027-08-01", "2027-08-02") == [])
        #expect(try await totals("2027-08-02", "2027-08-04") == [10_077])
        try await fixture.properties.apply(try moved(NightsMoved.freed, "bkg_a", 2, id, ["2027-08-01"]))
        #expect(try await totals("2027-08-01", "2027-08-02") == [10_000])
    }

    @Test("An event that is none of ours is refused, not swallowed")
    func unknown() async throws {
        let fixture = try await ListingsFixture()
        let event = Event(source: "bookings", subject: "x", version: 1, kind: "booking.changed", body: "{}")
        await #expect(throws: StorageError.self) { try await fixture.properties.apply(event) }
    }

    @Test("Calendars are shown for a bounded number of days in order, and a foreign draft's not at all")
    func bounds() async throws {
        let fixture = try await ListingsFixture()
        let id = try await fixture.place().id
        let today = try day(7, 1)
        func asked(_ from: LocalDay, _ to: LocalDay) async throws -> Problem.Code? {
            try await problem { _ = try await fixture.properties.calendar(id, from: from, to: to, for: nil) }
        }
        #expect(try await asked(today, today) == .validationFailed)
        #expect(try await asked(today, today.advanced(by: -1)) == .validationFailed)
        #expect(try await asked(today, today.advanced(by: 732)) == .validationFailed)
        let days = try await fixture.properties.calendar(id, from: today, to: today.advanced(by: 731), for: nil)
        #expect(days.count == 731 && days.allSatisfy(\.available) && days.first?.date == today)
        let draft = try await fixture.place { $0.status = "draft" }
        #expect(
            try await problem {
                _ = try await fixture.properties.calendar(draft.id, from: today, to: today, for: fixture.guest)
            } == .notFound, "who may not see it is told nothing about the question")
    }
}
