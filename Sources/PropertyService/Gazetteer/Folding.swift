import Foundation

/// How names are compared: without case, accents and punctuation. `Tools/folding.py` is its twin.
public enum Folding {
    /// Lower case, accents removed, white space and punctuation as one space, none at the ends: `Saint-Jean-de-Luz` and
    /// `saint jean de luz` are one, as are `ZÜRICH` and `zurich`. Letters of other scripts stay what they are.
    public static func fold(_ text: String) -> String {
        var text = text
        return text.withUTF8 { foldedASCII($0) } ?? foldedUnicode(text)
    }

    /// Nothing where the text has other letters than those of ASCII.
    private static func foldedASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): out.append(byte)
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): out.append(byte | 0x20)
            case 0x80...: return nil
            default: if let last = out.last, last != space { out.append(space) }
            }
        }
        if out.last == space { out.removeLast() }
        return String(decoding: out, as: UTF8.self)
    }

    private static func foldedUnicode(_ text: String) -> String {
        var words = String.UnicodeScalarView()
        var pendingSpace = false
        func append(_ scalar: Unicode.Scalar) {
            if pendingSpace, !words.isEmpty { words.append(" ") }
            pendingSpace = false
            words.append(scalar)
        }
        for scalar in text.decomposedStringWithCanonicalMapping.unicodeScalars where !accents.contains(scalar.value) {
            for lower in scalar.properties.lowercaseMapping.unicodeScalars {
                if let replacement = letters[lower] {
                    replacement.unicodeScalars.forEach(append)
                } else if belongsToAWord(lower) {
                    append(lower)
                } else {
                    pendingSpace = true
                }
            }
        }
        return String(words).precomposedStringWithCanonicalMapping
    }

    private static func belongsToAWord(_ scalar: Unicode.Scalar) -> Bool {
        if modifiers.contains(scalar.value) { return false }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber:
            return true
        default:
            return false
        }
    }

    private static let space = UInt8(ascii: " ")
    /// Accents of the Latin, Greek and Cyrillic scripts; the vowel signs of other scripts are letters.
    private static let accents: ClosedRange<UInt32> = 0x0300...0x036F
    /// Spacing modifiers: the okina and other marks that stand for an apostrophe.
    private static let modifiers: ClosedRange<UInt32> = 0x02B0...0x02FF
    /// Letters that have no decomposition.
    private static let letters: [Unicode.Scalar: String] = [
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i",
        "ŋ": "n", "ŧ": "t", "ĸ": "k", "ə": "e", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y",
    ]
}
