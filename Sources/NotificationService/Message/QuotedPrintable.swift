/// Text as quoted-printable (RFC 2045 6.7): readable in a file, safe on any way.
enum QuotedPrintable {
    /// Encoded lines are at most so many characters, the soft line break's `=` included.
    static let longestLine = 76

    static func encode(_ text: String) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count * 5 / 4)
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            if index > 0 { out += [0x0D, 0x0A] }
            encode(line, into: &out)
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func encode(_ line: Substring.UTF8View, into out: inout [UInt8]) {
        var width = 0
        let last = line.indices.last
        for index in line.indices {
            let byte = line[index]
            let token = isPlain(byte, endsLine: index == last) ? [byte] : escaped(byte)
            // A character more must leave room for the `=` of a soft break, except at the end of the line.
            if width + token.count > (index == last ? longestLine : longestLine - 1) {
                out += [UInt8(ascii: "="), 0x0D, 0x0A]
                width = 0
            }
            out += token
            width += token.count
        }
    }

    private static func isPlain(_ byte: UInt8, endsLine: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "="): false
        case UInt8(ascii: " "): !endsLine
        default: (33...126).contains(byte)
        }
    }

    private static func escaped(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
