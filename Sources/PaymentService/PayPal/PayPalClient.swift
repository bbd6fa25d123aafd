import Core
import Foundation
import Outside
import Synchronization

/// Speaks PayPal's API: its token, its headers, and what each status means.
struct PayPalClient: Sendable {
    let line: ProviderLine
    /// For webhooks that strangers may have forged: what they bring about must not keep money from moving.
    let webhookLine: ProviderLine
    let base: APIBase
    let clientId: Secret
    let clientSecret: Secret
    let world: World
    let cases: CaseBook
    let token = TokenBox()

    /// The token and until when it is trusted. Guards nothing but itself: two who renew it at once do no harm.
    final class TokenBox: Sendable {
        struct Token: Sendable {
            let text: String
            let until: Instant
        }

        private let held = Mutex<Token?>(nil)

        var current: Token? { held.withLock { $0 } }
        func keep(_ token: Token?) { held.withLock { $0 = token } }

        /// Forgets a token that was refused, unless another has come meanwhile.
        func drop(_ text: String) { held.withLock { if $0?.text == text { $0 = nil } } }
    }

    /// 409: another request about the same object still runs.
    static func mayPass(_ answer: OutsideAnswer) -> Bool { answer.mayPass || answer.status == 409 }

    func get(_ path: String, _ query: [(name: String, value: String)] = []) async -> ProviderReply {
        let text = query.isEmpty ? "" : "?" + FormBody.text(query)
        return await send(.get, path + text, [], bytes: [], mayRepeat: true)
    }

    /// - Parameters:
    ///   - key: as `PayPal-Request-Id`: a repeat gives what the first call made.
    ///   - end: after this moment it is not sent any more.
    func post(_ path: String, _ body: String, key: String, notAfter end: Instant? = nil) async -> ProviderReply {
        // A POST without a body needs its type all the same; without `Prefer` the answer has no amounts.
        let headers = [
            (name: "Content-Type", value: "application/json"), (name: "Prefer", value: "return=representation"),
            (name: "PayPal-Request-Id", value: key),
        ]
        return await send(.post, path, headers, bytes: Array(body.utf8), mayRepeat: true, notAfter: end)
    }

    /// Asks whether a webhook is PayPal's; it changes nothing there, so it may be asked again.
    func verify(_ body: [UInt8]) async -> ProviderReply {
        await send(
            .post, "/v1/notifications/verify-webhook-signature", [(name: "Content-Type", value: "application/json")],
            bytes: body, mayRepeat: true, over: webhookLine)
    }

    private func send(
        _ method: OutsideRequest.Method, _ path: String, _ headers: [(name: String, value: String)], bytes: [UInt8],
        mayRepeat: Bool, notAfter end: Instant? = nil, over other: ProviderLine? = nil
    ) async -> ProviderReply {
        let line = other ?? line
        // A second time only with a fresh token, where the first was refused.
        for isLast in [false, true] {
            let bearer: String
            switch await currentToken(over: line) {
            case .success(let token): bearer = token
            case .failure(let reply): return reply.reply
            }
            let all = [(name: "Authorization", value: "Bearer \(bearer)")] + headers
            let answer: OutsideAnswer
            do throws(OutsideFailure) {
                answer = try await line.ask(
                    OutsideRequest(
                        method, base.url(path), headers: all, body: bytes, mayRepeat: mayRepeat, notAfter: end))
            } catch {
                return .unknown("\(error)")
            }
            if answer.status == 401 {
                token.drop(bearer)
                if !isLast { continue }
            }
            return PayPalClient.understand(answer)
        }
        return .unknown("no token is good")
    }

    private static func understand(_ answer: OutsideAnswer) -> ProviderReply {
        let id = answer.header("Paypal-Debug-Id").map { ", debug id \($0)" } ?? ""
        switch answer.status {
        case 200...299: return .done(ReplyBody(bytes: answer.body))
        case 409, 429: return .unknown("status \(answer.status)\(id)")
        case 400...499:
            let error = try? JSONDecoder().decode(ErrorBody.self, from: Data(answer.body))
            return .refused(
                Refusal(
                    status: answer.status, code: error?.details?.first?.issue ?? error?.name ?? error?.error ?? "none",
                    message: (error?.message ?? error?.error_description ?? "no words") + id))
        default: return .unknown("status \(answer.status)\(id)")
        }
    }

    private struct ErrorBody: Decodable {
        struct Detail: Decodable { let issue: String? }
        let name: String?
        let message: String?
        let details: [Detail]?
        let error: String?
        let error_description: String?
    }

    // MARK: The token

    struct NoToken: Error { let reply: ProviderReply }

    /// Renewed so long before its end that no request outlives it.
    private static let tokenMargin = Duration.seconds(300)

    /// The longest a token is trusted; PayPal's live for nine hours.
    private static let longestTokenLife: Int64 = 86_400

    private func currentToken(over line: ProviderLine) async -> Result<String, NoToken> {
        let now = world.now()
        if let current = token.current, now < current.until { return .success(current.text) }
        return await renewToken(over: line)
    }

    /// Asks for a token whatever is cached: also how credentials are checked.
    func renewToken() async -> Result<String, NoToken> { await renewToken(over: line) }

    private func renewToken(over line: ProviderLine) async -> Result<String, NoToken> {
        let now = world.now()
        let login = Data("\(clientId.value):\(clientSecret.value)".utf8).base64EncodedString()
        let request = OutsideRequest(
            .post, base.url("/v1/oauth2/token"),
            headers: [
                (name: "Authorization", value: "Basic \(login)"),
                (name: "Content-Type", value: "application/x-www-form-urlencoded"),
            ], body: Array("grant_type=client_credentials".utf8), timeout: OutsideRequest.readTimeout, mayRepeat: true)
        let reply: ProviderReply
        do throws(OutsideFailure) {
            reply = PayPalClient.understand(try await line.ask(request))
        } catch {
            return .failure(NoToken(reply: .unknown("\(error)")))
        }
        guard case .done(let answer) = reply else {
            // Without a token nothing was asked: whatever it was, it is not known, and it is not refused either.
            if case .refused(let refusal) = reply { return .failure(NoToken(reply: .unknown("no token: \(refusal)"))) }
            return .failure(NoToken(reply: reply))
        }
        let granted: Granted
        do throws(Misunderstood) {
            granted = try answer.read(Granted.self)
        } catch {
            await cases.tryOpen(
                .badAnswer, subject: "paypal its token", provider: "paypal", payment: nil,
                detail: "PayPal's token does not fit its contract: \(error.why).")
            return .failure(NoToken(reply: .unknown("its token can't be read")))
        }
        let told = Duration.seconds(min(max(0, granted.expires_in), PayPalClient.longestTokenLife))
        let life = max(told - PayPalClient.tokenMargin, told / 2)
        token.keep(TokenBox.Token(text: granted.access_token, until: now + life))
        return .success(granted.access_token)
    }

    private struct Granted: Decodable {
        let access_token: String
        let expires_in: Int64
    }
}
