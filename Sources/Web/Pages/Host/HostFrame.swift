import AuthService
import Core
import HTTPTypes
import Hummingbird
import PropertyService

/// What the pages of a host share: the way between them, and who may see which.
enum HostPart: String, CaseIterable {
    case listings, bookings, earnings

    var path: String {
        switch self {
        case .listings: "/host"
        case .bookings: "/host/bookings"
        case .earnings: "/host/earnings"
        }
    }
}

extension Routes {
    /// A page that only hosts have, and operators, who may do what a host may: anybody else is told how to become one, and
    /// that this is not theirs (403).
    mutating func hostPage(_ path: String, _ handle: @escaping @Sendable (PageVisit) async throws -> Response) {
        page(path) { page in
            try await page.isHosting() ? try await handle(page) : try page.howToHost(status: .forbidden)
        }
    }

    /// What a form on such a page sends.
    mutating func hostForm(
        _ path: String, back: String? = nil, upTo limit: Int = BodyLimit.form,
        _ handle: @escaping @Sendable (PageVisit, Form) async throws -> Response
    ) {
        form(path, back: back, upTo: limit) { page, form in
            try await page.isHosting() ? try await handle(page, form) : try page.howToHost(status: .forbidden)
        }
    }
}

extension PageVisit {
    /// - Throws: `Problem` `unauthenticated`.
    fileprivate func isHosting() async throws -> Bool {
        let person = try requirePerson()
        if person.roles.contains(.host) || person.roles.contains(.operator) { return true }
        // The role comes with the event of the first listing, a moment after it.
        return try await !site.properties.properties(of: person.id).isEmpty
    }

    /// How to begin, for who lets nothing yet.
    func howToHost(status: HTTPResponse.Status = .ok) throws -> Response {
        var head = Head(texts("host.title"))
        head.isWide = true
        return try show("host-start", head, status: status)
    }

    /// Links to the parts for hosts; the current one is marked.
    func hostTabs(_ current: HostPart) -> [View] {
        HostPart.allCases.map { part in
            ["text": texts("host.tab.\(part.rawValue)"), "href": path(part.path), "isCurrent": part == current]
        }
    }

    /// The place of the address, for those who may change it.
    /// - Throws: `Problem` `unauthenticated`, `not_found`, `forbidden`.
    func hostedProperty() async throws -> (property: Property, caller: Caller) {
        let caller = try requireCaller()
        return (try await visit.requireHosted(by: caller), caller)
    }

    /// The way back from a page about a place.
    func hostCrumbs(_ property: Property, _ more: [(text: String, path: String)] = []) -> [View] {
        let steps = [(texts("host.title"), "/host"), (property.title, "/host/properties/\(property.id)")] + more
        return steps.map { ["text": $0.0, "href": path($0.1)] }
    }
}

extension Property {
    /// What amounts of this place are in; the operator's where it has no price yet.
    func currency(_ site: Site) -> Currency { nightlyPrice?.currency ?? site.settings.currency }
}
