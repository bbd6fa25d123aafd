import AuthService
import Core
import Hummingbird
import PaymentService

/// With whom a sum can be paid, before anything is held; and where providers send the guest back to.
struct ProviderRoutes {
    func add(to routes: inout Routes) {
        routes.get("/api/v1/payment-providers", offers)
        routes.get("/payments/{id}/return", comeBack)
    }

    @Sendable func offers(_ visit: Visit) async throws -> Response {
        var query = try visit.query
        let currency = query.currency("currency") ?? visit.site.settings.currency
        query.require("amount")
        let amount = query.integer("amount", 1...Money.largestPrice)
        try query.check()
        let offers = visit.site.payments.offers(for: Money(amount ?? 1, currency))
        return .list(offers) { $0.value($1) }
    }

    /// The guest comes back from the provider's page: what became of the payment is asked at once, as a webhook or the
    /// poller would, for one payment every few seconds at the most. Nobody need be signed in, because asking changes nothing
    /// that was not so already.
    @Sendable func comeBack(_ visit: Visit) async throws -> Response {
        let id: PaymentID = try visit.id("payment")
        guard let payment = try await visit.site.payments.payment(id) else { throw Problem.notFound("payment") }
        // A provider that does not answer is asked again in the background; the guest need not wait for it here.
        try? await visit.site.payments.comeBack(id)
        let chosen = try? await visit.person()?.language.flatMap { Language(rawValue: $0) }
        let language = PayingLanguage.of(visit.request) ?? chosen ?? .english
        return .seeOther(language.path("/trips/\(payment.bookingId)"))
    }
}

extension ProviderOffer: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { offer in
            offer.member("provider", provider)
            offer.member("available", isAvailable)
            offer.member("reason", objection?.code)
            offer.member("message", words)
        }
    }
}
