public import Core

/// Someone with an account.
public struct Person: Sendable, Codable, Equatable {
    public let id: UserID
    /// As typed, trimmed; compared without case.
    public let email: String
    public let name: String
    public let emailVerified: Bool
    /// What they may be here, in the order guest, host, operator. Everyone is a guest.
    public let roles: [Role]
    /// The code of the language they chose, as `de`; nothing until they do.
    public let language: String?

    /// As the use cases of the services want it.
    public var caller: Caller { Caller(id: id, isOperator: roles.contains(.operator)) }

    package init(
        id: UserID, email: String, name: String, emailVerified: Bool, isHost: Bool, isOperator: Bool,
        language: String? = nil
    ) {
        self.id = id
        self.email = email
        self.name = name
        self.emailVerified = emailVerified
        self.language = language
        roles = [.guest] + (isHost ? [.host] : []) + (isOperator ? [.operator] : [])
    }
}

/// What a person may be: everyone books, who lists a place is a host, who runs the house is an operator.
public enum Role: String, Sendable, Codable, CaseIterable {
    case guest, host, `operator`
}

/// A session that has just begun. The token is told this once; only its hash is kept.
public struct SignedIn: Sendable {
    public let person: Person
    /// Opaque, 256 random bits; goes into `Authorization: Bearer` or the cookie.
    public let token: String
    public let expiresAt: Instant
}

/// The body of the event `person.registered`.
public struct PersonRegistered: Sendable, Codable, Equatable {
    public static let kind = "person.registered"

    public let personId: UserID

    public init(personId: UserID) { self.personId = personId }
}

/// A host of imported listings, to become a person.
package struct ImportedHost: Sendable {
    /// Who it is in the source; the answer is keyed by it.
    package let key: String
    package let name: String
    /// Decides who it is here: the same address is the same person, also in a second import.
    package let email: String

    package init(key: String, name: String, email: String) {
        self.key = key
        self.name = name
        self.email = email
    }
}
