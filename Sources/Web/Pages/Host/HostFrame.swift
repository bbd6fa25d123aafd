import Core
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

extension PageVisit {
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
