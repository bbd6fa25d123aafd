import Assembly
import Core
import Storage

/// Every mail that is due was queued once, and came.
enum MailPromises {
    private struct Topic: Hashable {
        let subject: String
        let recipient: String
        let kind: String
    }

    static func broken(
        _ databases: Databases, _ bookings: [RestBooking], _ changes: [RestChange], _ post: PostOffice,
        refunds: [(BookingID, Int)]
    ) async throws -> [String] {
        let users = try await databases.users.read { reader in
            (
                mails: try reader.all("SELECT subject, recipient, kind, state, id FROM mail") { row in
                    (
                        subject: try row[0] as String, recipient: try row[1] as String, kind: try row[2] as String,
                        state: try row[3] as String, id: try row[4] as String
                    )
                },
                // Everybody signs up by themselves but the operator, whom a command adds. (Sessions would not tell: they
                // are tidied away after thirty days.)
                registered: try reader.values("SELECT id FROM person WHERE is_operator = 0", as: String.self)
            )
        }
        var findings: [String] = []
        var queued: [Topic: Int] = [:]
        for mail in users.mails {
            queued[Topic(subject: mail.subject, recipient: mail.recipient, kind: mail.kind), default: 0] += 1
            if mail.state != "sent" { findings.append("\(mail.subject): the mail \(mail.kind) is \(mail.state)") }
            if mail.state == "sent", !post.has("\(mail.id)@localhost") {
                findings.append("\(mail.subject): the mail \(mail.kind) is said to be sent, and never came")
            }
        }
        func expect(_ counts: ClosedRange<Int>, _ kind: String, to recipient: UserID, about subject: String) {
            let count = queued.removeValue(forKey: Topic(subject: subject, recipient: recipient.text, kind: kind)) ?? 0
            if !counts.contains(count) {
                findings.append(
                    "\(subject): the mail \(kind) was queued \(count) times instead of \(counts.lowerBound)")
            }
        }
        for person in users.registered { expect(1...1, "registered", to: UserID(stored: person), about: person) }
        let changesOf = Dictionary(grouping: changes, by: \.booking)
        let refundCounts = Dictionary(uniqueKeysWithValues: refunds)
        for booking in bookings {
            func guest(_ kind: String, _ counts: ClosedRange<Int> = 1...1) {
                expect(counts, kind, to: booking.guest, about: booking.id.text)
            }
            func host(_ kind: String, _ counts: ClosedRange<Int> = 1...1) {
                expect(counts, kind, to: booking.host, about: booking.id.text)
            }
            for (kind, counts) in RestChange.mails(changesOf[booking.id] ?? []) {
                guest(kind.toGuest, counts)
                host(kind.toHost, counts)
            }
            if booking.beganAsRequest {
                guest("requested")
                host("requestReceived")
                if booking.hadUnit { guest("accepted") }
            } else {
                guest("held")
            }
            if booking.wasConfirmed {
                guest("confirmed")
                host("bookingReceived")
                guest("expired", 0...1)  // where the money came late and the nights were free
            }
            switch booking.state {
            case "declined": guest("declined")
            case "lapsed": guest("lapsed")
            case "expired": guest("expired")
            case "cancelled", "abandoned":
                guest("cancelled")
                host("cancelledForHost")
            default: break
            }
            let refunds = refundCounts[booking.id] ?? 0
            let late = Topic(subject: booking.id.text, recipient: booking.guest.text, kind: "lateRefunded")
            let told = queued.removeValue(forKey: late) ?? 0
            if told > refunds { findings.append("\(booking.id): \(told) mails about \(refunds) refunds") }
            if refunds - told >= 0 { guest("refunded", (refunds - told)...(refunds - told)) }
        }
        for (topic, count) in queued.sorted(by: { ($0.key.subject, $0.key.kind) < ($1.key.subject, $1.key.kind) }) {
            findings.append("\(topic.subject): \(count) mails \(topic.kind) to \(topic.recipient), and none was due")
        }
        return findings
    }
}
