public import Core
package import Storage

/// Letters on their way: queued with the event that made them due, sent in the background, at least once.
public struct Mails: Sendable {
    let store: MailStore
    let world: World
    /// In order of preference.
    let providers: [any MailProvider]
    let readersOf: @Sendable ([UserID]) async throws -> [UserID: LetterReader]
    let words: Wordbook
    let sender: MailAddress
    let baseURL: String
    /// How long the provider's own word is waited for where nobody knows whether a mail was taken, the first time.
    let firstDoubt: Duration
    let webhooks: MailWebhooks
    let tries = MailTally()
    /// Of those providers that take only so many mails at once, by name.
    let places: [String: Places]
    let record: Together<MailStore.Ended, Void>

    /// - Parameters:
    ///   - providers: the first carries the mails; the next ones only what the one before can't take now.
    ///   - outbox: tells the others whose mails come back.
    ///   - readersOf: name, address and language as they are when mails are sent; nothing for someone who is gone.
    ///   - words: what letters say, in each language.
    ///   - baseURL: put before every link, without a slash at its end.
    package init(
        database: any Database, world: World, outbox: Outbox, providers: [any MailProvider],
        readersOf: @escaping @Sendable ([UserID]) async throws -> [UserID: LetterReader], words: Wordbook,
        sender: MailAddress, baseURL: String,
        pollInterval: Duration = .seconds(30), webhooks: MailWebhooks = MailWebhooks()
    ) {
        precondition(!providers.isEmpty)
        let store = MailStore(database: database, outbox: outbox)
        self.store = store
        record = Together { endings in
            try await store.record(endings)
            return endings.map { _ in }
        }
        self.world = world
        self.providers = providers
        places = Dictionary(
            providers.compactMap { provider in provider.mostAtOnce.map { (provider.name, Places($0)) } }
        ) { first, _ in first }
        self.readersOf = readersOf
        self.words = words
        self.sender = sender
        self.baseURL = baseURL
        firstDoubt = pollInterval
        self.webhooks = webhooks
    }

    /// Queues the letters that each of several events made due, in one transaction. The same event a second time queues
    /// nothing.
    ///
    /// An event that makes no letter due may be handed in too, with none: then it is remembered as heard.
    package func queue(_ letters: [[Letter]], for events: [Event]) async throws {
        precondition(letters.count == events.count)
        let rows = try letters.map { letters in
            try letters.map { letter in
                (
                    id: world.id(MailKind.self), letter: letter,
                    text: try StoredJSON.text(of: letter)
                )
            }
        }
        try await store.queue(rows, for: events, at: world.now())
    }

    /// As for several.
    package func queue(_ letters: [Letter], for event: Event) async throws {
        try await queue([letters], for: [event])
    }

    /// Ends what an earlier process had in hand, where it is known to be dead: nobody need wait for its leases.
    /// What may have reached a provider still waits for that one's word.
    package func endLeases() async throws {
        let now = world.now()
        let mayHaveLeft = providers.contains { $0.name != "file" }
        try await store.endLeases(at: mayHaveLeft ? now + firstDoubt : now)
        try await store.endWebhookLeases(at: now)
    }

    /// What became of the mails about a booking or, by the id of a person, of their registration. Oldest first.
    public func deliveries(about subject: String) async throws -> [MailDelivery] {
        try await store.deliveries(where: "subject = \(subject)")
    }

    /// What became of the mails to a person. Oldest first.
    public func deliveries(to recipient: UserID) async throws -> [MailDelivery] {
        try await store.deliveries(where: "recipient = \(recipient)")
    }

    static func letter(_ text: String) throws(MailFailure) -> Letter {
        do {
            return try StoredJSON.value(from: text)
        } catch {
            throw .final("the letter cannot be read any more: \(error)")
        }
    }
}

/// Whom a letter is for.
package struct LetterReader: Sendable {
    package let address: MailAddress
    /// What they chose; English until they do.
    package let language: Language

    package init(_ address: MailAddress, language: Language) {
        self.address = address
        self.language = language
    }
}

extension Mails {
    /// Puts letters into the language of their reader.
    func writer(_ language: Language) -> LetterWriter { LetterWriter(baseURL: baseURL, language, words) }

    /// A confirmed stay as a file for calendars (RFC 5545), as it comes with the mail.
    /// - Parameters:
    ///   - change: the number of the change that made the stay what it is, 0 for none: a calendar that has an earlier file of
    ///     the stay takes this one in its place.
    ///   - now: when it was confirmed or changed: the same stay gives the same file.
    package func calendarFile(
        for stay: StayFacts, change: Int = 0, in language: Language, at now: Instant
    ) -> String {
        StayCalendar.file(for: stay, change: change, writer(language), at: now)
    }
}
