import NIOCore
import NIOPosix

/// A server on this machine that answers each connection's first bytes with what the test says, or never.
final class Peer: Sendable {
    enum Manner: Sendable {
        /// Says this and closes.
        case says(String)
        /// Says this and goes on with nothing.
        case hangsAfter(String)
        /// Cuts the connection.
        case cuts
    }

    private let channel: any Channel
    let url: String

    init(_ manner: Manner) async throws {
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(manner: manner))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        url = "http://127.0.0.1:\(channel.localAddress?.port ?? 0)/"
    }

    func close() async throws { try await channel.close().get() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let manner: Manner

        init(manner: Manner) { self.manner = manner }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch manner {
            case .says(let text):
                context.channel.writeAndFlush(ByteBuffer(string: text)).assumeIsolated().whenComplete { _ in
                    context.close(promise: nil)
                }
            case .hangsAfter(let text): context.channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
            case .cuts: context.close(promise: nil)
            }
        }
    }
}
