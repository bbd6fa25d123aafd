/// A piece of a page. What is put into it by interpolation is text and is escaped; only another piece is not.
struct HTML: ExpressibleByStringInterpolation, Sendable {
    private(set) var text: String

    init(stringLiteral value: String) { text = value }
    init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }
    init(_ pieces: [HTML], separator: String = "\n") { text = pieces.map(\.text).joined(separator: separator) }
    /// - Parameter element: one of ours, never what somebody typed.
    init(element: String, _ inner: HTML) { text = "<\(element)>\(inner.text)</\(element)>" }
    /// The items of a list.
    init(items: [String]) { self.init(items.map { "<li>\($0)</li>" }, separator: "") }
    /// What is HTML already: written by a part of the program that escapes for itself.
    init(written: String) { text = written }

    /// A title whose booking codes (`H27W-34AD`) stay on one line.
    init(keepingCodesWhole title: String) {
        let words = title.split(separator: " ", omittingEmptySubsequences: false)
        self.init(words.map { $0.contains("-") ? "<span class=\"nowrap\">\($0)</span>" : "\($0)" }, separator: " ")
    }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }

        mutating func appendLiteral(_ literal: String) { text += literal }
        mutating func appendInterpolation(_ piece: HTML) { text += piece.text }

        mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            text += HTML.escaped(value.description)
        }
    }

    /// A text so that it stands for itself, between elements and in an attribute.
    static func escaped(_ text: String) -> String {
        var text = text
        return text.withUTF8 { bytes -> String? in
            // Most texts have nothing to escape: they stay what they are.
            let special = HTML.special
            guard bytes.contains(where: { $0 < 64 && special >> $0 & 1 == 1 }) else { return nil }
            var out: [UInt8] = []
            out.reserveCapacity(bytes.count + 32)
            for byte in bytes {
                if let entity = HTML.entity(of: byte) { out += entity.utf8 } else { out.append(byte) }
            }
            return String(decoding: out, as: UTF8.self)
        } ?? text
    }

    /// The bit of each byte that has an entity: they are all below 64.
    private static let special = "&<>\"'".utf8.reduce(UInt64(0)) { $0 | 1 << $1 }

    private static func entity(of byte: UInt8) -> String? {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        default: nil
        }
    }
}
