import Core

/// The letters about changes of a booking, to both sides.
extension LetterWriter {
    func changeProposed(_ facts: BookingWords, forHost: Bool) -> LetterContent {
        let isOwn = facts.change?.isProposedByHost == forHost
        var paragraphs = [
            isOwn
                ? "You have proposed to change the booking at \(facts.place)."
                : "\(forHost ? facts.guest : "The host") would like to change the booking at \(facts.place).",
            facts.changed, facts.changeDifference(forHost: forHost),
        ]
        if isOwn {
            let until = facts.deadline.map { " They have until \($0) to answer." } ?? ""
            paragraphs.append("The other side has to agree first.\(until) Until then the booking stays as it is.")
        } else {
            let until = facts.deadline.map { " by \($0)" } ?? ""
            paragraphs.append("Please agree or decline\(until). Until you agree, the booking stays as it is.")
        }
        return LetterContent(
            subject: isOwn
                ? "Your change is proposed: \(facts.shortPlace)"
                : "Please answer: a change of the booking at \(facts.shortPlace)",
            paragraphs: paragraphs, quote: facts.changeMessage(forHost: forHost),
            action: change(isOwn ? "See the change" : "Answer the change", facts, forHost: forHost))
    }

    func changeAgreed(_ facts: BookingWords, forHost: Bool) -> LetterContent {
        let until = facts.deadline.map { " by \($0)" } ?? " soon"
        return LetterContent(
            subject: forHost
                ? "Agreed, and waiting for the guest to pay: \(facts.shortPlace)"
                : "Agreed: pay the difference to change your stay at \(facts.shortPlace)",
            paragraphs: [
                "You and \(forHost ? facts.guestInSentence : "the host") agree on changing the booking at \(facts.place).",
                facts.changed,
                forHost
                    ? "The guest has to pay the difference\(until). The new nights are held until then, and the old ones stay theirs."
                    : "For the change to count, please pay \(facts.changeAmount)\(until). The new nights are held for you until "
                        + "then, and your old ones stay yours.",
            ],
            action: change(forHost ? "See your bookings" : "Pay the difference", facts, forHost: forHost))
    }

    func changeApplied(_ facts: BookingWords, forHost: Bool) -> LetterContent {
        LetterContent(
            subject: "Changed: \(forHost ? "a" : "your") stay at \(facts.shortPlace)",
            paragraphs: [
                "The booking at \(facts.place) is changed, as you both agreed. This is how it is now:", facts.changed,
                facts.changeDifference(forHost: forHost),
            ]
                + (forHost
                    ? [] : ["You need do nothing. The stay as it is now is attached as a file for your calendar."]),
            price: facts.price, action: change(forHost ? "See your bookings" : "See your trip", facts, forHost: forHost)
        )
    }

    func changeEnded(_ facts: BookingWords, forHost: Bool) -> LetterContent {
        LetterContent(
            subject: "Not changed: \(forHost ? "a" : "your") stay at \(facts.shortPlace)",
            paragraphs: [
                facts.changeEnd, "The booking at \(facts.place) stays as it was; it is shown below.",
                forHost
                    ? "You need do nothing."
                    : "Should money of yours for the change still arrive, we either make the "
                        + "change or send all of it back, and write to you.",
            ],
            quote: facts.reason(from: "The reason given"),
            action: change(forHost ? "See your bookings" : "See your trip", facts, forHost: forHost))
    }

    private func change(_ label: String, _ facts: BookingWords, forHost: Bool) -> LetterContent.Action {
        forHost ? facts.hosting(label) : facts.trip(label)
    }
}

extension BookingWords {
    fileprivate var change: StayFacts.Change? { facts.change }

    /// What becomes what, in a sentence.
    fileprivate var changed: String {
        guard let change else { return "The booking is to be another." }
        let before = BookingWords.stay(change.before, change.guestsBefore, change.totalBefore)
        return "Before: \(before). \(change.isApplied ? "Now" : "Proposed"): "
            + BookingWords.stay(change.stay, change.guests, change.total) + "."
    }

    private static func stay(_ stay: Stay, _ guests: Int, _ total: Money) -> String {
        "\(Wording.day(stay.checkIn)) to \(Wording.day(stay.checkOut)), \(Wording.count(stay.nightCount, "night")), "
            + "\(Wording.count(guests, "guest")), \(total)"
    }

    fileprivate var changeAmount: String { change.map { "\($0.difference)" } ?? "the difference" }

    fileprivate func changeDifference(forHost: Bool) -> String {
        guard let change else { return "" }
        let difference = change.totalAfterLessBefore
        if difference == 0 { return "The price stays the same." }
        if difference > 0 {
            return change.isApplied
                ? "The difference of \(change.difference) is paid."
                : "\(forHost ? "The guest pays" : "You pay") \(change.difference) more before the change counts."
        }
        return change.isApplied
            ? "\(change.difference) goes back to \(forHost ? "the guest" : "you"). It takes the way it came; banks may need a few days to show it."
            : "\(change.difference) would go back to \(forHost ? "the guest" : "you")."
    }

    fileprivate var changeEnd: String {
        switch change?.outcome {
        case .declined: "The proposed change of the booking was declined."
        case .withdrawn: "The proposed change of the booking was withdrawn."
        case .lapsed: "The proposed change of the booking was not answered in time."
        case .expired: "The difference for the change of the booking was not paid in time."
        case nil: "The booking is not changed."
        }
    }

    fileprivate func changeMessage(forHost: Bool) -> LetterContent.Row? {
        let text = OneLine.text(change?.message ?? "", longest: LetterWriter.longestReason)
        guard !text.isEmpty, let change else { return nil }
        return .init(
            change.isProposedByHost == forHost
                ? "You wrote" : change.isProposedByHost ? "The host wrote" : "The guest wrote", text)
    }
}
