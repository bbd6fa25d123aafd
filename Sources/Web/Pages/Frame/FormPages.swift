import HTTPTypes
import Hummingbird

/// The page that each form stands on: what it sends can't be read again, so whoever signs in on the way, or wants the answer
/// in another language, comes back to that page.
struct FormPages: Sendable {
    private let forms: [(path: PathTemplate, page: PathTemplate)]

    init(_ routes: [Routes.Entry]) {
        forms = routes.compactMap { route in route.back.map { (PathTemplate(route.path), PathTemplate($0)) } }
    }

    /// - Parameter path: where a form was sent; `/trips/b1/change/answer` gives `/trips/b1/change`.
    /// - Returns: a plain path; nothing where no form is sent.
    func page(ofFormAt path: String) -> String? {
        let segments = path.split(separator: "/")
        guard let form = forms.first(where: { $0.path.matches(segments) }) else { return nil }
        let named = Dictionary(zip(form.path.segments, segments)) { first, _ in first }
        return "/" + form.page.segments.map { $0.first == "{" ? named[$0] ?? $0 : $0 }.joined(separator: "/")
    }
}

extension PageVisit {
    /// A plain address that shows again what is seen here: the address itself, or for what a form sent the form's page.
    var addressToReturnTo: String {
        request.method == .post ? site.formPages.page(ofFormAt: request.uri.path) ?? "/" : address
    }
}
