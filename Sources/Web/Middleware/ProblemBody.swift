import Core
import HTTPTypes
import Hummingbird
import NIOCore

extension Problem {
    /// The status and title of each code, from the contract. No default: a new code does not compile until someone has
    /// chosen its answer.
    var statusAndTitle: (HTTPResponse.Status, String) {
        switch code {
        case .malformedRequest: (.badRequest, "The request cannot be read")
        case .unauthenticated: (.unauthorized, "Sign in first")
        case .forbidden: (.forbidden, "Not yours to do")
        case .notFound: (.notFound, "Not found")
        case .methodNotAllowed: (.methodNotAllowed, "This address does not take that method")
        case .nightsUnavailable: (.conflict, "Nights are not free")
        case .holdExpired: (.conflict, "The hold is over")
        case .stateConflict: (.conflict, "Not possible as things stand")
        case .idempotencyKeyInUse: (.conflict, "The first request with this key still runs")
        case .payloadTooLarge: (.contentTooLarge, "The body is too large")
        case .unsupportedMediaType: (.unsupportedMediaType, "The body has another type than expected")
        case .validationFailed: (.unprocessableContent, "Something in the request is not valid")
        case .idempotencyKeyReused: (.unprocessableContent, "This key belongs to another request")
        case .rateLimited: (.tooManyRequests, "Too many requests")
        case .internal: (.internalServerError, "Our fault")
        case .providerUnavailable: (.serviceUnavailable, "The provider does not answer")
        case .unavailable: (.serviceUnavailable, "Not available just now")
        }
    }

    /// RFC 9457.
    var response: Response {
        let status = statusAndTitle.0
        var headers: HTTPFields = [.cacheControl: "no-store"]
        headers[.contentType] = "application/problem+json"
        if let seconds = retryAfterSeconds ?? (code == .rateLimited || code == .unavailable ? 1 : nil) {
            headers[.retryAfter] = String(max(1, seconds))
        }
        if code == .unauthenticated { headers[.wwwAuthenticate] = "Bearer" }
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }

    var body: [UInt8] {
        let (status, title) = statusAndTitle
        var json = JSONWriter()
        json.object { problem in
            // A page of ours explains each code at this address.
            problem.member("type", "/api/docs#\(code.rawValue)")
            problem.member("title", title)
            problem.member("status", status.code)
            problem.member("detail", detail)
            problem.member("code", code.rawValue)
            guard !errors.isEmpty else { return }
            problem.list("errors", errors) { json, error in
                json.object {
                    $0.member("field", error.field)
                    $0.member("code", error.code)
                    $0.member("message", error.message)
                }
            }
        }
        return json.bytes
    }
}
