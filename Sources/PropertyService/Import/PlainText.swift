import Foundation

/// Plain text of the little HTML that descriptions have.
enum PlainText {
    /// Tags out, breaks kept, entities decoded once, white space tidied. What only looks like a tag (`<Newly built!>`) stays.
    static func of(html: String) -> String {
        var out = ""
        var rest = Substring(
            html.replacingOccurrences(of: "\r\n", with: "\n").replacingOccurrences(of: "\r", with: "\n"))
        while let mark = rest.firstIndex(where: { $0 == "<" || $0 == "&" }) {
            out += rest[..<mark]
            rest = rest[mark...]
            if rest.first == "<", let tag = Tag(rest) {
                out += tag.replacement
                rest = rest[tag.end...]
                if tag.hidesItsContent, let close = rest.range(of: "</\(tag.name)", options: .caseInsensitive) {
                    rest = rest[close.lowerBound...]
                }
            } else if rest.first == "&", let entity = HTMLEntity(rest) {
                out += entity.text
                rest = rest[entity.end...]
            } else {
                out.append(rest.removeFirst())
            }
        }
        return tidied(out + rest)
    }

    /// All white space as single blanks: a title.
    static func collapsed(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Blanks collapsed within lines, at most one empty line in a row, nothing at the ends.
    private static func tidied(_ text: String) -> String {
        var lines: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let tidy = collapsed(String(line))
            if tidy.isEmpty, lines.last?.isEmpty ?? true { continue }
            lines.append(tidy)
        }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.joined(separator: "\n")
    }

    /// A tag of HTML at the beginning of a text.
    private struct Tag {
        let name: String
        let end: Substring.Index

        /// Nothing where this is no tag: an unknown name, or no end before the next tag.
        init?(_ text: Substring) {
            var inner = text.dropFirst()
            if inner.first == "/" { inner.removeFirst() }
            let name = inner.prefix { $0.isASCII && ($0.isLetter || $0.isNumber) }.lowercased()
            guard Tag.inline.contains(name) || Tag.block.contains(name) else { return nil }
            let rest = inner.dropFirst(name.count)
            guard let next = rest.first, next == ">" || next == "/" || next.isWhitespace,
                let close = rest.firstIndex(where: { $0 == ">" || $0 == "<" }), rest[close] == ">"
            else { return nil }
            self.name = name
            end = rest.index(after: close)
        }

        var replacement: String { Tag.block.contains(name) ? "\n" : "" }
        var hidesItsContent: Bool { name == "script" || name == "style" }

        private static let inline: Set<String> = [
            "a", "abbr", "b", "big", "code", "em", "font", "i", "img", "ins", "del", "mark", "s", "script", "small",
            "span",
            "strike", "strong", "style", "sub", "sup", "td", "th", "tt", "u",
        ]
        private static let block: Set<String> = [
            "blockquote", "br", "center", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol",
            "p", "pre", "section", "table", "tbody", "tr", "ul",
        ]
    }
}
