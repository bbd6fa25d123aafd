import Core
import Foundation
import PropertyService
import Storage
import TestSupport
import Testing

/// The service on a database of its own, at noon UTC on 1 July 2027.
struct ListingsFixture {
    let world = TestWorld()
    let database: any Database
    let properties: Properties
    let host = Caller(id: UserID(stored: "usr_host"), isOperator: false)
    let guest = Caller(id: UserID(stored: "usr_guest"), isOperator: false)
    let `operator` = Caller(id: UserID(stored: "usr_operator"), isOperator: true)

    /// Read once: it is mapped, and all worlds are on one earth.
    static let gazetteer = Result { try Gazetteer() }

    init(on database: (any Database)? = nil, serviceFee: Percent = .zero) async throws {
        if let database { self.database = database } else { self.database = try await Engine.database() }
        try await self.database.migrate(PropertyMigrations.all, at: world.now)
        properties = Properties(
            database: self.database, world: world.world,
            outbox: Outbox(source: "properties", receivers: { $0 == PropertyCreated.kind ? ["accounts"] : [] }),
            gazetteer: try ListingsFixture.gazetteer.get(), operatorCurrency: .usd,
            courier: Courier { _ in }, serviceFee: serviceFee)
    }

    /// A listed place for four at 100.00 USD in Albany, but for what `change` says.
    @discardableResult
    func place(_ change: (inout PropertyDraft) -> Void = { _ in }) async throws -> Property {
        var draft = PropertyDraft.albany
        draft.status = "listed"
        change(&draft)
        return try await properties.create(draft, for: host, once: nil)
    }

    func find(_ ask: (inout PropertySearch) -> Void) async throws -> SearchPage {
        var query = PropertySearch()
        query.limit = 100
        ask(&query)
        return try await properties.search(query, for: nil)
    }

    /// The titles of all that is found, in order.
    func titles(_ ask: (inout PropertySearch) -> Void) async throws -> [String] {
        let page = try await find(ask)
        #expect(page.totalCount >= page.items.count)
        return page.items.map(\.property.title)
    }

    /// The fields that are named by a refusal, or nothing where it was let through.
    func refusedFields(_ work: () async throws -> Void) async throws -> Set<String>? {
        do {
            try await work()
            return nil
        } catch let problem as Problem {
            #expect(problem.code == .validationFailed)
            return Set(problem.errors.map(\.field))
        }
    }
}

extension PropertyDraft {
    static var albany: PropertyDraft {
        var draft = PropertyDraft()
        draft.title = "House by the river"
        draft.roomType = "entireHome"
        draft.location = LocationDraft(country: "US", city: "Albany", latitude: 42.65, longitude: -73.75)
        draft.maximumGuests = 4
        draft.nightlyPrice = MoneyDraft(amount: 10_000, currency: "USD")
        draft.timeZone = "America/New_York"
        return draft
    }
}

extension LocationDraft {
    init(country: String, city: String, neighbourhood: String? = nil, latitude: Double, longitude: Double) {
        self.init()
        self.country = country
        self.city = city
        self.neighbourhood = neighbourhood
        self.latitude = latitude
        self.longitude = longitude
    }
}

/// A day of 2027, unless another year is named.
func day(_ month: Int, _ day: Int, year: Int = 2027) throws -> LocalDay {
    try #require(LocalDay(year: year, month: month, day: day))
}

/// The code of the problem that `work` ends with, or nothing where it does not.
func problem(_ work: () async throws -> Void) async throws -> Problem.Code? {
    do {
        try await work()
        return nil
    } catch let problem as Problem {
        return problem.code
    }
}

extension ListingsFixture {
    /// Hands an event of the Booking Service on, the first of its subject.
    func apply(_ kind: String, _ subject: String, _ body: some Encodable) async throws {
        try await properties.apply(
            Event(
                source: "bookings", subject: subject, version: 1, kind: kind,
                body: String(decoding: try JSONEncoder().encode(body), as: UTF8.self)))
    }
}
