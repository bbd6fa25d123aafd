/// A character reference of HTML at the beginning of a text: `&amp;`, `&#39;`, `&#x2019;`.
struct HTMLEntity {
    let text: String
    let end: Substring.Index

    /// The longest reference looked for, in characters.
    private static let longest = 12

    /// Nothing where this is none that we know; the ampersand then is text.
    init?(_ text: Substring) {
        guard text.first == "&", let semicolon = text.prefix(HTMLEntity.longest).firstIndex(of: ";") else { return nil }
        let name = text[text.index(after: text.startIndex)..<semicolon]
        guard let decoded = HTMLEntity.numeric(name) ?? HTMLEntity.named[String(name)] else { return nil }
        self.text = decoded
        end = text.index(after: semicolon)
    }

    private static func numeric(_ name: Substring) -> String? {
        guard name.first == "#" else { return nil }
        let digits = name.dropFirst()
        let isHexadecimal = digits.first == "x" || digits.first == "X"
        guard let number = UInt32(isHexadecimal ? digits.dropFirst() : digits, radix: isHexadecimal ? 16 : 10),
            let scalar = Unicode.Scalar(number), number == 10 || number >= 32, !(127...159).contains(number)
        else { return nil }
        return String(Character(scalar))
    }

    /// Those that people's descriptions have.
    private static let named: [String: String] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "hellip": "…", "ndash": "–",
        "mdash": "—", "lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”", "laquo": "«", "raquo": "»", "bull": "•",
        "middot": "·", "deg": "°", "euro": "€", "pound": "£", "yen": "¥", "cent": "¢", "copy": "©", "reg": "®",
        "trade": "™", "times": "×", "frac12": "½", "frac14": "¼", "frac34": "¾", "sup2": "²", "iexcl": "¡",
        "iquest": "¿",
        "agrave": "à", "aacute": "á", "acirc": "â", "atilde": "ã", "auml": "ä", "aring": "å", "aelig": "æ",
        "ccedil": "ç",
        "egrave": "è", "eacute": "é", "ecirc": "ê", "euml": "ë", "iacute": "í", "icirc": "î", "iuml": "ï",
        "ntilde": "ñ",
        "oacute": "ó", "ocirc": "ô", "otilde": "õ", "ouml": "ö", "oslash": "ø", "szlig": "ß", "uacute": "ú",
        "ugrave": "ù",
        "ucirc": "û", "uuml": "ü", "Agrave": "À", "Aacute": "Á", "Auml": "Ä", "Ccedil": "Ç", "Egrave": "È",
        "Eacute": "É",
        "Iacute": "Í", "Ntilde": "Ñ", "Oacute": "Ó", "Ouml": "Ö", "Uacute": "Ú", "Uuml": "Ü",
    ]
}
