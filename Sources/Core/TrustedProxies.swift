import Foundation

/// The proxies that stand before Roost, whose word on who asks is believed.
///
/// A header can be sent by anyone: what it says counts only as far as it was written by these. From the right, where the
/// nearest proxy wrote, to the left: the first address that is none of them is the client's.
public struct TrustedProxies: Sendable, Hashable {
    /// Nobody is believed.
    public static let none = TrustedProxies(networks: [])
    /// How many hops are looked at: nobody has so many proxies of their own.
    static let mostHops = 32

    private let networks: [Network]

    private init(networks: [Network]) { self.networks = networks }

    /// - Parameter text: addresses and networks as `10.0.0.0/8`, separated by commas.
    public init?(_ text: String) {
        var networks: [Network] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let network = Network(part.trimmingCharacters(in: .whitespaces)) else { return nil }
            networks.append(network)
        }
        self.networks = networks
    }

    /// The address of whoever asks.
    ///
    /// Where a request has both headers and they disagree, one of them was sent by the client and passed on: then none is
    /// believed.
    /// - Parameters:
    ///   - peer: the other end of the connection.
    ///   - forwardedFor: each field `X-Forwarded-For`, in the order in which they came.
    ///   - forwarded: each field `Forwarded` (RFC 7239), likewise.
    public func client(peer: String, forwardedFor: [String], forwarded: [String]) -> String {
        guard let address = IPAddress(peer), trusts(address) else { return peer }
        let clients = [forwardedFor.flatMap(TrustedProxies.hops), forwarded.flatMap(TrustedProxies.forwardedHops)]
            .filter { !$0.isEmpty }.map { client(behind: address, $0) }
        guard let first = clients.first, clients.allSatisfy({ $0 == first }) else { return peer }
        return first.text
    }

    private func client(behind peer: IPAddress, _ hops: [String]) -> IPAddress {
        var client = peer
        for hop in hops.suffix(TrustedProxies.mostHops).reversed() {
            // "unknown", or a name: whoever wrote it keeps to itself who asked.
            guard let address = IPAddress(hop: hop) else { return client }
            client = address
            guard trusts(address) else { return client }
        }
        return client
    }

    private func trusts(_ address: IPAddress) -> Bool { networks.contains { $0.contains(address) } }

    private static func hops(_ field: String) -> [String] {
        parts(of: field, ",").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    /// By scalars: with a mark at the end of its own words a client could tie them to the comma of the proxy behind it,
    /// and hide what that one wrote.
    private static func parts(of text: String, _ separator: Unicode.Scalar) -> [String] {
        text.unicodeScalars.split(separator: separator).map { String($0) }
    }

    /// The `for` of each element; one without it is a hop that tells nothing.
    private static func forwardedHops(_ field: String) -> [String] {
        parts(of: field, ",").map { element in
            for pair in parts(of: element, ";") {
                let parts = pair.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                guard parts.count == 2, parts[0].lowercased() == "for" else { continue }
                return parts[1].trimmingCharacters(in: CharacterSet(charactersIn: "\""))
            }
            return ""
        }
    }
}

/// An address with the number of bits that count.
private struct Network: Hashable, Sendable {
    let address: IPAddress
    let bits: Int

    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let address = parts.first.flatMap({ IPAddress(String($0)) }), parts.count <= 2 else { return nil }
        self.address = address
        guard parts.count == 2 else {
            bits = IPAddress.bits
            return
        }
        // An IPv4 address is the last 32 bits.
        let before = address.isIPv4 ? 96 : 0
        guard let length = Int(parts[1]), (0...IPAddress.bits - before).contains(length) else { return nil }
        bits = before + length
    }

    func contains(_ other: IPAddress) -> Bool {
        (0..<16).allSatisfy { index in
            let counted = min(8, max(0, bits - index * 8))
            let mask = counted == 0 ? 0 : UInt8.max << UInt8(8 - counted)
            return address.bytes[index] & mask == other.bytes[index] & mask
        }
    }
}

/// An IPv6 address, or an IPv4 address as IPv6 writes it (RFC 4291, 2.5.5.2).
private struct IPAddress: Hashable, Sendable {
    static let bits = 128
    let bytes: [UInt8]

    init?(_ text: String) {
        var six = [UInt8](repeating: 0, count: 16)
        var four = [UInt8](repeating: 0, count: 4)
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + four
        } else if inet_pton(AF_INET6, String(text.prefix { $0 != "%" }), &six) == 1 {
            bytes = six
        } else {
            return nil
        }
    }

    /// As proxies write it: with a port, and IPv6 in brackets, both of which may be left out.
    init?(hop: String) {
        if hop.hasPrefix("["), let end = hop.firstIndex(of: "]") {
            self.init(String(hop[hop.index(after: hop.startIndex)..<end]))
        } else if hop.count(where: { $0 == ":" }) == 1 {
            self.init(String(hop.prefix { $0 != ":" }))
        } else {
            self.init(hop)
        }
    }

    var isIPv4: Bool { bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF }

    var text: String {
        if isIPv4 { return bytes[12...].map(String.init).joined(separator: ".") }
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(AF_INET6, bytes, &buffer, socklen_t(buffer.count)) != nil else { return "unknown" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
