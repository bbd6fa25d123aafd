package import Foundation

/// A language that pages and letters speak. English stands at the plain addresses, the others behind their prefix:
/// `/de/search`.
package enum Language: String, CaseIterable, Sendable {
    case english = "en"
    case german = "de"
    case arabic = "ar"

    /// The code, as `lang` and `hreflang` have it.
    package var code: String { rawValue }
    /// Its name in itself.
    package var name: String {
        switch self {
        case .english: "English"
        case .german: "Deutsch"
        case .arabic: "العربية"
        }
    }
    package var isRightToLeft: Bool { self == .arabic }
    package var direction: String { isRightToLeft ? "rtl" : "ltr" }

    /// Digits are Latin everywhere: prices and dates read the same on card, page, letter and provider's page.
    package var locale: Locale { Locale(identifier: rawValue + "-u-nu-latn") }

    /// Whose names of time zones it uses: a zone has names only where people of a country speak of it.
    var zoneLocale: String {
        switch self {
        case .english: "en_US"
        case .german: "de_DE"
        case .arabic: "ar_001"
        }
    }

    /// As Open Graph wants it.
    package var openGraphLocale: String {
        switch self {
        case .english: "en_US"
        case .german: "de_DE"
        case .arabic: "ar_AR"
        }
    }

    /// What stands before every address of this language.
    package var prefix: String { self == .english ? "" : "/" + rawValue }

    /// An address of ours in this language.
    package func path(_ plain: String) -> String {
        self == .english ? plain : plain == "/" ? prefix : prefix + plain
    }

    /// The language that a path begins with, and the path without it; nothing for a plain one.
    package static func split(_ path: String) -> (language: Language, path: String)? {
        let first = path.dropFirst().prefix { $0 != "/" }
        guard path.hasPrefix("/"), let language = Language(rawValue: String(first)), language != .english else {
            return nil
        }
        let rest = path.dropFirst(1 + first.count)
        return (language, rest.isEmpty ? "/" : String(rest))
    }

    /// The best of ours that a browser asks for; nothing where it asks for none of them.
    package static func preferred(_ acceptLanguage: String) -> Language? {
        let wanted = acceptLanguage.split(separator: ",").prefix(20).compactMap { part -> (Language, Double)? in
            let pieces = part.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
            guard let tag = pieces.first?.split(separator: "-").first,
                let language = Language(rawValue: tag.lowercased())
            else { return nil }
            let weight = pieces.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) }
            return (language, weight ?? 1)
        }
        return wanted.max { $0.1 < $1.1 }?.0
    }
}
