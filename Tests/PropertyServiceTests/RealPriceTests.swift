import Core
import Foundation
import RuleWorlds
import TestSupport
import Testing

@testable import PropertyService

/// Calendars of real places whose price changes from day to day, quoted and held against a plain sum of their rows.
@Suite(
    "Real prices by the day",
    .enabled(if: ImportFiles.hasRealData, "left out: the real data does not lie beside the project"),
    .onEachEngine)
struct RealPriceTests {
    private static let isProving = ProcessInfo.processInfo.environment["ROOST_PROVE"] == "1"
    /// A tenth of a file in the everyday run: enough of some hundred places.
    private static let mostBytes = isProving ? Int.max : 4 << 20
    private static let mostPlaces = isProving ? Int.max : 60

    @Test(
        "A quote is the plain sum of the days' prices",
        arguments: [
            ("singapore/2023-09-23/calendar.csv.gz", "SGD"), ("jersey-city/2019-04-28/calendar.csv.gz", "USD"),
        ])
    func sums(path: String, currency: String) async throws {
        let prices = try Self.prices(ImportFiles.realData.appending(path: "inside-airbnb/\(path)"))
        let fixture = try await ListingsFixture()
        var chance = SeededGenerator(seed: 1)
        var (quotes, varying) = (0, 0)
        for id in prices.keys.sorted().prefix(Self.mostPlaces) {
            let own = prices[id] ?? [:]
            guard let first = own.keys.min(), let last = own.keys.max(), own.count > 30 else { continue }
            fixture.world.move(to: TestWorld.noon(first))
            let place = try await fixture.place { $0.nightlyPrice = MoneyDraft(amount: 1, currency: currency) }
            let nights = own.map { NightPrice(date: $0, price: .set($1), minimumNights: .keep) }
            try await fixture.apply(
                CalendarChanged.kind, place.id.text, CalendarChanged(propertyId: place.id, blocked: [], nights: nights))
            for _ in 0..<4 {
                let from = first.advanced(by: Int.random(in: 0...first.distance(to: last), using: &chance))
                let to = from.advanced(by: Int.random(in: 1...28, using: &chance))
                let quote = try await fixture.properties.quote(
                    place.id, checkIn: from, checkOut: to, party: Party(adults: 1), for: fixture.host)
                let rows = (from..<to).map { own[$0] ?? 1 }
                #expect(quote.total.amount == rows.reduce(0, +), "\(id), \(from) to \(to)")
                #expect(quote.lines.map(\.amount.amount) == rows)
                #expect(quote.trace?.map(\.rule) == (from..<to).map { own[$0] == nil ? "nightly_price" : "date_price" })
                quotes += 1
                if Set(rows).count > 1 { varying += 1 }
            }
        }
        #expect(quotes > 100 && varying > 20, "\(quotes) quotes, \(varying) over changing prices")
    }

    /// By listing and day, in cents, read without the importer: `listing_id,date,available,"$1,085.00",…`.
    private static func prices(_ file: URL) throws -> [String: [LocalDay: Int64]] {
        var text: [UInt8] = []
        let bytes = try FileBytes(file)
        var part = [UInt8](repeating: 0, count: 1 << 18)
        while text.count < mostBytes {
            let count = try part.withUnsafeMutableBytes { try bytes.read(into: $0) }
            if count == 0 { break }
            text += part.prefix(count)
        }
        var prices: [String: [LocalDay: Int64]] = [:]
        for line in text.split(separator: UInt8(ascii: "\n")).dropFirst().dropLast() {
            let head = line.split(separator: UInt8(ascii: ","), maxSplits: 3)
            guard head.count == 4, let day = LocalDay(String(decoding: head[1], as: UTF8.self)) else { continue }
            let isQuoted = head[3].first == UInt8(ascii: "\"")
            let end: UInt8 = isQuoted ? UInt8(ascii: "\"") : UInt8(ascii: ",")
            let digits = head[3].drop { $0 == UInt8(ascii: "\"") }.prefix { $0 != end }
                .filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard let cents = Int64(String(decoding: digits, as: UTF8.self)), cents > 0 else { continue }
            prices[String(decoding: head[0], as: UTF8.self), default: [:]][day] = cents
        }
        return prices
    }
}
