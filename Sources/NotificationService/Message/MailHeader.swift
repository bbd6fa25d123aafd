import Core
import Foundation

/// What stands in headers. Nothing here can break a line but the folding itself: text is made one line first.
enum MailHeader {
    /// How many octets of UTF-8 one encoded word carries: with its frame 64 characters, so that a line stays within the
    /// 76 of RFC 2047 2 also behind a header's name.
    static let octetsPerWord = 39
    /// The longest text left as it is, so that it fits a line behind a header's name (RFC 5322 2.1.1).
    static let longestPlain = 60

    /// Unstructured text: a subject.
    static func text(_ raw: String) -> String {
        let line = OneLine.text(raw, longest: 300)
        let isPlain = isPrintable(line) && line.utf8.count <= longestPlain && !line.contains("=?")
        return isPlain ? line : encodedWords(line)
    }

    /// A name and an address.
    static func mailbox(_ address: MailAddress) -> String {
        guard let raw = address.name else { return address.address }
        let name = OneLine.text(raw, longest: 100)
        let words = name.utf8.split(separator: UInt8(ascii: " "))
        let phrase: String
        if !isPrintable(name) || name.utf8.count > longestPlain || name.contains("=?") {
            phrase = encodedWords(name)
        } else if words.allSatisfy({ $0.allSatisfy(MailAddress.isAtomText) }) {
            phrase = name
        } else {
            let escaped = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            phrase = "\"\(escaped)\""
        }
        let separator = phrase.utf8.count + address.address.utf8.count > longestPlain ? "\r\n " : " "
        return "\(phrase)\(separator)<\(address.address)>"
    }

    /// The same where no line may be folded.
    static func mailboxLine(_ address: MailAddress) -> String {
        mailbox(address).replacing("\r\n ", with: " ")
    }

    /// `Thu, 24 Dec 2026 15:00:00 +0000`.
    static func date(_ instant: Instant) -> String {
        let day = instant.utcDay
        let (year, month, number) = day.civil
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let clock = instant.description.dropFirst(11).prefix(8)
        let weekday = day.weekday.rawValue.capitalized.prefix(3)
        return "\(weekday), \(number < 10 ? "0" : "")\(number) \(months[month - 1]) \(year) \(clock) +0000"
    }

    /// Base 64 in lines of 76 characters.
    static func base64Lines(_ content: String) -> String {
        var lines = ""
        var rest = Data(content.utf8).base64EncodedString()[...]
        while !rest.isEmpty {
            lines += rest.prefix(76) + "\r\n"
            rest = rest.dropFirst(76)
        }
        return lines
    }

    /// RFC 2047, in base 64, cut between characters; white space between the words does not count.
    private static func encodedWords(_ line: String) -> String {
        var words: [String] = []
        var chunk = String.UnicodeScalarView()
        var octets = 0
        func close() {
            words.append("=?UTF-8?B?\(Data(String(chunk).utf8).base64EncodedString())?=")
            chunk = String.UnicodeScalarView()
            octets = 0
        }
        for scalar in line.unicodeScalars {
            let width = UTF8.width(scalar)
            if octets + width > octetsPerWord { close() }
            chunk.append(scalar)
            octets += width
        }
        if octets > 0 || words.isEmpty { close() }
        return words.joined(separator: "\r\n ")
    }

    private static func isPrintable(_ line: String) -> Bool {
        line.utf8.allSatisfy { (32...126).contains($0) }
    }
}
