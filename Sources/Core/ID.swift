/// What an id names. The prefix makes ids readable in logs and keeps one kind from passing for another.
public protocol IDKind: Sendable {
    static var prefix: String { get }
}

/// An opaque, unguessable id with a type prefix: `prop_…`, `bkg_…`.
public struct ID<Kind: IDKind>: Sendable, Hashable, Codable, Comparable, CustomStringConvertible {
    public let text: String

    /// Nothing for a text that cannot be an id of this kind.
    public init?(_ text: String) {
        guard text.utf8.count <= 64, text.hasPrefix(Kind.prefix + "_"),
            text.utf8.allSatisfy({ byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                    true
                default: false
                }
            })
        else { return nil }
        self.text = text
    }

    /// For an id read back from our own database.
    public init(stored text: String) { self.text = text }

    /// 16 random bytes, as 26 letters and digits of Crockford's base 32 in lower case.
    public init(random bytes: [UInt8]) {
        precondition(bytes.count == 16)
        text = Kind.prefix + "_" + Base32.text(of: bytes)
    }

    /// Whether it has the length of those we make, so that one of which a part was lost is known.
    public var isWhole: Bool { text.utf8.count == Kind.prefix.utf8.count + 1 + 26 }

    public var description: String { text }
    public static func < (one: Self, other: Self) -> Bool { one.text < other.text }

    public init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

public enum UserKind: IDKind { public static let prefix = "usr" }
public enum SessionKind: IDKind { public static let prefix = "ses" }
public enum PropertyKind: IDKind { public static let prefix = "prop" }
public enum UnitKind: IDKind { public static let prefix = "unit" }
public enum BookingKind: IDKind { public static let prefix = "bkg" }
public enum AlterationKind: IDKind { public static let prefix = "alt" }
public enum PaymentKind: IDKind { public static let prefix = "pay" }
public enum PayableKind: IDKind { public static let prefix = "due" }
public enum RefundKind: IDKind { public static let prefix = "rfd" }
public enum MailKind: IDKind { public static let prefix = "mail" }

public typealias UserID = ID<UserKind>
public typealias SessionID = ID<SessionKind>
public typealias PropertyID = ID<PropertyKind>
public typealias UnitID = ID<UnitKind>
public typealias BookingID = ID<BookingKind>
public typealias AlterationID = ID<AlterationKind>
public typealias PaymentID = ID<PaymentKind>
public typealias PayableID = ID<PayableKind>
public typealias RefundID = ID<RefundKind>
public typealias MailID = ID<MailKind>

/// Crockford's base 32 (crockford.com/base32.html), lower case: no i, l, o, u, so that nothing is misread.
public enum Base32 {
    static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    public static func text(of bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count * 8 + 4) / 5)
        var buffer: UInt32 = 0
        var bits = 0
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                out.append(alphabet[Int(buffer >> UInt32(bits) & 31)])
            }
        }
        if bits > 0 { out.append(alphabet[Int(buffer << UInt32(5 - bits) & 31)]) }
        return String(decoding: out, as: UTF8.self)
    }
}
