/// A JSON document as it was sent, before anyone asks what it should be.
package enum JSONValue: Sendable {
    case null
    case flag(Bool)
    /// As written, so that no digit is lost before someone says what the number should be.
    case number(String)
    case text(String)
    case list([JSONValue])
    /// In the order sent, with members that come twice.
    case object([(name: String, value: JSONValue)])
    /// JSON by its grammar, but nothing that a field of ours could be: half a surrogate pair, or nested beyond reason.
    case unusable

    /// What it is, in the words of JSON, for a message.
    package var kind: String {
        switch self {
        case .null: "null"
        case .flag: "a boolean"
        case .number: "a number"
        case .text: "a string"
        case .list: "an array"
        case .object: "an object"
        case .unusable: "something that cannot be read"
        }
    }
}
