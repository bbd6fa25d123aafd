import Core
import Foundation
import Outside

/// Speaks Stripe's API: headers, forms, and what each status means.
struct StripeClient: Sendable {
    /// Requests and answers have the shapes of this version, whatever the account's default is.
    static let version = "2026-10-28.endive"

    let line: ProviderLine
    let base: APIBase
    let secretKey: Secret

    /// Which answers are worth another try with the same key while somebody waits.
    static func mayPass(_ answer: OutsideAnswer) -> Bool {
        if answer.header("Idempotent-Replayed") == "true" { return false }
        switch answer.header("Stripe-Should-Retry") {
        case "true": return true
        case "false": return false
        // 409: the first request under this key still runs, or its object is locked. 424: something behind it failed.
        default: return answer.mayPass || answer.status == 409 || answer.status == 424
        }
    }

    func get(_ path: String, _ query: [(name: String, value: String)] = []) async -> ProviderReply {
        let text = query.isEmpty ? "" : "?" + FormBody.text(query)
        return await send(OutsideRequest(.get, base.url(path) + text, headers: headers))
    }

    /// - Parameter key: under which Stripe keeps the answer, so that asking again can do no more than once.
    func post(_ path: String, _ body: String, key: String) async -> ProviderReply {
        let more = [
            (name: "Content-Type", value: "application/x-www-form-urlencoded"), (name: "Idempotency-Key", value: key),
        ]
        return await send(
            OutsideRequest(.post, base.url(path), headers: headers + more, body: Array(body.utf8), mayRepeat: true))
    }

    private var headers: [(name: String, value: String)] {
        [
            (name: "Authorization", value: "Bearer \(secretKey.value)"),
            (name: "Stripe-Version", value: StripeClient.version),
        ]
    }

    private func send(_ request: OutsideRequest) async -> ProviderReply {
        let answer: OutsideAnswer
        do throws(OutsideFailure) {
            answer = try await line.ask(request)
        } catch {
            return .unknown("\(error)")
        }
        let id = answer.header("Request-Id").map { ", request \($0)" } ?? ""
        switch answer.status {
        case 200...299: return .done(ReplyBody(bytes: answer.body))
        case 409, 424, 429: return .unknown("status \(answer.status)\(id)")
        case 400...499:
            let error = (try? JSONDecoder().decode(ErrorBody.self, from: Data(answer.body)))?.error
            // Another request under a key of ours: a fault of ours, and no word about what happened to the first.
            if error?.type == "idempotency_error" { return .stuck }
            return .refused(
                Refusal(
                    status: answer.status, code: error?.code ?? error?.type ?? "none",
                    message: error?.message ?? "no words\(id)"))
        default:
            return answer.header("Idempotent-Replayed") == "true" ? .stuck : .unknown("status \(answer.status)\(id)")
        }
    }

    private struct ErrorBody: Decodable {
        struct Words: Decodable {
            let type: String?
            let code: String?
            let message: String?
        }
        let error: Words
    }
}
