import Core

extension OutgoingMail {
    /// The mail as RFC 5322 has it, with CRLF line ends: multipart/alternative of text and HTML, within multipart/mixed
    /// where files come with it. The same mail is the same text in every try.
    public var message: String {
        // `=_` stands in no quoted-printable and no base 64 text, so that no boundary can occur in a part (RFC 2045 6.7).
        let (outer, inner) = ("=_roost_mixed_\(id)", "=_roost_alternative_\(id)")
        let alternative = MailPart.multipart(
            "alternative", boundary: inner,
            [
                .quotedPrintable(text, type: "text/plain; charset=utf-8"),
                .quotedPrintable(html, type: "text/html; charset=utf-8"),
            ])
        let files = attachments.map { MailPart.file($0) }
        let body = files.isEmpty ? alternative : MailPart.multipart("mixed", boundary: outer, [alternative] + files)
        let headers = [
            "From: \(MailHeader.mailbox(from))", "To: \(MailHeader.mailbox(to))",
            "Subject: \(MailHeader.text(subject))",
            "Date: \(MailHeader.date(date))", "Message-ID: <\(messageID)>",
            "Auto-Submitted: auto-generated",  // no automatic answers, please (RFC 3834)
            "MIME-Version: 1.0",
        ]
        return headers.map { $0 + "\r\n" }.joined() + body.text
    }
}

/// A part of a message: its own headers, an empty line, its body.
struct MailPart {
    let text: String

    static func quotedPrintable(_ content: String, type: String) -> MailPart {
        MailPart(
            text: "Content-Type: \(type)\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
                + QuotedPrintable.encode(content))
    }

    static func file(_ attachment: OutgoingMail.Attachment) -> MailPart {
        MailPart(
            text: """
                Content-Type: \(attachment.contentType); name="\(attachment.fileName)"\r
                Content-Disposition: attachment; filename="\(attachment.fileName)"\r
                Content-Transfer-Encoding: base64\r
                \r\n
                """ + MailHeader.base64Lines(attachment.content))
    }

    static func multipart(_ kind: String, boundary: String, _ parts: [MailPart]) -> MailPart {
        let inner = parts.map { "--\(boundary)\r\n\($0.text)\r\n" }.joined()
        return MailPart(
            text: "Content-Type: multipart/\(kind);\r\n boundary=\"\(boundary)\"\r\n\r\n\(inner)--\(boundary)--\r\n")
    }
}
