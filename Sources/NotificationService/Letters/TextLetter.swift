/// A letter as plain text.
enum TextLetter {
    /// - Parameter greeting: the first line.
    static func render(_ content: LetterContent, greeting: String) -> String {
        var blocks = [greeting]
        blocks += content.paragraphs
        if let quote = content.quote { blocks.append("\(quote.label):\n> \(quote.value)") }
        if let action = content.action { blocks.append("\(action.label):\n\(action.url)") }
        if !content.facts.isEmpty { blocks.append(table(content.facts)) }
        if !content.price.isEmpty { blocks.append(content.priceTitle + "\n" + table(content.price)) }
        if let footnote = content.footnote { blocks.append(footnote) }
        // The mark of RFC 3676 4.3, which mail programs cut off in answers.
        return plain(blocks.joined(separator: "\n\n")) + "\n\n-- \nRoost\n"
    }

    /// With plain spaces and hyphens, so that a date is found by who looks for it: those that keep a line together are for
    /// pages and HTML.
    static func plain(_ text: String) -> String {
        text.replacing("\u{00A0}", with: " ").replacing("\u{202F}", with: " ").replacing("\u{2212}", with: "-")
    }

    private static func table(_ rows: [LetterContent.Row]) -> String {
        rows.map { "\($0.label): \($0.value)" }.joined(separator: "\n")
    }
}
