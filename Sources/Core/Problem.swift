/// A "no" with its reason, in the words of the trade. `Web` gives each code its HTTP status; services know none.
public struct Problem: Error, Sendable, Equatable, Codable {
    public enum Code: String, Sendable, Codable, CaseIterable {
        case malformedRequest = "malformed_request"
        case unauthenticated
        case forbidden
        case notFound = "not_found"
        case methodNotAllowed = "method_not_allowed"
        case nightsUnavailable = "nights_unavailable"
        case holdExpired = "hold_expired"
        case stateConflict = "state_conflict"
        case idempotencyKeyInUse = "idempotency_key_in_use"
        case payloadTooLarge = "payload_too_large"
        case unsupportedMediaType = "unsupported_media_type"
        case validationFailed = "validation_failed"
        case idempotencyKeyReused = "idempotency_key_reused"
        case rateLimited = "rate_limited"
        case `internal`
        case providerUnavailable = "provider_unavailable"
        case unavailable
    }

    /// What is wrong with one field of the request, or one rule that stands against it.
    public struct FieldError: Sendable, Equatable, Codable {
        public let field: String
        public let code: String
        public let message: String

        public init(_ field: String, _ code: String, _ message: String) {
            self.field = field
            self.code = code
            self.message = message
        }
    }

    public let code: Code
    /// One sentence for the person who asked: what is wrong and what to do.
    public let detail: String
    public let errors: [FieldError]
    /// In how many whole seconds asking again may help.
    public let retryAfterSeconds: Int?

    public init(_ code: Code, _ detail: String, errors: [FieldError] = [], retryAfterSeconds: Int? = nil) {
        self.code = code
        self.detail = detail
        self.errors = errors
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// One field is wrong.
    public static func invalid(_ field: String, _ code: String, _ message: String) -> Problem {
        Problem(.validationFailed, message, errors: [FieldError(field, code, message)])
    }

    public static func notFound(_ what: String) -> Problem { Problem(.notFound, "There is no such \(what).") }
}
