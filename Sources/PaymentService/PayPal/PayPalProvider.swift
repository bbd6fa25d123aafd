package import Core
package import Outside
package import Storage

/// What PayPal needs to know of us.
package struct PayPalSettings: Sendable {
    package let clientId: Secret
    package let clientSecret: Secret
    /// As PayPal calls our webhook; nothing where none is configured. Never taken from a request.
    package let webhookId: String?
    package let base: APIBase
    /// How many requests a second this node makes at the most, and half as many more to have webhooks verified.
    package let perSecond: Int

    /// PayPal publishes no limit, and slows down who asks too much: this is a cautious guess.
    package static let standardPerSecond = 10

    package init(
        clientId: Secret, clientSecret: Secret, webhookId: String?, base: APIBase,
        perSecond: Int = PayPalSettings.standardPerSecond
    ) {
        self.clientId = clientId
        self.clientSecret = clientSecret
        self.webhookId = webhookId
        self.base = base
        self.perSecond = perSecond
    }
}

/// PayPal: the guest approves an order on PayPal's page, then we take the money, from the return, the webhook or the
/// poller, whoever comes first.
package struct PayPalProvider: PaymentProvider {
    package let name = "paypal"
    let settings: PayPalSettings
    let client: PayPalClient
    let requests: RequestBook
    let cases: CaseBook
    let world: World
    let baseURL: String

    /// - Parameter baseURL: where the outside reaches Roost, without a slash at the end.
    package init(_ settings: PayPalSettings, database: any Database, world: World, baseURL: String, outside: Outside) {
        self.settings = settings
        self.world = world
        self.baseURL = baseURL
        cases = CaseBook(database: database, world: world)
        func line(_ perSecond: Int) -> ProviderLine {
            ProviderLine(
                to: "paypal", outside: outside, world: world, pace: Pace(perSecond: perSecond),
                mayPass: PayPalClient.mayPass)
        }
        client = PayPalClient(
            line: line(settings.perSecond), webhookLine: line(max(1, settings.perSecond / 2)),
            base: settings.base, clientId: settings.clientId, clientSecret: settings.clientSecret, world: world,
            cases: cases)
        requests = RequestBook(database: database, world: world, provider: "paypal")
    }

    package func objection(to amount: Money) -> ChargeObjection? { PayPalMoney.objection(to: amount) }
    package var restsUntil: Instant? { client.line.restsUntil }

    package func probe() async -> Bool {
        switch await client.get("/v1/notifications/webhooks-events", [("page_size", "1")]) {
        case .done, .refused, .stuck: true
        case .unknown: false
        }
    }

    package func checkCredentials() async -> CredentialCheck {
        switch await client.renewToken() {
        case .success:
            let hook = settings.webhookId == nil ? "; no webhook id, so only asking tells what was paid" : ""
            let mode = settings.base.text.contains("sandbox") ? ", in the sandbox" : ""
            return CredentialCheck(isWell: true, finding: "it gives a token\(mode)\(hook)")
        case .failure(let failure):
            if case .unknown(let why) = failure.reply { return CredentialCheck(isWell: false, finding: why) }
            return CredentialCheck(isWell: false, finding: "it gives no token")
        }
    }

    /// How long PayPal keeps what it answered under a key, a little less: orders 6 hours, refunds 45 days.
    static let orderKeyLife = Duration.hours(5)
    static let refundKeyLife = Duration.hours(44 * 24)

    func isOld(_ entry: RequestBook.Entry, _ life: Duration) -> Bool {
        !entry.isNew && world.now().since(entry.begunAt) > life
    }

    func misunderstood(_ trouble: Misunderstood, _ what: String, _ payment: PaymentID?) async -> String {
        await cases.tryOpen(
            .badAnswer, subject: "paypal \(what)", provider: name, payment: payment,
            detail: "PayPal's answer about \(what) does not fit its contract: \(trouble.why).")
        return "its answer does not fit its contract: \(trouble.why)"
    }
}
