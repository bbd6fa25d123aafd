import Core
import HTTPTypes
import Hummingbird
import PropertyService

/// The editor: a page for each part of a listing, which is saved by itself and never over what somebody else changed
/// meanwhile.
struct EditorPages {
    func add(to routes: inout Routes) {
        for section in EditorSection.all {
            let path = "/host/properties/{id}/\(section.name)"
            routes.hostPage(path) { page in
                let (property, caller) = try await page.hostedProperty()
                return try await show(section, property, caller, on: page)
            }
            routes.hostForm(path, upTo: BodyLimit.large) { try await save(section, $0, $1) }
        }
    }

    private func save(_ section: EditorSection, _ page: PageVisit, _ form: Form) async throws -> Response {
        let (property, caller) = try await page.hostedProperty()
        var (document, complaints) = section.document(from: form, currency: property.currency(page.site))
        // What was past when it was saved stays as it is; nobody closes a place by a slip.
        if let end = LocalDay(document.at("openUntil")?.plainText ?? ""), end != property.openUntil,
            property.isOver(end, page)
        {
            complaints.add("openUntil", "past", "is in the past")
        }
        do {
            switch section.document {
            case .listing:
                let changes = try EditorPages.read(document, complaints) { PropertyChanges(&$0) }
                let (site, seen) = (page.site, form["seen"])
                _ = try await page.visit.change(
                    property, changes, for: caller,
                    unlessChanged: { section.print(of: PropertyBody(property: $0), $0.currency(site)) == seen })
            case .rules:
                let changes = try EditorPages.read(document, complaints) {
                    PropertyRulesChanges(&$0, whenAbsent: .keep)
                }
                let (currency, seen) = (property.currency(page.site), form["seen"])
                _ = try await page.site.properties.changeRules(
                    of: property.id, changes, for: caller, unlessChanged: { section.print(of: $0, currency) == seen })
            }
            return page.goTo("/host/properties/\(property.id)?saved=\(section.name)#\(section.name)")
        } catch let problem as Problem where problem.isAboutForm {
            return try await show(section, property, caller, on: page, typed: form, problem)
        }
    }

    /// - Throws: `Problem` with everything that is wrong: what can't be read, then what the API says.
    static func read<Body>(
        _ document: JSONValue, _ complaints: Complaints, _ make: (inout Fields) -> Body?
    ) throws(Problem) -> Body {
        let (body, wrong) = Fields.read(document, make)
        let unread = complaints.errors
        let errors = unread + wrong.errors.filter { error in !unread.contains { error.field.hasPrefix($0.field) } }
        if !errors.isEmpty { throw Problem(.validationFailed, "Some fields are not right.", errors: errors) }
        guard let body else { throw .invalid("form", "invalid", "The form is not complete.") }
        return body
    }

    private func show(
        _ section: EditorSection, _ property: Property, _ caller: Caller, on page: PageVisit, typed: Form? = nil,
        _ problem: Problem? = nil
    ) async throws -> Response {
        let texts = page.texts
        let current: (document: JSONValue, currency: Currency)
        switch section.document {
        case .listing:
            // After a conflict the listing is not what it was when the form was sent.
            let now = try await page.site.properties.property(property.id, for: caller)
            current = (.document(of: PropertyBody(property: now)), now.currency(page.site))
        case .rules:
            current = (
                .document(of: try await page.site.properties.rules(of: property.id, for: caller)),
                property.currency(page.site)
            )
        }
        var form = typed ?? section.form(of: current.document, currency: current.currency)
        var view: View = [
            "crumbs": page.hostCrumbs(property), "heading": texts("host.section.\(section.name).title"),
            "lead": texts("host.section.\(section.name).about"), "isPlace": section.name == "place",
            "action": page.path("/host/properties/\(property.id)/\(section.name)"),
            "backHref": page.path("/host/properties/\(property.id)"),
            "seen": section.form(of: current.document, currency: current.currency).hash(without: []),
        ]
        if section.name == "place" { form = PlaceLookup.fill(form, page, into: &view) }
        if section.fields.contains(where: \.isMoney) {
            view["currencyNote"] = texts("host.inCurrency", ["currency": current.currency.code])
        }
        let names = section.fields.flatMap { $0.names(in: form) }
        var problems: FormProblems?
        if let problem {
            let words = EditorWords(page, known: names)
            if problem.isChangedMeanwhile {
                problems = FormProblems(detail: texts("host.changedMeanwhile"), status: .conflict)
                view["meanwhile"] = EditorPages.differences(section, typed: form, current, on: page)
            } else if problem.errors.isEmpty {
                problems = FormProblems(problem, texts)
            } else {
                problems = words.problems(problem.errors).with(status: problem.statusAndTitle.0)
            }
        }
        let amenities = try await page.site.properties.amenityNames(
            of: form.all("amenities").filter { !AmenityName.isInCatalogue($0, texts) })
        view["fields"] = section.fields.map {
            EditorFieldView($0, form, problems, amenities: amenities, on: page).view
        }
        let title = texts(
            "host.editTitle", ["what": texts("host.section.\(section.name).title"), "title": property.title])
        return try page.show("host-edit", Head(title), view, problems: problems, status: problems?.status ?? .ok)
    }

    /// What stands there now where it is not what was typed.
    private static func differences(
        _ section: EditorSection, typed: Form, _ current: (document: JSONValue, currency: Currency), on page: PageVisit
    ) -> [View] {
        section.fields.compactMap { field in
            let now = field.pairs(of: current.document, currency: current.currency)
            let mine = typed.pairs.filter { pair in now.contains { $0.name == pair.name } || pair.name == field.name }
            let (wanted, there) = (mine.map(\.value).filter { !$0.isEmpty }, now.map(\.value).filter { !$0.isEmpty })
            guard wanted != there else { return nil }
            return [
                "text": page.texts("host.field.\(field.name)"),
                "value": there.isEmpty ? page.texts("host.nothing") : Plain.line(there.joined(separator: ", ")),
            ]
        }
    }
}

extension EditorSection {
    /// What the form of a document has, as a number: another one where somebody changed it.
    func print(of body: some JSONWritable, _ currency: Currency) -> String {
        form(of: .document(of: body), currency: currency).hash(without: [])
    }
}

extension EditorField {
    fileprivate var isMoney: Bool { if case .money = kind { true } else { false } }

    /// The names that the fields of a form have, so that an error finds its own.
    func names(in form: Form) -> [String] {
        switch kind {
        case .line, .prose, .whole, .decimal, .money, .day, .lastDay, .time, .flag, .choice, .policy, .some, .weekdays:
            [name]
        case .price: [name, name + "-currency"]
        case .byWeekday: Weekday.allCases.map { "\(name)-\($0.rawValue)" }
        case .steps(let threshold):
            (0..<20).flatMap { row in [threshold, "percent"].map { "\(name)-\(row)-\($0)" } }
        case .amenities: [name, name + "-more"]
        }
    }
}

extension Problem {
    /// Whether a form can say what was wrong: not who asks, and not a fault.
    var isAboutForm: Bool {
        switch code {
        case .validationFailed, .stateConflict, .nightsUnavailable: true
        case .malformedRequest, .unauthenticated, .forbidden, .notFound, .methodNotAllowed, .holdExpired,
            .idempotencyKeyInUse, .payloadTooLarge, .unsupportedMediaType, .idempotencyKeyReused, .rateLimited,
            .internal, .providerUnavailable, .unavailable:
            false
        }
    }

    var isChangedMeanwhile: Bool { errors.contains { $0.code == "changed_meanwhile" } }
}
