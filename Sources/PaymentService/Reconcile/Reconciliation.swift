import Core

/// Compares what a provider's lists say of some time with the books, to the minor unit. Pure: it reads nothing.
struct Reconciliation: Sendable {
    /// What the books have of a provider.
    struct Books: Sendable {
        struct Capture: Sendable {
            let payment: PaymentID
            let capture: String
            let amount: Money
            /// When we stored the payment, before the provider was asked; and when we learnt of the money.
            let begunAt: Instant
            let bookedAt: Instant
        }

        struct Refund: Sendable {
            let id: RefundID
            let payment: PaymentID
            let reference: String?
            let amount: Money
            let state: RefundCourse.State
            /// When we stored it, before the provider was asked; for one made at the provider by hand when we heard of it,
            /// which may be long after.
            let begunAt: Instant
            let isByHand: Bool
            /// When it was done; nothing while it is not.
            let bookedAt: Instant?

            var isDone: Bool { state == .done }
        }

        struct Dispute: Sendable {
            let payment: PaymentID
            let amount: Money
            let state: DisputeFacts.State
            /// When we learnt how it was decided; nothing while it is not.
            let closedAt: Instant?
        }

        let captures: [Capture]
        let refunds: [Refund]
        /// By the provider's name of them.
        let disputes: [String: Dispute]
        /// Fees that are booked, by the provider's name of them.
        let fees: [String: Money]

        /// Refunds as a provider's lines name them.
        var refundsByName: RefundNames { RefundNames(refunds) }
    }

    /// Finds the refund that a line is about, however many there are.
    struct RefundNames: Sendable {
        private let byId: [RefundID: Books.Refund]
        private let byReference: [String: Books.Refund]

        init(_ refunds: [Books.Refund]) {
            byId = Dictionary(refunds.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            byReference = Dictionary(
                refunds.compactMap { refund in refund.reference.map { ($0, refund) } },
                uniquingKeysWith: { first, _ in first })
        }

        /// By our own id where the line carries one that is known, else by the provider's name of it.
        subscript(line: StatementLine) -> Books.Refund? {
            line.refundId.flatMap { byId[$0] } ?? byReference[line.reference]
        }
    }

    /// Something that is not as it should be.
    struct Difference: Sendable, Equatable {
        let kind: MoneyCase.Kind
        /// The provider's name of it, or ours where it has none.
        let reference: String
        let payment: PaymentID?
        let amount: Money?
        let detail: String
    }

    let provider: String
    let from: Instant
    let to: Instant

    /// What differs, but for fees that are not booked yet and disputes nobody has told us of: those are entered.
    func differences(_ lines: [StatementLine], _ books: Books) -> [Difference] {
        charges(lines, books) + refunds(lines, books) + fees(lines, books) + disputes(lines, books)
    }

    /// All that the lists show, and what in the books they show, in the names that differences have: what of it differs is told
    /// by `differences`, and the rest agrees.
    func agreed(_ lines: [StatementLine], _ books: Books) -> Set<String> {
        let captures = Set(lines.filter { $0.kind == .charge }.map { $0.capture ?? $0.reference })
        let backs = lines.filter { $0.kind == .refund || $0.kind == .refundFailure }
        let (ids, references) = (Set(backs.compactMap(\.refundId)), Set(backs.map(\.reference)))
        let payments = books.captures.filter { captures.contains($0.capture) }.map(\.payment.text)
        let refunds = books.refunds.filter { ids.contains($0.id) || $0.reference.map(references.contains) ?? false }
        return Set(lines.map(\.reference) + payments + refunds.map(\.id.text))
    }

    private func charges(_ lines: [StatementLine], _ books: Books) -> [Difference] {
        var differences: [Difference] = []
        let known = Dictionary(books.captures.map { ($0.capture, $0) }, uniquingKeysWith: { first, _ in first })
        var seen: Set<String> = []
        for line in lines where line.kind == .charge {
            let capture = line.capture ?? line.reference
            seen.insert(capture)
            guard let booked = known[capture] else {
                differences.append(
                    Difference(
                        kind: .unknownCharge, reference: line.reference, payment: line.paymentId, amount: line.amount,
                        detail: "\(provider) took \(line.amount) (\(line.reference)) that no payment here knows."))
                continue
            }
            guard booked.amount != line.amount else { continue }
            differences.append(
                Difference(
                    kind: .chargeDiffers, reference: line.reference, payment: booked.payment, amount: line.amount,
                    detail: "\(provider) took \(line.amount), the books say \(booked.amount)."))
        }
        for booked in books.captures
        where booked.begunAt >= from && booked.bookedAt < to && !seen.contains(booked.capture) {
            differences.append(
                Difference(
                    kind: .missingCharge, reference: booked.payment.text, payment: booked.payment,
                    amount: booked.amount,
                    detail: "The books have \(booked.amount) (\(booked.capture)) that \(provider)'s list does not show."
                ))
        }
        return differences
    }

    private func refunds(_ lines: [StatementLine], _ books: Books) -> [Difference] {
        var differences: [Difference] = []
        let names = books.refundsByName
        func known(_ line: StatementLine) -> Books.Refund? { names[line] }
        let failures = lines.filter { $0.kind == .refundFailure }
        let failed = Set(failures.map(\.reference))
        // One that came back may be in the list as that alone.
        var seen = Set(failures.compactMap { known($0)?.id })
        for line in lines where line.kind == .refund {
            guard let booked = known(line) else {
                guard !failed.contains(line.reference) else { continue }
                differences.append(
                    Difference(
                        kind: .unknownRefund, reference: line.reference, payment: line.paymentId, amount: line.amount,
                        detail:
                            "\(provider) gave \(line.amount) back (\(line.reference)) that the books know nothing of."))
                continue
            }
            seen.insert(booked.id)
            let what: String
            if booked.amount != line.amount {
                what = "the books say \(booked.amount)"
            } else if booked.state == .failed, !failed.contains(line.reference) {
                what = "the books say that it failed"
            } else {
                continue
            }
            differences.append(
                Difference(
                    kind: .refundDiffers, reference: line.reference, payment: booked.payment, amount: line.amount,
                    detail: "\(provider) gave \(line.amount) back (\(line.reference)), \(what)."))
        }
        for booked in books.refunds where booked.isDone && booked.begunAt >= from && !seen.contains(booked.id) {
            guard let bookedAt = booked.bookedAt, bookedAt < to, !booked.isByHand else { continue }
            differences.append(
                Difference(
                    kind: .missingRefund, reference: booked.id.text, payment: booked.payment, amount: booked.amount,
                    detail: "The books have a refund of \(booked.amount) that \(provider)'s list does not show."))
        }
        for line in failures {
            guard let booked = known(line), booked.isDone else { continue }
            differences.append(
                Difference(
                    kind: .refundDiffers, reference: line.reference, payment: booked.payment, amount: line.amount,
                    detail: "The refund \(line.reference) came back at \(provider), the books have it as done."))
        }
        return differences
    }

    /// What a dispute took, where the provider's list shows it; one that was not known is entered, not compared.
    private func disputes(_ lines: [StatementLine], _ books: Books) -> [Difference] {
        var differences: [Difference] = []
        let givenBack = Set(lines.filter { $0.kind == .chargebackReversal }.map(\.reference))
        for line in lines where line.kind == .chargeback || line.kind == .chargebackReversal {
            guard let booked = books.disputes[line.reference] else { continue }
            let what: String
            if booked.amount != line.amount {
                what = "the books say \(booked.amount)"
            } else if line.kind == .chargebackReversal, booked.state != .won {
                what = "and gave it back; the books have it as \(booked.state.rawValue)"
            } else if line.kind == .chargeback, booked.state == .inquiry {
                what = "the books have it as a question that took nothing"
            } else if line.kind == .chargeback, booked.state == .won, !givenBack.contains(line.reference),
                booked.closedAt.map({ $0 < to }) ?? true
            {
                // What gave it back since then is not in this list yet.
                what = "and never gave it back; the books have it as won"
            } else {
                continue
            }
            differences.append(
                Difference(
                    kind: .disputeDiffers, reference: line.reference, payment: booked.payment, amount: line.amount,
                    detail: "\(provider) withheld \(line.amount) for the dispute \(line.reference), \(what)."))
        }
        return differences
    }

    private func fees(_ lines: [StatementLine], _ books: Books) -> [Difference] {
        lines.filter { $0.kind == .fee }.compactMap { line in
            guard let booked = books.fees[line.reference], booked != line.amount else { return nil }
            return Difference(
                kind: .feeDiffers, reference: line.reference, payment: nil, amount: line.amount,
                detail: "\(provider) keeps \(line.amount), the books say \(booked).")
        }
    }
}
