import CCurl
import Core
import Dispatch
import Foundation

/// Any SMTP server, through libcurl: STARTTLS or TLS from the start with the certificate checked, and authentication.
public struct SMTP: MailProvider {
    public let name = "smtp"
    /// Ten seconds more than libcurl has.
    public let patience = Duration.seconds(70)
    /// Each is a connection of its own, and servers let one client have few.
    public let mostAtOnce: Int? = MailStore.batch
    private let server: SMTPServer
    private let senderDomain: String
    private let authorities: String?

    /// - Parameters:
    ///   - senderDomain: what we call ourselves when we greet.
    ///   - authorities: certificates in PEM that are trusted in place of the system's.
    public init(server: SMTPServer, senderDomain: String, authorities: String?) {
        self.server = server
        self.senderDomain = senderDomain
        self.authorities = authorities
    }

    public func send(_ mail: OutgoingMail) async throws -> String? {
        try await apart { try exchange(.mail(mail)) }
        return nil
    }

    /// Connects, greets, begins TLS and signs in, and says good-bye.
    public func checkUp() async throws -> String {
        try await apart { try exchange(.greeting) }
        return "\(server.shown) lets us in"
    }

    /// libcurl waits for the network, which the cooperative pool must not. A serial queue for each exchange: it has a thread
    /// of its own, where those of a concurrent queue would come out of the threads on which everything else runs.
    private func apart(_ work: @escaping @Sendable () throws -> Void) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            DispatchQueue(label: "roost.mail.smtp").async { continuation.resume(with: Result(catching: work)) }
        }
    }

    private enum Purpose {
        case mail(OutgoingMail)
        case greeting
    }

    private static let connectSeconds = 10
    /// In all: the server may take its time behind the final full stop (RFC 5321 4.5.3.2.6 grants it minutes, but nobody
    /// uses them).
    private static let allSeconds = 60
    /// Once in a process, before anything else of libcurl; a static value is made once.
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private func exchange(_ purpose: Purpose) throws {
        guard SMTP.isReady, let curl = curl_easy_init() else { throw MailFailure.mayPass("libcurl does not start") }
        defer { curl_easy_cleanup(curl) }
        var recipients: UnsafeMutablePointer<curl_slist>?
        defer { curl_slist_free_all(recipients) }
        var bytes: [UInt8] = []
        if case .mail(let mail) = purpose {
            bytes = Array(mail.message.utf8)
            recipients = curl_slist_append(nil, "<\(mail.to.address)>")
        }
        let heard = bytes.withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { message in
                var exchange = roost_exchange()
                exchange.bytes = message.baseAddress
                exchange.length = message.count
                return withUnsafeMutablePointer(to: &exchange) { exchange in
                    let isSet = prepare(curl, purpose, recipients, exchange)
                    let result = isSet ? curl_easy_perform(curl) : CURLE_FAILED_INIT
                    return Heard(
                        result: result, wasSent: exchange.pointee.sent == exchange.pointee.length && !bytes.isEmpty,
                        reply: SMTPReply(refusal(exchange)))
                }
            }
        }
        if let failure = heard.failure { throw failure }
    }

    private func refusal(_ exchange: UnsafeMutablePointer<roost_exchange>) -> String {
        withUnsafeBytes(of: &exchange.pointee.refusal) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// - Returns: whether libcurl took every option.
    private func prepare(
        _ curl: UnsafeMutableRawPointer, _ purpose: Purpose, _ recipients: UnsafeMutablePointer<curl_slist>?,
        _ exchange: UnsafeMutablePointer<roost_exchange>
    ) -> Bool {
        var isSet = true
        func long(_ option: CURLoption, _ value: Int) {
            isSet = roost_curl_set_long(curl, option, value) == CURLE_OK && isSet
        }
        func text(_ option: CURLoption, _ value: String) {
            isSet = roost_curl_set_text(curl, option, value) == CURLE_OK && isSet
        }
        // The path is the name we greet with.
        text(CURLOPT_URL, "\(server.shown)/\(senderDomain)")
        text(CURLOPT_PROXY, "")
        long(CURLOPT_NOSIGNAL, 1)
        long(CURLOPT_CONNECTTIMEOUT, SMTP.connectSeconds)
        long(CURLOPT_TIMEOUT, SMTP.allSeconds)
        // STARTTLS where it is offered; on another machine nothing goes without it.
        let wish = server.mayDoWithoutTLS ? CURLUSESSL_TRY : CURLUSESSL_ALL
        long(CURLOPT_USE_SSL, Int(wish.rawValue))
        long(CURLOPT_SSL_VERIFYPEER, 1)
        long(CURLOPT_SSL_VERIFYHOST, 2)
        long(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        if let authorities {
            let pem = Array(authorities.utf8)
            isSet = roost_curl_set_authorities(curl, pem, pem.count) == CURLE_OK && isSet
        }
        if let user = server.user, let password = server.password {
            text(CURLOPT_USERNAME, user)
            text(CURLOPT_PASSWORD, password.value)
        }
        isSet = roost_curl_set_exchange(curl, exchange) == CURLE_OK && isSet
        switch purpose {
        case .mail(let mail):
            text(CURLOPT_MAIL_FROM, "<\(mail.from.address)>")
            isSet = roost_curl_set_list(curl, CURLOPT_MAIL_RCPT, recipients) == CURLE_OK && isSet
            long(CURLOPT_UPLOAD, 1)
        case .greeting:
            text(CURLOPT_CUSTOMREQUEST, "NOOP")
            long(CURLOPT_NOBODY, 1)
        }
        return isSet
    }

    /// How an exchange ended.
    private struct Heard {
        let result: CURLcode
        /// Whether the whole message was handed to libcurl.
        let wasSent: Bool
        let reply: SMTPReply?

        /// What it means for the mail; nothing where it was taken.
        var failure: MailFailure? {
            guard result != CURLE_OK else { return nil }
            let words = String(cString: curl_easy_strerror(result))
            // A name or key that is refused, or a certificate, is put right by the operator.
            if [CURLE_LOGIN_DENIED, CURLE_USE_SSL_FAILED, CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION]
                .contains(result)
            {
                return .mayPass(words + (reply.map { ": \($0.text)" } ?? ""))
            }
            if let reply { return reply.failure }
            // Whoever has all of it may deliver it though we were not told.
            return wasSent ? .unknown(words) : .mayPass(words)
        }
    }
}

/// A refusal of the server: `550 5.1.1 No such mailbox`.
struct SMTPReply: Equatable {
    let code: Int
    let text: String

    /// Nothing for what is no refusal.
    init?(_ line: String) {
        let line = OneLine.text(line, longest: 300)
        guard let code = Int(line.prefix(3)), (400...599).contains(code) else { return nil }
        self.code = code
        text = line
    }

    /// 4yz may pass, 5yz will not (RFC 5321 4.2.1).
    var failure: MailFailure {
        // 530, 534, 535, 538: who we are is not believed (RFC 4954), which is no fault of the mail.
        guard code >= 500, ![530, 534, 535, 538].contains(code) else { return .mayPass(text) }
        return isAboutMailbox ? .noSuchMailbox(text) : .final(text)
    }

    /// Whether the address itself is the trouble, as enhanced codes tell (RFC 3463 3.2, RFC 7505): a bare 550 may also
    /// speak of our own name or of a word in the letter.
    private var isAboutMailbox: Bool {
        let enhanced = text.dropFirst(3).drop { $0 == " " || $0 == "-" }.prefix { $0 != " " }
        return ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"].contains(enhanced)
    }
}
