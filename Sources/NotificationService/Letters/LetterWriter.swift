import Core

/// Puts a letter into words, in the language of its reader. Every fact that people wrote is made one line first, so that all
/// below can trust it. A letter's sentences stand in the catalogue under `letter.` and its kind, `a`, `b`, `c` in order.
struct LetterWriter {
    /// Put before every link.
    let baseURL: String
    let texts: Texts
    let formats: Formats

    /// The longest title in a body, in Unicode scalars: listings have up to a few hundred.
    static let longestTitle = 200
    /// The longest title in a subject: what mail programs show.
    static let longestTitleInSubject = 60
    /// The longest reason: a paragraph or two.
    static let longestReason = 1000
    /// A price of more lines than this is told by its total alone; the page of the booking has them all.
    static let mostLines = 31

    init(baseURL: String, _ language: Language, _ words: Wordbook) {
        self.baseURL = baseURL
        texts = words.texts(language)
        formats = words.formats(language)
    }

    /// - Throws: `MailFailure.final` where a letter about a booking lacks its facts.
    func content(of letter: Letter) throws(MailFailure) -> LetterContent {
        if letter.kind == .registered { return welcome }
        guard let stay = letter.stay else { throw .final("a letter of kind \(letter.kind.rawValue) without a booking") }
        let words = BookingWords(stay, self)
        var content = LetterContent(
            language: texts.language, subject: TextLetter.plain(words.say("\(letter.kind.rawValue).subject")),
            paragraphs: paragraphs(of: letter.kind, words))
        content.quote = quote(of: letter.kind, words)
        if letter.kind.tellsThePrice { content.price = words.price }
        content.action = action(of: letter.kind, words)
        content.facts = words.rows(forHost: letter.kind.isForHost)
        finish(&content)
        return content
    }

    private var welcome: LetterContent {
        var content = LetterContent(
            language: texts.language, subject: texts("letter.registered.subject"),
            paragraphs: [texts("letter.registered.a"), texts("letter.registered.b")])
        content.action = .init(label: texts("letter.action.find"), url: address("/search"))
        content.footnote = texts("letter.registered.footnote")
        finish(&content)
        return content
    }

    private func finish(_ content: inout LetterContent) {
        content.factsTitle = texts("letter.yourBooking")
        content.priceTitle = texts("letter.price")
    }

    /// How it begins.
    func greeting(_ name: String?) -> String {
        name.map { texts("letter.hello", ["name": $0]) } ?? texts("letter.helloNobody")
    }

    private func paragraphs(of kind: LetterKind, _ words: BookingWords) -> [String] {
        let name = kind.rawValue
        switch kind {
        case .cancelled:
            return [words.say("cancelled.by.\(words.whoCancelled)"), words.refundForGuest, words.say("cancelled.a")]
        case .cancelledForHost: return [words.say("cancelledForHost.by.\(words.whoCancelled)"), words.refundForHost]
        case .registered, .requested, .requestReceived, .accepted, .declined, .lapsed, .held, .confirmed,
            .bookingReceived, .expired, .refunded, .lateRefunded, .guestUnreachable:
            return ["a", "b", "c"].filter { texts.known("letter.\(name).\($0)") != nil }.map {
                words.say("\(name).\($0)")
            }
        case .changeProposed, .changeProposedToHost, .changeAgreed, .changeAgreedForHost, .changeApplied,
            .changeAppliedForHost, .changeEnded, .changeEndedForHost:
            return words.changeParagraphs(of: kind)
        }
    }

    private func quote(of kind: LetterKind, _ words: BookingWords) -> LetterContent.Row? {
        switch kind {
        case .declined: words.reasonOfDecline
        case .cancelled, .cancelledForHost: words.reason(from: texts("letter.reasonGiven"))
        case .registered, .requested, .requestReceived, .accepted, .lapsed, .held, .confirmed, .bookingReceived,
            .expired, .refunded, .lateRefunded, .guestUnreachable, .changeAgreed, .changeAgreedForHost, .changeApplied,
            .changeAppliedForHost:
            nil
        case .changeProposed, .changeProposedToHost: words.changeMessage
        case .changeEnded, .changeEndedForHost: words.reason(from: texts("letter.reasonGiven"))
        }
    }

    private func action(of kind: LetterKind, _ words: BookingWords) -> LetterContent.Action {
        switch kind {
        case .registered: .init(label: texts("letter.action.find"), url: address("/search"))
        case .declined, .lapsed, .expired, .lateRefunded:
            .init(label: texts("letter.action.findOther"), url: address("/search"))
        case .accepted, .held:
            .init(label: texts("letter.action.pay"), url: address("/checkout/\(words.facts.bookingId)"))
        case .requested: words.trip("seeRequest")
        case .confirmed: words.trip("seeTrip")
        case .cancelled, .refunded: words.trip("seeBooking")
        case .requestReceived: words.hosting("answer")
        case .bookingReceived, .cancelledForHost, .guestUnreachable: words.hosting("seeBookings")
        case .changeProposed, .changeProposedToHost, .changeAgreed, .changeAgreedForHost, .changeApplied,
            .changeAppliedForHost, .changeEnded, .changeEndedForHost:
            .init(label: texts("letter.action.seeChange"), url: address("/trips/\(words.facts.bookingId)/change"))
        }
    }

    /// An address of ours in the language of the letter.
    func address(_ plain: String) -> String { baseURL + texts.language.path(plain) }
}

extension LetterKind {
    /// Whether the reader is the host.
    public var isForHost: Bool {
        switch self {
        case .requestReceived, .bookingReceived, .cancelledForHost, .guestUnreachable, .changeProposedToHost,
            .changeAgreedForHost, .changeAppliedForHost, .changeEndedForHost:
            true
        case .registered, .requested, .accepted, .declined, .lapsed, .held, .confirmed, .expired, .cancelled, .refunded,
            .lateRefunded, .changeProposed, .changeAgreed, .changeApplied, .changeEnded:
            false
        }
    }

    /// Whether it brings the stay as a file for the guest's calendar.
    var bringsCalendar: Bool { self == .confirmed || self == .changeApplied }

    /// Whether the price is told line by line.
    fileprivate var tellsThePrice: Bool {
        switch self {
        case .accepted, .held, .confirmed, .bookingReceived, .changeApplied, .changeAppliedForHost: true
        case .registered, .requested, .requestReceived, .declined, .lapsed, .expired, .cancelled, .cancelledForHost,
            .refunded, .lateRefunded, .guestUnreachable, .changeProposed, .changeProposedToHost, .changeAgreed,
            .changeAgreedForHost, .changeEnded, .changeEndedForHost:
            false
        }
    }
}
