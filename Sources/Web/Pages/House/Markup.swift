/// The little of Markdown that a page of text needs: headings, paragraphs, lists, links, strong words and names of
/// files. What is not
/// known is text; markup of HTML is text too.
struct Markup {
    private(set) var html: HTML = ""
    /// The first heading.
    private(set) var title: String?

    init(_ text: String) {
        var pieces: [HTML] = []
        var paragraph: [String] = []
        var items: [String] = []
        func close() {
            if !paragraph.isEmpty { pieces.append("<p>\(Markup.inline(paragraph.joined(separator: " ")))</p>") }
            if !items.isEmpty { pieces.append("<ul>\(HTML(items.map { "<li>\(Markup.inline($0))</li>" }))</ul>") }
            paragraph = []
            items = []
        }
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            let line = String(line.drop { $0 == " " || $0 == "\t" })
            let level = line.prefix { $0 == "#" }.count
            if (1...4).contains(level), line.dropFirst(level).first == " " {
                close()
                let heading = String(line.dropFirst(level + 1))
                if title == nil { title = heading }
                // One first heading; what comes after it steps down one by one.
                let element = pieces.isEmpty ? "h1" : level <= 2 ? "h2" : "h3"
                pieces.append(HTML(element: element, Markup.inline(heading)))
            } else if line.hasPrefix("- ") || line.hasPrefix("* ") {
                if !paragraph.isEmpty { close() }
                items.append(String(line.dropFirst(2)))
            } else if line.isEmpty {
                close()
            } else if !items.isEmpty {
                items[items.count - 1] += " " + line
            } else {
                paragraph.append(line)
            }
        }
        close()
        html = HTML(pieces)
    }

    private static func inline(_ text: String) -> HTML {
        var pieces: [HTML] = []
        var rest = text[...]
        while let open = rest.firstIndex(where: { $0 == "[" || $0 == "*" || $0 == "`" }) {
            if let (piece, end) = piece(rest[open...]) {
                pieces += ["\(String(rest[..<open]))", piece]
                rest = rest[end...]
            } else {
                let next = rest.index(after: open)
                pieces.append("\(String(rest[..<next]))")
                rest = rest[next...]
            }
        }
        return HTML(pieces + ["\(String(rest))"], separator: "")
    }

    private static func piece(_ text: Substring) -> (HTML, String.Index)? {
        switch text.first {
        case "[": link(text)
        case "`": code(text)
        default: strong(text)
        }
    }

    private static func code(_ text: Substring) -> (HTML, String.Index)? {
        guard let end = text.dropFirst().firstIndex(of: "`"), end > text.index(after: text.startIndex) else {
            return nil
        }
        return ("<code dir=\"ltr\">\(String(text[..<end].dropFirst()))</code>", text.index(after: end))
    }

    private static func link(_ text: Substring) -> (HTML, String.Index)? {
        guard let close = text.firstIndex(of: "]"), text[close...].dropFirst().first == "(",
            let end = text[close...].firstIndex(of: ")")
        else { return nil }
        let words = String(text[text.index(after: text.startIndex)..<close])
        let address = String(text[text.index(close, offsetBy: 2)..<end])
        let isGood =
            ["https://", "http://", "mailto:"].contains { address.hasPrefix($0) }
            || (address.hasPrefix("/") && !address.hasPrefix("//"))
        return isGood ? ("<a href=\"\(address)\">\(words)</a>", text.index(after: end)) : nil
    }

    private static func strong(_ text: Substring) -> (HTML, String.Index)? {
        guard text.hasPrefix("**"), let end = text.dropFirst(2).firstRange(of: "**") else { return nil }
        return ("<strong>\(String(text.dropFirst(2)[..<end.lowerBound]))</strong>", end.upperBound)
    }
}
