import Core
import Foundation
import Mustache

/// What a template is filled with. Texts are escaped; only what is `HTML` already goes in as it is, under a name that
/// ends in `HTML` and in three braces.
typealias View = [String: Any]

/// The templates of the pages, read once: a fault in one stops the start and no guest's evening.
struct Templates: Sendable {
    private let library: MustacheLibrary
    /// Their names: `search`, `parts/card`.
    let names: [String]

    /// - Throws: where the folder is missing or a template can't be read.
    init() throws {
        let files = try Resources.files(in: "templates", ending: ".mustache")
        var library = MustacheLibrary()
        for (name, bytes) in files { try library.register(String(decoding: bytes, as: UTF8.self), named: name) }
        self.library = library
        names = files.map(\.name)
    }

    /// - Throws: `TemplateError` for a template that is not there.
    func html(_ name: String, _ view: View) throws(TemplateError) -> String {
        guard let text = library.render(view, withTemplate: name) else { throw TemplateError(name: name) }
        return text
    }
}

/// A template that a page names and nobody wrote.
struct TemplateError: Error {
    let name: String
}

extension HTML: MustacheCustomRenderable {
    var renderText: String { text }
    var isNull: Bool { false }
}

/// The catalogue as templates walk through it: `{{t.search.none}}`.
extension Catalogue.Branch: MustacheParent {}
