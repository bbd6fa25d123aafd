/// Stylesheets as they are sent: without what only people need.
enum Stylesheet {
    /// Without comments, indents, and the blanks around signs that need none. Texts in quotes stay as they are.
    static func packed(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var quote: UInt8?
        var isGap = false
        var place = 0
        while place < bytes.count {
            let byte = bytes[place]
            if let end = quote {
                out.append(byte)
                if byte == end { quote = nil }
            } else if byte == UInt8(ascii: "/"), place + 1 < bytes.count, bytes[place + 1] == UInt8(ascii: "*") {
                place += 2
                while place + 1 < bytes.count,
                    bytes[place] != UInt8(ascii: "*") || bytes[place + 1] != UInt8(ascii: "/")
                {
                    place += 1
                }
                place += 1
                isGap = true
            } else if [0x20, 0x09, 0x0A, 0x0D].contains(byte) {
                isGap = true
            } else {
                if isGap, let last = out.last, !needsNoGapAfter.contains(last), !needsNoGapBefore.contains(byte) {
                    out.append(0x20)
                }
                isGap = false
                if byte == UInt8(ascii: "}"), out.last == UInt8(ascii: ";") { out.removeLast() }
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { quote = byte }
                out.append(byte)
            }
            place += 1
        }
        return out
    }

    /// Before a colon a blank has a meaning: `a :hover` is about what is in the link.
    private static let needsNoGapBefore = Set("{};,".utf8)
    private static let needsNoGapAfter = Set("{};,:".utf8)
}
