import Core
import Hummingbird
import PaymentService

/// The page of the built-in test provider: says that no money moves, and lets anyone play the payer.
struct TestCheckoutPages {
    func add(to routes: inout Routes) {
        routes.get("/test-checkout/{token}", page)
        routes.post("/test-checkout/{token}", act)
    }

    @Sendable func page(_ visit: Visit) async throws -> Response {
        guard let test = visit.site.payments.test, let checkout = try await test.checkout(token: token(of: visit))
        else {
            throw Problem.notFound("payment page")
        }
        return .page(
            Frame.html(
                "Test payment",
                """
                <h1>Test payment</h1>
                <p class="notice">This is Roost's own test provider. No money moves here, whatever you press.</p>
                <dl>
                <dt>For</dt><dd>\(checkout.description)</dd>
                <dt>Amount</dt><dd>\(checkout.amount)</dd>
                <dt>This page is</dt><dd>\(checkout.state.rawValue)</dd>
                </dl>
                <form method="post">
                <button name="outcome" value="succeed">Pay</button>
                <button class="plain" name="outcome" value="decline">Be declined</button>
                <button class="plain" name="outcome" value="abandon">Walk away</button>
                </form>
                """))
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
        return .seeOther("/trips/\(booking)")
    }

    private func token(of visit: Visit) throws(Problem) -> String {
        guard let token = visit.context.parameters.get("token"), token.utf8.count <= 128 else {
            throw .notFound("payment page")
        }
        return token
    }
}
