import NIOCore
import NIOEmbedded
import Testing

@testable import Web

@Suite("What is ready in one turn of a loop is sent together at its end")
struct ConnectionGuardTests {
    /// Writes down what comes through to the socket.
    private final class Socket: ChannelOutboundHandler {
        typealias OutboundIn = Never
        private(set) var calls: [String] = []

        func flush(context: ChannelHandlerContext) {
            calls.append("flush")
            context.flush()
        }

        func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
            calls.append("close")
            context.close(mode: mode, promise: promise)
        }
    }

    @Test("Two flushes of one turn are one, and the next turn has its own")
    func together() throws {
        let socket = Socket()
        let channel = EmbeddedChannel(handlers: [socket, ConnectionGuard()])
        channel.flush()
        channel.flush()
        #expect(socket.calls.isEmpty)
        channel.embeddedEventLoop.run()
        #expect(socket.calls == ["flush"])
        channel.flush()
        channel.embeddedEventLoop.run()
        #expect(socket.calls == ["flush", "flush"])
        _ = try channel.finish()
    }

    @Test("A connection that ends sends first what it still owes, and only once")
    func closing() throws {
        let socket = Socket()
        let channel = EmbeddedChannel(handlers: [socket, ConnectionGuard()])
        channel.flush()
        channel.close(promise: nil)
        channel.embeddedEventLoop.run()
        #expect(socket.calls == ["flush", "close"])
        _ = try channel.finish(acceptAlreadyClosed: true)
    }
}
