import Core
import Outside
import Testing

@Suite("The way out over HTTP")
struct OutsideTests {
    private func ask(_ manner: Peer.Manner, timeout: Duration = .seconds(20)) async throws -> OutsideAnswer {
        let peer = try await Peer(manner)
        let result: Result<OutsideAnswer, any Error>
        do {
            let request = OutsideRequest(.post, peer.url, body: Array("x=1".utf8), timeout: timeout)
            result = .success(try await Outside.live.exchange(request))
        } catch {
            result = .failure(error)
        }
        try await peer.close()
        return try result.get()
    }

    private func failure(_ manner: Peer.Manner, timeout: Duration = .seconds(20)) async -> OutsideFailure? {
        do {
            _ = try await ask(manner, timeout: timeout)
            return nil
        } catch { return error as? OutsideFailure }
    }

    @Test("Gives status, headers and body as they came")
    func answers() async throws {
        let answer = try await ask(
            .says("HTTP/1.1 422 No\r\nContent-Type: text/plain\r\nRequest-Id: r1\r\nContent-Length: 3\r\n\r\nno!"))
        #expect(answer.status == 422)
        #expect(answer.header("request-id") == "r1")
        #expect(String(decoding: answer.body, as: UTF8.self) == "no!")
    }

    @Test("Follows no redirect")
    func redirect() async throws {
        let answer = try await ask(
            .says("HTTP/1.1 302 Over\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"))
        #expect(answer.status == 302)
    }

    @Test("A refused connection did nothing")
    func refused() async throws {
        let peer = try await Peer(.cuts)
        try await peer.close()
        await #expect(throws: OutsideFailure.notSent("no connection to it")) {
            try await Outside.live.exchange(OutsideRequest(.post, peer.url))
        }
    }

    @Test(
        "Whatever breaks once the request has left is unknown",
        arguments: [
            Peer.Manner.cuts, .says("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"), .says("SMTP ready\r\n\r\n"),
            .says("HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n" + String(repeating: "x", count: 5_000_000)),
        ])
    func unknown(_ manner: Peer.Manner) async {
        guard case .unknown = await failure(manner) else {
            Issue.record("taken for something else")
            return
        }
    }

    @Test(
        "Every exchange has an end, before the answer and within its body",
        arguments: [Peer.Manner.hangsAfter(""), .hangsAfter("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort")])
    func ends(_ manner: Peer.Manner) async {
        guard case .unknown = await failure(manner, timeout: .milliseconds(300)) else {
            Issue.record("taken for something else")
            return
        }
    }
}
