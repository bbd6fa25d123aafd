import Foundation

/// A language that the pages speak. English stands at the plain addresses, the others behind their prefix: `/de/search`.
enum Language: String, CaseIterable, Sendable {
    case english = "en"
    case german = "de"
    case arabic = "ar"

    /// The code, as `lang` and `hreflang` have it.
    var code: String { rawValue }
    /// Its name in itself.
    var name: String {
        switch self {
        case .english: "English"
        case .german: "Deutsch"
        case .arabic: "العربية"
        }
    }
    var isRightToLeft: Bool { self == .arabic }
    var direction: String { isRightToLeft ? "rtl" : "ltr" }

    /// Digits are Latin everywhere: prices and dates read the same on card, page, letter and provider's page.
    var locale: Locale { Locale(identifier: rawValue + "-u-nu-latn") }

    /// As Open Graph wants it.
    var openGraphLocale: String {
        switch self {
        case .english: "en_US"
        case .german: "de_DE"
        case .arabic: "ar_AR"
        }
    }

    /// What stands before every address of this language.
    var prefix: String { self == .english ? "" : "/" + rawValue }

    /// An address of ours in this language.
    func path(_ plain: String) -> String {
        self == .english ? plain : plain == "/" ? prefix : prefix + plain
    }

    /// The language that a path begins with, and the path without it; nothing for a plain one.
    static func split(_ path: String) -> (language: Language, path: String)? {
        let first = path.dropFirst().prefix { $0 != "/" }
        guard path.hasPrefix("/"), let language = Language(rawValue: String(first)), language != .english else {
            return nil
        }
        let rest = path.dropFirst(1 + first.count)
        return (language, rest.isEmpty ? "/" : String(rest))
    }

    /// The best of ours that a browser asks for; nothing where it asks for none of them.
    static func preferred(_ acceptLanguage: String) -> Language? {
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
