import BookingService
import Core
import Hummingbird
import PropertyService

/// The first page and a trip's page: plain, until the pages get their own issue.
struct PageRoutes {
    func add(to routes: inout Routes) {
        routes.get("/", home)
        routes.get("/trips/{id}", trip)
    }

    @Sendable func home(_ visit: Visit) async throws -> Response {
        .page(
            Frame.html(
                "Roost: places to stay",
                """
                <section class="hero">
                <h1>Places to stay, booked once.</h1>
                <p>Roost is a booking platform for places to stay. Guests search, hold nights, pay and are confirmed;
                hosts list, price, open and close nights, and are told. A night is sold once, a price is a sum you can
                read, and money is only ever taken for nights you have.</p>
                <p class="ways"><a class="button" href="/api/docs">Read the API</a>
                <a class="button plain" href="/login">Sign in</a>
                <a class="button plain" href="/register">Register</a></p>
                </section>
                \(demo(visit))
                <section>
                <h2>Look around</h2>
                <ul>
                <li><a href="/api/v1/properties?limit=5"><code>/api/v1/properties</code></a>: places you can book</li>
                <li><a href="/api/v1/amenities"><code>/api/v1/amenities</code></a>: what they have</li>
                <li><a href="/api/openapi.json"><code>/api/openapi.json</code></a>: the whole API as OpenAPI 3.1</li>
                </ul>
                </section>
                """), headers: [.cacheControl: "no-cache"])
    }

    private func demo(_ visit: Visit) -> HTML {
        let mail: HTML = visit.site.mail == nil ? "" : "<p>Its mails can be <a href=\"/mail\">read here</a>.</p>"
        guard !visit.site.settings.demoSignIns.isEmpty else { return mail }
        let rows = visit.site.settings.demoSignIns.map { person -> HTML in
            """
            <tr><th scope="row">\(person.role)</th><td><code>\(person.email)</code></td>
            <td><code>\(person.password)</code></td></tr>
            """
        }
        return """
            <section>
            <h2>This is a demo</h2>
            <p>No money moves. Be whom you like:</p>
            <table><thead><tr><th scope="col">as</th><th scope="col">email</th><th scope="col">password</th></tr></thead>
            <tbody>
            \(HTML(rows))
            </tbody></table>
            \(mail)
            </section>
            """
    }

    @Sendable func trip(_ visit: Visit) async throws -> Response {
        guard let caller = try await visit.caller() else {
            return .seeOther("/login?next=" + PercentCoding.encode(visit.request.uri.path))
        }
        let booking = try await visit.site.bookings.booking(try visit.id("booking"), for: caller)
        let lines = booking.lines.map { line -> HTML in
            "<tr><th scope=\"row\">\(line.label)</th><td>\(line.amount)</td></tr>"
        }
        return .page(
            Frame.html(
                "Your stay \(booking.code)",
                """
                <h1>\(booking.agreed.title)</h1>
                <p class="status \(booking.status.rawValue)">\(words(for: booking))</p>
                <dl>
                <dt>Code</dt><dd><code>\(booking.code)</code></dd>
                <dt>Check-in</dt><dd>\(booking.stay.checkIn), from \(booking.agreed.checkInFrom) (\(booking.agreed.zone))</dd>
                <dt>Check-out</dt><dd>\(booking.stay.checkOut), by \(booking.agreed.checkOutBy)</dd>
                <dt>Guests</dt><dd>\(booking.guests)</dd>
                </dl>
                <table><tbody>
                \(HTML(lines))
                <tr class="total"><th scope="row">Total</th><td>\(booking.total)</td></tr>
                <tr><th scope="row">Paid</th><td>\(booking.paid)</td></tr>
                <tr><th scope="row">Refunded</th><td>\(booking.refunded)</td></tr>
                </tbody></table>
                """))
    }

    private func words(for booking: Booking) -> String {
        switch booking.status {
        case .requested: "Requested. The host has not answered yet."
        case .held: "Held until \(booking.holdExpiresAt?.description ?? "soon"). Pay before then to keep the nights."
        case .confirmed: "Confirmed. The nights are yours."
        case .completed: "Completed."
        case .cancelled: "Cancelled."
        case .declined: "Declined by the host."
        case .expired: "Expired: it was not paid in time."
        }
    }
}
