import AuthService
import Core
import Hummingbird
import PaymentService

/// The page of the built-in test provider: says that no money moves, and lets anyone play the payer.
struct TestCheckoutPages {
    func add(to routes: inout Routes) {
        routes.page("/test-checkout/{token}", page)
        // No token of ours: this form stands for a provider's page, and is sent without a browser too.
        routes.post("/test-checkout/{token}", back: "/test-checkout/{token}", act)
    }

    @Sendable func page(_ page: PageVisit) async throws -> Response {
        guard let test = page.site.payments.test,
            let checkout = try await test.checkout(token: token(of: page.visit))
        else { throw Problem.notFound("payment page") }
        return try page.show(
            "test-checkout", Head(page.texts("testCheckout.title")),
            [
                "about": about(checkout.description, page.formats), "amount": page.formats.money(checkout.amount),
                "state": page.texts("testCheckout.state.\(checkout.state.rawValue)"),
            ])
    }

    /// What a provider is told, with the days as people write them.
    private func about(_ description: String, _ formats: Formats) -> String {
        description.replacing(#/(\d{4}-\d{2}-\d{2})\/(\d{4}-\d{2}-\d{2})/#) { match in
            guard let from = LocalDay(String(match.1)), let to = LocalDay(String(match.2)),
                let stay = Stay(from: from, to: to)
            else { return String(match.0) }
            return formats.stay(stay)
        }
    }

    @Sendable func act(_ visit: Visit) async throws -> Response {
        let token = try token(of: visit)
        guard let test = visit.site.payments.test, try await test.checkout(token: token) != nil else {
            throw Problem.notFound("payment page")
        }
        let form = try await visit.form()
        guard let outcome = TestOutcome(rawValue: form["outcome"]) else {
            let names = TestOutcome.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem.invalid("outcome", "invalid", "outcome must be one of \(names).")
        }
        let booking = try await visit.site.payments.actAsTestPayer(token: token, outcome: outcome)
        // Back in the language they left in; who came by the plain address, in their own.
        let chosen = try await visit.person()?.language.flatMap { Language(rawValue: $0) }
        let here = visit.context.language
        let language = here == .english ? PayingLanguage.of(visit.request) ?? chosen ?? here : here
        return .seeOther(language.path("/trips/\(booking)"))
    }

    private func token(of visit: Visit) throws(Problem) -> String {
        guard let token = visit.context.parameters.get("token"), token.utf8.count <= 128 else {
            throw .notFound("payment page")
        }
        return token
    }
}
