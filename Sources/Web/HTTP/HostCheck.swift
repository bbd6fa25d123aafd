import NIOCore
import NIOHTTP1

/// Refuses a request of HTTP/1.1 without `Host`, or with two (RFC 9112, 3.2), and has the connection of one of HTTP/1.0 end
/// with the answer, unless it is to be kept alive (9.3).
///
/// It stands right behind the decoder: the types the server works with do not know the version any more, and HTTP/1.0,
/// which has no `Host`, is what plain health checks speak.
final class HostCheck: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private var isBroken = false

    static func add(to operations: ChannelPipeline.SynchronousOperations) throws {
        let decoder = try operations.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
        try operations.addHandler(HostCheck(), position: .after(decoder))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isBroken else { return }
        if case .head(var head) = unwrapInboundIn(data) {
            let hosts = head.headers["Host"].count
            guard hosts == 1 || (hosts == 0 && head.version == .http1_0) else {
                isBroken = true
                context.fireErrorCaught(HTTPParserError.invalidHeaderToken)
                return
            }
            let options = head.headers[canonicalForm: "Connection"]
            if head.version == .http1_0, !options.contains(where: { $0.lowercased() == "keep-alive" }) {
                // What the server behind goes by.
                head.headers.replaceOrAdd(name: "Connection", value: "close")
                context.fireChannelRead(wrapInboundOut(.head(head)))
                return
            }
        }
        context.fireChannelRead(data)
    }
}
