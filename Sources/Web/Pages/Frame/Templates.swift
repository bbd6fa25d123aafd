import Core
import Foundation
public import Mustache

/// What a template is filled with. Texts are escaped; only what is `HTML` already goes in as it is, under a name that
/// ends in `HTML` and in three braces.
///
/// A type of its own, since the library asks of each value, for each name in a template, whether it has members: of a
/// `Dictionary` the runtime can say so only after a look at its keys.
struct View: ExpressibleByDictionaryLiteral, MustacheParent {
    private var members: [String: Any]

    init(dictionaryLiteral members: (String, Any)...) {
        self.members = Dictionary(members) { $1 }
    }

    /// Nothing takes the member out.
    subscript(name: String) -> Any? {
        get { members[name] }
        set { members[name] = newValue }
    }

    /// Takes over what another has, in place of members of the same name.
    mutating func merge(_ other: View) { members.merge(other.members) { $1 } }

    func merging(_ other: View) -> View {
        var both = self
        both.merge(other)
        return both
    }

    func child(named name: String) -> Any? { members[name] }
}

/// The templates of the pages, read once: a fault in one stops the start and no guest's evening.
///
/// Each language has its own, with what it says put in already: looking a sentence up in the catalogue for each reader
/// took longer than all that is different from one page to the next.
struct Templates: Sendable {
    private let libraries: [Language: MustacheLibrary]
    /// Their names: `search`, `parts/price`.
    let names: [String]

    /// - Parameter constants: what every page of a language has besides its catalogue, by name.
    /// - Throws: where the folder is missing, or a template can't be read, names a sentence that is not there, or has a
    ///   sentence or a constant in another way than `{{t.search.none}}`.
    init(_ words: Wordbook, constants: (Language) throws -> [String: String]) throws {
        MustacheContentTypes.register(PageText(), named: PageText.name)
        let files = try Resources.files(in: "templates", ending: ".mustache")
        var libraries: [Language: MustacheLibrary] = [:]
        for language in Language.allCases {
            var library = MustacheLibrary()
            let constants = try constants(language)
            for (name, bytes) in files {
                let text = try Templates.filled(
                    String(decoding: bytes, as: UTF8.self), named: name, words.texts(language), constants)
                try library.register("{{% CONTENT_TYPE:\(PageText.name)}}\n" + text, named: name)
            }
            libraries[language] = library
        }
        self.libraries = libraries
        names = files.map(\.name)
    }

    /// `{{t.search.none}}` and the constants in their places.
    /// - Throws: for a sentence that is not there, and for one that the library would look for itself and not find: as a
    ///   section, in three braces, or with spaces around it.
    static func filled(
        _ template: String, named name: String, _ texts: Texts, _ constants: [String: String]
    ) throws(TemplateError) -> String {
        var out = ""
        var rest = template[...]
        while let open = rest.range(of: "{{"), let close = rest[open.upperBound...].range(of: "}}") {
            let tag = String(rest[open.upperBound..<close.lowerBound])
            out += rest[..<open.lowerBound]
            if tag.hasPrefix("t.") {
                guard let text = texts.known(String(tag.dropFirst(2))) else {
                    throw TemplateError(name: "\(name): \(tag)")
                }
                out += HTML.escaped(text)
            } else if let constant = constants[tag] {
                out += HTML.escaped(constant)
            } else if let asked = named(by: tag), asked == "t" || asked.hasPrefix("t.") || constants[asked] != nil {
                throw TemplateError(name: "\(name): {{\(tag)}}")
            } else {
                out += rest[open.lowerBound..<close.upperBound]
            }
            rest = rest[close.upperBound...]
        }
        return out + rest
    }

    /// What a tag asks the view for, whatever it does with it; nothing for comments, other templates and their blocks.
    private static func named(by tag: String) -> String? {
        let words = tag.drop { "#^/&{ \t\n".contains($0) }
        guard let first = words.first, !"!><$=%".contains(first) else { return nil }
        return String(words.prefix { $0 != " " && $0 != "}" && $0 != "\n" && $0 != "\t" })
    }

    /// - Throws: `TemplateError` for a template that is not there.
    func html(_ name: String, _ view: View, in language: Language) throws(TemplateError) -> String {
        guard let text = libraries[language]?.render(view, withTemplate: name) else { throw TemplateError(name: name) }
        return text
    }
}

/// A template, or a sentence in it, that a page names and nobody wrote.
struct TemplateError: Error {
    let name: String
}

/// How templates escape. The library's own way looks at each character of each text for its neighbours.
struct PageText: MustacheContentType {
    static let name = "PAGE"

    func escapeText(_ text: String) -> String { HTML.escaped(text) }
}

// What a template is filled with most. Without this the library asks of each text what else it could be, and looks into
// it for members by reflection.
extension String: @retroactive MustacheCustomRenderable, @retroactive MustacheParent {
    public var renderText: String { self }
    public var isNull: Bool { false }
    public func child(named: String) -> Any? { nil }
}

extension HTML: MustacheCustomRenderable, MustacheParent {
    var renderText: String { text }
    var isNull: Bool { false }
    func child(named: String) -> Any? { nil }
}
