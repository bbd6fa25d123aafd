public import AuthService
public import BookingService
public import Core
import HTTPTypes
public import Hummingbird
import HummingbirdCore
public import Logging
public import NIOCore
public import NotificationService
public import PaymentService
public import PropertyService

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The house as it is met over HTTP: routes, pages, and what surrounds them.
public struct WebServer: Sendable {
    /// What a node answers.
    public enum Offer: Sendable {
        /// The API and the pages.
        case everything
        /// Only what whoever runs it asks: `/healthz`, `/readyz`, `/metrics`.
        case operating
    }

    private let site: Site
    private let routes: [Routes.Entry]

    /// - Parameters:
    ///   - probes: what `/readyz` and `/metrics` ask.
    ///   - offers: whether it is a node for people, or one whose health only is asked about.
    ///   - mail: reads the demo's mails; nothing where nobody may.
    /// - Throws: where the files that ship with the server are missing.
    public init(
        accounts: Accounts, properties: Properties, bookings: Bookings, payments: Payments, mails: Mails,
        settings: WebSettings, world: World, probes: WebProbes = WebProbes(), offers: Offer = .everything,
        mail: MailReader? = nil
    ) throws {
        try self.init(
            accounts: accounts, properties: properties, bookings: bookings, payments: payments, mails: mails,
            settings: settings, world: world, probes: probes, offers: offers, mail: mail, more: [])
    }

    /// - Parameter more: routes of someone else's, behind the same middleware.
    package init(
        accounts: Accounts, properties: Properties, bookings: Bookings, payments: Payments, mails: Mails,
        settings: WebSettings, world: World, probes: WebProbes = WebProbes(), offers: Offer = .everything,
        mail: MailReader? = nil, more: [ExtraRoute]
    ) throws {
        var routes = Routes()
        OperatorRoutes().add(to: &routes)
        if offers == .everything {
            SessionRoutes().add(to: &routes)
            ProfileRoutes().add(to: &routes)
            PropertyRoutes().add(to: &routes)
            CalendarRoutes().add(to: &routes)
            RuleRoutes().add(to: &routes)
            BulkCalendarRoutes().add(to: &routes)
            BookingRoutes().add(to: &routes)
            PaymentRoutes().add(to: &routes)
            AlterationRoutes().add(to: &routes)
            ProviderRoutes().add(to: &routes)
            CaseRoutes().add(to: &routes)
            StuckEventRoutes().add(to: &routes)
            OperatorLogRoutes().add(to: &routes)
            DocumentRoutes().add(to: &routes)
            WebhookRoutes().add(to: &routes)
            MailRoutes().add(to: &routes)
            PageRoutes(settings: settings, hasMail: mail != nil).add(to: &routes)
        }
        for route in more { routes.add(route) }
        self.routes = routes.entries
        site = Site(
            accounts: accounts, properties: properties, bookings: bookings, payments: payments, mails: mails,
            settings: settings, probes: probes, mail: mail, world: world, resources: try Resources(),
            pages: try Pages(), docs: try DocsPage(Resources.read("openapi.json")).html(),
            meters: Meters(routes.entries), formPages: FormPages(routes.entries))
    }

    /// The server as a service: listens until it is told to stop, then lets what runs finish.
    ///
    /// Put it into a `ServiceGroup`, or call `run()`. In tests: `application().test(.router) { … }`.
    /// - Parameter onRunning: told the address it listens on.
    public func application(
        logger: Logger = Logger(label: "roost.web"),
        onRunning: @escaping @Sendable (SocketAddress?) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        Application(
            responder: LanguageResponder(base: router().buildResponder()),
            server: .onTheLoop(
                HTTP1Channel.Configuration(
                    additionalChannelHandlers: [ConnectionGuard()], idleTimeout: Limits.idle,
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: Limits.headerField, maxHeaderListSize: Limits.headers,
                        maxHeaderFieldCount: Limits.headerCount))),
            configuration: .init(
                address: .hostname(site.settings.host, port: site.settings.port), backlog: Limits.backlog,
                availableConnectionsDelegate: .maximum(Limits.connections, logger: logger)),
            onServerRunning: { await onRunning($0.localAddress) },
            logger: logger)
    }

    /// Method and path template of every route, as OpenAPI writes them, without the HEAD that goes with each GET.
    package var routeTemplates: [(method: String, path: String)] { routes.map { ($0.method.rawValue, $0.path) } }

    /// The document that `/api/openapi.json` serves.
    /// - Throws: where the file is missing.
    public static func openAPIDocument() throws -> [UInt8] { try Resources.read("openapi.json") }

    private func router() -> Router<WebContext> {
        let router = Router(context: WebContext.self, options: .autoGenerateHeadEndpoints)
        let problems = ProblemAnswers(allowed: AllowedMethods(routes), pages: ProblemPages(site: site))
        let origin = OriginCheck(origin: site.settings.origin)
        router.addMiddleware {
            Journal(meters: site.meters)
            SecurityHeaders()
            problems
            origin
        }
        for route in routes {
            let site = site
            router.on(RouterPath(route.path), method: route.method) { request, context in
                try await route.handle(Visit(request: request, context: context, site: site))
            }
        }
        return router
    }

    /// What one client may take of the machine.
    private enum Limits {
        /// One field: a cookie jar of 4 KB, a long token and a long address fit.
        static let headerField = 16 * 1024
        static let headers = 32 * 1024
        /// Browsers send about twenty.
        static let headerCount = 100
        /// Without a byte for so long, or without a whole head, a connection ends.
        static let idle = TimeAmount.seconds(30)
        /// Waiting to be accepted, while a burst comes in.
        static let backlog = 1024
        /// Open at once; the others wait in the backlog. Kept below what the system lets us open, because a server that
        /// cannot accept also cannot open its databases.
        static var connections: Int {
            var limit = rlimit()
            #if canImport(Darwin)
                let asked = getrlimit(RLIMIT_NOFILE, &limit)
            #else
                let asked = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            #endif
            guard asked == 0 else { return 512 }
            return max(64, Int(min(limit.rlim_cur, 8192)) - 256)
        }
    }
}
