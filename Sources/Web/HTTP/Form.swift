import Core
import HTTPTypes
import Hummingbird

/// The fields of a form as browsers send them.
struct Form: Sendable {
    private let values: [String: String]

    /// Empty where a field is missing; a page that asks again is kinder than a refusal.
    subscript(_ name: String) -> String { values[name] ?? "" }

    init(_ pairs: [(name: String, value: String)]) {
        values = Dictionary(pairs.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}

extension Visit {
    /// - Throws: `Problem`: `unsupported_media_type` for what is no form, `malformed_request` for one that can't be read.
    func form() async throws -> Form {
        let bytes = try await bytes(upTo: BodyLimit.form)
        guard bytes.isEmpty || request.headers[.contentType].map(MediaType.isForm) ?? false else {
            throw Problem(.unsupportedMediaType, "Send the form as application/x-www-form-urlencoded.")
        }
        guard let text = String(validating: bytes, as: UTF8.self), let pairs = PercentCoding.pairs(text) else {
            throw Problem(.malformedRequest, "The form is not percent-encoded UTF-8.")
        }
        return Form(pairs)
    }
}
