import Core
import Hummingbird
import NIOCore

/// What Hummingbird knows of a request besides its bytes: its id (in the logger) and who is at the other end.
struct WebContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    private let remote: SocketAddress?
    /// What the address was prefixed with; English where it was not.
    var language = Language.english

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        remote = source.channel.remoteAddress
    }

    /// The address of the other end: a client's, or that of a proxy before us.
    var peer: String { remote?.ipAddress ?? "unknown" }
}
