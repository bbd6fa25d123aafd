import Core
import HTTPTypes

/// What was wrong with a form: told at its top and again at each field.
struct FormProblems: Sendable {
    /// A field's name and what to do about it.
    let errors: [(field: String, message: String)]
    /// What is no field's fault.
    let detail: String?
    let status: HTTPResponse.Status
    let retryAfterSeconds: Int?
    /// What fields are called, where their words alone do not say which one is meant: by a field's name.
    var labels: [String: String] = [:]

    /// - Parameter fields: the names this form has, where the service calls them otherwise; what is not named keeps its
    ///   name.
    init(_ problem: Problem, _ texts: Texts, fields: [String: String] = [:]) {
        let whole = problem.ofWholeForm
        errors =
            whole != nil
            ? []
            : problem.errors.map { error in (fields[error.field] ?? error.field, texts.message(of: error)) }
        detail = whole.map(texts.message) ?? (problem.errors.isEmpty ? texts.message(of: problem) : nil)
        status = problem.statusAndTitle.0
        retryAfterSeconds = problem.retryAfterSeconds
    }

    init(_ errors: [(field: String, message: String)]) {
        self.errors = errors
        detail = nil
        status = .unprocessableContent
        retryAfterSeconds = nil
    }

    /// What is no field's fault, and what it is about.
    init(detail: String, status: HTTPResponse.Status, errors: [(field: String, message: String)] = []) {
        self.init(errors, detail: detail, status: status, nil)
    }

    private init(
        _ errors: [(field: String, message: String)], detail: String?, status: HTTPResponse.Status, _ wait: Int?
    ) {
        self.errors = errors
        self.detail = detail
        self.status = status
        retryAfterSeconds = wait
    }

    /// The same under another status.
    func with(status: HTTPResponse.Status) -> FormProblems {
        var other = FormProblems(errors, detail: detail, status: status, retryAfterSeconds)
        other.labels = labels
        return other
    }

    /// The same, each with the name of its field before it, since a list of them stands far from the fields; and in the
    /// order of the fields, as one reads and mends them. What is about none of them comes last.
    func naming(_ fields: [Field]) -> FormProblems {
        var named = inOrder(of: fields.map(\.name))
        for field in fields { named.labels[field.name] = field.label }
        return named
    }

    /// The same in the order of the fields of a page.
    func inOrder(of names: [String]) -> FormProblems {
        let places = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
        let sorted = errors.enumerated().sorted { one, other in
            let (a, b) = (places[one.element.field] ?? .max, places[other.element.field] ?? .max)
            return a == b ? one.offset < other.offset : a < b
        }
        var ordered = FormProblems(sorted.map(\.element), detail: detail, status: status, retryAfterSeconds)
        ordered.labels = labels
        return ordered
    }

    /// What to do about a field, if anything is wrong with it.
    subscript(_ field: String) -> String? { errors.first { $0.field == field }?.message }

    var headers: HTTPFields { retryAfterSeconds.map { [.retryAfter: String($0)] } ?? [:] }

    func view(_ texts: Texts) -> View {
        var view: View = [
            "errors": errors.map { field, message in
                let words = labels[field].map { texts("form.labelled", ["label": $0, "message": message]) }
                return ["field": field, "message": words ?? message] as View
            }
        ]
        if let detail { view["detail"] = detail }
        return view
    }
}

extension Texts {
    /// What is wrong with a field, in this language where the catalogue knows it.
    func message(of error: Problem.FieldError) -> String {
        guard language != .english else {
            return known("problem.\(error.field).\(error.code)") ?? Texts.typeset(error.message)
        }
        return known("problem.\(error.field).\(error.code)") ?? known("problem.any.\(error.code)") ?? error.message
    }

    /// A refusal without fields.
    func message(of problem: Problem) -> String {
        // What the API says of its header means nothing to a person.
        let isOfKey = [.idempotencyKeyReused, .idempotencyKeyInUse].contains(problem.code)
        guard language != .english || isOfKey else { return Texts.typeset(problem.detail) }
        return known("refusal.\(problem.code.rawValue)") ?? problem.detail
    }

    /// What a service says has a typewriter's apostrophes; pages have those of the catalogue.
    private static func typeset(_ english: String) -> String { english.replacing("'", with: "’") }
}

extension Problem {
    /// The name that stands for a form as a whole, where nothing that was typed is wrong.
    fileprivate static let wholeForm = "form"

    /// A form that is not as its page made it: without its key, or with a sum that the page did not say. Nothing is done;
    /// the page is shown again with what was typed, and a fresh key.
    static func incompleteForm(_ texts: Texts) -> Problem {
        .invalid(wholeForm, "incomplete", texts("problem.form.incomplete"))
    }

    /// What is wrong with the form as a whole.
    var ofWholeForm: FieldError? { errors.first { $0.field == Problem.wholeForm } }
}

extension Form {
    /// A sum that a page says and its form says back: minor units, in digits alone.
    /// - Returns: nothing for what no page of ours says.
    func sum(_ name: String, _ currency: Currency) -> Money? {
        let digits = self[name].utf8
        guard !digits.isEmpty, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        return Int64(self[name]).map { Money($0, currency) }
    }
}
