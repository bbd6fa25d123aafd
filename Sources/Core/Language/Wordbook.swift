import Foundation

/// Everything that pages and letters say, in each language.
package struct Wordbook: Sendable {
    private let texts: [Language: Texts]
    private let formats: [Language: Formats]

    /// The one that ships with Roost, read when it is first asked for: a house has one, the simulation builds thousands.
    package static let shipped = Result { try Wordbook { try Wordbook.shippedBytes(of: $0) } }

    /// A catalogue as it ships.
    package static func shippedBytes(of language: Language) throws -> [UInt8] {
        let name = "catalogues/\(language.code).json"
        return Array(try Data(contentsOf: ShippedFile.url(name, of: "Core", built: Bundle.module.bundleURL)))
    }

    /// - Parameter bytes: the catalogue of a language. What another lacks is said in English.
    /// - Throws: where a catalogue is missing or can't be read.
    package init(_ bytes: (Language) throws -> [UInt8]) throws {
        let english = try Catalogue(bytes(.english), fallback: nil)
        var texts = [Language.english: Texts(language: .english, catalogue: english)]
        for language in Language.allCases where language != .english {
            texts[language] = Texts(language: language, catalogue: try Catalogue(bytes(language), fallback: english))
        }
        self.texts = texts
        formats = texts.mapValues { Formats($0) }
    }

    package func texts(_ language: Language) -> Texts {
        // Each language has its texts since `init`.
        guard let texts = texts[language] else { preconditionFailure("no texts in \(language)") }
        return texts
    }

    package func formats(_ language: Language) -> Formats { formats[language] ?? Formats(texts(language)) }
}
