/// Sentences in one language with their values put in.
package struct Texts: Sendable {
    package let language: Language
    package let catalogue: Catalogue

    /// The sentence of a key. Values are put in as they are: whoever shows it escapes it.
    package func callAsFunction(_ key: String, _ values: [String: String] = [:]) -> String {
        guard case .text(let text) = catalogue.entries[key] else { return key }
        return values.isEmpty ? text : fill(text) { values[String($0)] }
    }

    /// The sentence for so many, with `{count}` and the values put in.
    package func count(_ key: String, _ count: Int, _ values: [String: String] = [:]) -> String {
        guard case .plural(let forms) = catalogue.entries[key],
            let text = forms[Plural(count, in: language)] ?? forms[.other]
        else { return key }
        return fill(text) { $0 == "count" ? String(count) : values[String($0)] }
    }

    /// Nothing where the catalogue has no such key: for what comes from data, as the names of amenities.
    package func known(_ key: String) -> String? {
        guard case .text(let text) = catalogue.entries[key] else { return nil }
        return text
    }

    /// In a sentence that runs the other way a name or an amount keeps its own direction (UAX #9, isolates).
    package func isolated(_ value: String) -> String {
        language.isRightToLeft ? "\u{2068}\(value)\u{2069}" : value
    }

    private func fill(_ text: String, _ value: (_ name: Substring) -> String?) -> String {
        // By bytes: looking at whole characters took a tenth of the time of a page.
        var rest = text[...]
        guard var open = rest.utf8.firstIndex(of: UInt8(ascii: "{")) else { return text }
        var out = ""
        while let close = rest[open...].utf8.firstIndex(of: UInt8(ascii: "}")) {
            out += rest[..<open]
            if let value = value(rest[rest.utf8.index(after: open)..<close]) {
                out += isolated(value)
            } else {
                out += rest[open...close]
            }
            rest = rest[rest.utf8.index(after: close)...]
            guard let next = rest.utf8.firstIndex(of: UInt8(ascii: "{")) else { break }
            open = next
        }
        return out + rest
    }
}
