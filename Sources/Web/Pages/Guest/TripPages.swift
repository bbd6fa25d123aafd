import BookingService
import Core
import Hummingbird

/// A trip's page.
struct TripPages {
    func add(to routes: inout Routes) {
        routes.page("/trips/{id}", trip)
    }

    @Sendable func trip(_ page: PageVisit) async throws -> Response {
        let booking = try await page.site.bookings.booking(try page.visit.id("booking"), for: page.requireCaller())
        return try page.show(
            "trip", Head(page.texts("trip.title", ["code": booking.code])),
            ["booking": BookingView(booking, on: page).view])
    }
}
