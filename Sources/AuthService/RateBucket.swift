import Core
import Crypto
import Foundation

/// Something counted in a window of time, and how much of it is allowed. A window opens with the first hit after the
/// last one ended, so that at worst twice as much falls around its edge: bounded all the same, for one row each.
struct RateBucket: Sendable {
    /// A hash: the table tells nobody who tried to sign in from where.
    let name: String
    let most: Int
    let window: Duration

    static func failures(of emailKey: String, _ limits: SignInLimits) -> RateBucket {
        RateBucket("sign-in of", emailKey, limits.failuresPerAccount, limits.signInWindow)
    }

    static func failures(from address: String, _ limits: SignInLimits) -> RateBucket {
        RateBucket("sign-in from", ClientAddress.network(of: address), limits.failuresPerAddress, limits.signInWindow)
    }

    static func registrations(from address: String, _ limits: SignInLimits) -> RateBucket {
        RateBucket(
            "registration from", ClientAddress.network(of: address), limits.registrationsPerAddress,
            limits.registrationWindow)
    }

    private init(_ what: String, _ whose: String, _ most: Int, _ window: Duration) {
        name = Digest.text(of: "\(what) \(whose)")
        self.most = most
        self.window = window
    }
}

/// Where someone comes from.
enum ClientAddress {
    /// What is counted as one address: an IPv4 address, or the first 64 bits of an IPv6 address, because every
    /// customer has 2^64 of those. What is neither is taken as it is.
    static func network(of address: String) -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        let zoneless = address.prefix { $0 != "%" }
        guard inet_pton(AF_INET6, String(zoneless), &bytes) == 1 else { return address }
        // ::ffff:a.b.c.d is IPv4 (RFC 4291 2.5.5.2).
        if bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF {
            return bytes[12...].map(String.init).joined(separator: ".")
        }
        return "v6 " + Base32.text(of: Array(bytes[..<8]))
    }
}

/// SHA-256 as text.
enum Digest {
    static func text(of value: String) -> String {
        Base32.text(of: Array(SHA256.hash(data: Array(value.utf8))))
    }
}
