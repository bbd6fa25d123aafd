/// A mail address with the name shown beside it. One that exists can stand in a header: nothing in it breaks a line.
public struct MailAddress: Sendable, Hashable, Codable {
    public let name: String?
    /// `local@domain`, ASCII without quotes (RFC 5322 dot-atoms).
    public let address: String

    /// Nothing where the address is not `local@domain` in plain ASCII. The name is made one line.
    public init?(name: String?, address: String) {
        guard MailAddress.isValid(address) else { return nil }
        let clean = name.map { OneLine.text($0, longest: 100) } ?? ""
        self.name = clean.isEmpty ? nil : clean
        self.address = address
    }

    /// Reads `Roost <no-reply@localhost>` or `no-reply@localhost`, as settings have it; nothing for anything else.
    public init?(_ text: String) {
        let text = OneLine.text(text, longest: 400)
        guard text.hasSuffix(">"), let open = text.lastIndex(of: "<") else {
            self.init(name: nil, address: text)
            return
        }
        var name = OneLine.text(String(text[..<open]), longest: 100)
        if name.count >= 2, name.hasPrefix("\""), name.hasSuffix("\"") { name = String(name.dropFirst().dropLast()) }
        self.init(name: name, address: String(text[text.index(after: open)...].dropLast()))
    }

    /// What stands behind the `@`, in lower case.
    public var domain: String { String(address[address.index(after: at)...]).lowercased() }

    /// Whether no server can ever be reached under it (RFC 2606).
    public var isUnreachable: Bool { domain == "invalid" || domain.hasSuffix(".invalid") }

    private var at: String.Index { address.firstIndex(of: "@") ?? address.startIndex }

    private static func isValid(_ address: String) -> Bool {
        let parts = address.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        // 254: the longest path of RFC 5321 without its angle brackets.
        guard address.utf8.count <= 254, parts.count == 2 else { return false }
        return parts.allSatisfy { part in
            part.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
                .allSatisfy { !$0.isEmpty && $0.allSatisfy(isAtomText) }
        }
    }

    /// RFC 5322 `atext`.
    static func isAtomText(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
        }
    }
}
