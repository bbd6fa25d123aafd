extension StringProtocol {
    /// Whether nothing of it can be seen: white space, what Unicode calls ignorable (zero-width joiners, marks of direction,
    /// fillers) and the empty pattern of Braille, or nothing at all. A name or title must not be.
    public var isInvisible: Bool {
        unicodeScalars.allSatisfy { scalar in
            scalar.properties.isWhitespace || scalar.properties.isDefaultIgnorableCodePoint || scalar == "\u{2800}"
        }
    }
}
