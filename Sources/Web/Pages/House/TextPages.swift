import Core
import Foundation
import Hummingbird

/// Help, terms and privacy: texts that an operator replaces by files of their own.
struct TextPages {
    private static let names = ["help", "terms", "privacy"]
    /// Longer ones are no page any more.
    private static let longest = 200_000

    func add(to routes: inout Routes) {
        for name in TextPages.names {
            routes.page("/\(name)") { try show(name, on: $0) }
        }
    }

    private func show(_ name: String, on page: PageVisit) throws -> Response {
        let text = Markup(try TextPages.text(name, page.language, in: page.site.settings.textsFolder))
        var head = Head(text.title ?? page.texts("nav.\(name)"))
        head.description = page.texts("texts.\(name).description")
        head.canonical = "/" + name
        return try page.show("text", head, ["bodyHTML": text.html], headers: [.cacheControl: "no-cache"])
    }

    /// The operator's file in this language, else their file for all, else ours. Read each time: an operator who
    /// changes the terms need not restart anything.
    static func text(_ name: String, _ language: Language, in folder: String?) throws -> String {
        for file in ["\(name).\(language.code).md", "\(name).md"] {
            guard let folder else { break }
            let path = URL(fileURLWithPath: folder).appending(path: file)
            if let data = try? Data(contentsOf: path), data.count <= longest {
                return String(decoding: data, as: UTF8.self)
            }
        }
        return String(decoding: try Resources.read("texts/\(name).\(language.code).md"), as: UTF8.self)
    }
}
