import Core
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Keeps one connection within limits that a single request cannot see: how long a body may take, how much of a refused
/// body is read and thrown away, and what someone hears who does not speak HTTP.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// The largest body we take comes in seconds even over a poor line; who needs longer holds a connection on purpose.
    static let longestBody = TimeAmount.seconds(60)
    /// A body that was refused is read on and thrown away, so that the sender gets to read the answer; beyond this the
    /// connection ends.
    static let mostDiscarded = 64 * 1024 * 1024

    private var received = 0
    private var deadline: Scheduled<Void>?
    private var isBroken = false
    private var isFlushDue = false

    func handlerAdded(context: ChannelHandlerContext) {
        // Where there is no decoder there is no HTTP/1 to check.
        try? HostCheck.add(to: context.pipeline.syncOperations)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            received = 0
            if head.headerFields.contains(.contentLength) || head.headerFields.contains(.transferEncoding) {
                limitTime(context)
                encourage(head, context)
            }
        case .body(let part):
            received += part.readableBytes
            guard received <= ConnectionGuard.mostDiscarded else {
                context.close(promise: nil)
                return
            }
        case .end:
            deadline?.cancel()
            deadline = nil
        }
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        deadline = nil
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        deadline = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is HTTPParserError { isBroken = true }
        context.fireErrorCaught(error)
    }

    /// Hummingbird answers what is not HTTP with an empty 400; ours says so like every other error.
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard isBroken, case .head(var head) = unwrapOutboundIn(data), head.status == .badRequest,
            !head.headerFields.contains(.contentType)
        else {
            context.write(data, promise: promise)
            return
        }
        let problem = ConnectionGuard.notHTTP
        head.headerFields[.contentType] = "application/problem+json"
        head.headerFields[.contentLength] = String(problem.readableBytes)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(problem)), promise: promise)
    }

    /// Answers that became ready in the same turn of the loop leave together at its end: each wakes the kernel and the
    /// other side, and who has just been woken by one does not sleep again before the next.
    func flush(context: ChannelHandlerContext) {
        guard !isFlushDue else { return }
        isFlushDue = true
        context.eventLoop.assumeIsolated().execute { self.flushNow(context) }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        flushNow(context)
        context.close(mode: mode, promise: promise)
    }

    private func flushNow(_ context: ChannelHandlerContext) {
        guard isFlushDue else { return }
        isFlushDue = false
        context.flush()
    }

    private static let notHTTP = ByteBuffer(
        bytes: Problem(.malformedRequest, "This is not HTTP as it should be.").body)

    private func limitTime(_ context: ChannelHandlerContext) {
        let channel = context.channel
        deadline?.cancel()
        deadline = context.eventLoop.scheduleTask(in: ConnectionGuard.longestBody) { channel.close(promise: nil) }
    }

    /// Tells a client that asked before sending its body to go on, where the body may be of use.
    private func encourage(_ head: HTTPRequest, _ context: ChannelHandlerContext) {
        guard head.headerFields[.expect]?.lowercased() == "100-continue",
            head.headerFields[.contentLength].flatMap({ Int($0) }) ?? 0 <= BodyLimit.large
        else { return }
        context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
    }
}
