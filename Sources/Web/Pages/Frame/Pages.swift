import Core
import Foundation

/// What every page is made with: templates, what they say in each language, and the files they need.
struct Pages: Sendable {
    let templates: Templates
    private let words: Wordbook

    /// - Throws: where a template or a catalogue is missing or can't be read.
    init() throws {
        let words = try Wordbook.shipped.get()
        templates = try Templates(words) { language in
            [
                "root": language.prefix, "lang": language.code, "dir": language.direction,
                "scriptWords": try Pages.scriptWords(words.texts(language)),
            ]
        }
        self.words = words
    }

    /// What the script says, and the first day of its weeks (0 is Sunday), as JSON.
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

    func texts(_ language: Language) -> Texts { words.texts(language) }
    func formats(_ language: Language) -> Formats { words.formats(language) }
}
