import Core
import Storage

extension Mails {
    /// Whether a provider's webhooks are taken here.
    public func takesWebhooks(of provider: String) -> Bool { webhooks.isConfigured(provider) }

    /// Takes a webhook: once this returns it is stored as it came, to be applied in the background.
    /// - Throws: `Problem`: `not_found` for a provider that is not configured, `malformed_request` where the signature
    ///   does not fit or is not of now, or the post is a replay with other content. Nothing is changed then.
    public func receive(_ post: MailPost) async throws {
        guard takesWebhooks(of: post.provider) else {
            throw Problem(.notFound, "The provider \(post.provider) is not configured here.")
        }
        let now = world.now()
        let token = try webhooks.token(of: post, at: now)
        guard let body = String(validating: post.body, as: UTF8.self),
            MailEventReading.events(in: body, of: post.provider) != nil
        else { throw Problem(.malformedRequest, "The body is not what \(post.provider) sends.") }
        let id = Base32.text(of: world.random(16))
        switch try await store.keep(body, of: post.provider, token: token, id: id, at: now) {
        case .new: webhooks.tally.count(post.provider, "stored")
        case .again: webhooks.tally.count(post.provider, "doubled")
        case .replayed:
            webhooks.tally.count(post.provider, "replayed")
            throw Problem(.malformedRequest, "This signature was used for another body.")
        }
    }

    /// How many batches of webhooks one round applies, so that it ends though more come meanwhile: a thousand posts.
    private static let mostWebhookBatches = 32

    /// Applies the webhooks that wait, each in a transaction of its own, each event once, until none waits or a thousand
    /// are done. May run on many nodes at once: they share the work.
    /// - Returns: how many were taken.
    @discardableResult
    package func applyEvents() async throws -> Int {
        var count = 0
        for _ in 0..<Mails.mostWebhookBatches {
            let taken = try await store.takeWebhooks(at: world.now())
            guard !taken.isEmpty else { break }
            try await apply(taken)
            count += taken.count
        }
        return count
    }

    private func apply(_ webhooks: [String]) async throws {
        for id in webhooks {
            do {
                try await store.applyWebhook(id, at: world.now())
            } catch StorageError.fault(let why) {
                // One that can never be applied must not hold up the others; it stays as it came, for a person.
                let error = OneLine.text(why, longest: MailStore.longestError)
                try await store.giveUpWebhook(id, error: error, at: world.now())
            }
        }
    }

    /// Forgets posts whose tokens could not be replayed any more.
    package func tidy() async throws {
        try await store.forgetWebhooks(before: world.now() - MailStore.keptWebhooks)
    }

    /// Posts since the start of this process, by provider and what became of them.
    package var webhookCounts: [(provider: String, outcome: String, count: Int)] {
        webhooks.tally.all.map { ($0.key.provider, $0.key.outcome, $0.count) }
    }

    /// Tries to hand a mail over since the start of this process, by provider and how they ended.
    package var tryCounts: [(provider: String, outcome: String, count: Int)] {
        tries.all.map { ($0.key.provider, $0.key.outcome, $0.count) }
    }

    /// How many mails wait or were given up.
    package func standing() async throws -> [(state: MailDelivery.State, count: Int)] {
        try await store.standing()
    }
}
