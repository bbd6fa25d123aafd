import Foundation
import Outside

/// A provider's published contract: every request is held against it with unknown parameters refused, and every answer
/// of a fake too, so that fakes cannot drift. Small, for the parts of OpenAPI 3.0 that these documents use.
struct ProviderContract: Sendable {
    static let stripe = ProviderContract(named: "stripe.openapi.json")
    static let paypal = ProviderContract(named: "paypal.openapi.json")

    private let root: JSON
    private let templates: [(segments: [Substring], methods: JSON)]

    /// The slices ship with the tests (Tests/Fixtures/providers, NOTICE): no machine runs without them.
    init(named name: String) {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        guard let bytes = try? Data(contentsOf: tests.appending(path: "Fixtures/providers/\(name)")),
            let root = try? JSONDecoder().decode(JSON.self, from: bytes), let paths = root["paths"]?.object
        else { fatalError("Tests/Fixtures/providers/\(name) can't be read") }
        self.root = root
        // A path without parameters wins over one with them.
        templates = paths.map { ($0.key.split(separator: "/"), $0.value) }
            .sorted { $0.0.count { $0.hasPrefix("{") } < $1.0.count { $0.hasPrefix("{") } }
    }

    /// What is wrong with a request; empty where nothing is.
    func faults(in request: OutsideRequest, path: String, query: [(String, String)]) -> [String] {
        guard let operation = operation(request.method.rawValue, path) else {
            return ["\(request.method.rawValue) \(path) is not in the contract"]
        }
        var faults: [String] = []
        let parameters = (operation["parameters"]?.list ?? []).map(resolved)
        let allowed = parameters.filter { $0["in"]?.text == "query" }.compactMap { parameter in
            parameter["name"]?.text.map { ($0, parameter["schema"] ?? [:]) }
        }
        let asked = ProviderContract.nested(query).object ?? [:]
        for (name, value) in asked {
            guard let schema = allowed.first(where: { $0.0 == name })?.1 else {
                faults.append("\(path)?\(name): unknown parameter")
                continue
            }
            faults += check(value, schema, at: "?\(name)", coerce: true)
        }
        let content = operation["requestBody"].map(resolved)?["content"]?.object ?? [:]
        let type = request.headers.first { $0.name.lowercased() == "content-type" }?.value ?? ""
        if request.body.isEmpty {
            if request.method == .post, !content.isEmpty, content["application/json"] != nil {
                faults.append("\(path): no body")
            }
        } else if let schema = content[type]?["schema"] {
            let text = String(decoding: request.body, as: UTF8.self)
            if type == "application/json" {
                guard let body = try? JSONDecoder().decode(JSON.self, from: Data(request.body)) else {
                    return ["\(path): the body is not JSON: \(text)"]
                }
                faults += check(body, schema, at: path, coerce: false)
            } else {
                faults += check(ProviderContract.nested(FormText.pairs(text)), schema, at: path, coerce: true)
            }
        } else {
            faults.append("\(path): a body of type \(type) is not in the contract")
        }
        if request.method == .post, type.isEmpty, !request.body.isEmpty { faults.append("\(path): no Content-Type") }
        return faults
    }

    /// What is wrong with an answer of a fake.
    func faults(inAnswer body: JSON, status: Int, method: String, path: String) -> [String] {
        guard status < 300, let operation = operation(method, path) else { return [] }
        let answers = operation["responses"]?.object ?? [:]
        guard let answer = (answers["\(status)"] ?? answers["200"] ?? answers["201"]).map(resolved),
            let schema = answer["content"]?["application/json"]?["schema"]
        else { return [] }
        return check(body, schema, at: "answer of \(path)", coerce: false)
    }

    private func operation(_ method: String, _ path: String) -> JSON? {
        let segments = path.split(separator: "/")
        for template in templates where template.segments.count == segments.count {
            guard zip(template.segments, segments).allSatisfy({ $0.hasPrefix("{") || $0 == $1 }) else { continue }
            if let operation = template.methods[method.lowercased()] { return operation }
        }
        return nil
    }

    private func resolved(_ schema: JSON) -> JSON {
        guard let reference = schema["$ref"]?.text else { return schema }
        var at: JSON? = root
        for step in reference.dropFirst(2).split(separator: "/") {
            at = at?[step.replacingOccurrences(of: "~1", with: "/").replacingOccurrences(of: "~0", with: "~")]
        }
        return at.map(resolved) ?? [:]
    }

    // MARK: Schemas

    private func check(_ value: JSON, _ unresolved: JSON, at place: String, coerce: Bool) -> [String] {
        let schema = resolved(unresolved)
        if value == .null {
            if schema["nullable"] == true || schema.object?.isEmpty == true { return [] }
            for key in ["anyOf", "oneOf"] where schema[key] != nil { return [] }
            return schema["x-cut"] != nil ? [] : (schema["type"] == nil ? [] : ["\(place) is null"])
        }
        var faults: [String] = []
        for key in ["anyOf", "oneOf"] {
            guard let choices = schema[key]?.list, !choices.isEmpty else { continue }
            let tried = choices.map { check(value, $0, at: place, coerce: coerce) }
            if !tried.contains(where: \.isEmpty) { faults += tried.min { $0.count < $1.count } ?? [] }
        }
        if let allowed = schema["enum"]?.list, !allowed.contains(value), schema["type"]?.text == "string" {
            faults.append("\(place): \(value.text ?? "") is not one of the values")
        }
        faults += checkType(value, schema, at: place, coerce: coerce)
        if case .object(let members) = value { faults += checkMembers(members, schema, at: place, coerce: coerce) }
        if case .list(let items) = value, let shape = schema["items"] {
            for (index, item) in items.enumerated() {
                faults += check(item, shape, at: "\(place)[\(index)]", coerce: coerce)
            }
        }
        return faults
    }

    private func checkType(_ value: JSON, _ schema: JSON, at place: String, coerce: Bool) -> [String] {
        guard let type = schema["type"]?.text else { return [] }
        let fits: Bool
        switch (type, value) {
        case ("string", .text(let text)):
            if let most = schema["maxLength"]?.integer, text.unicodeScalars.count > most {
                return ["\(place) is too long"]
            }
            if let pattern = schema["pattern"]?.text, !pattern.isEmpty, let expression = try? Regex(pattern),
                text.firstMatch(of: expression) == nil
            {
                return ["\(place): \(text) does not match \(pattern)"]
            }
            return []
        case ("integer", .integer), ("number", .integer), ("number", .real), ("boolean", .flag), ("array", .list),
            ("object", .object):
            fits = true
        case ("integer", .text(let text)): fits = coerce && Int64(text) != nil
        case ("number", .text(let text)): fits = coerce && Double(text) != nil
        case ("boolean", .text(let text)): fits = coerce && ["true", "false"].contains(text)
        default: fits = false
        }
        return fits ? [] : ["\(place) is no \(type)"]
    }

    private func checkMembers(
        _ members: [String: JSON], _ schema: JSON, at place: String, coerce: Bool
    ) -> [String] {
        var named: [String: JSON] = [:]
        var required: Set<String> = []
        var isOpen = false
        var other: JSON?
        gather(schema, &named, &required, &isOpen, &other)
        var faults = required.filter { members[$0] == nil }.map { "\(place).\($0) is missing" }
        for (name, value) in members {
            if let shape = named[name] {
                faults += check(value, shape, at: "\(place).\(name)", coerce: coerce)
            } else if let other {
                faults += check(value, other, at: "\(place).\(name)", coerce: coerce)
            } else if !named.isEmpty && !isOpen {
                faults.append("\(place).\(name) is not in the contract")
            }
        }
        return faults
    }

    /// All that an object may have, over all the parts that make it up.
    private func gather(
        _ unresolved: JSON, _ named: inout [String: JSON], _ required: inout Set<String>, _ isOpen: inout Bool,
        _ other: inout JSON?
    ) {
        let schema = resolved(unresolved)
        named.merge(schema["properties"]?.object ?? [:]) { first, _ in first }
        required.formUnion((schema["required"]?.list ?? []).compactMap(\.text))
        switch schema["additionalProperties"] {
        case .flag(true)?: isOpen = true
        case .object(let shape)?: other = .object(shape)
        default: break
        }
        for part in schema["allOf"]?.list ?? [] { gather(part, &named, &required, &isOpen, &other) }
        // Which of them it is was decided elsewhere; here only the names count.
        for key in ["anyOf", "oneOf"] where schema[key] != nil { isOpen = true }
    }

    // MARK: Forms

    /// `a[b][0][c]=v` as objects and lists.
    static func nested(_ pairs: [(String, String)]) -> JSON {
        var root = JSON.object([:])
        for (name, value) in pairs {
            let steps = name.split(separator: "[", omittingEmptySubsequences: false)
                .map { $0.hasSuffix("]") ? String($0.dropLast()) : String($0) }
            root = placed(root, steps[...], .text(value))
        }
        return lists(root)
    }

    private static func placed(_ into: JSON, _ steps: ArraySlice<String>, _ value: JSON) -> JSON {
        guard let first = steps.first else { return value }
        var object = into.object ?? [:]
        let key = first.isEmpty ? "\(object.count)" : first
        object[key] = placed(object[key] ?? [:], steps.dropFirst(), value)
        return .object(object)
    }

    /// Objects whose names are all numbers are lists.
    private static func lists(_ value: JSON) -> JSON {
        guard let object = value.object else { return value }
        let inner = object.mapValues(lists)
        guard !inner.isEmpty, inner.keys.allSatisfy({ Int($0) != nil }) else { return .object(inner) }
        return .list(inner.sorted { Int($0.key) ?? 0 < Int($1.key) ?? 0 }.map(\.value))
    }
}

/// A query or form, decoded.
enum FormText {
    static func pairs(_ text: String) -> [(String, String)] {
        text.split(separator: "&").map { pair in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            func decoded(_ text: Substring) -> String {
                text.replacingOccurrences(of: "+", with: " ").removingPercentEncoding ?? String(text)
            }
            return (decoded(halves[0]), halves.count > 1 ? decoded(halves[1]) : "")
        }
    }
}
