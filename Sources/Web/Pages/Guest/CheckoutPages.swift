import AuthService
import BookingService
import Core
import HTTPTypes
import Hummingbird
import PaymentService
import PropertyService

/// Paying for a hold: who books, what it costs, until when the nights are held, and with whom to pay.
struct CheckoutPages {
    func add(to routes: inout Routes) {
        routes.page("/checkout/{id}") { page in
            // Who walked away from a provider's page comes back to a plain address.
            if page.language == .english, PayingLanguage.isComingBack(page.request),
                let left = PayingLanguage.of(page.request), left != page.language
            {
                return .seeOther(left.path(page.address))
            }
            return try await show(page)
        }
        routes.form("/checkout/{id}/pay", back: "/checkout/{id}", pay)
        routes.form("/checkout/{id}/extend", back: "/checkout/{id}", extend)
    }

    @Sendable func pay(_ page: PageVisit, _ form: Form) async throws -> Response {
        let caller = try page.requireCaller()
        let id: BookingID = try page.visit.id("booking")
        do {
            let started = try await page.site.bookings.startPayment(
                for: id, provider: form["provider"], for: caller, once: page.once(form))
            guard let address = started.payment.checkoutUrl else { return page.goTo("/trips/\(id)") }
            return page.leaveToPay(at: address)
        } catch let problem as Problem where problem.code != .notFound && problem.code != .forbidden {
            return try await show(page, problem)
        }
    }

    @Sendable func extend(_ page: PageVisit, _ form: Form) async throws -> Response {
        let caller = try page.requireCaller()
        let id: BookingID = try page.visit.id("booking")
        do {
            _ = try await page.site.bookings.extend(id, for: caller, once: page.once(form))
            return page.goTo("/checkout/\(id)")
        } catch let problem as Problem
            where [.holdExpired, .stateConflict, .validationFailed, .idempotencyKeyReused].contains(problem.code)
        {
            return try await show(page, problem)
        }
    }

    private func show(_ page: PageVisit, _ problem: Problem? = nil) async throws -> Response {
        let person = try page.requirePerson()
        let booking = try await page.site.bookings.booking(try page.visit.id("booking"), for: person.caller)
        guard booking.guestId == person.id else { throw Problem(.forbidden, "Only the guest may pay for a booking.") }
        guard booking.status == .held || booking.status == .expired else { return page.goTo("/trips/\(booking.id)") }
        let payments = try await page.site.bookings.payments(of: booking.id, for: person.caller)
        var view: View = [
            "booking": BookingView(booking, on: page).view, "personEmail": person.email,
            "placeHref": page.path("/properties/\(booking.propertyId)"), "tripHref": page.path("/trips/\(booking.id)"),
            "policyHTML": PolicySteps.html(
                booking.agreed.cancellation, of: booking.total, zone: booking.agreed.zone,
                now: page.site.world.now(), on: page),
        ]
        if let property = try await page.site.properties.properties([booking.propertyId])[booking.propertyId] {
            view["drawing"] = Drawing.address(of: property, .wide)
            view["place"] = PlaceCard.place(property, page)
        }
        let now = page.site.world.now()
        let isHeld = booking.status == .held && booking.holdExpiresAt.map { $0 > now } == true
        if isHeld, let until = booking.holdExpiresAt {
            var held = held(booking, until: until, payments, on: page)
            held["canExtend"] = try await page.site.bookings.extensionsLeft(of: booking.id, for: person.caller) > 0
            view["held"] = held
        } else {
            view["over"] = over(booking, payments, on: page)
        }
        let problems = problem.map {
            FormProblems($0, page.texts).naming([Field("provider", page.texts("checkout.provider"))])
        }
        var head = Head(page.texts("checkout.title", ["title": booking.agreed.title]))
        head.isWide = true
        var response = try page.show(
            "checkout", head, view, problems: problems, status: problems?.status ?? .ok,
            headers: problems?.headers ?? [:])
        if isHeld {
            // The button leads to the provider's page by way of ours, and browsers count that as a form sent there.
            response.headers[.contentSecurityPolicy] = SecurityHeaders.policyForPaying(
                isLocal: !page.site.settings.isSecure)
        }
        return response
    }

    private func held(_ booking: Booking, until: Instant, _ payments: [Payment], on page: PageVisit) -> View {
        let (texts, formats) = (page.texts, page.formats)
        let left = until.since(page.site.world.now()).wholeMilliseconds
        var view: View = [
            "until": texts(
                "checkout.heldUntil",
                ["time": formats.clock(until, in: booking.agreed.zone, now: page.site.world.now())]),
            "endsAt": until.description, "key": page.freshKey, "isEnding": left < 120_000,
            "payButton": texts("checkout.pay", ["amount": formats.money(booking.total)]),
            "providers": page.site.payments.providerNames.enumerated().map { index, name in
                [
                    "value": name, "name": texts.known("provider.\(name).name") ?? name,
                    "about": texts.known("provider.\(name).about") ?? "", "isChosen": index == 0,
                ] as View
            },
        ]
        switch payments.last?.status {
        case .failed: view["declined"] = true
        case .pending, .authorized:
            if let payment = payments.last, let address = payment.checkoutUrl {
                let provider = texts.known("provider.\(payment.provider).name") ?? payment.provider
                view["pending"] =
                    ["href": address, "open": texts("checkout.continueWith", ["provider": provider])] as View
            }
        case .cancelled: view["left"] = true
        case .captured, .partiallyRefunded, .refunded, nil: break
        }
        return view
    }

    /// The hold has ended: what became of it, and the same stay once more.
    private func over(_ booking: Booking, _ payments: [Payment], on page: PageVisit) -> View {
        var view: View = ["againHref": page.path("/properties/\(booking.propertyId)/book" + booking.again)]
        if booking.status == .held { view["isClosing"] = true }
        if payments.contains(where: { $0.status == .refunded }) { view["wasRefunded"] = true }
        return view
    }
}
