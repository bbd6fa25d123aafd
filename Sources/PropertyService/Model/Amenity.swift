import Foundation

/// What a place has, by code.
package enum Amenity {
    /// How many amenities a listing may have: the longest real list has about a hundred.
    static let most = 200
    /// The longest code, in characters; real ones have up to about ninety.
    static let longest = 100

    /// Letters without accents and digits, lower case; everything else becomes one hyphen, none at the ends.
    package static func code(of words: String) -> String {
        var code = ""
        var gap = false
        for scalar in plain(words).unicodeScalars {
            if scalar.properties.isAlphabetic || scalar.properties.generalCategory == .decimalNumber {
                if gap, !code.isEmpty { code.unicodeScalars.append("-") }
                gap = false
                code.unicodeScalars.append(scalar)
            } else if scalar.properties.generalCategory != .nonspacingMark {
                gap = true
            }
        }
        return code
    }

    /// A name for a code that nobody named: `hot-tub` is `Hot tub`.
    static func name(of code: String) -> String {
        let words = code.replacingOccurrences(of: "-", with: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    private static func plain(_ words: String) -> String {
        words.utf8.allSatisfy { $0 < 0x80 }
            ? words.lowercased() : words.decomposedStringWithCanonicalMapping.lowercased()
    }
}
