import Core
import Storage
import Synchronization

extension Payments {
    /// How much of a webhook's body is read, in bytes: the largest event of today is a tenth of it.
    public static let longestWebhook = 256 * 1024

    /// Takes in a webhook: verified, then stored raw. What it is about is looked into afterwards, by `workOnEvents`.
    /// - Throws: `Problem`: `not_found` where webhooks of that provider are not configured, `malformed_request` where it is
    ///   not the provider's own, `provider_unavailable` where whoever verifies it can't be reached.
    public func receive(_ delivery: WebhookDelivery, from name: String) async throws {
        guard let provider = provider(named: name) else { throw Payments.notConfigured(name) }
        switch await provider.verify(delivery) {
        case .genuine(let event):
            let isNew = try await events.store(event, of: name)
            webhookCounts.count(name, isNew ? "stored" : "repeated")
        case .refused(let refusal, let why):
            webhookCounts.count(name, refusal.rawValue)
            throw Problem(.malformedRequest, "This is no webhook of \(name)'s: \(why).")
        case .unverified:
            webhookCounts.count(name, "unverified")
            throw Problem(
                .providerUnavailable, "Whether this is \(name)'s can't be said now. Send it again.",
                retryAfterSeconds: 30)
        case .notConfigured:
            throw Payments.notConfigured(name)
        }
    }

    private static func notConfigured(_ name: String) -> Problem {
        Problem(.notFound, "Webhooks of \(name) are not configured here.")
    }

    /// Looks into the events of all providers that wait, one provider after the other.
    package func workOnEvents() async throws {
        for provider in providers { try await workOnEvents(of: provider.name) }
    }

    /// Looks into the events of one provider that wait. May run on many nodes at once; each may be applied again.
    package func workOnEvents(of provider: String) async throws {
        for _ in 0..<Payments.mostEventBatches {
            let taken = try await events.takeDue(of: provider)
            guard !taken.isEmpty else { return }
            let failure = await sideBySide(taken) { stored in
                do {
                    try await apply(stored)
                } catch {
                    try await events.postpone(stored, because: "\(error)")
                }
            }
            if let failure { throw failure }
        }
    }

    private static let mostEventBatches = 32

    /// An event is a hint: what it is about is asked of the provider, and that is what counts.
    private func apply(_ stored: EventStore.Stored) async throws {
        guard let provider = provider(named: stored.provider) else {
            return try await events.finish(stored, "its provider is gone")
        }
        switch await provider.hint(in: stored.event) {
        case .payment(let id):
            try await events.finish(stored, try await learn(of: id, from: stored.provider))
        case .capture(let capture):
            guard let payment = try await payment(called: capture, of: stored.provider) else {
                return try await events.finish(stored, "of nothing here")
            }
            try await events.finish(stored, try await learn(of: payment.id, from: stored.provider))
        case .refund(let facts):
            guard let outcome = try await learn(of: facts, from: provider) else {
                return try await events.postpone(stored, because: "the refund can't be asked about now")
            }
            try await events.finish(stored, outcome)
        case .dispute(let facts):
            try await events.finish(stored, try await learn(of: facts, from: stored.provider))
        case .nothing:
            try await events.finish(stored, "nothing for us")
        case .unknown(let why):
            try await events.postpone(stored, because: why)
        }
    }

    /// Where the provider does not answer now, the poller goes on asking about an open payment.
    private func learn(of id: PaymentID, from provider: String) async throws -> String {
        guard let payment = try await store.database.read({ try $0.findPayment(id) }), payment.provider == provider
        else { return "of nothing here" }
        try await settle(id)
        return "asked"
    }

    func payment(called capture: String, of provider: String) async throws -> PaymentRecord? {
        try await store.database.read { reader in
            try reader.first(
                """
                SELECT \(PaymentRecord.columns) FROM payment WHERE provider = \(provider) AND capture = \(capture)
                """, PaymentRecord.init)
        }
    }
}

extension Payments {
    /// Removes what is no longer needed of events and requests.
    package func tidy() async throws { try await events.forgetOld() }
}

/// How many webhooks came and what became of them, on this node since its start.
final class WebhookCounts: Sendable {
    struct Key: Hashable, Sendable {
        let provider: String
        let outcome: String
    }

    /// Guards the counts; held for one addition.
    private let counts = Mutex<[Key: Int]>([:])

    func count(_ provider: String, _ outcome: String) {
        counts.withLock { $0[Key(provider: provider, outcome: outcome), default: 0] += 1 }
    }

    var all: [(key: Key, count: Int)] {
        counts.withLock { $0.map { ($0.key, $0.value) } }
            .sorted { ($0.key.provider, $0.key.outcome) < ($1.key.provider, $1.key.outcome) }
    }
}

extension Payments {
    /// Webhooks by provider and outcome: `stored`; `repeated`, which is also a replay; `forged`, `stale` and `otherMode`,
    /// which are refused; `unverified`, which was asked for again.
    package var webhookTallies: [(provider: String, outcome: String, count: Int)] {
        webhookCounts.all.map { ($0.key.provider, $0.key.outcome, $0.count) }
    }
}
