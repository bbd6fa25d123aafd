import Core
import Crypto
import Foundation

/// What providers tell about mails, in our words. Members and kinds that are not known are passed over: a provider may
/// add some any day.
enum MailEventReading {
    /// The name under which a mail's key goes out with it and comes back in events.
    static let argument = "roost_message"

    /// The events of a body; nothing where it is not what the provider sends.
    static func events(in body: String, of provider: String) -> [MailEvent]? {
        switch provider {
        case "sendgrid":
            guard let list = JSON(body).list else { return nil }
            return list.enumerated().compactMap { index, event in sendgrid(event, unnamed: "\(body.hashed)-\(index)") }
        case "mailgun":
            guard case let event = JSON(body)["event-data"], event.isObject else { return nil }
            return mailgun(event, unnamed: body.hashed).map { [$0] } ?? []
        default: return nil
        }
    }

    private static func sendgrid(_ event: JSON, unnamed: String) -> MailEvent? {
        let kind: MailEvent.Kind
        var suppression: SuppressedAddress.Reason?
        let reason = (event["reason"].text ?? event["response"].text ?? event["status"].text).map(short)
        switch event["event"].text {
        case "processed": kind = .accepted
        case "deferred": kind = .deferred
        case "delivered": kind = .delivered
        case "bounce" where event["type"].text == "blocked": kind = .blocked
        case "bounce": (kind, suppression) = (.bounced, .bounce)
        case "dropped":
            kind = .dropped
            // Its own list has the address already.
            if reason == "Bounced Address" { suppression = .bounce }
            if reason == "Spam Reporting Address" { suppression = .complaint }
        case "spamreport": (kind, suppression) = (.complained, .complaint)
        case "open": kind = .opened
        case "click": kind = .clicked
        case "unsubscribe", "group_unsubscribe": kind = .unsubscribed
        default: return nil
        }
        return MailEvent(
            id: event["sg_event_id"].text.map(short) ?? unnamed, kind: kind,
            key: event[argument].text ?? event["smtp-id"].text,
            // `X-Message-Id` of the answer to sending, up to the first full stop.
            receipt: event["sg_message_id"].text.map { short(String($0.prefix { $0 != "." })) },
            address: address(event["email"].text), detail: reason, occurredAt: moment(event["timestamp"]),
            suppression: suppression)
    }

    private static func mailgun(_ event: JSON, unnamed: String) -> MailEvent? {
        let kind: MailEvent.Kind
        var suppression: SuppressedAddress.Reason?
        let status = event["delivery-status"]
        let words = [status["description"].text, status["message"].text, event["reason"].text]
            .compactMap(\.self).first { !$0.isEmpty }
        switch event["event"].text {
        case "accepted": kind = .accepted
        case "delivered": kind = .delivered
        case "failed" where event["severity"].text == "temporary": kind = .deferred
        case "failed": (kind, suppression) = (.bounced, .bounce)
        case "rejected": kind = .dropped
        case "complained": (kind, suppression) = (.complained, .complaint)
        case "opened": kind = .opened
        case "clicked": kind = .clicked
        case "unsubscribed": kind = .unsubscribed
        default: return nil
        }
        let messageID = event["message"]["headers"]["message-id"].text
        return MailEvent(
            id: event["id"].text.map(short) ?? unnamed, kind: kind,
            key: event["user-variables"][argument].text ?? messageID, receipt: messageID.map(short),
            address: address(event["recipient"].text), detail: words.map(short), occurredAt: moment(event["timestamp"]),
            suppression: suppression)
    }

    private static func short(_ text: String) -> String { OneLine.text(text, longest: 300) }

    private static func address(_ text: String?) -> String? {
        text.flatMap { MailAddress($0) }?.address.lowercased()
    }

    /// Seconds since 1970, also with a fraction; the beginning of time where there are none.
    private static func moment(_ value: JSON) -> Instant {
        guard let seconds = value.number, seconds.isFinite, abs(seconds) < 1e11 else { return Instant(milliseconds: 0) }
        return Instant(milliseconds: Int64(seconds * 1000))
    }
}

/// A look into JSON of someone else: what is not there, or is something else, reads as nothing.
struct JSON {
    private let value: Any?

    init(_ text: String) { value = try? JSONSerialization.jsonObject(with: Data(text.utf8)) }
    private init(value: Any?) { self.value = value }

    subscript(_ name: String) -> JSON { JSON(value: (value as? [String: Any])?[name]) }
    var isObject: Bool { value is [String: Any] }
    var list: [JSON]? { (value as? [Any])?.map { JSON(value: $0) } }
    var text: String? { value as? String }
    var number: Double? { (value as? NSNumber)?.doubleValue ?? text.flatMap { Double($0) } }
}

extension String {
    /// A name for what has none.
    var hashed: String {
        SHA256.hash(data: Data(utf8)).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
