package import Core
package import Outside
package import Storage

/// What Stripe needs to know of us. Keys come from the environment or a file, never from a database.
package struct StripeSettings: Sendable {
    package let secretKey: Secret
    /// Two while one is being rolled; none where no webhook is configured.
    package let webhookSecrets: [Secret]
    package let base: APIBase
    /// How many requests a second this node makes at the most.
    package let perSecond: Int

    /// Stripe takes 25 a second while testing and 100 live; other nodes and people share them.
    package static let standardPerSecond = 20

    package init(
        secretKey: Secret, webhookSecrets: [Secret], base: APIBase, perSecond: Int = StripeSettings.standardPerSecond
    ) {
        self.secretKey = secretKey
        self.webhookSecrets = webhookSecrets
        self.base = base
        self.perSecond = perSecond
    }

    /// Whether money moves: as the key says.
    var isLive: Bool { secretKey.value.contains("_live_") }
}

/// Stripe: the guest pays on a hosted page (Checkout), we ask what became of the session.
package struct StripeProvider: PaymentProvider {
    package let name = "stripe"
    let settings: StripeSettings
    let client: StripeClient
    let requests: RequestBook
    let cases: CaseBook
    let world: World
    let baseURL: String

    /// - Parameter baseURL: where the outside reaches Roost, without a slash at the end.
    package init(_ settings: StripeSettings, database: any Database, world: World, baseURL: String, outside: Outside) {
        self.settings = settings
        self.world = world
        self.baseURL = baseURL
        client = StripeClient(
            line: ProviderLine(
                to: "stripe", outside: outside, world: world, pace: Pace(perSecond: settings.perSecond),
                mayPass: StripeClient.mayPass),
            base: settings.base, secretKey: settings.secretKey)
        requests = RequestBook(database: database, world: world, provider: "stripe")
        cases = CaseBook(database: database, world: world)
    }

    package func objection(to amount: Money) -> ChargeObjection? { StripeMoney.objection(to: amount) }
    package var restsUntil: Instant? { client.line.restsUntil }

    /// Any answer but trouble shows that it is there.
    package func probe() async -> Bool {
        switch await client.get("/v1/events", [("limit", "1")]) {
        case .done, .refused, .stuck: true
        case .unknown: false
        }
    }

    package func checkCredentials() async -> CredentialCheck {
        switch await client.get("/v1/events", [("limit", "1")]) {
        case .done:
            let mode = settings.isLive ? "live mode: real money" : "test mode: no money moves"
            let hook = settings.webhookSecrets.isEmpty ? "; no webhook secret, so only asking tells what was paid" : ""
            return CredentialCheck(isWell: true, finding: "the key is good, \(mode)\(hook)")
        case .refused(let refusal) where refusal.status == 401 || refusal.status == 403:
            return CredentialCheck(isWell: false, finding: "the key is refused (\(refusal.status))")
        case .refused(let refusal):
            return CredentialCheck(isWell: false, finding: "it refuses to be asked (\(refusal.status) \(refusal.code))")
        case .stuck: return CredentialCheck(isWell: false, finding: "it is in trouble")
        case .unknown(let why): return CredentialCheck(isWell: false, finding: "it does not answer: \(why)")
        }
    }

    /// Stripe keeps an answer under its key for 24 hours at least; a little less is trusted.
    static let keyLife = Duration.hours(23)

    func isOld(_ entry: RequestBook.Entry) -> Bool {
        !entry.isNew && world.now().since(entry.begunAt) > StripeProvider.keyLife
    }

    /// Keeps a person informed of an answer nobody understood.
    func misunderstood(_ trouble: Misunderstood, _ what: String, _ payment: PaymentID?) async -> String {
        await cases.tryOpen(
            .badAnswer, subject: "stripe \(what)", provider: name, payment: payment,
            detail: "Stripe's answer about \(what) does not fit its contract: \(trouble.why).")
        return "its answer does not fit its contract: \(trouble.why)"
    }
}
