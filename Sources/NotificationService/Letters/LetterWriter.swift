import Core

/// Puts a letter into words. Every fact that people wrote is made one line here, so that all below can trust it.
struct LetterWriter {
    /// Put before every link.
    let baseURL: String

    /// The longest title in a body, in Unicode scalars: listings have up to a few hundred.
    static let longestTitle = 200
    /// The longest title in a subject: what mail programs show.
    static let longestTitleInSubject = 60
    /// The longest reason: a paragraph or two.
    static let longestReason = 1000
    /// A price of more lines than this is told by its total alone; the page of the booking has them all.
    static let mostLines = 31

    /// - Throws: `MailFailure.final` where a letter about a booking lacks its facts.
    func content(of letter: Letter) throws(MailFailure) -> LetterContent {
        if letter.kind == .registered { return welcome }
        guard let stay = letter.stay else { throw .final("a letter of kind \(letter.kind.rawValue) without a booking") }
        let facts = BookingWords(stay, baseURL: baseURL)
        var content = words(for: letter.kind, facts)
        content.facts = facts.rows(forHost: letter.kind.isForHost)
        return content
    }

    private var welcome: LetterContent {
        LetterContent(
            subject: "Welcome to Roost",
            paragraphs: [
                "Welcome! Your account is ready. You can search for places to stay, hold the nights you want and book them.",
                "You need do nothing else now. We write to you when something happens with a booking of yours.",
            ],
            action: .init(label: "Find a place to stay", url: "\(baseURL)/search"),
            footnote: "If you did not register, someone typed your address by mistake, and you can leave this letter be.")
    }

    private func words(for kind: LetterKind, _ facts: BookingWords) -> LetterContent {
        switch kind {
        case .registered: welcome
        case .requested: requested(facts)
        case .requestReceived: requestReceived(facts)
        case .accepted: accepted(facts)
        case .declined: declined(facts)
        case .lapsed: lapsed(facts)
        case .held: held(facts)
        case .confirmed: confirmed(facts)
        case .bookingReceived: bookingReceived(facts)
        case .expired: expired(facts)
        case .cancelled: cancelled(facts)
        case .cancelledForHost: cancelledForHost(facts)
        case .refunded: refunded(facts)
        case .lateRefunded: lateRefunded(facts)
        case .guestUnreachable: guestUnreachable(facts)
        }
    }

    private func requested(_ facts: BookingWords) -> LetterContent {
        LetterContent(
            subject: "Your request is with the host: \(facts.shortPlace)",
            paragraphs: [
                "We have asked the host of \(facts.place) whether you can stay.",
                facts.deadline.map { "They have until \($0) to answer, and we will write to you at once when they do." }
                    ?? "We will write to you as soon as they answer.",
                "You need do nothing now. Nothing is charged, and no nights are held, until they say yes.",
            ],
            action: facts.trip("See your request"))
    }

    private func requestReceived(_ facts: BookingWords) -> LetterContent {
        LetterContent(
            subject: "New request for \(facts.shortPlace)",
            paragraphs: [
                "\(facts.guest) would like to stay at \(facts.place).",
                facts.deadline.map { "Please accept or decline by \($0). After that the request ends by itself." }
                    ?? "Please accept or decline it soon.",
                "When you accept, the nights are held for the guest, who is then asked to pay.",
            ],
            action: facts.hosting("Answer the request"))
    }

    private func accepted(_ facts: BookingWords) -> LetterContent {
        LetterContent(
            subject: "Accepted: pay to confirm your stay at \(facts.shortPlace)",
            paragraphs: [
                "Good news: the host has accepted your request, and the nights at \(facts.place) are held for you.",
                "\(facts.payBy) The price is the one you were shown when you asked. After that time the nights are "
                    + "offered to others again, and nothing is charged.",
            ],
            price: facts.price, action: facts.checkout)
    }

    private func declined(_ facts: BookingWords) -> LetterContent {
        LetterContent(
            subject: "Your request was declined: \(facts.shortPlace)",
            paragraphs: [
                "We are sorry: the host of \(facts.place) cannot take you on these dates.",
                "Nothing was charged, and you need do nothing. There may be another place that suits you.",
            ],
            quote: facts.reasonOfDecline, action: facts.search)
    }

    private func lapsed(_ facts: BookingWords) -> LetterContent {
        LetterContent(
            subject: "No answer to your request: \(facts.shortPlace)",
            paragraphs: [
                "We are sorry: the host of \(facts.place) did not answer in time, so your request has ended.",
                "Nothing was charged, and you need do nothing. You can ask again, or look for another place.",
            ],
            action: facts.search)
    }

    private func held(_ facts: BookingWords) -> LetterContent {
        LetterContent(
            subject: "Held for you: \(facts.shortPlace)",
            paragraphs: [
                "The nights at \(facts.place) are held for you.",
                "\(facts.payBy) After that time they are offered to others again, and nothing is charged.",
            ],
            price: facts.price, action: facts.checkout)
    }

    private func confirmed(_ facts: BookingWords) -> LetterContent {
        LetterContent(
            subject: "Confirmed: your stay at \(facts.shortPlace)",
            paragraphs: [
                "Your stay at \(facts.place) is confirmed and paid. We wish you a good time.",
                "You need do nothing until you arrive. The stay is attached as a file for your calendar.",
            ],
            price: facts.price, action: facts.trip("See your trip"))
    }

    private func bookingReceived(_ facts: BookingWords) -> LetterContent {
        LetterContent(
            subject: "New booking for \(facts.shortPlace)",
            paragraphs: [
                "\(facts.guest) has booked and paid for \(facts.place).",
                "The nights are taken out of your calendar. Please have the place ready by the check-in time below.",
            ],
            price: facts.price, action: facts.hosting("See your bookings"))
    }

    private func expired(_ facts: BookingWords) -> LetterContent {
        LetterContent(
            subject: "Your hold has ended: \(facts.shortPlace)",
            paragraphs: [
                "The nights at \(facts.place) were held for you, but no payment reached us in time. "
                    + "They are offered to others again.",
                "Nothing was charged. Should money of yours still arrive, we either confirm your stay or send all of it "
                    + "back, and write to you.",
            ],
            action: facts.search)
    }

    private func cancelled(_ facts: BookingWords) -> LetterContent {
        LetterContent(
            subject: "Cancelled: your stay at \(facts.shortPlace)",
            paragraphs: [
                "\(facts.cancellation(forHost: false)) Your booking at \(facts.place) is over.", facts.refundForGuest,
                "You need do nothing.",
            ],
            quote: facts.reason(from: "The reason given"), action: facts.trip("See the booking"))
    }

    private func cancelledForHost(_ facts: BookingWords) -> LetterContent {
        LetterContent(
            subject: "Cancelled: a stay at \(facts.shortPlace)",
            paragraphs: [
                "\(facts.cancellation(forHost: true)) The booking at \(facts.place) is over, and its nights can be "
                    + "booked again unless you have closed them.",
                facts.refundForHost,
            ],
            quote: facts.reason(from: "The reason given"), action: facts.hosting("See your bookings"))
    }

    private func refunded(_ facts: BookingWords) -> LetterContent {
        LetterContent(
            subject: "Your refund: \(facts.shortPlace)",
            paragraphs: [
                "\(facts.refund) is on its way back to you for your booking at \(facts.place). "
                    + "It takes the way it came; banks may need a few days to show it.",
                "You need do nothing.",
            ],
            action: facts.trip("See the booking"))
    }

    private func lateRefunded(_ facts: BookingWords) -> LetterContent {
        LetterContent(
            subject: "Your payment came too late and goes back: \(facts.shortPlace)",
            paragraphs: [
                "Your payment for \(facts.place) reached us after your hold had ended, and the nights could not be "
                    + "given to you any more. You have no booking there. We are sorry.",
                "\(facts.refund), all that you paid, is on its way back to you. It takes the way it came; banks may "
                    + "need a few days to show it. You need do nothing.",
            ],
            action: facts.search)
    }

    private func guestUnreachable(_ facts: BookingWords) -> LetterContent {
        LetterContent(
            subject: "Our mails do not reach your guest: \(facts.shortPlace)",
            paragraphs: [
                "Our mails to \(facts.guestInSentence) about the booking at \(facts.place) come back, or are not wanted, "
                    + "so we send none there any more.",
                "The booking stands as it is. If there is something your guest must know before they arrive, please "
                    + "reach them some other way. They see everything about their stay when they sign in.",
            ],
            action: facts.hosting("See your bookings"))
    }
}

extension LetterKind {
    /// Whether the reader is the host.
    public var isForHost: Bool {
        switch self {
        case .requestReceived, .bookingReceived, .cancelledForHost, .guestUnreachable: true
        case .registered, .requested, .accepted, .declined, .lapsed, .held, .confirmed, .expired, .cancelled, .refunded,
            .lateRefunded:
            false
        }
    }
}
