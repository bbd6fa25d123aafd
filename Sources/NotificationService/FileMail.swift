/// Keeps each mail as one RFC 5322 file in a folder: `mail_….eml`.
public struct FileMail: MailProvider {
    public let name = "file"
    public let takesUnreachableAddresses = true
    private let folder: String

    /// - Parameter folder: made with the first mail where there is none.
    public init(folder: String) { self.folder = folder }

    public func send(_ mail: OutgoingMail) async throws { fatalError("later") }
}
