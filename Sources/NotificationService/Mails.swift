public import Core
package import Storage

/// Letters on their way: queued with the event that made them due, sent in the background, at least once.
public struct Mails: Sendable {
    /// - Parameters:
    ///   - addressOf: name and address as they are when a mail is sent; nothing for someone who is gone.
    ///   - baseURL: put before every link, without a slash at its end.
    package init(
        database: any Database, world: World, provider: any MailProvider,
        addressOf: @escaping @Sendable (UserID) async throws -> MailAddress?, sender: MailAddress, baseURL: String
    ) {
    }

    package func queue(_ letters: [Letter], for event: Event) async throws { fatalError("later") }
    package func sendDue() async throws -> Int { fatalError("later") }
    public func deliveries(about subject: String) async throws -> [MailDelivery] { fatalError("later") }
    public func deliveries(to recipient: UserID) async throws -> [MailDelivery] { fatalError("later") }
}
