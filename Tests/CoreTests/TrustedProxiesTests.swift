import Core
import Testing

@Suite("Trusted proxies")
struct TrustedProxiesTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let trusted: String
        let peer: String
        var chain: [String] = []
        var forwarded: [String] = []
        let client: String
        let testDescription: String

        init(
            _ description: String, _ trusted: String, from peer: String, _ chain: [String] = [],
            forwarded: [String] = [],
            is client: String
        ) {
            (testDescription, self.trusted, self.peer) = (description, trusted, peer)
            (self.chain, self.forwarded, self.client) = (chain, forwarded, client)
        }
    }

    @Test(
        "The client is the first from the right that is no proxy of ours",
        arguments: [
            Case("a stranger is not believed", "10.0.0.0/8", from: "192.0.2.7", ["198.51.100.1"], is: "192.0.2.7"),
            Case("one proxy", "10.0.0.1", from: "10.0.0.1", ["198.51.100.1"], is: "198.51.100.1"),
            Case(
                "what a client wrote itself lies further left", "10.0.0.1", from: "10.0.0.1", ["1.1.1.1, 198.51.100.1"],
                is: "198.51.100.1"),
            Case(
                "a client can't tie its own words to the proxy's", "10.0.0.1", from: "10.0.0.1",
                ["1.1.1.1\u{0600}, 198.51.100.1", "2.2.2.2\u{0D4E},198.51.100.1"], is: "198.51.100.1"),
            Case(
                "two proxies", "10.0.0.0/8", from: "10.0.0.1", ["1.1.1.1, 198.51.100.1, 10.9.9.9"], is: "198.51.100.1"),
            Case(
                "several fields are one list", "10.0.0.0/8", from: "10.0.0.1", ["1.1.1.1", "198.51.100.1, 10.9.9.9"],
                is: "198.51.100.1"),
            Case("all of them ours", "10.0.0.0/8", from: "10.0.0.1", ["10.0.0.3, 10.0.0.2"], is: "10.0.0.3"),
            Case("no header", "10.0.0.1", from: "10.0.0.1", is: "10.0.0.1"),
            Case(
                "a hop that tells nothing", "10.0.0.0/8", from: "10.0.0.1", ["198.51.100.1, unknown, 10.0.0.2"],
                is: "10.0.0.2"),
            Case("no address at all", "10.0.0.0/8", from: "10.0.0.1", ["' OR 1=1 --"], is: "10.0.0.1"),
            Case("with a port", "10.0.0.1", from: "10.0.0.1", ["198.51.100.1:4711"], is: "198.51.100.1"),
            Case("IPv6", "fd00::/8", from: "fd00::1", ["2001:db8::7"], is: "2001:db8::7"),
            Case("IPv6 in brackets", "fd00::/8", from: "fd00::1", ["[2001:db8::7]:99"], is: "2001:db8::7"),
            Case(
                "IPv4 as a socket for both shows it", "10.0.0.0/8", from: "::ffff:10.0.0.1", ["198.51.100.1"],
                is: "198.51.100.1"),
            Case("just outside of a network", "10.0.0.0/31", from: "10.0.0.2", ["198.51.100.1"], is: "10.0.0.2"),
            Case("just inside of it", "10.0.0.0/31", from: "10.0.0.1", ["198.51.100.1"], is: "198.51.100.1"),
            Case("several networks", "192.0.2.0/24, ::1", from: "::1", ["198.51.100.1, 192.0.2.9"], is: "198.51.100.1"),
            Case(
                "RFC 7239", "10.0.0.1", from: "10.0.0.1",
                forwarded: ["for=1.1.1.1, For=\"198.51.100.1:80\";proto=https"], is: "198.51.100.1"),
            Case(
                "RFC 7239, with words tied to it", "10.0.0.1", from: "10.0.0.1",
                forwarded: ["for=1.1.1.1\u{0600},for=198.51.100.1"], is: "198.51.100.1"),
            Case(
                "RFC 7239 with IPv6", "10.0.0.1", from: "10.0.0.1", forwarded: ["proto=http;for=\"[2001:db8::7]:80\""],
                is: "2001:db8::7"),
            Case("RFC 7239 hidden", "10.0.0.1", from: "10.0.0.1", forwarded: ["for=_hidden"], is: "10.0.0.1"),
            Case(
                "both, and they agree", "10.0.0.1", from: "10.0.0.1", ["198.51.100.1"], forwarded: ["for=198.51.100.1"],
                is: "198.51.100.1"),
            Case(
                "both, one passed on from the client", "10.0.0.1", from: "10.0.0.1", ["198.51.100.1"],
                forwarded: ["for=1.1.1.1"], is: "10.0.0.1"),
        ])
    func client(_ wanted: Case) throws {
        let proxies = try #require(TrustedProxies(wanted.trusted))
        #expect(
            proxies.client(peer: wanted.peer, forwardedFor: wanted.chain, forwarded: wanted.forwarded) == wanted.client)
        #expect(
            TrustedProxies.none.client(peer: wanted.peer, forwardedFor: wanted.chain, forwarded: wanted.forwarded)
                == wanted.peer)
    }

    @Test(
        "What is no address or network is refused",
        arguments: ["", "10.0.0.0/33", "10.0.0.0/-1", "proxy.example", "10.0.0.1,", "::/129", "10.0.0.0/8/8"])
    func refused(_ text: String) { #expect(TrustedProxies(text) == nil) }
}
