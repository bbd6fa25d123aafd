/// Where and why bytes are not JSON.
package struct JSONSyntaxError: Error, Equatable {
    package let offset: Int
    package let reason: String
}

/// Reads JSON (RFC 8259) strictly: UTF-8 without a mark, one value, nothing after it.
///
/// Written here because Foundation's decoder stops at the first wrong field, lets the last of two equal members win
/// and turns numbers into `Double` before anyone can say that digits were lost.
package struct JSONParser {
    /// Our deepest body has four levels. Deeper values are checked for their grammar, without recursion, and kept as
    /// `.unusable`, so that no body can exhaust the stack.
    package static let deepest = 16

    private let bytes: [UInt8]
    private var at = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    package static func parse(_ bytes: [UInt8]) throws(JSONSyntaxError) -> JSONValue {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw JSONSyntaxError(offset: 0, reason: "the bytes are not UTF-8")
        }
        var parser = JSONParser(bytes)
        parser.skipSpace()
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.at == bytes.count else { throw parser.wrong("something follows the value") }
        return value
    }

    private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    private func wrong(_ reason: String) -> JSONSyntaxError {
        JSONSyntaxError(offset: at, reason: at >= bytes.count ? "it ends too early" : reason)
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
    }

    private mutating func expect(_ byte: UInt8, _ reason: String) throws(JSONSyntaxError) {
        guard next == byte else { throw wrong(reason) }
        at += 1
    }

    private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        switch next {
        case UInt8(ascii: "{"): depth < Self.deepest ? try object(depth: depth) : try skipContainer()
        case UInt8(ascii: "["): depth < Self.deepest ? try list(depth: depth) : try skipContainer()
        default: try scalar()
        }
    }

    private mutating func scalar() throws(JSONSyntaxError) -> JSONValue {
        switch next {
        case UInt8(ascii: "\""):
            guard let text = try string() else { return .unusable }
            return .text(text)
        case UInt8(ascii: "t"): return try word("true", .flag(true))
        case UInt8(ascii: "f"): return try word("false", .flag(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        at += 1
        skipSpace()
        var members: [(name: String, value: JSONValue)] = []
        if next == UInt8(ascii: "}") {
            at += 1
            return .object(members)
        }
        while true {
            let name = try memberName()
            members.append((name, try value(depth: depth + 1)))
            skipSpace()
            if next == UInt8(ascii: "}") {
                at += 1
                return .object(members)
            }
            try expect(UInt8(ascii: ","), "a comma or } is missing")
            skipSpace()
        }
    }

    private mutating func list(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        at += 1
        skipSpace()
        var items: [JSONValue] = []
        if next == UInt8(ascii: "]") {
            at += 1
            return .list(items)
        }
        while true {
            items.append(try value(depth: depth + 1))
            skipSpace()
            if next == UInt8(ascii: "]") {
                at += 1
                return .list(items)
            }
            try expect(UInt8(ascii: ","), "a comma or ] is missing")
            skipSpace()
        }
    }

    /// The name, the colon and the space around them; `at` is then where the value begins.
    private mutating func memberName() throws(JSONSyntaxError) -> String {
        guard next == UInt8(ascii: "\"") else { throw wrong("a member's name is missing") }
        let name = try string() ?? "\u{FFFD}"
        skipSpace()
        try expect(UInt8(ascii: ":"), "a colon is missing")
        skipSpace()
        return name
    }

    /// Checks a container that nests too deeply, with a list of what is still open in place of the stack.
    private mutating func skipContainer() throws(JSONSyntaxError) -> JSONValue {
        var open: [UInt8] = []
        repeat {
            let isObject = next == UInt8(ascii: "{")
            if isObject || next == UInt8(ascii: "[") {
                let closer = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
                at += 1
                skipSpace()
                if next == closer {
                    at += 1
                } else {
                    if isObject { _ = try memberName() }
                    open.append(closer)
                    continue
                }
            } else {
                _ = try scalar()
            }
            while let closer = open.last {
                skipSpace()
                if next == closer {
                    at += 1
                    open.removeLast()
                } else {
                    try expect(UInt8(ascii: ","), "a comma is missing")
                    skipSpace()
                    if closer == UInt8(ascii: "}") { _ = try memberName() }
                    break
                }
            }
        } while !open.isEmpty
        return .unusable
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        let count = word.utf8CodeUnitCount
        guard at + count <= bytes.count else {
            at = bytes.count
            throw wrong("")
        }
        for index in 0..<count where bytes[at + index] != word.utf8Start[index] {
            throw wrong("no value begins like this")
        }
        at += count
        return value
    }

    private mutating func number() throws(JSONSyntaxError) -> String {
        let start = at
        if next == UInt8(ascii: "-") { at += 1 }
        if next == UInt8(ascii: "0") { at += 1 } else { try digits("no value begins like this") }
        if next == UInt8(ascii: ".") {
            at += 1
            try digits("a digit is missing")
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            at += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { at += 1 }
            try digits("a digit is missing")
        }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    private mutating func digits(_ reason: String) throws(JSONSyntaxError) {
        let start = at
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { at += 1 }
        guard at > start else { throw wrong(reason) }
    }

    /// The text, or nothing where an escape names half a surrogate pair.
    private mutating func string() throws(JSONSyntaxError) -> String? {
        at += 1
        let start = at
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { at += 1 }
        if next == UInt8(ascii: "\"") {
            at += 1
            return String(decoding: bytes[start..<(at - 1)], as: UTF8.self)
        }
        var text = Array(bytes[start..<at])
        var isText = true
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                at += 1
                return isText ? String(decoding: text, as: UTF8.self) : nil
            case UInt8(ascii: "\\"):
                at += 1
                if let scalar = try escape() {
                    text.append(contentsOf: Array(String(scalar).utf8))
                } else {
                    isText = false
                }
            case 0..<0x20: throw wrong("a control character stands in a string")
            default:
                text.append(byte)
                at += 1
            }
        }
        throw wrong("")
    }

    private mutating func escape() throws(JSONSyntaxError) -> Unicode.Scalar? {
        guard let byte = next else { throw wrong("") }
        at += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default:
            at -= 1
            throw wrong("no such escape")
        }
    }

    private mutating func unicodeEscape() throws(JSONSyntaxError) -> Unicode.Scalar? {
        let first = try fourHexDigits()
        guard (0xD800..<0xDC00).contains(first), next == UInt8(ascii: "\\"), at + 1 < bytes.count,
            bytes[at + 1] == UInt8(ascii: "u")
        else { return Unicode.Scalar(first) }
        let before = at
        at += 2
        let second = try fourHexDigits()
        guard (0xDC00..<0xE000).contains(second) else {
            at = before  // the other escape stands for itself
            return nil
        }
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    }

    private mutating func fourHexDigits() throws(JSONSyntaxError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw wrong("a hexadecimal digit is missing")
            }
            value = value << 4 | UInt32(digit)
            at += 1
        }
        return value
    }
}
