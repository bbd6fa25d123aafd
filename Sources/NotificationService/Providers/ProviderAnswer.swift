import Core
import Foundation
import Outside

/// What the answers of mail providers that speak HTTP mean.
enum ProviderAnswer {
    /// What the failure to get an answer means for a mail.
    static func failure(_ failure: OutsideFailure, at now: Instant) -> MailFailure {
        switch failure {
        case .notSent, .crowded: .mayPass("\(failure)")
        case .resting(let until): .mayPass("\(failure)", after: until.since(now))
        case .unknown: .unknown("\(failure)")
        }
    }

    /// What a refusal means for a mail.
    /// - Parameter why: the provider's own words.
    static func refusal(_ answer: OutsideAnswer, why: String, at now: Instant) -> MailFailure {
        let sentence = "status \(answer.status)\(why.isEmpty ? "" : ": \(why)")"
        switch answer.status {
        case 400, 413, 422: return .final(sentence)
        // A key that is refused is put right by the operator, not by giving the mail up.
        case 401, 403: return .mayPass("the credentials are refused, \(sentence)")
        case 429: return .mayPass("too many mails, \(sentence)", after: pause(answer, at: now))
        // Something between us and the provider answered in its place.
        case 502, 504: return .unknown(sentence)
        default: return .mayPass(sentence, after: answer.retryAfter(at: now))
        }
    }

    /// `Retry-After`, or SendGrid's moment at which its limit is lifted.
    private static func pause(_ answer: OutsideAnswer, at now: Instant) -> Duration? {
        if let pause = answer.retryAfter(at: now) { return pause }
        guard let text = answer.header("X-RateLimit-Reset"), let second = Int64(text), second > 0 else { return nil }
        let pause = Instant(milliseconds: min(second, 1 << 40) * 1000).since(now)
        return max(.zero, min(pause, .seconds(3600)))
    }

    /// The words of an answer, at most a sentence or two of them.
    static func words(_ text: String) -> String { OneLine.text(text, longest: 300) }

    static func decoded<Body: Decodable>(_ answer: OutsideAnswer, as type: Body.Type) -> Body? {
        try? JSONDecoder().decode(Body.self, from: Data(answer.body))
    }
}
