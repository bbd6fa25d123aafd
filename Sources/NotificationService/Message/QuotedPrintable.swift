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
        var left = line.count
        for byte in line {
            left -= 1
            let isPlain = isPlain(byte, endsLine: left == 0)
            let count = isPlain ? 1 : 3
            // A character more must leave room for the `=` of a soft break, except at the end of the line.
            if width + count > (left == 0 ? longestLine : longestLine - 1) {
                out.append(UInt8(ascii: "="))
                out.append(0x0D)
                out.append(0x0A)
                width = 0
            }
            if isPlain {
                out.append(byte)
            } else {
                out.append(UInt8(ascii: "="))
                out.append(digit(byte >> 4))
                out.append(digit(byte & 15))
            }
            width += count
        }
    }

    private static func isPlain(_ byte: UInt8, endsLine: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "="): false
        case UInt8(ascii: " "): !endsLine
        default: (33...126).contains(byte)
        }
    }

    /// RFC 2045 asks for capitals.
    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + (value - 10)
    }
}
