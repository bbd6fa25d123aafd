/// How often someone may try before they must wait; counted in the Users DB, so it holds on every node.
public struct SignInLimits: Sendable {
    /// Failed sign-ins of one account in a window. A success clears them.
    public var failuresPerAccount: Int
    /// Failed sign-ins from one address in a window; higher, because many may share an address.
    public var failuresPerAddress: Int
    /// How long failed sign-ins count.
    public var signInWindow: Duration
    /// Registrations from one address in a window, refused ones included.
    public var registrationsPerAddress: Int
    /// How long registrations count.
    public var registrationWindow: Duration

    public init(
        failuresPerAccount: Int = 10, failuresPerAddress: Int = 100, signInWindow: Duration = .seconds(15 * 60),
        registrationsPerAddress: Int = 100, registrationWindow: Duration = .seconds(3600)
    ) {
        self.failuresPerAccount = failuresPerAccount
        self.failuresPerAddress = failuresPerAddress
        self.signInWindow = signInWindow
        self.registrationsPerAddress = registrationsPerAddress
        self.registrationWindow = registrationWindow
    }

    /// Ten guesses a quarter of an hour find no password that the policy lets through.
    public static let standard = SignInLimits()
}
