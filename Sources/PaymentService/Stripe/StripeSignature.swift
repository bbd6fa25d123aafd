import Core
import Crypto
import Foundation

/// Stripe's signature of a webhook: `t=UNIX,v1=HEX[,v1=HEX…]`, an HMAC over the time and the raw body.
enum StripeSignature {
    /// How old or how far ahead a signature may be; each retry is signed anew.
    static let tolerance = Duration.seconds(300)

    /// What is wrong with a signature.
    struct Fault: Equatable {
        let refusal: WebhookRefusal
        let why: String

        static func forged(_ why: String) -> Fault { Fault(refusal: .forged, why: why) }
    }

    /// - Returns: what is wrong; nothing where it is genuine and of now.
    static func fault(in header: String?, body: [UInt8], secrets: [Secret], now: Instant) -> Fault? {
        guard let header else { return .forged("it has no signature") }
        var time: String?
        var signatures: [[UInt8]] = []
        for part in header.split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { continue }
            switch pair[0].trimmingCharacters(in: .whitespaces) {
            case "t": time = String(pair[1])
            // Two while a secret is rolled. v0 and what may follow are not for us.
            case "v1": if let bytes = bytes(hex: pair[1]) { signatures.append(bytes) }
            default: break
            }
        }
        guard let time, let seconds = Int64(time), seconds.magnitude < 1 << 40, !signatures.isEmpty else {
            return .forged("its signature can't be read")
        }
        let signed = Array("\(time).".utf8) + body
        for secret in secrets {
            let key = SymmetricKey(data: Array(secret.value.utf8))
            // In constant time, and with every signature there is.
            for signature in signatures
            where HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: signed, using: key) {
                // Only now: what is not Stripe's is forged, whatever time it names.
                let age = now.since(Instant(milliseconds: seconds * 1000))
                guard age <= tolerance, age >= .zero - tolerance else {
                    return Fault(refusal: .stale, why: "its signature is stale")
                }
                return nil
            }
        }
        return .forged("its signature is not ours")
    }

    private static func bytes(hex: Substring) -> [UInt8]? {
        let digits = Array(hex.utf8)
        guard digits.count == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).reduce(into: [UInt8]?([])) { bytes, index in
            guard let high = value(digits[index]), let low = value(digits[index + 1]) else {
                bytes = nil
                return
            }
            bytes?.append(high << 4 | low)
        }
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 48...57: digit - 48
        case 97...102: digit - 87
        case 65...70: digit - 55
        default: nil
        }
    }
}
