import AuthService
import Core
import Foundation

/// What every page is made with: templates, what they say in each language, and the files they need.
struct Pages: Sendable {
    let templates: Templates
    private let texts: [Language: Texts]
    private let formats: [Language: Formats]
    private let scriptWords: [Language: String]

    /// - Throws: where a template or a catalogue is missing or can't be read.
    init() throws {
        templates = try Templates()
        let english = try Catalogue(Resources.read("catalogues/en.json"), fallback: nil)
        var texts = [Language.english: Texts(language: .english, catalogue: english)]
        for language in Language.allCases where language != .english {
            let bytes = try Resources.read("catalogues/\(language.code).json")
            texts[language] = Texts(language: language, catalogue: try Catalogue(bytes, fallback: english))
        }
        self.texts = texts
        formats = texts.mapValues { Formats($0) }
        scriptWords = try texts.mapValues(Pages.scriptWords)
    }

    /// What the script says, and the first day of its weeks (0 is Sunday), as JSON.
    func scriptWords(_ language: Language) -> String { scriptWords[language] ?? "{}" }

    private static func scriptWords(_ texts: Texts) throws -> String {
        let first = Formats(texts).weekdays.first ?? .monday
        var words = ["firstDay": String(((Weekday.allCases.firstIndex(of: first) ?? 0) + 1) % 7)]
        for (key, entry) in texts.catalogue.entries where key.hasPrefix("script.") {
            if case .text(let text) = entry { words[String(key.dropFirst("script.".count))] = text }
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(words), as: UTF8.self)
    }

    func texts(_ language: Language) -> Texts {
        // Each language has its texts since `init`.
        guard let texts = texts[language] else { preconditionFailure("no texts in \(language)") }
        return texts
    }

    func formats(_ language: Language) -> Formats { formats[language] ?? Formats(texts(language)) }
}
