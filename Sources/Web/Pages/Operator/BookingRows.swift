import AuthService
import BookingService
import Core

/// Bookings as rows: which, where they stand, who, when, for how much.
struct BookingRows {
    private let bookings: [Booking]
    private let people: [UserID: Person]
    private let page: PageVisit

    init(_ bookings: [Booking], on page: PageVisit) async throws {
        self.bookings = bookings
        self.page = page
        people = try await page.site.accounts.people(bookings.map(\.guestId))
    }

    func table(_ caption: String) -> DeskTable {
        let texts = page.texts
        return DeskTable(
            caption: caption,
            heads: [
                texts("trip.code"), texts("operator.status"), texts("operator.bookings.place"),
                texts("operator.bookings.guest"), texts("operator.bookings.stay"), texts("price.total"),
            ],
            rows: bookings.map { booking in
                [
                    .code(booking.code, page.path("/operator/bookings/\(booking.id)")),
                    .badge(texts("status.\(booking.status.rawValue).name"), booking.status.rawValue),
                    .text(booking.agreed.title),
                    .link(
                        people[booking.guestId]?.name ?? booking.guestId.text,
                        page.path("/operator/people/\(booking.guestId)")),
                    .stamp(page.formats.stay(booking.stay)), .number(page.formats.money(booking.total)),
                ]
            })
    }
}
