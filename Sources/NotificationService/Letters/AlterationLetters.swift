import Core

/// What letters say about changes of a booking, to both sides.
extension BookingWords {
    /// What may stand in their sentences besides.
    static func values(of change: StayFacts.Change, _ writer: LetterWriter) -> [String: String] {
        func words(_ stay: Stay, _ guests: Int, _ total: Money) -> String {
            let (texts, formats) = (writer.texts, writer.formats)
            return [
                texts(
                    "letter.change.days",
                    ["checkIn": formats.longDay(stay.checkIn), "checkOut": formats.longDay(stay.checkOut)]),
                texts.count("count.nights", stay.nightCount), texts.count("count.guests", guests), sum(total, writer),
            ].joined(separator: texts("format.comma"))
        }
        return [
            "before": words(change.before, change.guestsBefore, change.totalBefore),
            "after": words(change.stay, change.guests, change.total), "difference": sum(change.difference, writer),
        ]
    }

    func changeParagraphs(of kind: LetterKind) -> [String] {
        guard let change = facts.change else { return [] }
        let difference =
            change.totalAfterLessBefore == 0 ? "same" : change.totalAfterLessBefore > 0 ? "more" : "less"
        switch kind {
        case .changeProposed, .changeProposedToHost:
            let isOwn = change.isProposedByHost == kind.isForHost
            return [
                say(isOwn ? "change.proposedOwn" : "change.proposedOther"), say("change.words"),
                say("change.\(difference)"),
            ]
        case .changeAgreed, .changeAgreedForHost: return [say("\(kind.rawValue).a"), say("change.words")]
        case .changeApplied, .changeAppliedForHost:
            return [say("\(kind.rawValue).a"), say("change.now")]
                + (difference == "less" ? [say("change.back")] : [])
        case .changeEnded, .changeEndedForHost:
            return [say("change.ended.\((change.outcome ?? .declined).rawValue)"), say("\(kind.rawValue).a")]
        case .registered, .requested, .requestReceived, .accepted, .declined, .lapsed, .held, .confirmed,
            .bookingReceived, .expired, .cancelled, .cancelledForHost, .refunded, .lateRefunded, .guestUnreachable:
            return []
        }
    }

    /// What the proposer wrote.
    var changeMessage: LetterContent.Row? {
        let text = OneLine.text(facts.change?.message ?? "", longest: LetterWriter.longestReason)
        return text.isEmpty ? nil : .init(say("change.message"), text)
    }
}
