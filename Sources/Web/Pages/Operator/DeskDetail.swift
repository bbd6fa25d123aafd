import Core
import Hummingbird

/// One thing an operator looks at: what it is, what happened to it, what can be done.
struct DeskDetail {
    /// A fact with a link where there is more of it.
    typealias Fact = (label: String, value: String, href: String?)

    /// Something that happened.
    struct Step {
        let what: String
        let when: String
        var detail: String?
        var isBad = false
        /// It has not happened yet.
        var isAhead = false
    }

    enum Content {
        case table(DeskTable)
        case steps([Step])
        /// What a service or a provider says, in English.
        case english(String)
        case none(String)
    }

    struct Section {
        let id: String
        let title: String
        let content: Content
    }

    let part: Desk.Part
    let title: String
    var badge: (text: String, kind: String)?
    var about: String?
    var facts: [Fact] = []
    /// What can be done, each on a page of its own.
    var ways: [(text: String, path: String, isDanger: Bool)] = []
    var sections: [Section] = []

    func show(on page: PageVisit) throws -> Response {
        var head = Head(title)
        head.isWide = true
        return try page.show("operator-detail", head, view(on: page))
    }

    /// What the template is filled with, for pages that add a form of their own.
    func view(on page: PageVisit) -> View {
        var view: View = [
            "desk": Desk.links(part, on: page), "partName": page.texts("operator.part.\(part.rawValue)"),
            "partHref": page.path(part.path), "heading": title, "hasWays": !ways.isEmpty,
            "facts": facts.map { DeskDetail.view($0, on: page) },
            "ways": ways.map {
                ["text": $0.text, "href": page.path($0.path), "isDanger": $0.isDanger] as View
            },
            "sections": sections.map { DeskDetail.view($0) },
        ]
        if let badge {
            view["badge"] = ["status": badge.kind, "statusText": badge.text, "icon": DeskCell.icon(badge.kind)] as View
        }
        if let about { view["about"] = about }
        let done = page.parameters["done"]
        if let text = page.texts.known("operator.done.\(done)") { view["done"] = text }
        return view
    }

    fileprivate static func view(_ fact: Fact, on page: PageVisit) -> View {
        [
            "label": fact.label, "value": fact.value, "hasLink": fact.href != nil,
            "valueHref": fact.href.map { page.path($0) } ?? "",
        ]
    }

    private static func view(_ section: Section) -> View {
        var view: View = ["id": section.id, "title": section.title]
        switch section.content {
        case .table(let table): view["table"] = table.view
        case .steps(let steps):
            view["hasSteps"] = true
            view["steps"] = steps.map { step in
                var view: View = ["what": step.what, "when": step.when, "hasDetail": false]
                if step.isBad || step.isAhead { view["stepClass"] = step.isBad ? "bad" : "ahead" }
                if let detail = step.detail, !detail.isEmpty {
                    view["hasDetail"] = true
                    view["stepDetail"] = detail
                }
                return view
            }
        case .english(let text): view["english"] = text
        case .none(let text): view["none"] = text
        }
        return view
    }
}

/// Something that can't be undone, or that somebody will ask about: what follows, the reason, one button.
struct DeskAct {
    let part: Desk.Part
    let title: String
    /// Where it is done, and where one goes who lets it be.
    let path: String
    let back: String
    /// What follows, one paragraph each.
    let consequences: [String]
    var facts: [DeskDetail.Fact] = []
    let button: String
    var isDanger = false
    /// Fields besides the reason.
    var fields: [Field] = []
    /// A box to tick: its name and what it says.
    var box: (name: String, text: String)?
    /// What the button means, where the state of things decides that: said by the page, not guessed when it comes back.
    var hidden: [(name: String, value: String)] = []
    /// What stood in the way, where it has words of its own.
    var problems: ((_ problem: Problem) -> FormProblems)?

    func show(on page: PageVisit, _ form: Form = Form([]), _ problem: Problem? = nil) throws -> Response {
        let problems = problem.map { self.problems?($0) ?? FormProblems($0, page.texts) }
        var reason = Field("reason", page.texts("operator.reason"))
        reason.hint = page.texts("operator.reasonHint")
        reason.rows = 3
        reason.longest = OperatorAct.longestReason
        reason.value = form["reason"]
        let fields = (fields + [reason]).map { field -> Field in
            var field = field
            if form.has(field.name) { field.value = form[field.name] }
            field.error = problems?[field.name]
            return field
        }
        var view: View = [
            "desk": Desk.links(part, on: page), "headingHTML": HTML(keepingCodesWhole: title),
            "action": page.path(path),
            "backHref": page.path(back), "consequences": consequences, "button": button, "isDanger": isDanger,
            "fieldsHTML": HTML(fields, page.texts), "key": page.freshKey,
            "facts": facts.map { DeskDetail.view($0, on: page) },
            "hasFacts": !facts.isEmpty,
        ]
        if let box {
            view["box"] = ["name": box.name, "text": box.text, "isOn": form[box.name] == "true"] as View
        }
        view["hiddenHTML"] = HTML(hidden: hidden)
        var head = Head(title)
        head.isWide = true
        return try page.show(
            "operator-act", head, view, problems: problems?.naming(fields), status: problems?.status ?? .ok,
            headers: problems?.headers ?? [:])
    }

    /// Does it, or shows the page again with what is wrong, filled in as it was.
    func carryOut(
        on page: PageVisit, _ form: Form, done: String, _ act: (_ reason: String, _ once: Once?) async throws -> Void
    ) async throws -> Response {
        do {
            try await act(try page.reason(in: form), try page.once(form))
            return page.goTo(back + (back.contains("?") ? "&" : "?") + "done=\(done)")
        } catch let problem as Problem where [.validationFailed, .stateConflict].contains(problem.code) {
            return try show(on: page, form, problem)
        }
    }
}
