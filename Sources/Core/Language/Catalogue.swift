import Foundation

/// What pages and letters say in one language, by key: `search.none`. A key is a sentence or a set of plural forms.
package struct Catalogue: Sendable {
    /// A sentence with places for values, `{name}`, or one for each plural form.
    package enum Entry: Sendable, Equatable {
        case text(String)
        case plural([Plural: String])
    }

    package private(set) var entries: [String: Entry] = [:]
    /// The same as a tree, for templates: `{{t.search.none}}`.
    package let tree: Branch

    /// - Parameter bytes: a JSON object of objects and texts; an object whose members are plural forms is one entry.
    /// - Throws: `DecodingError` where it is something else.
    package init(_ bytes: [UInt8], fallback: Catalogue?) throws {
        entries = fallback?.entries ?? [:]
        Catalogue.collect(try JSONDecoder().decode([String: Node].self, from: Data(bytes)), under: "", into: &entries)
        tree = Branch(entries)
    }

    private enum Node: Decodable {
        case text(String)
        case branch([String: Node])

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let text = try? value.decode(String.self) {
                self = .text(text)
            } else {
                self = .branch(try value.decode([String: Node].self))
            }
        }
    }

    private static func collect(_ members: [String: Node], under path: String, into entries: inout [String: Entry]) {
        for (name, value) in members {
            let key = path.isEmpty ? name : path + "." + name
            switch value {
            case .text(let text): entries[key] = .text(text)
            case .branch(let inner):
                let forms = inner.compactMap { member -> (Plural, String)? in
                    guard let form = Plural(rawValue: member.key), case .text(let text) = member.value else {
                        return nil
                    }
                    return (form, text)
                }
                if !inner.isEmpty, forms.count == inner.count {
                    entries[key] = .plural(Dictionary(forms, uniquingKeysWith: { $1 }))
                } else {
                    collect(inner, under: key, into: &entries)
                }
            }
        }
    }

    /// The texts under a part of a key, as templates walk down to them.
    package final class Branch: Sendable {
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

        /// A text or a branch; nothing where the catalogue has neither.
        package func child(named name: String) -> Any? { texts[name] ?? branches[name] }
    }
}
