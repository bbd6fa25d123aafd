import Core

/// Shows what a value looks like: its type, its bounds, its members.
struct DocsShape {
    private let document: APIDocument

    init(_ document: APIDocument) { self.document = document }

    /// A shape that has a name, with its example.
    func html(name: String, _ schema: JSONValue) -> HTML {
        let examples = schema["examples"]?.items.prefix(1).map { example -> HTML in
            "<h3>Example</h3>\n<pre>\(example.written())</pre>"
        }
        return """
            <details class="route" id="shape-\(name)">
            <summary><code>\(name)</code> \(HTML(prose: about(schema)))</summary>
            <div>
            \(members(of: schema))
            \(HTML(examples ?? []))
            </div>
            </details>
            """
    }

    /// A table of members; the type alone where the shape has none.
    func members(of schema: JSONValue) -> HTML {
        let whole = document.resolved(schema)
        let required = Set(whole["required"]?.items.compactMap(\.text) ?? [])
        let members = whole["properties"]?.members ?? []
        guard !members.isEmpty else {
            return whole["additionalProperties"] == nil ? "<p>\(type(of: whole))</p>" : "<p>No members.</p>"
        }
        return table("Member", members.map { row($0, isRequired: required.contains($0), $1, about: about($1)) })
    }

    func table(_ first: String, _ rows: [HTML]) -> HTML {
        """
        <table>
        <thead><tr><th scope="col">\(first)</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead>
        <tbody>
        \(HTML(rows))
        </tbody>
        </table>
        """
    }

    func row(_ name: String, isRequired: Bool, _ schema: JSONValue, about: String) -> HTML {
        """
        <tr><th scope="row"><code>\(name)</code>\(isRequired ? " (required)" : "")</th>
        <td>\(type(of: schema)) <span class="bounds">\(bounds(of: schema))</span></td><td>\(HTML(prose: about))</td></tr>
        """
    }

    /// In a word or a few; a shape that has a name is a link to it.
    func type(of schema: JSONValue) -> HTML {
        if let name = schema["$ref"]?.text?.split(separator: "/").last {
            return "<a href=\"#shape-\(name)\">\(name)</a>"
        }
        if let choices = (schema["oneOf"] ?? schema["anyOf"])?.items {
            return HTML(choices.map { type(of: $0) }, separator: " or ")
        }
        if let choices = schema["enum"]?.items {
            return HTML(choices.map { "<code>\($0.text ?? $0.written())</code>" }, separator: ", ")
        }
        if let only = schema["const"] { return "<code>\(only.text ?? only.written())</code>" }
        let names = schema["type"].map { $0.text.map { [$0] } ?? $0.items.compactMap(\.text) } ?? ["anything"]
        let name = names.joined(separator: " or ")
        if let items = schema["items"] { return "\(name) of \(type(of: items))" }
        return schema["format"]?.text.map { "\(name) (\($0))" } ?? "\(name)"
    }

    private func about(_ schema: JSONValue) -> String { schema["description"]?.text ?? "" }

    private func bounds(of schema: JSONValue) -> String {
        var limits: [String] = []
        func add(_ lowest: String, _ highest: String, _ unit: String) {
            let low = schema[lowest]?.written()
            let high = schema[highest]?.written()
            switch (low, high) {
            case (nil, nil): break
            case (let low?, nil): limits.append("at least \(low)\(unit)")
            case (nil, let high?): limits.append("at most \(high)\(unit)")
            case (let low?, let high?): limits.append("\(low) to \(high)\(unit)")
            }
        }
        if let above = schema["exclusiveMinimum"] { limits.append("above \(above.written())") }
        add("minimum", "maximum", "")
        add("minLength", "maxLength", " characters")
        add("minItems", "maxItems", " items")
        if let usual = schema["default"] { limits.append("\(usual.text ?? usual.written()) where left out") }
        return limits.joined(separator: ", ")
    }
}

extension HTML {
    /// Text in which backquotes stand around code.
    init(prose text: String) {
        let parts = text.split(separator: "`", omittingEmptySubsequences: false)
        self.init(parts.enumerated().map { $0.isMultiple(of: 2) ? "\($1)" : "<code>\($1)</code>" }, separator: "")
    }
}
