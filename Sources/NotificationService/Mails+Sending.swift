import Core
import Storage

extension Mails {
    /// How long a mail of unknown fate waits at the most before it is sent again.
    private static let longestDoubt = Duration.seconds(600)

    /// How many batches one round takes, so that it ends though more becomes due meanwhile.
    private static let mostBatches = 32

    /// Sends until nothing is due.
    package func sendAllDue() async throws {
        for _ in 0..<Mails.mostBatches {
            guard try await sendDue() > 0 else { return }
        }
    }

    /// Sends a batch of what is due, outside any transaction and all at the same time; of the letters about one subject to
    /// one person only the first is in it. May run on many nodes at once, and several times on one.
    ///
    /// One that fails does not stop the others; the first failure is thrown at the end.
    /// - Returns: how many were taken, sent or not; zero where nothing is due.
    @discardableResult
    package func sendDue() async throws -> Int {
        let now = world.now()
        let first = providers[0]
        let taken = try await store.takeDue(by: first.name, until: leaseEnd(with: first, from: now), at: now)
        guard !taken.isEmpty else { return 0 }
        let readers = await lookUp(Array(Set(taken.map(\.recipient))).sorted())
        let failure = await sideBySide(taken) { try await carry($0, to: readers[$0.recipient]) }
        if let failure { throw failure }
        return taken.count
    }

    /// Until when a mail that is given to a provider now belongs to whoever gives it.
    ///
    /// Nobody else tries before this attempt is over, though its node be cut off; and what a node left behind that died is
    /// of unknown fate, so there is time for the provider's own word as well.
    private func leaseEnd(with provider: any MailProvider, from now: Instant) -> Instant {
        now + provider.patience + firstDoubt
    }

    /// Whom letters are for, by two reads for all of them; why not, where one can't be reached.
    private func lookUp(_ people: [UserID]) async -> [UserID: Result<LetterReader, any Error>] {
        var found: [UserID: Result<LetterReader, any Error>] = [:]
        do {
            let readers = try await readersOf(people)
            let suppressed = try await store.suppressions(of: readers.values.map(\.address.address))
            for person in people {
                guard let reader = readers[person] else {
                    found[person] = .failure(Undeliverable(why: "the person is gone or has no address"))
                    continue
                }
                let listed = suppressed[reader.address.address.lowercased()]
                found[person] =
                    listed.map { .failure(Undeliverable(why: $0.sentence, isListed: true)) } ?? .success(reader)
            }
        } catch {
            for person in people { found[person] = .failure(error) }
        }
        return found
    }

    /// Gives a mail to the first provider that takes it. Only what a provider certainly did not take goes to the next.
    /// Where it has passed to another meanwhile, that one ends it.
    private func carry(_ taken: MailStore.Taken, to reader: Result<LetterReader, any Error>?) async throws {
        var mail = taken
        let outgoing: OutgoingMail
        do {
            outgoing = try self.outgoing(mail, to: reader)
        } catch {
            return try await end(mail, Mails.ending(of: error))
        }
        let address = outgoing.to.address.lowercased()
        if await wasTaken(mail, outgoing) { return try await end(mail, .sent(receipt: nil), address: address) }
        let usable = providers.filter { $0.takesUnreachableAddresses || !outgoing.to.isUnreachable }
        guard !usable.isEmpty else {
            return try await end(mail, .suppressed("no server can be reached under .invalid"), address: address)
        }
        var pause = Duration.seconds(86_400)
        for (index, provider) in usable.enumerated() {
            guard let (kept, ending) = try await give(outgoing, of: mail, to: provider) else { return }
            mail = kept
            tries.count(provider.name, ending.outcome)
            guard case .mayPass(_, let after) = ending else {
                return try await end(mail, ending, by: provider.name, address: address)
            }
            // Whoever can take it first decides when it is tried again.
            pause = min(pause, after ?? .zero)
            guard index + 1 < usable.count else {
                return try await end(mail, ending, by: provider.name, address: address, notBefore: pause)
            }
            let (next, now) = (usable[index + 1], world.now())
            let following = try await store.handOver(
                mail, ending, by: provider.name, address: address, to: next.name,
                until: leaseEnd(with: next, from: now), at: now)
            guard let following else { return }
            mail = following
        }
    }

    /// Gives a mail to a provider, once that has a place for it. Whether it is still ours is looked at last: nothing more is
    /// waited for before the first byte.
    /// - Returns: the mail for as long as it is ours, and how it went; nothing where it has passed to another.
    private func give(
        _ outgoing: OutgoingMail, of mail: MailStore.Taken, to provider: any MailProvider
    ) async throws -> (mail: MailStore.Taken, ending: MailStore.Ending)? {
        let places = places[provider.name]
        await places?.take()
        defer { places?.giveBack() }
        guard let kept = try await kept(mail, for: provider) else { return nil }
        do {
            return (kept, .sent(receipt: try await provider.send(outgoing)))
        } catch {
            return (kept, Mails.ending(of: error))
        }
    }

    /// A mail that is still ours for as long as giving it to a provider may take; nothing where it has passed to another.
    private func kept(_ mail: MailStore.Taken, for provider: any MailProvider) async throws -> MailStore.Taken? {
        let now = world.now()
        if now + provider.patience <= mail.leaseEnd { return mail }
        return try await store.keep(mail, until: leaseEnd(with: provider, from: now))
    }

    /// Whether the provider that went silent over this mail says that it has it.
    private func wasTaken(_ mail: MailStore.Taken, _ outgoing: OutgoingMail) async -> Bool {
        guard let doubted = providers.first(where: { $0.name == mail.doubtedProvider }) else { return false }
        if case .taken = await doubted.hasTaken(outgoing) { return true }
        return false
    }

    private func end(
        _ mail: MailStore.Taken, _ ending: MailStore.Ending, by provider: String? = nil, address: String? = nil,
        notBefore pause: Duration = .zero
    ) async throws {
        let now = world.now()
        var wait = max(pause, Backoff.delay(afterTries: mail.attempt - 1, random: world.random))
        if case .unknown = ending {
            // Time for the provider's own word, longer with each silence: to send twice is the last resort.
            wait = max(wait, min(Mails.longestDoubt, firstDoubt * (1 << min(mail.attempt - 1, 10))))
        }
        try await record(
            MailStore.Ended(
                ending: ending, mail: mail, provider: provider, address: address, nextTry: now + wait, at: now))
    }

    private static func ending(of error: any Error) -> MailStore.Ending {
        func short(_ text: String) -> String { OneLine.text(text, longest: MailStore.longestError) }
        switch error {
        case MailFailure.final(let why): return .final(short(why))
        case MailFailure.noSuchMailbox(let why): return .noSuchMailbox(short(why))
        case MailFailure.unknown(let why): return .unknown(short(why))
        case MailFailure.mayPass(let why, let after): return .mayPass(short(why), after: after)
        case let undeliverable as Undeliverable:
            return .suppressed(short(undeliverable.why), isListed: undeliverable.isListed)
        default: return .mayPass(short("\(error)"))
        }
    }

    /// A mail that is not to be sent at all.
    private struct Undeliverable: Error {
        let why: String
        var isListed = false
    }

    private func outgoing(
        _ mail: MailStore.Taken, to reader: Result<LetterReader, any Error>?
    ) throws -> OutgoingMail {
        let letter = try Mails.letter(mail.letter)
        guard let reader = try reader?.get() else { throw StorageError.fault("nobody was looked up for \(mail.id)") }
        let address = reader.address
        let writer = writer(reader.language)
        let content = try writer.content(of: letter)
        let greeting = writer.greeting(address.name)
        var attachments: [OutgoingMail.Attachment] = []
        if letter.kind.bringsCalendar, let stay = letter.stay {
            attachments.append(
                .init(
                    fileName: "stay.ics", contentType: "text/calendar; charset=utf-8; method=PUBLISH",
                    content: StayCalendar.file(
                        for: stay, change: stay.change?.number ?? 0, writer, at: mail.createdAt)))
        }
        return OutgoingMail(
            id: mail.id, attempt: mail.attempt,
            messageID: MessageID(mail: mail.id, resends: mail.resends, domain: sender.domain), date: mail.createdAt,
            from: sender, to: address, subject: content.subject,
            text: TextLetter.render(content, greeting: greeting),
            html: HTMLLetter.render(content, greeting: greeting), attachments: attachments)
    }
}
