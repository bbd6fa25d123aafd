import Foundation

/// A mail read back by a parser that shares nothing with the code that wrote it, and trusts nothing.
struct ParsedMail {
    struct Fault: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    let headers: [(name: String, value: String)]
    /// Of a leaf: decoded.
    let body: Data
    let parts: [ParsedMail]

    init(_ message: String) throws { try self.init(Array(message.utf8)[...], isMessage: true) }

    private init(_ bytes: ArraySlice<UInt8>, isMessage: Bool) throws {
        let lines = try ParsedMail.lines(bytes)
        guard let end = lines.firstIndex(where: \.isEmpty) else { throw Fault("no empty line behind the headers") }
        var headers: [(name: String, value: String)] = []
        for line in lines[..<end] {
            let text = String(decoding: line, as: UTF8.self)
            if text.hasPrefix(" ") || text.hasPrefix("\t") {
                guard let last = headers.popLast() else { throw Fault("folded before any header") }
                headers.append((last.name, last.value + text))
            } else {
                guard let colon = text.firstIndex(of: ":") else { throw Fault("no header: \(text)") }
                let name = String(text[..<colon])
                guard name.utf8.allSatisfy({ (33...126).contains($0) }) else { throw Fault("a header named \(name)") }
                headers.append((name, text[text.index(after: colon)...].trimmingCharacters(in: .whitespaces)))
            }
            guard line.count <= 998 else { throw Fault("a header line of \(line.count)") }
            guard line.allSatisfy({ (32...126).contains($0) || $0 == 9 }) else { throw Fault("not ASCII: \(text)") }
        }
        self.headers = headers
        let rest = Array(lines[(end + 1)...])
        func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
        let type = header("Content-Type") ?? "text/plain"
        if type.lowercased().hasPrefix("multipart/") {
            guard let boundary = ParsedMail.parameter("boundary", of: type) else { throw Fault("no boundary") }
            let (open, close) = (Array("--\(boundary)".utf8), Array("--\(boundary)--".utf8))
            var parts: [ParsedMail] = []
            var current: [[UInt8]]?
            var isClosed = false
            for line in rest {
                if line == open || line == close {
                    if let current { parts.append(try ParsedMail(ParsedMail.joined(current)[...], isMessage: false)) }
                    current = line == open ? [] : nil
                    isClosed = isClosed || line == close
                } else {
                    current?.append(line)
                }
            }
            guard isClosed else { throw Fault("never closed: \(boundary)") }
            self.parts = parts
            body = Data()
        } else {
            parts = []
            switch header("Content-Transfer-Encoding")?.lowercased() {
            case "quoted-printable": body = try ParsedMail.quotedPrintable(rest)
            case "base64":
                guard rest.allSatisfy({ $0.count <= 76 }) else { throw Fault("a base64 line beyond 76") }
                guard let data = Data(base64Encoded: Data(rest.joined())) else { throw Fault("no base64") }
                body = data
            default: throw Fault("an encoding of another kind")
            }
        }
    }

    func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
    func count(_ name: String) -> Int { headers.count { $0.name.lowercased() == name.lowercased() } }
    var text: String { String(decoding: body, as: UTF8.self) }
    /// Without parameters.
    var type: String { header("Content-Type")?.split(separator: ";").first.map(String.init) ?? "" }
    var leaves: [ParsedMail] { parts.isEmpty ? [self] : parts.flatMap(\.leaves) }
    func leaf(_ type: String) -> ParsedMail? { leaves.first { $0.type == type } }

    /// A header's text with its encoded words decoded (RFC 2047).
    func decoded(_ name: String) throws -> String {
        guard let raw = header(name) else { throw Fault("no \(name)") }
        var out = Data()
        var lastWasWord = false
        for token in raw.split(separator: " ") {
            if token.hasPrefix("=?UTF-8?B?"), token.hasSuffix("?=") {
                guard token.utf8.count <= 75 else { throw Fault("an encoded word of \(token.utf8.count)") }
                guard let word = Data(base64Encoded: String(token.dropFirst(10).dropLast(2))) else {
                    throw Fault("\(token)")
                }
                guard String(data: word, encoding: .utf8) != nil else { throw Fault("a character cut in two") }
                if !lastWasWord, !out.isEmpty { out.append(32) }
                out.append(word)
                lastWasWord = true
            } else {
                if !out.isEmpty { out.append(32) }
                out.append(contentsOf: token.utf8)
                lastWasWord = false
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Lines that end in CRLF, and no CR or LF anywhere else.
    static func lines(_ bytes: ArraySlice<UInt8>) throws -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var line: [UInt8] = []
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if bytes[index] == 13 {
                guard index + 1 < bytes.endIndex, bytes[index + 1] == 10 else { throw Fault("a bare CR") }
                lines.append(line)
                line = []
                index += 2
                continue
            }
            guard bytes[index] != 10 else { throw Fault("a bare LF") }
            line.append(bytes[index])
            index += 1
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }

    private static func joined(_ lines: [[UInt8]]) -> [UInt8] { Array(lines.joined(separator: [13, 10])) + [13, 10] }

    static func parameter(_ name: String, of value: String) -> String? {
        for part in value.split(separator: ";").dropFirst() {
            let sides = part.trimmingCharacters(in: .whitespaces).split(separator: "=", maxSplits: 1)
            if sides.count == 2, sides[0] == name {
                return sides[1].trimmingCharacters(in: CharacterSet(charactersIn: "\""))
            }
        }
        return nil
    }

    private static func quotedPrintable(_ lines: [[UInt8]]) throws -> Data {
        var out = Data()
        for line in lines {
            guard line.count <= 76 else { throw Fault("a quoted-printable line of \(line.count)") }
            guard line.last != 32, line.last != 9 else { throw Fault("white space at the end of a line") }
            var index = 0
            var isSoft = false
            while index < line.count {
                guard line[index] == UInt8(ascii: "=") else {
                    guard (32...126).contains(line[index]) else { throw Fault("not ASCII in quoted-printable") }
                    out.append(line[index])
                    index += 1
                    continue
                }
                if index == line.count - 1 {
                    isSoft = true
                    break
                }
                guard index + 2 < line.count,
                    let byte = UInt8(String(decoding: line[(index + 1)...(index + 2)], as: UTF8.self), radix: 16)
                else { throw Fault("a bad escape") }
                out.append(byte)
                index += 3
            }
            if !isSoft { out.append(10) }
        }
        return out
    }
}
