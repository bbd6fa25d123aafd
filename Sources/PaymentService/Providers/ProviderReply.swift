import Core
import Foundation
import Outside

/// How a provider took a request, whichever it is.
enum ProviderReply: Sendable {
    /// Done, with what it said.
    case done(ReplyBody)
    /// A definite no: nothing happened.
    case refused(Refusal)
    /// It failed, and will say the same for as long as it is asked with this key: whether anything happened must be
    /// looked up.
    case stuck
    /// It may have happened. Ask again with the same key.
    case unknown(String)
}

/// A definite no of a provider.
struct Refusal: Sendable, Equatable, CustomStringConvertible {
    let status: Int
    /// As the provider calls it: `resource_missing`, `INSTRUMENT_DECLINED`.
    let code: String
    /// What it says to developers; never shown to a guest.
    let message: String

    var description: String { "\(status) \(code): \(message.prefix(200))" }
}

/// The body of an answer, still to be understood.
struct ReplyBody: Sendable {
    let bytes: [UInt8]

    /// - Throws: `Misunderstood` where it does not fit the contract.
    func read<Value: Decodable>(_ type: Value.Type) throws(Misunderstood) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw Misunderstood(why: Misunderstood.words(for: error))
        }
    }
}

/// What a provider may tell us of a sum.
enum ToldSum {
    /// In minor units, to both sides: more than has ever been paid for anything, and so little that sums of many of them, and
    /// their negatives, can be counted.
    static let largest: UInt64 = 1_000_000_000_000_000
}

/// A provider's answer that does not fit its contract: a case for a person, and no news of the payment.
struct Misunderstood: Error, Sendable, Equatable {
    let why: String

    static func words(for error: any Error) -> String {
        func path(_ keys: [any CodingKey]) -> String { keys.map(\.stringValue).joined(separator: ".") }
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            return "it has no \(path(context.codingPath + [key]))"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            return "\(path(context.codingPath)) is of another type than agreed"
        case DecodingError.dataCorrupted(let context):
            return context.codingPath.isEmpty
                ? "it is not JSON" : "\(path(context.codingPath)) has a value that is not agreed"
        default: return "it can't be read"
        }
    }
}
