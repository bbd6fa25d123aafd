import BookingService
import Core
import HTTPTypes

/// What a page says that cancelling gives back and keeps: its form says it back, so that nothing else is done than was
/// shown.
enum ShownCancellation {
    static func pairs(_ offer: CancellationOffer) -> [(name: String, value: String)] {
        [("refund", "\(offer.refund.amount)"), ("kept", "\(offer.kept.amount)")]
    }

    static func hidden(_ offer: CancellationOffer) -> HTML { HTML(hidden: pairs(offer)) }

    /// - Throws: `Problem` `validation_failed` on the form as a whole where it says no such sums.
    static func read(
        _ form: Form, _ booking: Booking, _ texts: Texts
    ) throws(Problem) -> ExpectedCancellation {
        let currency = booking.total.currency
        guard let refund = form.sum("refund", currency), let kept = form.sum("kept", currency) else {
            throw Problem.incompleteForm(texts)
        }
        return ExpectedCancellation(refund: refund, kept: kept)
    }

    /// What has changed since the page said it.
    /// - Parameters:
    ///   - problem: why it was not done.
    ///   - offer: what cancelling gives back now.
    static func problems(
        _ problem: Problem, _ form: Form, _ offer: CancellationOffer, on page: PageVisit
    ) -> FormProblems {
        let texts = page.texts
        guard problem.code == .stateConflict, let refund = form.sum("refund", offer.refund.currency),
            let kept = form.sum("kept", offer.refund.currency)
        else { return FormProblems(problem, texts) }
        if refund != offer.refund {
            let values = ["old": page.formats.money(refund), "new": page.formats.money(offer.refund)]
            return FormProblems(detail: texts("cancel.refundChanged", values), status: .conflict)
        }
        guard kept != offer.kept else { return FormProblems(problem, texts) }
        return FormProblems(detail: texts("cancel.paidChanged"), status: .conflict)
    }
}
