/// Sentences in one language with their values put in.
package struct Texts: Sendable {
    package let language: Language
    package let catalogue: Catalogue

    /// The sentence of a key. Values are put in as they are: whoever shows it escapes it.
    package func callAsFunction(_ key: String, _ values: [String: String] = [:]) -> String {
        guard case .text(let text) = catalogue.entries[key] else { return key }
        return fill(text, values)
    }

    /// The sentence for so many, with `{count}` and the values put in.
    package func count(_ key: String, _ count: Int, _ values: [String: String] = [:]) -> String {
        guard case .plural(let forms) = catalogue.entries[key],
            let text = forms[Plural(count, in: language)] ?? forms[.other]
        else { return key }
        return fill(text, values.merging(["count": String(count)]) { $1 })
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

    private func fill(_ text: String, _ values: [String: String]) -> String {
        guard !values.isEmpty, text.contains("{") else { return text }
        var out = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = String(rest[rest.index(after: open)..<close])
            out += rest[..<open]
            if let value = values[name] {
                out += isolated(value)
            } else {
                out += rest[open...close]
            }
            rest = rest[rest.index(after: close)...]
        }
        return out + rest
    }
}
