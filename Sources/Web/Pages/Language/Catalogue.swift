import Core
import Foundation
import Mustache

/// What the pages say in one language, by key: `search.none`. A key is a sentence or a set of plural forms.
struct Catalogue: Sendable {
    /// A sentence with places for values, `{name}`, or one for each plural form.
    enum Entry: Sendable, Equatable {
        case text(String)
        case plural([Plural: String])
    }

    private(set) var entries: [String: Entry] = [:]
    /// The same as a tree, for templates: `{{t.search.none}}`.
    let tree: Branch

    /// - Parameter bytes: a JSON object of objects and texts; an object whose members are plural forms is one entry.
    /// - Throws: `CatalogueError`, `JSONSyntaxError`.
    init(_ bytes: [UInt8], fallback: Catalogue?) throws {
        guard case .object(let root) = try JSONParser.parse(bytes) else { throw CatalogueError.notAnObject }
        entries = fallback?.entries ?? [:]
        try Catalogue.collect(root, under: "", into: &entries)
        tree = Branch(entries)
    }

    private static func collect(
        _ members: [(String, JSONValue)], under path: String, into entries: inout [String: Entry]
    ) throws {
        for (name, value) in members {
            let key = path.isEmpty ? name : path + "." + name
            switch value {
            case .text(let text): entries[key] = .text(text)
            case .object(let inner):
                let forms = inner.compactMap { member -> (Plural, String)? in
                    guard let form = Plural(rawValue: member.0), case .text(let text) = member.1 else { return nil }
                    return (form, text)
                }
                if !inner.isEmpty, forms.count == inner.count {
                    entries[key] = .plural(Dictionary(forms, uniquingKeysWith: { $1 }))
                } else {
                    try collect(inner, under: key, into: &entries)
                }
            default: throw CatalogueError.notText(key)
            }
        }
    }

    /// The texts under a part of a key, as mustache walks down to them.
    final class Branch: MustacheParent, Sendable {
        private let texts: [String: String]
        private let branches: [String: Branch]

        init(_ entries: [String: Entry]) {
            var texts: [String: String] = [:]
            var inner: [String: [String: Entry]] = [:]
            for (key, entry) in entries {
                if let dot = key.firstIndex(of: ".") {
                    inner[String(key[..<dot]), default: [:]][String(key[key.index(after: dot)...])] = entry
                } else if case .text(let text) = entry {
                    texts[key] = text
                }
            }
            self.texts = texts
            branches = inner.mapValues { Branch($0) }
        }

        func child(named name: String) -> Any? { texts[name] ?? branches[name] }
    }
}

/// Why a catalogue can't be read.
enum CatalogueError: Error {
    case notAnObject
    /// At this key stands neither a text nor an object.
    case notText(String)
}
