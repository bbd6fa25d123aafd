import Core

/// Shows one operation: who may ask, what with, and every answer.
struct DocsOperation {
    private let document: APIDocument
    private let operation: APIOperation
    private let shape: DocsShape

    init(_ document: APIDocument, _ operation: APIOperation) {
        self.document = document
        self.operation = operation
        shape = DocsShape(document)
    }

    func html() -> HTML {
        """
        <details class="route" id="\(operation.id)">
        <summary><span class="method">\(operation.method)</span> <code>\(operation.path)</code>
        <span class="about">\(operation.summary)</span></summary>
        <div>
        <p>\(operation.who). \(HTML(prose: operation.about))</p>
        \(parameters)
        \(body)
        \(answers)
        </div>
        </details>
        """
    }

    private var parameters: HTML {
        let parameters = operation.parameters.map(document.resolved)
        guard !parameters.isEmpty else { return "" }
        let rows = parameters.map { parameter -> HTML in
            let place = parameter["in"]?.text == "header" ? "Header. " : ""
            return shape.row(
                parameter["name"]?.text ?? "", isRequired: parameter["required"]?.isTrue ?? false,
                parameter["schema"] ?? .null, about: place + (parameter["description"]?.text ?? ""))
        }
        return "<h3>Parameters</h3>\n\(shape.table("Name", rows))"
    }

    private var body: HTML {
        guard let body = operation.body.map(document.resolved) else { return "" }
        let mayBeLeftOut = body["required"]?.isTrue ?? false ? "" : " (may be left out)"
        let parts = body["content"]?.members.map { type, content -> HTML in
            let schema = content["schema"] ?? .null
            let name: HTML = schema["$ref"] == nil ? "" : ": \(shape.type(of: schema))"
            return """
                <h3>Body, <code>\(type)</code>\(name)\(mayBeLeftOut)</h3>
                \(shape.members(of: schema))
                """
        }
        return HTML(parts ?? [])
    }

    private var answers: HTML {
        let rows = operation.answers.map { status, answer -> HTML in
            let answer = document.resolved(answer)
            let content = answer["content"]?.members.first?.value["schema"].map { shape.type(of: $0) } ?? ""
            let headers = answer["headers"]?.members.map { " Header \($0): \($1["description"]?.text ?? "")" } ?? []
            return """
                <tr><th scope="row">\(status)</th><td>\(content)</td>
                <td>\(HTML(prose: (answer["description"]?.text ?? "") + headers.joined()))</td></tr>
                """
        }
        return "<h3>Answers</h3>\n\(shape.table("Status", rows))"
    }
}
