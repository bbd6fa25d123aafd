import Core

/// The OpenAPI document, as far as the page shows it. Members come in the order they are written.
struct APIDocument {
    private let root: JSONValue
    let about: String
    let tags: [(name: String, about: String)]
    let operations: [APIOperation]
    let shapes: [(name: String, value: JSONValue)]

    /// - Throws: `JSONSyntaxError`.
    init(_ bytes: [UInt8]) throws {
        root = try JSONParser.parse(bytes)
        about = root["info"]?["description"]?.text ?? ""
        tags = root["tags"]?.items.map { ($0["name"]?.text ?? "", $0["description"]?.text ?? "") } ?? []
        operations =
            root["paths"]?.members.flatMap { path, item in
                item.members.compactMap { APIOperation($0, path, $1, shared: item["parameters"]?.items ?? []) }
            } ?? []
        shapes = root["components"]?["schemas"]?.members ?? []
    }

    /// What a reference leads to; anything else is itself.
    func resolved(_ value: JSONValue) -> JSONValue {
        var value = value
        // Our references lead to what is none; more steps would be a circle.
        for _ in 0..<8 {
            guard let reference = value["$ref"]?.text else { return value }
            value = reference.split(separator: "/").dropFirst().reduce(root) { $0[String($1)] ?? .null }
        }
        return value
    }
}

/// One method of one address.
struct APIOperation {
    let method: String
    let path: String
    let id: String
    let tag: String
    let summary: String
    let about: String
    /// Who may ask, in words.
    let who: String
    let parameters: [JSONValue]
    let body: JSONValue?
    let answers: [(name: String, value: JSONValue)]

    private static let methods: Set<String> = ["get", "post", "put", "patch", "delete"]

    /// Nothing where the member of a path is no operation.
    init?(_ method: String, _ path: String, _ operation: JSONValue, shared: [JSONValue]) {
        guard APIOperation.methods.contains(method), let id = operation["operationId"]?.text else { return nil }
        self.method = method.uppercased()
        self.path = path
        self.id = id
        tag = operation["tags"]?.items.first?.text ?? ""
        summary = operation["summary"]?.text ?? ""
        about = operation["description"]?.text ?? ""
        who = operation["x-who"]?.text ?? ""
        parameters = shared + (operation["parameters"]?.items ?? [])
        body = operation["requestBody"]
        answers = operation["responses"]?.members ?? []
    }
}

// Reading a document that is known to be right: what is not there is nothing.
extension JSONValue {
    subscript(_ name: String) -> JSONValue? { members.first { $0.name == name }?.value }

    var members: [(name: String, value: JSONValue)] {
        if case .object(let members) = self { members } else { [] }
    }

    var items: [JSONValue] {
        if case .list(let items) = self { items } else { [] }
    }

    var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    var isTrue: Bool {
        if case .flag(true) = self { true } else { false }
    }

    /// As JSON, short containers on one line and longer ones on several.
    func written(indent: String = "") -> String {
        switch self {
        case .null, .unusable: return "null"
        case .flag(let flag): return flag ? "true" : "false"
        case .number(let digits): return digits
        case .text(let text): return JSONValue.quoted(text)
        case .list(let items): return JSONValue.container("[", items.map { ("", $0) }, "]", indent)
        case .object(let members):
            return JSONValue.container("{", members.map { (JSONValue.quoted($0) + ": ", $1) }, "}", indent)
        }
    }

    private static func container(
        _ open: String, _ parts: [(before: String, value: JSONValue)], _ close: String, _ indent: String
    ) -> String {
        let line = open + parts.map { $0.before + $0.value.written() }.joined(separator: ", ") + close
        // As much as one reads at a glance.
        guard line.count > 80 || line.contains("\n") else { return line }
        let inner = indent + "  "
        let lines = parts.map { inner + $0.before + $0.value.written(indent: inner) }
        return open + "\n" + lines.joined(separator: ",\n") + "\n" + indent + close
    }

    private static func quoted(_ text: String) -> String {
        var json = JSONWriter()
        json.value(text)
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
