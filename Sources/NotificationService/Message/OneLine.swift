/// Free text made fit for one line of a mail: whoever wrote a title cannot add a header, a line or turn the reading
/// direction of what follows.
enum OneLine {
    /// Control characters and line ends become spaces, direction overrides go, white space collapses.
    /// - Parameter longest: in Unicode scalars; what is longer ends in an ellipsis.
    static func text(_ raw: String, longest: Int) -> String {
        var line = String.UnicodeScalarView()
        var count = 0
        var spaceIsDue = false
        for scalar in raw.unicodeScalars {
            guard !turnsDirection(scalar) else { continue }
            if isBlank(scalar) {
                spaceIsDue = count > 0
                continue
            }
            if count + (spaceIsDue ? 1 : 0) >= longest {
                line.append("…")
                break
            }
            if spaceIsDue {
                line.append(" ")
                count += 1
                spaceIsDue = false
            }
            line.append(scalar)
            count += 1
        }
        return String(line)
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.properties.isWhitespace { return true }
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse, .surrogate: return true
        default: return false
        }
    }

    /// Embeddings, overrides and isolates (UAX #9); the plain marks stay, names need them.
    private static func turnsDirection(_ scalar: Unicode.Scalar) -> Bool {
        (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
    }
}
