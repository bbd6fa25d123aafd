import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A connection on which bytes are sent as they are: clients that know HTTP do not send what is none.
enum RawConnection {
    /// What the server answers to these bytes: the first piece of it, which has the head.
    static func answer(to bytes: String, port: Int) async -> String {
        await apart { exchange(bytes, port: port, patienceSeconds: 10) { descriptor in receive(descriptor).text } }
    }

    /// On a thread of its own: one that waits here is missing where the server runs, and two may be all there are.
    private static func apart<Answer: Sendable>(_ body: @escaping @Sendable () -> Answer) async -> Answer {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: body()) }
        }
    }

    /// All that the server sends, and whether it ended the connection within so long.
    static func wholeAnswer(to bytes: String, port: Int, patienceSeconds: Int) async -> (String, isOver: Bool) {
        await apart {
            var isOver = false
            let text = exchange(bytes, port: port, patienceSeconds: patienceSeconds) { descriptor in
                var whole = ""
                while true {
                    let (text, count) = receive(descriptor)
                    isOver = count == 0
                    guard count > 0 else { return whole }
                    whole += text
                }
            }
            return (text, isOver)
        }
    }

    private static func receive(_ descriptor: Int32) -> (text: String, count: Int) {
        var received = [UInt8](repeating: 0, count: 16 * 1024)
        let count = recv(descriptor, &received, received.count, 0)
        return (String(decoding: received.prefix(max(0, count)), as: UTF8.self), count)
    }

    private static func exchange(
        _ bytes: String, port: Int, patienceSeconds: Int, _ read: (Int32) -> String
    ) -> String {
        #if canImport(Darwin)
            let stream = SOCK_STREAM
        #else
            let stream = Int32(SOCK_STREAM.rawValue)
        #endif
        let descriptor = socket(AF_INET, stream, 0)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var patience = timeval(tv_sec: patienceSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        let sent = Array(bytes.utf8)
        guard connected == 0, send(descriptor, sent, sent.count, 0) == sent.count else { return "" }
        return read(descriptor)
    }
}
