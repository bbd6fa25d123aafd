import Foundation

/// What pages and letters say in one language, by key: `search.none`. A key is a sentence or a set of plural forms.
package struct Catalogue: Sendable {
    /// A sentence with places for values, `{name}`, or one for each plural form.
    package enum Entry: Sendable, Equatable {
        case text(String)
        case plural([Plural: String])
    }

    package private(set) var entries: [String: Entry] = [:]

    /// - Parameter bytes: a JSON object of objects and texts; an object whose members are plural forms is one entry.
    /// - Throws: `DecodingError` where it is something else.
    package init(_ bytes: [UInt8], fallback: Catalogue?) throws {
        entries = fallback?.entries ?? [:]
        Catalogue.collect(try JSONDecoder().decode([String: Node].self, from: Data(bytes)), under: "", into: &entries)
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
}
