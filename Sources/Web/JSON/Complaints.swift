import Core

/// Everything that is wrong with a request, gathered so that a person need not ask once per mistake.
struct Complaints: Sendable {
    /// Enough for every field of every night of the longest calendar change one could still read; an answer is not
    /// to be many times its question.
    static let most = 500

    private(set) var errors: [Problem.FieldError] = []

    mutating func add(_ field: String, _ code: String, _ message: String) {
        guard errors.count < Self.most else { return }
        errors.append(Problem.FieldError(field, code, message))
    }

    /// The refusal, if there is something to complain of.
    var problem: Problem? {
        guard let first = errors.first else { return nil }
        let detail =
            errors.count == 1 ? "\(first.field): \(first.message)" : "\(errors.count) fields are wrong; see errors."
        return Problem(.validationFailed, detail, errors: errors)
    }
}
