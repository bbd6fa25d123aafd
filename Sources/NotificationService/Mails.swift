public import Core
import Foundation
package import Storage

/// Letters on their way: queued with the event that made them due, sent in the background, at least once.
public struct Mails: Sendable {
    let store: MailStore
    let world: World
    private let provider: any MailProvider
    let addressOf: @Sendable (UserID) async throws -> MailAddress?
    private let sender: MailAddress
    let baseURL: String

    /// - Parameters:
    ///   - addressOf: name and address as they are when a mail is sent; nothing for someone who is gone.
    ///   - baseURL: put before every link, without a slash at its end.
    package init(
        database: any Database, world: World, provider: any MailProvider,
        addressOf: @escaping @Sendable (UserID) async throws -> MailAddress?, sender: MailAddress, baseURL: String
    ) {
        store = MailStore(database: database)
        self.world = world
        self.provider = provider
        self.addressOf = addressOf
        self.sender = sender
        self.baseURL = baseURL
    }

    /// Queues the letters that an event made due, in one transaction. The same event a second time queues nothing.
    ///
    /// An event that makes no letter due may be handed in too, with none: then it is remembered as heard.
    package func queue(_ letters: [Letter], for event: Event) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let rows = try letters.map { letter in
            (
                id: world.id(MailKind.self), letter: letter,
                text: String(decoding: try encoder.encode(letter), as: UTF8.self)
            )
        }
        try await store.queue(rows, for: event, at: world.now())
    }

    /// Sends what is due, one mail after the other, outside any transaction. May run on many nodes at once.
    /// - Returns: how many were taken, sent or not; zero where nothing is due.
    @discardableResult
    package func sendDue() async throws -> Int {
        let taken = try await store.takeDue(by: provider.name, patience: provider.patience, at: world.now())
        for mail in taken {
            // Whoever is late leaves the rest to the next round: its lease may be someone else's soon.
            guard world.now() < mail.leaseEnd - provider.patience else { break }
            let ending = await send(mail)
            let now = world.now()
            let nextTry = now + Backoff.delay(afterTries: mail.attempt - 1, random: world.random)
            try await store.record(ending, of: mail, nextTry: nextTry, at: now)
        }
        return taken.count
    }

    /// Ends what an earlier process had in hand, where it is known to be dead: `sendDue` need not wait for its leases.
    package func endLeases() async throws { try await store.endLeases(at: world.now()) }

    /// What became of the mails about a booking or, by the id of a person, of their registration. Oldest first.
    public func deliveries(about subject: String) async throws -> [MailDelivery] {
        try await store.deliveries(where: "subject = \(subject)")
    }

    /// What became of the mails to a person. Oldest first.
    public func deliveries(to recipient: UserID) async throws -> [MailDelivery] {
        try await store.deliveries(where: "recipient = \(recipient)")
    }

    /// The mails that were given up: each is a case for the operator. Oldest first.
    public func failures() async throws -> [MailDelivery] {
        try await store.deliveries(where: "state = 'failed'")
    }

    private func send(_ mail: MailStore.Taken) async -> MailStore.Ending {
        func short(_ error: any Error) -> String { OneLine.text("\(error)", longest: MailStore.longestError) }
        do {
            let letter = try Mails.letter(mail.letter)
            guard let address = try await addressOf(letter.recipient) else {
                return .suppressed("the person is gone or has no address")
            }
            guard provider.takesUnreachableAddresses || !address.isUnreachable else {
                return .suppressed("no server can be reached under .invalid")
            }
            try await provider.send(try outgoing(mail, letter, to: address))
            return .sent
        } catch MailFailure.final(let why) {
            return .final(OneLine.text(why, longest: MailStore.longestError))
        } catch {
            return .mayPass(short(error))
        }
    }

    static func letter(_ text: String) throws(MailFailure) -> Letter {
        do {
            return try JSONDecoder().decode(Letter.self, from: Data(text.utf8))
        } catch {
            throw .final("the letter cannot be read any more: \(error)")
        }
    }

    private func outgoing(
        _ mail: MailStore.Taken, _ letter: Letter, to address: MailAddress
    ) throws(MailFailure) -> OutgoingMail {
        let content = try LetterWriter(baseURL: baseURL).content(of: letter)
        var attachments: [OutgoingMail.Attachment] = []
        if letter.kind == .confirmed, let stay = letter.stay {
            attachments.append(
                .init(
                    fileName: "stay.ics", contentType: "text/calendar; charset=utf-8; method=PUBLISH",
                    content: StayCalendar.file(for: stay, baseURL: baseURL, at: mail.createdAt)))
        }
        return OutgoingMail(
            id: mail.id, attempt: mail.attempt, messageID: "\(mail.id)@\(sender.domain)", date: mail.createdAt,
            from: sender, to: address, subject: content.subject,
            text: TextLetter.render(content, greeting: address.name),
            html: HTMLLetter.render(content, greeting: address.name), attachments: attachments)
    }
}
