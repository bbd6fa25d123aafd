import Core

/// A letter as HTML: one column, styles in place, nothing loaded from anywhere. Every text is escaped here and only here.
///
/// Colours stand twice: in place, because many mail programs drop the head of a letter, and in the head for the dark.
enum HTMLLetter {
    private static let font = "font-family:system-ui,-apple-system,'Segoe UI',sans-serif;color:#1d1d1b"
    private static let small = "font-size:14px;color:#5c5a54"
    private static let dark = """
        @media (prefers-color-scheme: dark) {
        body { background: #141513 !important; }
        .sheet { background: #1d1f1c !important; color: #f1f1ee !important; }
        .sheet td, .sheet th, .quiet { color: #b4b6ae !important; }
        .sheet th, .sheet h2 { color: #f1f1ee !important; }
        .sheet blockquote { border-color: #8b8f86 !important; }
        .sheet a.way { background: #5fd0bb !important; color: #06302a !important; }
        }
        """

    /// - Parameter greeting: the first line.
    static func render(_ content: LetterContent, greeting: String) -> String {
        var body = paragraph(greeting)
        for text in content.paragraphs { body += paragraph(text) }
        if let quote = content.quote {
            body += paragraph("\(quote.label):")
            body += """
                <blockquote dir="auto" style="margin:0 0 16px;padding:0 12px;border-inline-start:3px solid #76746d">\
                \(escaped(quote.value))</blockquote>

                """
        }
        if let action = content.action {
            body += """
                <p style="margin:24px 0"><a class="way" href="\(escaped(action.url))" style="display:inline-block;\
                padding:12px 20px;background:#0b6b5d;color:#ffffff;text-decoration:none;border-radius:8px;\
                font-weight:600">\(escaped(action.label))</a></p>

                """
        }
        body += table(content.facts, title: content.factsTitle)
        body += table(content.price, title: content.priceTitle, areAmounts: true)
        if let footnote = content.footnote {
            body += "<p class=\"quiet\" style=\"\(small)\">\(escaped(footnote))</p>\n"
        }
        let language = content.language
        return """
            <!DOCTYPE html>
            <html lang="\(language.code)" dir="\(language.direction)">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <meta name="color-scheme" content="light dark">
            <title>\(escaped(content.subject))</title>
            <style>
            \(dark)
            </style>
            </head>
            <body dir="\(language.direction)" style="margin:0;padding:16px;background:#f7f7f5">
            <div class="sheet" style="max-width:560px;margin:0 auto;padding:24px;background:#ffffff;border-radius:12px;\
            font-size:16px;line-height:1.5;overflow-wrap:anywhere;\(font)">
            \(body)<p class="quiet" style="\(small)">Roost</p>
            </div>
            </body>
            </html>

            """
    }

    private static func paragraph(_ text: String) -> String { "<p style=\"margin:0 0 16px\">\(escaped(text))</p>\n" }

    private static func table(_ rows: [LetterContent.Row], title: String, areAmounts: Bool = false) -> String {
        guard !rows.isEmpty else { return "" }
        let side = areAmounts ? "end" : "start"
        let lines = rows.map { row in
            """
            <tr><th scope="row" style="padding:4px 0;padding-inline-end:16px;text-align:start;font-weight:600;\
            vertical-align:top;overflow-wrap:normal">\(escaped(row.label))</th><td style="padding:4px 0;text-align:\(side)"><bdi>\
            \(escaped(row.value))</bdi></td></tr>

            """
        }
        return """
            <h2 style="margin:24px 0 8px;font-size:16px">\(escaped(title))</h2>
            <table style="border-collapse:collapse;\(small)">
            \(lines.joined())</table>

            """
    }

    /// Safe between tags and in quoted attributes.
    static func escaped(_ text: String) -> String {
        var safe = ""
        safe.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": safe += "&amp;"
            case "<": safe += "&lt;"
            case ">": safe += "&gt;"
            case "\"": safe += "&quot;"
            case "'": safe += "&#39;"
            default: safe.unicodeScalars.append(scalar)
            }
        }
        return safe
    }
}
