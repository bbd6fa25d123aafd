import BookingService
import Core
import PaymentService

/// Money: the books by themselves, and against the bookings.
enum BooksCheck {
    static func alone(_ books: PaymentsAudit) -> [Audit.Finding] {
        books.unbalancedGroups.map { .init($0, "ledger group \($0) does not sum to zero") }
            + books.misbookedPayments.map { .init($0.text, "\($0): the ledger says something else than the payment") }
            + books.strayPayments.map { .init($0.text, "\($0): the ledger has it, and there is no such payment") }
            + books.misstatedPayments.map {
                .init($0.text, "\($0): its state, what it took and what was owed do not agree")
            }
            + books.overRefunded.map { .init($0.text, "\($0): more was given back than was taken") }
            + books.miscountedPayments.map { .init($0.text, "\($0): its refunds do not sum to what it says went back") }
            + books.failedRefunds.map {
                .init($0.text, "\($0): the provider will not make this refund, and no case says so")
            }
            + books.staleRefunds.map { .init($0.text, "\($0): this refund has waited for its provider for two weeks") }
    }

    /// No captured payment without a booking that is confirmed, or its refund; none confirmed without its money.
    static func against(_ bookings: BookingsAudit, _ books: PaymentsAudit) -> [Audit.Finding] {
        var findings: [Audit.Finding] = []
        let known = Dictionary(uniqueKeysWithValues: bookings.bookings.map { ($0.id, $0) })
        for payment in books.captured {
            func fault(_ what: String) {
                findings.append(.init(payment.bookingId.text, "\(payment.id) of \(payment.bookingId): \(what)"))
            }
            guard let booking = known[payment.bookingId] else {
                fault("money was taken for no booking")
                continue
            }
            // What is on its way back counts, and where a refund failed and a case says so, exactly its sum.
            let isWhole = payment.claimed + payment.withCase == payment.captured.amount
            if !payment.counts && !isWhole {
                fault("was taken beside the payment that counts, and has not gone back in full")
            }
            if payment.counts && !booking.wasConfirmed && !isWhole {
                fault(
                    "was taken, but the booking is \(booking.status.rawValue) and the money has not gone back in full")
            }
        }
        // Exactly what a case says did not go back may still be here, and not a cent more.
        let withCase = Dictionary(books.captured.map { ($0.bookingId, $0.withCase) }, uniquingKeysWith: +)
        for booking in bookings.bookings {
            func fault(_ what: String) {
                findings.append(.init(booking.id.text, "\(booking.id) (\(booking.status.rawValue)): \(what)"))
            }
            let balance = books.balances[booking.id]
            let leaving = books.leaving[booking.id] ?? MoneyLeaving()
            // What an operator gave back besides is no broken promise.
            let goodwill = leaving.goodwill
            let kept = (balance?.paid ?? 0) - (balance?.refunded ?? 0) - leaving.underWay - (withCase[booking.id] ?? 0)
            switch booking.status {
            case .confirmed, .completed:
                if kept != max(0, booking.total.amount - goodwill) {
                    fault("keeps \(kept) of its total of \(booking.total.amount)")
                }
            case .cancelled where booking.wasConfirmed:
                let due = booking.total.amount - (booking.refundDue?.amount ?? 0)
                if kept != max(0, due - goodwill) { fault("keeps \(kept) after its cancellation, \(due) was agreed") }
            case .cancelled, .declined, .expired, .requested, .held:
                if kept != 0 { fault("keeps \(kept) though it is not confirmed") }
            }
        }
        return findings + alterations(bookings, books)
    }

    /// A change that costs more counts only when it is paid; one that does not count keeps no money of its own.
    private static func alterations(_ bookings: BookingsAudit, _ books: PaymentsAudit) -> [Audit.Finding] {
        let payables = Dictionary(uniqueKeysWithValues: books.payables.map { ($0.id, $0) })
        var paidFor = Set(books.payables.filter { $0.purpose == .alteration }.map(\.id))
        var findings: [Audit.Finding] = []
        for alteration in bookings.alterations {
            paidFor.remove(alteration.payableId)
            guard alteration.status == .applied, alteration.difference > 0 else { continue }
            let payable = payables[alteration.payableId]
            guard payable?.state != .paid || payable?.amount?.amount != alteration.difference else { continue }
            findings.append(
                .init(alteration.bookingId.text, "\(alteration.id) of \(alteration.bookingId): counts, and is not paid")
            )
        }
        for id in paidFor.sorted() {
            guard let booking = payables[id]?.bookingId else { continue }
            findings.append(.init(booking.text, "\(id) of \(booking): is owed for no alteration"))
        }
        return findings
    }
}
