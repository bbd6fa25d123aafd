import Core

/// The facts of a booking as pieces of sentences.
struct BookingWords {
    let place: String
    let shortPlace: String
    let guest: String
    /// Until when, in the zone of the place.
    let deadline: String?
    private let facts: StayFacts
    private let baseURL: String

    init(_ facts: StayFacts, baseURL: String) {
        self.facts = facts
        self.baseURL = baseURL
        place = BookingWords.named(facts.place, longest: LetterWriter.longestTitle)
        shortPlace = BookingWords.named(facts.place, longest: LetterWriter.longestTitleInSubject)
        let name = OneLine.text(facts.guestName ?? "", longest: 100)
        guest = name.isEmpty ? BookingWords.someGuest : name
        deadline = facts.deadline.map { Wording.moment($0, in: facts.zone) }
    }

    /// The guest where no sentence begins with them.
    var guestInSentence: String { guest == BookingWords.someGuest ? "your guest" : guest }

    private static let someGuest = "A guest"

    private static func named(_ title: String, longest: Int) -> String {
        let line = OneLine.text(title, longest: longest)
        return line.isEmpty ? "the place" : line
    }

    // MARK: Sentences

    var payBy: String {
        let until = deadline.map { " by \($0)" } ?? " soon"
        return "To book them, please pay \(facts.total)\(until)."
    }

    var refund: String { (facts.refund ?? facts.total).description }

    var refundForGuest: String {
        guard let refund = facts.refund else { return "Nothing had been paid, and nothing will be charged." }
        guard refund.amount > 0 else { return "Under the cancellation policy of this booking, no money goes back." }
        return "\(refund) goes back to you. It takes the way it came; banks may need a few days to show it."
    }

    var refundForHost: String {
        guard let refund = facts.refund else { return "Nothing had been paid." }
        guard refund.amount > 0 else { return "Under the cancellation policy of this booking, no money goes back." }
        return "\(refund) goes back to the guest."
    }

    func cancellation(forHost: Bool) -> String {
        switch facts.cancelledBy {
        case .guest: forHost ? "\(guest) has cancelled." : "You have cancelled."
        case .host: forHost ? "You have cancelled." : "We are sorry: the host has cancelled."
        case .operator: "The operator of this site has cancelled."
        case .system, nil: "The booking was cancelled."
        }
    }

    func reason(from label: String) -> LetterContent.Row? {
        let text = OneLine.text(facts.reason ?? "", longest: LetterWriter.longestReason)
        return text.isEmpty ? nil : .init(label, text)
    }

    /// Who is crowded out by another guest hears it from Roost, not from the host.
    var reasonOfDecline: LetterContent.Row? {
        reason(from: facts.cancelledBy == .system ? "The reason" : "The host wrote")
    }

    // MARK: Tables

    func rows(forHost: Bool) -> [LetterContent.Row] {
        let area = OneLine.text(facts.area ?? "", longest: LetterWriter.longestTitle)
        let nights = Wording.count(facts.stay.nightCount, "night")
        return [.init("Place", area.isEmpty ? place : "\(place), \(area)")]
            + [.init("Booking", OneLine.text(facts.code, longest: 40))]
            + (forHost && facts.guestName != nil ? [.init("Guest", guest)] : [])
            + [
                .init("Check-in", "\(Wording.day(facts.stay.checkIn)), from \(facts.checkInFrom)"),
                .init("Check-out", "\(Wording.day(facts.stay.checkOut)), by \(facts.checkOutBy)"),
                .init("Stay", "\(nights), \(Wording.count(facts.guests, "guest"))"),
                .init("Total", facts.total.description), .init("Time zone", Wording.name(of: facts.zone)),
            ]
    }

    var price: [LetterContent.Row] {
        guard !facts.lines.isEmpty, facts.lines.count <= LetterWriter.mostLines else { return [] }
        return facts.lines.map { .init(OneLine.text($0.label, longest: 100), $0.amount.description) }
            + [.init("Total", facts.total.description)]
    }

    // MARK: Links

    var checkout: LetterContent.Action {
        .init(label: "Pay and confirm", url: "\(baseURL)/checkout/\(facts.bookingId)")
    }
    var search: LetterContent.Action { .init(label: "Find another place", url: "\(baseURL)/search") }
    func trip(_ label: String) -> LetterContent.Action {
        .init(label: label, url: "\(baseURL)/trips/\(facts.bookingId)")
    }
    func hosting(_ label: String) -> LetterContent.Action { .init(label: label, url: "\(baseURL)/host/bookings") }
}
