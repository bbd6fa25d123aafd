/// A piece of a page. What is put into it by interpolation is text and is escaped; only another piece is not.
struct HTML: ExpressibleByStringInterpolation, Sendable {
    private(set) var text: String

    init(stringLiteral value: String) { text = value }
    init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }
    init(_ pieces: [HTML], separator: String = "\n") { text = pieces.map(\.text).joined(separator: separator) }
    /// - Parameter element: one of ours, never what somebody typed.
    init(element: String, _ inner: HTML) { text = "<\(element)>\(inner.text)</\(element)>" }
    /// What is HTML already: written by a part of the program that escapes for itself.
    init(written: String) { text = written }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }

        mutating func appendLiteral(_ literal: String) { text += literal }
        mutating func appendInterpolation(_ piece: HTML) { text += piece.text }

        mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            for scalar in value.description.unicodeScalars {
                switch scalar {
                case "&": text += "&amp;"
                case "<": text += "&lt;"
                case ">": text += "&gt;"
                case "\"": text += "&quot;"
                case "'": text += "&#39;"
                default: text.unicodeScalars.append(scalar)
                }
            }
        }
    }
}
