package import Core
package import Storage

/// A provider for demos and tests, never for money: its page is one of Roost's own.
public struct TestProvider: PaymentProvider {
    public let name: String
    let database: any Database
    let world: World
    let baseURL: String

    package init(database: any Database, world: World, baseURL: String, name: String = "test") {
        self.name = name
        self.database = database
        self.world = world
        self.baseURL = baseURL
    }

    public func open(_ request: SessionRequest, key: String) async -> OpenAnswer { fatalError("later") }
    public func lookUp(_ session: SessionReference, key: String) async -> SessionAnswer { fatalError("later") }
    public func close(_ session: SessionReference, key: String) async -> SessionAnswer { fatalError("later") }
    public func refund(_ request: RefundRequest, key: String) async -> RefundAnswer { fatalError("later") }
    public func lookUpRefund(_ refund: RefundReference, key: String) async -> RefundAnswer { fatalError("later") }

    /// What the page shows; nothing for an unknown token.
    public func checkout(token: String) async throws -> TestCheckout? { fatalError("later") }

    /// Does what the payer does. Nobody has heard of it yet: `Payments.settle` must be asked, as with a real provider.
    /// - Throws: `Problem` `not_found` for an unknown token.
    @discardableResult
    public func act(token: String, outcome: TestOutcome) async throws -> TestCheckout { fatalError("later") }
}
