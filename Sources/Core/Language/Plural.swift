/// The plural forms of the languages we speak, as CLDR has them for whole numbers.
package enum Plural: String, CaseIterable, Sendable {
    case zero, one, two, few, many, other

    package init(_ count: Int, in language: Language) {
        switch language {
        case .english, .german: self = count == 1 ? .one : .other
        case .arabic:
            switch (count, count % 100) {
            case (0, _): self = .zero
            case (1, _): self = .one
            case (2, _): self = .two
            case (_, 3...10): self = .few
            case (_, 11...99): self = .many
            default: self = .other
            }
        }
    }

    /// Those that a catalogue of this language must have.
    package static func needed(in language: Language) -> [Plural] {
        language == .arabic ? allCases : [.one, .other]
    }
}
