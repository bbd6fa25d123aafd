import Core

/// What a letter says, before it becomes text and HTML: both are made from the same words.
struct LetterContent: Equatable {
    /// One row of a table.
    struct Row: Equatable {
        let label: String
        let value: String

        init(_ label: String, _ value: String) {
            self.label = label
            self.value = value
        }
    }

    /// Where the reader goes from here.
    struct Action: Equatable {
        let label: String
        let url: String
    }

    /// What all of it is said in.
    let language: Language
    var subject: String
    /// What happened, what to do, until when; one paragraph each.
    var paragraphs: [String]
    /// What somebody wrote, with who they are.
    var quote: Row?
    /// The booking at a glance.
    var facts: [Row] = []
    var factsTitle = ""
    /// How the total comes about.
    var price: [Row] = []
    var priceTitle = ""
    var action: Action?
    /// Smaller, at the end.
    var footnote: String?

    init(language: Language, subject: String, paragraphs: [String]) {
        self.language = language
        self.subject = subject
        self.paragraphs = paragraphs
    }
}
