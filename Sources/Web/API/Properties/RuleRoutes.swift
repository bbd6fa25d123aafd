import Core
import Hummingbird
import PropertyService

/// The rules of a place as one document: read whole, put whole, changed by section.
struct RuleRoutes {
    func add(to routes: inout Routes) {
        routes.get("/api/v1/properties/{id}/rules", rules)
        routes.put("/api/v1/properties/{id}/rules", replace)
        routes.patch("/api/v1/properties/{id}/rules", change)
    }

    @Sendable func rules(_ visit: Visit) async throws -> Response {
        let caller = try await visit.requireCaller()
        let property = try await visit.requireHosted(by: caller)
        try visit.refuseQuery()
        return answer(try await visit.site.properties.rules(of: property.id, for: caller))
    }

    /// What is left out has no rule.
    @Sendable func replace(_ visit: Visit) async throws -> Response {
        try await change(visit) { PropertyRulesChanges(&$0, whenAbsent: .clear) }
    }

    /// What is left out stays; null is no rule.
    @Sendable func change(_ visit: Visit) async throws -> Response {
        try await change(visit) { PropertyRulesChanges(&$0, whenAbsent: .keep) }
    }

    private func change(
        _ visit: Visit, _ read: (inout Fields) -> PropertyRulesChanges?
    ) async throws -> Response {
        let caller = try await visit.requireCaller()
        let property = try await visit.requireHosted(by: caller)
        let changes = try await visit.read(upTo: BodyLimit.large, read)
        return answer(try await visit.site.properties.changeRules(of: property.id, changes, for: caller))
    }

    private func answer(_ rules: PropertyRules) -> Response { .json { $0.value(rules) } }
}
