import Core
import Outside
import Testing

@testable import PaymentService

@Suite("Which answers are worth another try under the same key")
struct RetryTableTests {
    private static func answer(_ status: Int, _ headers: [String: String]) -> OutsideAnswer {
        OutsideAnswer(status: status, headers: headers.map { (name: $0.key, value: $0.value) })
    }

    @Test(
        "Stripe: by its own word where it says one, never what is only said again",
        arguments: [
            (200, [:], false), (400, [:], false), (402, [:], false), (404, [:], false), (401, [:], false),
            (409, [:], true), (424, [:], true), (429, [:], true), (500, [:], true), (502, [:], true), (503, [:], true),
            (504, [:], true), (500, ["Stripe-Should-Retry": "false"], false),
            (400, ["stripe-should-retry": "true"], true), (500, ["Idempotent-Replayed": "true"], false),
            (500, ["Idempotent-Replayed": "true", "Stripe-Should-Retry": "true"], false),
        ])
    func stripe(_ status: Int, _ headers: [String: String], _ again: Bool) {
        #expect(StripeClient.mayPass(RetryTableTests.answer(status, headers)) == again)
    }

    @Test(
        "PayPal: limits, trouble, and another request under way",
        arguments: [
            (200, false), (201, false), (400, false), (401, false), (404, false), (415, false), (422, false),
            (409, true), (429, true), (500, true), (503, true),
        ])
    func paypal(_ status: Int, _ again: Bool) {
        #expect(PayPalClient.mayPass(RetryTableTests.answer(status, [:])) == again)
    }
}
