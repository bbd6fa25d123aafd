public import Core
import Storage

/// An address that gets no mails any more, because its provider said so.
public struct SuppressedAddress: Sendable, Equatable, Codable {
    public enum Reason: String, Sendable, Codable, CaseIterable {
        /// There is no such mailbox, or it takes nothing.
        case bounce
        /// Its reader called a mail of ours spam.
        case complaint
    }

    /// In lower case.
    public let address: String
    public let reason: Reason
    /// The provider's words.
    public let detail: String
    public let provider: String
    /// The mail it happened to, where it is one of ours.
    public let mailId: MailID?
    public let suppressedAt: Instant

    /// Why nothing is sent, in a sentence that names no address.
    var sentence: String {
        let what = reason == .bounce ? "mails to this address come back" : "its reader complained about our mails"
        return "\(what), as \(provider) told at \(suppressedAt): \(detail)"
    }
}

/// Nobody gets the mails to a guest: who knows the booking should be told. Its subject is the booking.
public struct MailUndeliverable: Sendable, Codable, Equatable {
    public static let kind = "mail.undeliverable"

    public let mailId: MailID
    public let bookingId: BookingID
    public let recipient: UserID
}

extension MailStore {
    /// Why nothing is sent to addresses, by the address in lower case; those that may get mails are not among them.
    func suppressions(of addresses: [String]) async throws -> [String: SuppressedAddress] {
        let addresses = Set(addresses.map { $0.lowercased() }).sorted()
        let found = try await database.read { reader in
            try reader.all(
                """
                SELECT \(MailStore.suppressedColumns) FROM suppressed_address WHERE address IN \(list: addresses)
                """
            ) { try MailStore.suppressed($0) }
        }
        return Dictionary(found.map { ($0.address, $0) }, uniquingKeysWith: { first, _ in first })
    }

    static let suppressedColumns: SQL = "address, reason, detail, provider, mail_id, suppressed_at"

    static func suppressed(_ row: Row) throws -> SuppressedAddress {
        guard let reason = SuppressedAddress.Reason(rawValue: try row[1]) else {
            throw StorageError.fault("an address suppressed for an unknown reason")
        }
        return SuppressedAddress(
            address: try row[0], reason: reason, detail: try row[2], provider: try row[3], mailId: try row[4],
            suppressedAt: try row[5])
    }

    /// The first reason stays.
    func suppress(_ suppressed: SuppressedAddress, in tx: borrowing Transaction) throws {
        try tx.execute(
            """
            INSERT INTO suppressed_address (address, reason, detail, provider, mail_id, suppressed_at)
            VALUES (\(suppressed.address), \(suppressed.reason.rawValue), \(suppressed.detail), \(suppressed.provider),
                \(suppressed.mailId), \(suppressed.suppressedAt))
            ON CONFLICT (address) DO NOTHING
            """)
    }

    /// Leaves the event that a guest gets no mails about a booking: once, and only where the host knows of the booking.
    func tellOthers(of mail: MailID, at now: Instant, in tx: borrowing Transaction) throws {
        let found = try tx.first("SELECT subject, recipient, kind FROM mail WHERE id = \(mail)") { row in
            (booking: BookingID(try row[0] as String), recipient: try row[1] as UserID, kind: try row[2] as String)
        }
        guard let found, let booking = found.booking, let kind = LetterKind(rawValue: found.kind),
            kind.isForGuestOfKnownBooking
        else { return }
        let isFirst =
            try tx.execute(
                """
                INSERT INTO mail_notice (subject, noted_at) VALUES (\(booking.text), \(now))
                ON CONFLICT (subject) DO NOTHING
                """) == 1
        guard isFirst else { return }
        try outbox.append(
            MailUndeliverable.kind, about: booking.text, version: 1,
            body: MailUndeliverable(mailId: mail, bookingId: booking, recipient: found.recipient), at: now, in: tx)
    }
}

extension LetterKind {
    /// Whether the host knows of the booking when its guest gets this letter: a hold is nobody else's news.
    fileprivate var isForGuestOfKnownBooking: Bool {
        switch self {
        case .requested, .accepted, .confirmed, .cancelled, .changeProposed, .changeAgreed, .changeApplied,
            .changeEnded:
            true
        case .registered, .requestReceived, .declined, .lapsed, .held, .bookingReceived, .expired, .cancelledForHost,
            .refunded, .lateRefunded, .guestUnreachable, .changeProposedToHost, .changeAgreedForHost,
            .changeAppliedForHost, .changeEndedForHost:
            false
        }
    }
}
