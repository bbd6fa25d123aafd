import AuthService
import Core

/// What every page is made with: templates, what they say in each language, and the files they need.
struct Pages: Sendable {
    let templates: Templates
    private let texts: [Language: Texts]
    private let formats: [Language: Formats]

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
    }

    func texts(_ language: Language) -> Texts {
        // Each language has its texts since `init`.
        guard let texts = texts[language] else { preconditionFailure("no texts in \(language)") }
        return texts
    }

    func formats(_ language: Language) -> Formats { formats[language] ?? Formats(texts(language)) }
}
