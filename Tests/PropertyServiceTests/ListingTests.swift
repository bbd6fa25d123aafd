import Core
@testable import PropertyService
import Storage
import TestSupport
import Testing

@Suite("Listings", .onEachEngine)
struct ListingTests {
    @Test("A new listing is a draft with the defaults of the contract, and its host hears of it")
    func defaults() async throws {
        let fixture = try await ListingsFixture()
        let property = try await fixture.properties.create(.albany, for: fixture.host, once: nil)
        #expect(property.status == .draft && property.hostId == fixture.host.id && property.version == 1)
        #expect(property.bedrooms == 1 && property.beds == 1 && property.bathrooms == 1 && property.unitCount == 1)
        #expect(property.minimumNights == 1 && property.maximumNights == 365 && property.instantBook)
        #expect(property.cancellationPolicy == .moderate && property.amenities.isEmpty && property.photos.isEmpty)
        #expect(property.checkInFrom.description == "15:00" && property.checkOutBy.description == "11:00")
        #expect(property.rating == .none && property.openUntil == nil && property.source == nil)
        #expect(try await fixture.properties.property(property.id, for: fixture.host) == property)
        let events = try await fixture.database.read { try $0.values("SELECT subject FROM outbox", as: String.self) }
        #expect(events == [property.id.text])
    }

    @Test("Everything that is sent comes back")
    func everything() async throws {
        let fixture = try await ListingsFixture()
        let property = try await fixture.place { draft in
            draft.description = "By the lake.\nQuiet; it's \"fine\" %_\\ 湖"
            draft.location?.neighbourhood = "Lower Lake"
            (draft.bedrooms, draft.beds, draft.bathrooms, draft.unitCount) = (3, 5, 2.5, 7)
            (draft.minimumNights, draft.maximumNights) = (2, 30)
            (draft.cancellationPolicy, draft.instantBook) = ("nonRefundable", false)
            (draft.checkInFrom, draft.checkOutBy) = ("16:30", "10:00")
            draft.amenities = ["Wi-Fi", "Café crème", "hot-tub", "wi fi"]
            draft.nightlyPrice = MoneyDraft(amount: 1_500, currency: "KWD")
            draft.openUntil = LocalDay("2028-02-29")
        }
        #expect(property.amenities == ["wi-fi", "cafe-creme", "hot-tub"])
        #expect(property.nightlyPrice?.description == "1.500 KWD")
        #expect(try await fixture.properties.property(property.id, for: nil) == property)
        #expect(property.facts(.none).units.map(\.ordinal) == [1, 2, 3, 4, 5, 6, 7])
    }

    @Test("Every field that is missing or wrong is named at once")
    func namesEveryField() async throws {
        let fixture = try await ListingsFixture()
        let missing = try await fixture.refusedFields {
            _ = try await fixture.properties.create(PropertyDraft(), for: fixture.host, once: nil)
        }
        #expect(missing == ["title", "roomType", "location", "maximumGuests", "nightlyPrice", "timeZone"])
        let wrong = try await fixture.refusedFields {
            try await fixture.place { draft in
                draft.title = "  "
                draft.roomType = "castle"
                draft.location = LocationDraft(country: "XX", city: "", latitude: 91, longitude: .nan)
                draft.maximumGuests = 0
                draft.bathrooms = 1.3
                draft.nightlyPrice = MoneyDraft(amount: 0, currency: "XYZ")
                draft.timeZone = "EST"
                (draft.minimumNights, draft.maximumNights) = (0, 366)
                draft.checkInFrom = "25:00"
                draft.amenities = ["--"]
                draft.status = "gone"
                draft.photos = [Photo(url: "https://example.org/a.jpg", alt: "")]
            }
        }
        #expect(
            wrong == [
                "title", "roomType", "location.country", "location.city", "location.latitude", "location.longitude",
                "maximumGuests", "bathrooms", "nightlyPrice.amount", "nightlyPrice.currency", "timeZone",
                "minimumNights", "maximumNights", "checkInFrom", "amenities[0]", "status", "photos",
            ])
        let order = try await fixture.refusedFields {
            try await fixture.place { ($0.minimumNights, $0.maximumNights) = (9, 8) }
        }
        #expect(order == ["minimumNights"])
    }

    @Test("A change names what changes; null gives back what may be empty and is refused elsewhere")
    func changes() async throws {
        let fixture = try await ListingsFixture()
        let old = try await fixture.place { draft in
            draft.location?.neighbourhood = "Center Square"
            draft.openUntil = LocalDay("2028-01-01")
        }
        func change(_ make: (inout PropertyChanges) -> Void) async throws -> Property {
            var changes = PropertyChanges()
            make(&changes)
            return try await fixture.properties.change(old.id, changes, for: fixture.host)
        }
        #expect(try await change { _ in } == old)
        #expect(try await change { $0.title = .set(old.title) }.version == 1, "nothing is another")
        let new = try await change { changes in
            changes.title = .set("House by the sea")
            changes.openUntil = .clear
            changes.location = LocationChanges()
            changes.location?.neighbourhood = .clear
        }
        #expect(new.version == 2 && new.title == "House by the sea" && new.openUntil == nil)
        #expect(new.location.neighbourhood == nil && new.location.city == "Albany")
        let refused = try await fixture.refusedFields {
            _ = try await change { changes in
                (changes.title, changes.maximumGuests, changes.amenities) = (.clear, .clear, .clear)
                changes.clearsLocation = true
                changes.minimumNights = .set(400)
            }
        }
        #expect(refused == ["title", "maximumGuests", "amenities", "location", "minimumNights"])
        #expect(try await problem { _ = try await change { $0.nightlyPrice = .clear } } == .stateConflict)
        #expect(try await fixture.properties.property(old.id, for: nil) == new)
    }

    @Test("Who may see and who may change")
    func permissions() async throws {
        let fixture = try await ListingsFixture()
        let draft = try await fixture.properties.create(.albany, for: fixture.host, once: nil)
        let service = fixture.properties
        func seen(_ caller: Caller?, hasBooked: Bool = false) async throws -> Problem.Code? {
            try await problem { _ = try await service.property(draft.id, for: caller) { hasBooked } }
        }
        var title = PropertyChanges()
        title.title = .set("Mine")
        title.beds = .set(-1)
        func changed(_ caller: Caller, _ changes: PropertyChanges) async throws -> Problem.Code? {
            try await problem { _ = try await service.change(draft.id, changes, for: caller) }
        }
        #expect(try await seen(nil, hasBooked: true) == .notFound)
        #expect(try await seen(fixture.guest) == .notFound)
        #expect(try await seen(fixture.guest, hasBooked: true) == nil)
        #expect(try await seen(fixture.host) == nil)
        #expect(try await seen(fixture.operator) == nil)
        #expect(try await changed(fixture.guest, title) == .notFound)
        var publish = PropertyChanges()
        publish.status = .set("listed")
        #expect(try await changed(fixture.host, publish) == nil)
        #expect(try await seen(nil) == nil)
        #expect(try await changed(fixture.guest, title) == .forbidden, "before the body is looked at")
        #expect(try await changed(fixture.host, title) == .validationFailed)
        title.beds = .keep
        #expect(try await changed(fixture.operator, title) == nil)
        let recorded = try await fixture.database.read {
            try $0.values("SELECT operator_id FROM operator_log", as: String.self)
        }
        #expect(recorded == [fixture.operator.id.text])
        #expect(
            try await problem { _ = try await service.property(PropertyID(stored: "prop_x"), for: nil) } == .notFound)
    }

    @Test("Asking again with the same key makes one listing")
    func once() async throws {
        let fixture = try await ListingsFixture()
        let key = IdempotencyKey(person: fixture.host.id, path: "/api/v1/properties", key: "k")
        let first = try await fixture.properties.create(.albany, for: fixture.host, once: Once(key: key, bodyHash: "a"))
        let again = try await fixture.properties.create(.albany, for: fixture.host, once: Once(key: key, bodyHash: "a"))
        #expect(first == again)
        #expect(try await fixture.properties.properties(of: fixture.host.id).count == 1)
        #expect(
            try await problem {
                _ = try await fixture.properties.create(.albany, for: fixture.host, once: Once(key: key, bodyHash: "b"))
            } == .idempotencyKeyReused)
    }

    @Test("Amenities are counted over listed places, through every change")
    func amenities() async throws {
        let fixture = try await ListingsFixture()
        let one = try await fixture.place { $0.amenities = ["Wifi", "Hot tub"] }
        try await fixture.place { $0.amenities = ["wifi"] }
        try await fixture.place { ($0.amenities, $0.status) = (["wifi", "sauna"], "draft") }
        func counts() async throws -> [String: Int] {
            Dictionary(uniqueKeysWithValues: try await fixture.properties.amenities().map { ($0.code, $0.count) })
        }
        #expect(try await counts() == ["wifi": 2, "hot-tub": 1])
        #expect(try await fixture.properties.amenities().map(\.name) == ["Wifi", "Hot tub"])
        var changes = PropertyChanges()
        changes.amenities = .set(["hot-tub", "pool"])
        _ = try await fixture.properties.change(one.id, changes, for: fixture.host)
        #expect(try await counts() == ["wifi": 1, "hot-tub": 1, "pool": 1])
        changes.status = .set("paused")
        _ = try await fixture.properties.change(one.id, changes, for: fixture.host)
        #expect(try await counts() == ["wifi": 1])
    }

    @Test(
        "An amenity's code is letters without accents and digits, lower case, and hyphens between",
        arguments: [
            ("Wifi", "wifi"), ("Hot tub", "hot-tub"), ("  BBQ   grill! ", "bbq-grill"), ("Café crème", "cafe-creme"),
            ("TV (55\" HDTV)", "tv-55-hdtv"), ("--", ""), ("Pets allowed – Ñandú", "pets-allowed-nandu"),
            ("洗衣机", "洗衣机"), ("A/C & heat", "a-c-heat"),
        ])
    func amenityCodes(words: String, code: String) {
        #expect(Amenity.code(of: words) == code)
    }

    @Test("An imported draft without a price is published only once it has one")
    func draftWithoutPrice() async throws {
        let fixture = try await ListingsFixture()
        let imported = try await fixture.properties.importListings([.river(price: nil)])
        let id = try #require(imported["1"]).id
        let draft = try await fixture.properties.property(id, for: fixture.host)
        #expect(draft.status == .draft && draft.nightlyPrice == nil)
        var publish = PropertyChanges()
        publish.status = .set("listed")
        #expect(
            try await problem { _ = try await fixture.properties.change(id, publish, for: fixture.host) }
                == .stateConflict)
        let quote = try await fixture.properties.quote(
            id, checkIn: day(7, 10), checkOut: day(7, 12), party: Party(adults: 1), for: fixture.host)
        #expect(quote.reasons.map(\.code) == ["not_listed", "no_price"] && quote.total == Money(0, .usd))
        publish.nightlyPrice = .set(MoneyDraft(amount: 5_000, currency: "EUR"))
        #expect(try await fixture.properties.change(id, publish, for: fixture.host).status == .listed)
    }
}

extension ImportedListing {
    static func river(_ id: String = "1", price: Int64? = 9_000) -> ImportedListing {
        ImportedListing(
            source: PropertySource(name: "inside-airbnb", id: id), hostId: UserID(stored: "usr_host"),
            title: "River room", description: "Quiet", roomType: .privateRoom,
            location: Location(
                country: "US", city: "Albany", neighbourhood: "Mansion", latitude: 42.64, longitude: -73.76),
            maximumGuests: 2, bedrooms: 1, beds: 1, bathrooms: 1.5,
            amenities: ["Wifi", "Hot tub", "Hot  tub"].compactMap { ImportedAmenity(name: $0) },
            nightlyPrice: price.map { Money($0, .usd) }, minimumNights: 2, maximumNights: 30, instantBook: false,
            cancellationPolicy: .moderate, rating: Rating(average: 4.85, count: 12),
            zone: Zone("America/New_York") ?? { preconditionFailure("no zone") }(), openUntil: nil, status: .listed)
    }
}

@Suite("Listings in bulk", .onEachEngine)
struct BulkListingTests {
    @Test("Loading the same again changes no row, also where the host has changed it since")
    func again() async throws {
        let fixture = try await ListingsFixture()
        let batch = (1...5).map { ImportedListing.river("\($0)") }
        let first = try await fixture.properties.importListings(batch)
        #expect(first.values.allSatisfy { $0.outcome == .new } && first.count == 5)
        let id = try #require(first["3"]).id
        var changes = PropertyChanges()
        changes.title = .set("By hand")
        _ = try await fixture.properties.change(id, changes, for: fixture.host)
        func rows() async throws -> [String] {
            try await fixture.database.read {
                try $0.all("SELECT id, version, title, changed_at, source_said FROM property ORDER BY id") { row in
                    "\(try row[0] as String) \(try row[1] as Int) \(try row[2] as String) \(try row[3] as Int64) \(try row[4] as String)"
                }
            }
        }
        let before = try await rows()
        fixture.world.advance(.hours(1))
        let second = try await fixture.properties.importListings(batch)
        #expect(second.values.allSatisfy { $0.outcome == .unchanged })
        #expect(second.mapValues(\.id) == first.mapValues(\.id))
        #expect(try await rows() == before)
    }

    @Test("What another import says is taken over, under the same id")
    func takesOver() async throws {
        let fixture = try await ListingsFixture()
        let first = try await fixture.properties.importListings([.river()])
        var listing = ImportedListing.river(price: 12_000)
        listing.amenities = []
        let second = try await fixture.properties.importListings([listing])
        #expect(second["1"]?.outcome == .changed && second["1"]?.id == first["1"]?.id)
        let property = try await fixture.properties.property(try #require(first["1"]).id, for: nil)
        #expect(property.version == 2 && property.nightlyPrice == Money(12_000, .usd) && property.amenities.isEmpty)
        #expect(property.rating == Rating(average: 4.85, count: 12) && property.bathrooms == 1.5)
        #expect(try await fixture.properties.amenities().isEmpty)
        #expect(property.source == PropertySource(name: "inside-airbnb", id: "1"))
    }

    @Test("A host is told with the first listing, not with each")
    func tellsHostOnce() async throws {
        let fixture = try await ListingsFixture()
        _ = try await fixture.properties.importListings((1...3).map { ImportedListing.river("\($0)") })
        let events = try await fixture.database.read { try $0.value("SELECT COUNT(*) FROM outbox", as: Int.self) }
        #expect(events == 1)
    }
}
