/// A letter as HTML: one column, styles in place, nothing loaded from anywhere. Every text is escaped here and only here.
enum HTMLLetter {
    private static let font = "font-family:system-ui,-apple-system,'Segoe UI',sans-serif;color:#1f2933"
    private static let small = "font-size:14px;color:#52606d"

    static func render(_ content: LetterContent, greeting name: String?) -> String {
        var body = paragraph("Hello\(name.map { " \($0)" } ?? ""),")
        for text in content.paragraphs { body += paragraph(text) }
        if let quote = content.quote {
            body += paragraph("\(quote.label):")
            body += """
                <blockquote dir="auto" style="margin:0 0 16px;padding-left:12px;border-left:3px solid #cbd2d9">\
                \(escaped(quote.value))</blockquote>

                """
        }
        if let action = content.action {
            body += """
                <p style="margin:24px 0"><a href="\(escaped(action.url))" style="display:inline-block;padding:12px 20px;\
                background:#0b6e4f;color:#ffffff;text-decoration:none;border-radius:6px">\(escaped(action.label))</a></p>

                """
        }
        body += table(content.facts, title: "Your booking")
        body += table(content.price, title: "The price")
        if let footnote = content.footnote { body += "<p style=\"\(small)\">\(escaped(footnote))</p>\n" }
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>\(escaped(content.subject))</title>
            </head>
            <body style="margin:0;padding:24px;background:#f5f7fa">
            <div style="max-width:560px;margin:0 auto;padding:24px;background:#ffffff;border-radius:8px;font-size:16px;\
            line-height:1.5;\(font)">
            \(body)<p style="\(small)">Roost</p>
            </div>
            </body>
            </html>

            """
    }

    private static func paragraph(_ text: String) -> String { "<p style=\"margin:0 0 16px\">\(escaped(text))</p>\n" }

    private static func table(_ rows: [LetterContent.Row], title: String) -> String {
        guard !rows.isEmpty else { return "" }
        let lines = rows.map { row in
            """
            <tr><th scope="row" style="padding:4px 16px 4px 0;text-align:left;font-weight:600;vertical-align:top">\
            \(escaped(row.label))</th><td dir="auto" style="padding:4px 0;text-align:left">\(escaped(row.value))</td></tr>

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
