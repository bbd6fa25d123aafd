import Core
import Hummingbird

/// Every component in every state, and every page for a refusal. Only in development: where the demo is on.
struct StyleguidePages {
    func add(to routes: inout Routes) {
        routes.page("/styleguide") { page in
            var head = Head("Styleguide")
            head.isWide = true
            return try page.show("styleguide", head, examples(page))
        }
        routes.page("/styleguide/errors/{id}") { page in
            guard let kind = page.visit.context.parameters.get("id").flatMap({ ProblemKind(rawValue: $0) }) else {
                throw Problem.notFound("page")
            }
            let problem = Problem(
                .conflictExample, "What the service says about this very case.", retryAfterSeconds: 600)
            return try ProblemPages.show(kind, problem, on: page)
        }
    }

    private func examples(_ page: PageVisit) -> View {
        var plain = Field("example", "A field")
        plain.hint = "What belongs here, in one line."
        var optional = Field("example-optional", "Another field")
        optional.isOptional = true
        var wrong = Field("example-wrong", "A field with an error")
        wrong.value = "yesterday"
        wrong.error = "Check-out must be after 24 December."
        var large = Field("example-large", "A larger field")
        large.rows = 3
        large.value = "Several lines of text."
        return [
            "fieldsHTML": HTML([plain, optional, wrong, large], page.texts),
            "summary": [
                "problems": [
                    "errors": [["field": "example-wrong", "message": "Check-out must be after 24 December."] as View]
                ] as View
            ] as View,
            "errors": ProblemKind.allCases.map { ["name": $0.rawValue, "status": $0.status.code] as View },
            "statuses": ["requested", "held", "confirmed", "completed", "cancelled", "declined", "expired"].map {
                ["status": $0, "statusText": page.texts("status.\($0).name"), "icon": BookingView.icon($0)] as View
            },
            "swatches": [
                "bg", "surface", "sunken", "text", "muted", "border", "control", "primary", "primary-soft", "danger",
                "danger-soft",
                "warn", "warn-soft", "ok", "ok-soft", "focus",
            ].map { ["name": $0] as View },
            "drawings": Drawing.examples().map { ["drawing": $0.address, "label": $0.label] as View },
        ]
    }
}

extension Problem.Code {
    fileprivate static let conflictExample = Problem.Code.stateConflict
}
