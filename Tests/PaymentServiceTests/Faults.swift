import Core
import PaymentService
import Storage
import Synchronization

/// Where a call to the outside, or a transaction, breaks off.
enum FaultSide: Sendable, CaseIterable {
    /// Nothing happened.
    case before
    /// It happened, and nobody was told.
    case after
}

/// Decides which of the calls and transactions break off. They are counted from 0, in the order they are made.
final class Faults: Sendable {
    private struct State {
        var made = 0
        var decide: @Sendable (Int) -> FaultSide? = { _ in nil }
        var providersAreAway = false
    }

    private let state = Mutex(State())

    var made: Int { state.withLock { $0.made } }

    /// While they are away no provider answers; the databases go on.
    var providersAreAway: Bool {
        get { state.withLock { $0.providersAreAway } }
        set { state.withLock { $0.providersAreAway = newValue } }
    }

    func decide(_ decide: @escaping @Sendable (Int) -> FaultSide?) { state.withLock { $0.decide = decide } }

    func next() -> FaultSide? {
        state.withLock { state in
            defer { state.made += 1 }
            return state.decide(state.made)
        }
    }
}

/// A provider whose answers get lost.
struct FlakyProvider: PaymentProvider {
    let inner: any PaymentProvider
    let faults: Faults
    /// What it says of a payment instead of the truth.
    var takes: (@Sendable (Money) -> Money)?
    /// Whether a refund is only accepted at first.
    var refundsAreSlow = false

    var name: String { inner.name }

    private func call<Answer>(_ unknown: Answer, _ work: () async -> Answer) async -> Answer {
        guard !faults.providersAreAway else { return unknown }
        switch faults.next() {
        case .before?: return unknown
        case .after?:
            _ = await work()
            return unknown
        case nil: return await work()
        }
    }

    private func changed(_ answer: SessionAnswer) -> SessionAnswer {
        guard case .paid(let amount, let capture) = answer, let takes else { return answer }
        return .paid(takes(amount), capture: capture)
    }

    func open(_ request: SessionRequest, key: String) async -> OpenAnswer {
        await call(.unknown(why: "lost")) { await inner.open(request, key: key) }
    }

    func lookUp(_ session: SessionReference, key: String) async -> SessionAnswer {
        changed(await call(.unknown(why: "lost")) { await inner.lookUp(session, key: key) })
    }

    func collect(_ session: SessionReference, key: String) async -> SessionAnswer {
        changed(await call(.unknown(why: "lost")) { await inner.collect(session, key: key) })
    }

    func close(_ session: SessionReference, key: String) async -> SessionAnswer {
        changed(await call(.unknown(why: "lost")) { await inner.close(session, key: key) })
    }

    func refund(_ request: RefundRequest, key: String) async -> RefundAnswer {
        let answer = await call(.unknown(why: "lost")) {
            // What it never took it can't give back: where it lies about the amount it lies about this too.
            takes == nil ? await inner.refund(request, key: key) : .done(refund: key)
        }
        if refundsAreSlow, case .done(let refund) = answer { return .pending(refund: refund) }
        return answer
    }

    func lookUpRefund(_ refund: RefundReference, key: String) async -> RefundAnswer {
        await call(.unknown(why: "lost")) { await inner.lookUpRefund(refund, key: key) }
    }
}

/// Whether this task, or the one that began it, is within a transaction: a fake provider asked there says so.
enum Within {
    @TaskLocal static var transaction = false
}

/// A database whose transactions break off, as where the process is killed before or after a commit.
struct FlakyDatabase: Database {
    let inner: any Database
    let faults: Faults

    func read<T: Sendable>(_ body: @Sendable (borrowing Reader) throws -> T) async throws -> T {
        try await inner.read { reader in try Within.$transaction.withValue(true) { try body(reader) } }
    }

    @discardableResult
    func write<T: Sendable>(_ given: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T {
        let body: @Sendable (borrowing Transaction) throws -> T = { tx in
            try Within.$transaction.withValue(true) { try given(tx) }
        }
        switch faults.next() {
        case .before?: throw StorageError.unavailable("killed before")
        case .after?:
            _ = try await inner.write(body)
            throw StorageError.unknownOutcome
        case nil: return try await inner.write(body)
        }
    }

    func close() throws { try inner.close() }
}
