import NotificationService
import Synchronization

/// Where all mails end: counts them, and sometimes does not take one.
final class PostOffice: Sendable {
    private let sent = Mutex<[String: Int]>([:])

    func take(_ mail: OutgoingMail) { sent.withLock { $0["\(mail.messageID)", default: 0] += 1 } }

    /// How many mails came, the same one twice counted twice.
    var count: Int { sent.withLock { $0.values.reduce(0, +) } }

    func has(_ messageID: String) -> Bool { sent.withLock { $0[messageID] != nil } }
}

/// The post office as one node reaches it.
struct FaultyPost: MailProvider {
    let office: PostOffice
    let life: Life
    let stage: Stage

    var name: String { "file" }
    var takesUnreachableAddresses: Bool { true }

    func send(_ mail: OutgoingMail) async throws -> String? {
        try await stage.scheduler.turn(of: life)
        let side = stage.weather.breaksMail
        if side == .before { throw MailFailure.mayPass(Simulated.why) }
        office.take(mail)
        try await stage.scheduler.turn(of: life)
        if side == .after { throw MailFailure.mayPass(Simulated.why) }
        return nil
    }
}
