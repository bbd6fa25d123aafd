import BookingService
import Core
import HTTPTypes
import Hummingbird
import PropertyService

/// What a host's places brought, by month and listing.
struct EarningsPage {
    func add(to routes: inout Routes) {
        routes.hostPage("/host/earnings", show)
        routes.hostPage("/host/earnings.csv", table)
    }

    /// The year that the address asks for, of those that can have stays.
    private func year(_ page: PageVisit) -> Int {
        let now = page.site.world.now().utcDay.civil.year
        guard let year = Int(page.parameters["year"]), (2000...now + 3).contains(year) else { return now }
        return year
    }

    @Sendable private func show(_ page: PageVisit) async throws -> Response {
        let caller = try page.requireCaller()
        let texts = page.texts
        let year = year(page)
        let today = page.site.world.now().utcDay
        let earnings = try await page.site.bookings.earnings(in: year, for: caller)
        let currencies = Set(earnings.map(\.net.currency.code)).sorted()
        var view: View = [
            "tabs": page.hostTabs(.earnings), "year": texts("host.earnings.year", ["year": String(year)]),
            "rows": earnings.map { row -> View in
                var view = amounts(row, page.formats)
                view["month"] = page.formats.month(row.month)
                view["placeTitle"] = row.title
                view["href"] = page.path("/host/properties/\(row.property)")
                view["stays"] = page.formats.number(row.stays)
                view["isToCome"] = row.month > today
                return view
            },
            "sums": try currencies.map { code -> View in
                let some = earnings.filter { $0.net.currency.code == code }
                var view = try EarningsPage.sums(some, page.formats)
                view["label"] = texts("host.earnings.whole", ["currency": code])
                view["stays"] = page.formats.number(some.reduce(0) { $0 + $1.stays })
                return view
            },
            "hasRows": !earnings.isEmpty, "none": texts("host.earnings.none", ["year": String(year)]),
            "csvHref": page.path("/host/earnings.csv?year=\(year)"),
            "earlierHref": page.path("/host/earnings?year=\(year - 1)"), "earlier": String(year - 1),
        ]
        if year < today.civil.year + 2 {
            view["later"] = ["text": String(year + 1), "href": page.path("/host/earnings?year=\(year + 1)")] as View
        }
        var head = Head(texts("host.earnings.title"))
        head.isWide = true
        return try page.show("host-earnings", head, view)
    }

    private func amounts(_ row: Earnings, _ formats: Formats) -> View {
        [
            "gross": formats.money(row.gross), "refunds": formats.money(row.refunds),
            "fees": formats.money(row.serviceFee), "taxes": formats.money(row.taxes), "net": formats.money(row.net),
        ]
    }

    private static func sums(_ rows: [Earnings], _ formats: Formats) throws -> View {
        guard let currency = rows.first?.net.currency else { return [:] }
        func sum(_ part: (Earnings) -> Money) throws -> String {
            formats.money(try Money.sum(rows.map(part), in: currency))
        }
        return [
            "gross": try sum(\.gross), "refunds": try sum(\.refunds), "fees": try sum(\.serviceFee),
            "taxes": try sum(\.taxes), "net": try sum(\.net),
        ]
    }

    @Sendable private func table(_ page: PageVisit) async throws -> Response {
        let caller = try page.requireCaller()
        let year = year(page)
        var csv = CSVText([
            "month", "listingId", "listing", "stays", "gross", "refunds", "serviceFee", "taxes", "net", "currency",
        ])
        for row in try await page.site.bookings.earnings(in: year, for: caller) {
            csv.row([
                String(row.month.description.prefix(7)), row.property.text, row.title, String(row.stays),
                row.gross.decimalText, row.refunds.decimalText, row.serviceFee.decimalText, row.taxes.decimalText,
                row.net.decimalText, row.net.currency.code,
            ])
        }
        return csv.answer("earnings-\(year).csv")
    }
}
