public import Core
package import Storage

/// People, their passwords, sessions and roles.
public struct Accounts: Sendable {
    let store: AccountStore
    let world: World
    let hashing: PasswordHashing
    let limits: SignInLimits?

    /// - Parameter limits: nothing lifts the limits on tries (for load tests).
    package init(
        database: any Database, world: World, outbox: Outbox, hashing: PasswordHashing, limits: SignInLimits?
    ) {
        store = AccountStore(database: database, outbox: outbox)
        self.world = world
        self.hashing = hashing
        self.limits = limits
    }

    public func register(
        email: String, password: String, name: String, from address: String
    ) async throws -> SignedIn { fatalError("later") }
    public func logIn(email: String, password: String, from address: String) async throws -> SignedIn { fatalError("later") }
    public func logOut(token: String) async throws { fatalError("later") }
    public func person(forToken token: String) async throws -> Person? { fatalError("later") }
    public func person(_ id: UserID) async throws -> Person? { fatalError("later") }
    public func people(_ ids: [UserID]) async throws -> [UserID: Person] { fatalError("later") }
    package func makeHost(_ id: UserID, event: Event) async throws { fatalError("later") }
    package func add(email: String, name: String?, isOperator: Bool, password: String?) async throws -> Person { fatalError("later") }
    package func setPassword(email: String, password: String) async throws { fatalError("later") }
    package func importHosts(_ hosts: [ImportedHost]) async throws -> [String: UserID] { fatalError("later") }
    package func tidy() async throws { fatalError("later") }
}

struct AccountStore: Sendable {
    let database: any Database
    let outbox: Outbox
}
