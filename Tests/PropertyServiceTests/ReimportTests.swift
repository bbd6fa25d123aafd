import Core
import PropertyService
import Storage
import TestSupport
import Testing

@Suite("Importing again", .onEachEngine)
struct ReimportTests {
    private let fixture: ListingsFixture

    init() async throws { fixture = try await ListingsFixture() }

    /// Imports the river room, but for what `change` says of it.
    @discardableResult
    private func load(_ change: (inout ImportedListing) -> Void = { _ in }) async throws -> ImportedProperty {
        var listing = ImportedListing.river()
        change(&listing)
        return try #require(try await fixture.properties.importListings([listing])[listing.source.id])
    }

    private func change(_ id: PropertyID, _ change: (inout PropertyChanges) -> Void) async throws {
        var changes = PropertyChanges()
        change(&changes)
        _ = try await fixture.properties.change(id, changes, for: fixture.host)
    }

    private func now(_ id: PropertyID) async throws -> Property {
        try await fixture.properties.property(id, for: fixture.host)
    }

    @Test("What the source does not say stays, and the listing is counted among those that keep something")
    func unsaid() async throws {
        let first = try await load { $0.openUntil = LocalDay("2027-12-01") }
        let before = try await now(first.id)
        let again = try await load {
            ($0.description, $0.amenities, $0.bedrooms, $0.nightlyPrice) = ("", [], 1, nil)
            ($0.rating, $0.status, $0.location.neighbourhood) = (.none, .draft, nil)
            $0.unsaid = [.description, .amenities, .bedrooms, .rating, .neighbourhood]
        }
        #expect(again.outcome == .unchanged && again.keepsUnsaid && !again.isDraft && again.warning == nil)
        #expect(try await now(first.id) == before)
        let other = try await load {
            ($0.title, $0.description, $0.unsaid) = ("River flat", "", [.description])
        }
        let after = try await now(first.id)
        #expect(other.outcome == .changed && other.keepsUnsaid)
        #expect((after.title, after.description, after.openUntil) == ("River flat", "Quiet", before.openUntil))
        #expect(try await load { $0.title = "River flat" }.outcome == .unchanged)
    }

    @Test("A listing without a position is not published where others are, until its host or its source says where")
    func guessedPosition() async throws {
        func publish(_ id: PropertyID, at place: (Double, Double)? = nil) async throws {
            try await change(id) { changes in
                changes.status = .set("listed")
                guard let place else { return }
                var location = LocationChanges()
                (location.latitude, location.longitude) = (.set(place.0), .set(place.1))
                changes.location = location
            }
        }
        let hosts = try await load { ($0.status, $0.unsaid) = (.draft, [.position, .status]) }
        #expect(hosts.isDraft)
        let refusal = await #expect(throws: Problem.self) { try await publish(hosts.id) }
        #expect(refusal?.code == .stateConflict && refusal?.errors.first?.field == "location")
        #expect(try await now(hosts.id).status == .draft)
        let guessed = try await now(hosts.id).location
        // The same position, said by its host, is one.
        try await publish(hosts.id, at: (guessed.latitude, guessed.longitude))
        #expect(try await now(hosts.id).status == .listed)

        func other(_ change: (inout ImportedListing) -> Void) async throws -> ImportedProperty {
            try await load { listing in
                listing.source = PropertySource(name: listing.source.name, id: "other")
                change(&listing)
            }
        }
        let sources = try await other { ($0.status, $0.unsaid) = (.draft, [.position, .status]) }
        await #expect(throws: Problem.self) { try await publish(sources.id) }
        _ = try await other { ($0.location.latitude, $0.status, $0.unsaid) = (42.7, .draft, [.status]) }
        try await publish(sources.id)
        #expect(try await now(sources.id).location.latitude == 42.7)
    }

    @Test("A part that no source said before is taken from the first that says it")
    func saidLater() async throws {
        let first = try await load { ($0.bedrooms, $0.unsaid) = (1, [.bedrooms]) }
        #expect(!first.keepsUnsaid)
        #expect(try await load { $0.bedrooms = 3 }.outcome == .changed)
        #expect(try await now(first.id).bedrooms == 3)
    }

    @Test("A place that its host has taken back or paused stays so", arguments: [PropertyStatus.draft, .paused])
    func status(_ status: PropertyStatus) async throws {
        let id = try await load().id
        try await change(id) { $0.status = .set(status.rawValue) }
        let again = try await load { $0.title = "River flat" }
        #expect(again.outcome == .changed && again.warning == nil && again.isDraft == (status == .draft))
        let after = try await now(id)
        #expect(after.status == status && after.title == "River flat")
        try await change(id) { $0.status = .set("listed") }
        try await load { $0.title = "River house" }
        #expect(try await now(id).status == .listed)
    }

    @Test("What the host has changed stays theirs, with a warning where the source has something new; the rest follows")
    func hostsOwn() async throws {
        let id = try await load().id
        try await change(id) {
            ($0.title, $0.nightlyPrice) = (.set("By hand"), .set(MoneyDraft(amount: 7_700, currency: "USD")))
        }
        let quiet = try await load { $0.description = "Loud" }
        #expect(quiet.outcome == .changed && quiet.warning == nil)
        let again = try await load { ($0.title, $0.description, $0.maximumGuests) = ("River flat", "Loud", 5) }
        #expect(again.warning?.hasSuffix(": title") == true)
        let after = try await now(id)
        #expect((after.title, after.description, after.maximumGuests) == ("By hand", "Loud", 5))
        #expect(after.nightlyPrice == Money(7_700, .usd))
        // The same file again: nothing new, nothing to warn of.
        let same = try await load { ($0.title, $0.description, $0.maximumGuests) = ("River flat", "Loud", 5) }
        #expect(same.outcome == .unchanged && same.warning == nil)
        // Only the host's own is left to be said: what the source said is remembered without a change of the place.
        let price = try await load {
            ($0.title, $0.description, $0.maximumGuests) = ("River flat", "Loud", 5)
            $0.nightlyPrice = Money(9_900, .usd)
        }
        #expect(price.outcome == .unchanged && price.warning?.hasSuffix(": price") == true)
        #expect(try await now(id) == after)
        // A host who takes over what the source says follows it again.
        try await change(id) { $0.title = .set("River flat") }
        try await load {
            ($0.title, $0.description, $0.maximumGuests) = ("River house", "Loud", 5)
            $0.nightlyPrice = Money(9_900, .usd)
        }
        #expect(try await now(id).title == "River house")
    }

    @Test("A draft for want of a price is listed with its price, unless its host works at it")
    func drafts() async throws {
        func unpriced(_ listing: inout ImportedListing) { (listing.nightlyPrice, listing.status) = (nil, .draft) }
        let id = try await load(unpriced).id
        #expect(try await now(id).status == .draft)
        #expect(try await !load().isDraft)
        #expect(try await now(id).status == .listed)

        func second(_ price: Int64?) async throws -> ImportedProperty {
            var listing = ImportedListing.river("2", price: price)
            if price == nil { listing.status = .draft }
            return try #require(try await fixture.properties.importListings([listing])["2"])
        }
        let draft = try await second(nil)
        try await change(draft.id) { $0.nightlyPrice = .set(MoneyDraft(amount: 5_000, currency: "USD")) }
        let priced = try await second(9_000)
        #expect(priced.isDraft && priced.warning?.contains("draft") == true)
        let after = try await now(draft.id)
        #expect(after.status == .draft && after.nightlyPrice == Money(5_000, .usd))
    }

    @Test("Another currency than the place's is refused, and so are nights that its host's rules do not fit")
    func refused() async throws {
        let id = try await load().id
        var rules = PropertyRulesChanges()
        var fees = Fees()
        fees.cleaning = Money(4_000, .usd)
        var stays = StayLimits()
        stays.minimumNights = nil
        stays.minimumNightsByArrival[.friday] = 10
        (rules.fees, rules.stays) = (.set(fees), .set(stays))
        _ = try await fixture.properties.changeRules(of: id, rules, for: fixture.host)
        let before = try await now(id)
        let euro = try #require(Currency(code: "EUR"))

        var (dear, other) = (ImportedListing.river(), ImportedListing.river("2"))
        (dear.nightlyPrice, other.nightlyPrice) = (Money(9_000, euro), Money(9_000, euro))
        let loaded = try await fixture.properties.importListings([dear, other])
        guard case .refused(let why)? = loaded["1"]?.outcome else {
            Issue.record("not refused: \(loaded)")
            return
        }
        #expect(why.contains("USD") && why.contains("EUR"))
        #expect(loaded["2"]?.outcome == .new)

        guard case .refused(let reason) = try await load({ $0.maximumNights = 5 }).outcome else {
            Issue.record("not refused")
            return
        }
        #expect(reason.contains("Friday"))
        #expect(try await now(id) == before)
        #expect(try await fixture.properties.rules(of: id, for: fixture.host).fees.cleaning == Money(4_000, .usd))
        // What was refused is not taken for said: the next that fits is as if nothing had been.
        #expect(try await load { $0.maximumNights = 12 }.outcome == .changed)
    }

    @Test("A longer minimum lifts a maximum that an earlier file said, but not the host's own")
    func minimumOverMaximum() async throws {
        let id = try await load().id
        func longer(_ listing: inout ImportedListing) {
            (listing.minimumNights, listing.maximumNights, listing.unsaid) = (40, 365, [.maximumNights])
        }
        #expect(try await load(longer).outcome == .changed)
        #expect(try await now(id).maximumNights == 40)
        #expect(try await load(longer).outcome == .unchanged)
        try await change(id) { $0.maximumNights = .set(50) }
        guard
            case .refused = try await load({
                longer(&$0); $0.minimumNights = 60
            }).outcome
        else {
            Issue.record("not refused")
            return
        }
    }

    @Test("Of places from before it was kept what sources said, a second version's own differences stay")
    func before() async throws {
        let id = try await load().id
        let other = try #require(try await fixture.properties.importListings([.river("2")])["2"]).id
        try await change(other) { $0.title = .set("By hand") }
        try await fixture.database.write { try $0.execute("UPDATE property SET source_said = NULL") }
        #expect(try await load { $0.title = "River flat" }.outcome == .changed)
        #expect(try await now(id).title == "River flat")
        let again = try #require(try await fixture.properties.importListings([.river("2")])["2"])
        #expect(again.warning?.hasSuffix(": title") == true && again.outcome == .unchanged)
        #expect(try await now(other).title == "By hand")
    }
}
