import Core
import Crypto
import HTTPTypes
import Hummingbird

/// The fields of a form as browsers send them, or the parameters of a page's address.
struct Form: Sendable {
    /// In the order sent, with names that come more than once.
    let pairs: [(name: String, value: String)]
    private let values: [String: String]

    /// Empty where a field is missing; a page that asks again is kinder than a refusal.
    subscript(_ name: String) -> String { values[name] ?? "" }

    init(_ pairs: [(name: String, value: String)]) {
        self.pairs = pairs
        values = Dictionary(pairs.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    /// All values of a name: boxes that are ticked.
    func all(_ name: String) -> [String] { pairs.filter { $0.name == name }.map(\.value) }

    func has(_ name: String) -> Bool { values[name] != nil }

    /// SHA-256 of what was filled in.
    func hash(without names: Set<String>) -> String {
        let text = pairs.filter { !names.contains($0.name) }
            .map { "\(PercentCoding.encode($0.name))=\(PercentCoding.encode($0.value))" }.joined(separator: "&")
        return Hexadecimal.text(of: SHA256.hash(data: Array(text.utf8)))
    }
}

extension Visit {
    /// - Throws: `Problem`: `unsupported_media_type` for what is no form, `malformed_request` for one that can't be read.
    func form(upTo limit: Int = BodyLimit.form) async throws -> Form {
        let bytes = try await bytes(upTo: limit)
        guard bytes.isEmpty || request.headers[.contentType].map(MediaType.isForm) ?? false else {
            throw Problem(.unsupportedMediaType, "Send the form as application/x-www-form-urlencoded.")
        }
        guard let text = String(validating: bytes, as: UTF8.self), let pairs = PercentCoding.pairs(text) else {
            throw Problem(.malformedRequest, "The form is not percent-encoded UTF-8.")
        }
        return Form(pairs)
    }
}
