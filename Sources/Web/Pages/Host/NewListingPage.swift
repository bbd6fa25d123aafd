import Core
import Foundation
import HTTPTypes
import Hummingbird
import PropertyService

/// A new listing: what every place must say of itself. The town finds country, position and time zone; the rest has
/// defaults and is edited afterwards.
struct NewListingPage {
    private static let path = "/host/properties/new"
    /// As the API calls them; what it says of position and zone is about the town that was named.
    private static let fields = [
        EditorField("title", .line(longest: 200)),
        EditorField("roomType", .choice(RoomType.allCases.map(\.rawValue))),
        EditorField("maximumGuests", .whole(1...1000)), EditorField("nightlyPrice", .price),
    ]

    func add(to routes: inout Routes) {
        routes.page(NewListingPage.path) { page in
            _ = try page.requireCaller()
            return try show(
                page, Form([("maximumGuests", "2"), ("nightlyPrice-currency", page.site.settings.currency.code)]))
        }
        routes.form(NewListingPage.path, create)
    }

    @Sendable private func create(_ page: PageVisit, _ form: Form) async throws -> Response {
        let caller = try page.requireCaller()
        var complaints = Complaints()
        var document = JSONValue.object([])
        for field in NewListingPage.fields {
            guard let value = field.value(from: form, currency: page.site.settings.currency, &complaints) else {
                continue
            }
            document = document.with(value, at: field.path.split(separator: "."))
        }
        let named = form["town"].trimmingCharacters(in: .whitespacesAndNewlines)
        let town = page.site.properties.town(named: String(named.prefix(200)))
        if named.isEmpty {
            complaints.add("town", "required", "is missing")
        } else if town == nil {
            complaints.add("town", "unknown_town", "is no town that we know")
        }
        var errors = complaints.errors
        if let town {
            for (path, value) in town.members { document = document.with(value, at: path.split(separator: ".")) }
            let (draft, wrong) = Fields.read(document) { PropertyDraft(&$0) }
            errors += wrong.errors.filter { error in !errors.contains { error.field.hasPrefix($0.field) } }
            if errors.isEmpty, let draft {
                do {
                    let property = try await page.site.properties.create(draft, for: caller, once: page.once(form))
                    return page.goTo("/host/properties/\(property.id)?saved=new")
                } catch let problem as Problem where !problem.errors.isEmpty {
                    errors = problem.errors
                }
            }
        }
        let words = EditorWords(
            page, known: ["title", "roomType", "town", "maximumGuests", "nightlyPrice", "nightlyPrice-currency"])
        return try show(page, form, words.problems(errors))
    }

    private func show(_ page: PageVisit, _ form: Form, _ problems: FormProblems? = nil) throws -> Response {
        var town = Field("town", page.texts("host.field.town"))
        town.hint = page.texts("host.hint.town")
        town.value = form["town"]
        town.longest = 200
        town.autocomplete = "off"
        town.error = problems?["town"]
        var views = NewListingPage.fields.map { EditorFieldView($0, form, problems, on: page).view }
        views.insert(["inputHTML": town.html(page.texts)], at: 2)
        let isKeyOurs = (1...IdempotencyKey.longest).contains(form["key"].unicodeScalars.count)
        let view: View = [
            "fields": views, "key": isKeyOurs ? form["key"] : page.freshKey, "backHref": page.path("/host"),
        ]
        return try page.show(
            "host-new", Head(page.texts("host.new.title")), view, problems: problems, status: problems?.status ?? .ok)
    }
}

extension Town {
    /// The members of a listing that follow from its town.
    fileprivate var members: [(String, JSONValue)] {
        [
            ("location.country", .text(countryCode)), ("location.city", .text(name)),
            ("location.latitude", .number(NewListingPage.rounded(latitude))),
            ("location.longitude", .number(NewListingPage.rounded(longitude))), ("timeZone", .text(timeZone)),
        ]
    }
}

extension NewListingPage {
    /// Degrees to a tenth of a metre, as people write them.
    static func rounded(_ degrees: Double) -> String {
        let text = String((degrees * 10_000).rounded() / 10_000)
        return text.contains("e") ? "0" : text
    }
}
