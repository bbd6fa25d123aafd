import Core
import Outside
import TestSupport
import Testing

@testable import PaymentService

@Suite("Sums as providers write them")
struct ProviderMoneyTests {
    private static func money(_ amount: Int64, _ code: String) -> Money { Money(amount, Currency(code: code)!) }

    /// A sum in ISO's minor units, as Stripe writes it, and as PayPal does; nothing where it can't be taken.
    static let sums: [(code: String, amount: Int64, stripe: Int64?, paypal: String?)] = [
        ("EUR", 1000, 1000, "10.00"), ("USD", 50, 50, "0.50"), ("GBP", 12_345, 12_345, "123.45"),
        ("CHF", 1005, 1005, "10.05"), ("PLN", 999, 999, "9.99"), ("BRL", 1, 1, "0.01"),
        // Without decimals.
        ("JPY", 500, 500, "500"), ("KRW", 5000, 5000, nil), ("CLP", 900, 900, nil), ("VND", 30_000, 30_000, nil),
        ("XOF", 700, 700, nil), ("XAF", 700, 700, nil), ("XPF", 700, 700, nil), ("BIF", 700, 700, nil),
        ("DJF", 700, 700, nil), ("GNF", 700, 700, nil), ("KMF", 700, 700, nil), ("PYG", 700, 700, nil),
        ("RWF", 700, 700, nil), ("VUV", 700, 700, nil),
        // None in ISO, two on Stripe's wire.
        ("ISK", 5, 500, nil), ("UGX", 5000, 500_000, nil),
        // Two in ISO, none on Stripe's wire.
        ("MGA", 70_000, 700, nil),
        // Three decimals, the last of them 0.
        ("KWD", 5120, 5120, nil), ("BHD", 5120, 5120, nil), ("JOD", 5120, 5120, nil), ("OMR", 5120, 5120, nil),
        ("TND", 5120, 5120, nil),
        // Two at Stripe, where only payouts go by whole ones; whole ones at PayPal.
        ("HUF", 150_000, 150_000, "1500"), ("TWD", 30_000, 30_000, "300"),
    ]

    @Test("To the provider and back, in every kind of currency", arguments: sums)
    func units(_ code: String, _ amount: Int64, _ stripe: Int64?, _ paypal: String?) {
        let money = ProviderMoneyTests.money(amount, code)
        #expect(StripeMoney.units(money) == stripe)
        if let stripe { #expect(StripeMoney.money(stripe, code.lowercased()) == money) }
        #expect(PayPalMoney.text(money) == paypal)
        if let paypal { #expect(PayPalMoney.money(paypal, code) == money) }
    }

    @Test("A sum that nobody has is none, and no sum can be read that can't be reckoned with")
    func endless() throws {
        for units in [Int64.min, .min + 1, -1_000_000_000_000_001, 1_000_000_000_000_001, .max] {
            for code in ["usd", "isk", "mga", "kwd", "jpy"] { #expect(StripeMoney.money(units, code) == nil) }
        }
        #expect(StripeMoney.money(-1_000_000_000_000_000, "usd")?.amount == -1_000_000_000_000_000)
        for text in [
            "999999999999999.00", "999999999999999999.00", "99999999999999999999999", "-1.00", "1e9", "+1", "",
        ] {
            for code in ["USD", "KWD"] { #expect(PayPalMoney.money(text, code) == nil, "\(text) \(code)") }
        }
    }

    /// What can't be taken, and by which code that is said before anything is held.
    static let refused: [(provider: String, code: String, amount: Int64, objection: String?)] = [
        ("stripe", "EUR", 49, "below_minimum"), ("stripe", "EUR", 50, nil), ("stripe", "GBP", 29, "below_minimum"),
        ("stripe", "GBP", 30, nil), ("stripe", "JPY", 49, "below_minimum"), ("stripe", "JPY", 50, nil),
        ("stripe", "SEK", 299, "below_minimum"), ("stripe", "NOK", 300, nil), ("stripe", "DKK", 249, "below_minimum"),
        ("stripe", "PLN", 199, "below_minimum"), ("stripe", "CZK", 1499, "below_minimum"), ("stripe", "CZK", 1500, nil),
        ("stripe", "HUF", 17_499, "below_minimum"), ("stripe", "HUF", 17_550, nil),
        ("stripe", "EUR", 99_999_999, nil), ("stripe", "EUR", 100_000_000, "above_maximum"),
        ("stripe", "ISK", 999_999, nil), ("stripe", "ISK", 1_000_000, "above_maximum"),
        ("stripe", "KWD", 5120, nil), ("stripe", "KWD", 5121, "not_divisible"), ("stripe", "TND", 7, "not_divisible"),
        ("stripe", "MGA", 70_050, "not_divisible"), ("stripe", "MGA", 70_000, nil),
        ("stripe", "KPW", 5000, "currency_not_supported"), ("stripe", "IQD", 5000, "currency_not_supported"),
        ("paypal", "EUR", 1, nil), ("paypal", "HUF", 150_050, "not_divisible"), ("paypal", "HUF", 150_000, nil),
        ("paypal", "TWD", 30_001, "not_divisible"), ("paypal", "JPY", 1, nil),
        ("paypal", "KWD", 5120, "currency_not_supported"), ("paypal", "ISK", 500, "currency_not_supported"),
        ("paypal", "EUR", 999_999_999, nil), ("paypal", "EUR", 1_000_000_000, "above_maximum"),
    ]

    @Test("What a provider can't take is known beforehand", arguments: refused)
    func objections(_ provider: String, _ code: String, _ amount: Int64, _ objection: String?) {
        let money = ProviderMoneyTests.money(amount, code)
        let found = provider == "stripe" ? StripeMoney.objection(to: money) : PayPalMoney.objection(to: money)
        #expect(found?.code == objection)
    }

    @Test("Whatever a provider objects not to, it can say exactly, in every currency there is")
    func everyCurrency() {
        var count = 0
        for letters in Currency.codes {
            for amount in [1, 7, 50, 99, 100, 1000, 17_500, 123_450, 700_000, 99_999_990] as [Int64] {
                let money = ProviderMoneyTests.money(amount, letters)
                if StripeMoney.objection(to: money) == nil {
                    count += 1
                    let units = StripeMoney.units(money)
                    #expect(units != nil)
                    #expect(units.flatMap { StripeMoney.money($0, letters.lowercased()) } == money)
                }
                if PayPalMoney.objection(to: money) == nil {
                    count += 1
                    #expect(PayPalMoney.text(money).flatMap { PayPalMoney.money($0, letters) } == money)
                }
            }
        }
        #expect(count > 1000)
    }

    @Test(
        "What is no sum is not read as one", arguments: ["", "1.005", "1,00", "-1.00", "1e3", "1.2.3", " 1.00", "٣.00"])
    func nonsense(_ text: String) {
        #expect(PayPalMoney.money(text, "EUR") == nil)
    }
}

@Suite("Answers at the end of what numbers can say", .onEachEngine)
struct EndlessAnswerTests {
    @Test("Amounts at the end of what numbers can say are a case, and no crash")
    func endlessAnswers() async throws {
        for amount in ["-9223372036854775808", "9223372036854775807", "-5"] {
            let dispute = try ReplyBody(
                bytes: Array(
                    #"{"id":"du_1","status":"lost","currency":"usd","payment_intent":"pi_1","amount":\#(amount)}"#.utf8)
            ).read(StripeDispute.self)
            #expect(throws: Misunderstood.self) { try StripeProvider.facts(dispute) }
        }
        let counter = try await Counter()
        let move =
            #"{"id":"txn_1","type":"stripe_fee","amount":-9223372036854775808,"fee":0,"currency":"usd","created":1}"#
        let provider = StripeProvider(
            StripeSettings(
                secretKey: Secret("sk_test_heron"), webhookSecrets: [], base: try #require(APIBase(FakeStripe.base))),
            database: counter.store, world: counter.clock.world, baseURL: "https://stay.example.com",
            outside: Outside { _ in
                OutsideAnswer(status: 200, body: Array(#"{"data":[\#(move)],"has_more":false}"#.utf8))
            })
        let now = counter.clock.now
        guard
            case .unknown = await provider.statement(
                StatementPeriod(from: now - .hours(24), to: now, known: []))
        else {
            Issue.record("it was believed")
            return
        }
        #expect(try await counter.openCases().map(\.kind) == [.badAnswer])
    }

    @Test("A token that says it lives for ever, or ended long ago, is one", arguments: [Int64.max, .min, 0, 32_400])
    func endlessToken(_ seconds: Int64) async throws {
        let counter = try await Counter()
        let provider = PayPalProvider(
            PayPalSettings(
                clientId: Secret("client"), clientSecret: Secret("secret"), webhookId: nil,
                base: try #require(APIBase(FakePayPal.base))),
            database: counter.store, world: counter.clock.world, baseURL: "https://stay.example.com",
            outside: Outside { _ in
                OutsideAnswer(status: 200, body: Array(#"{"access_token":"A","expires_in":\#(seconds)}"#.utf8))
            })
        #expect(await provider.checkCredentials().isWell)
        #expect(await provider.probe())
    }
}
