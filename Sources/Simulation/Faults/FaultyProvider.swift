import Core
import PaymentService
import Synchronization

/// A payment provider as one node reaches it: a call may fail before or after its effect.
struct FaultyProvider: PaymentProvider {
    let inner: TestProvider
    let life: Life
    let stage: Stage

    var name: String { inner.name }

    func open(_ request: SessionRequest, key: String) async -> OpenAnswer {
        await call(.unknown(why: Simulated.why)) {
            if stage.planted == .takesTwice,
                case .opened(let session, _) = await inner.open(request, key: "\(key)-again")
            {
                stage.secondSessions.withLock { $0[request.paymentId] = session }
            }
            return await inner.open(request, key: key)
        }
    }

    func lookUp(_ session: SessionReference, key: String) async -> SessionAnswer {
        await call(.unknown(why: Simulated.why)) {
            await takingAgain(await inner.lookUp(session, key: key), for: session.paymentId)
        }
    }

    func close(_ session: SessionReference, key: String) async -> SessionAnswer {
        if stage.planted == .neverCloses { return .unknown(why: Simulated.why) }
        return await call(.unknown(why: Simulated.why)) {
            await takingAgain(await inner.close(session, key: key), for: session.paymentId)
        }
    }

    func refund(_ request: RefundRequest, key: String) async -> RefundAnswer {
        await call(.unknown(why: Simulated.why)) {
            if stage.planted == .refundsTwice { _ = await inner.refund(request, key: "\(key)-again") }
            let answer = await inner.refund(request, key: key)
            guard stage.weather.refundsAreSlow, case .done(let refund) = answer else { return answer }
            return .pending(refund: refund)
        }
    }

    func lookUpRefund(_ refund: RefundReference, key: String) async -> RefundAnswer {
        await call(.unknown(why: Simulated.why)) { await inner.lookUpRefund(refund, key: key) }
    }

    private func call<Answer: Sendable>(_ lost: Answer, _ work: () async -> Answer) async -> Answer {
        do {
            try await stage.scheduler.turn(of: life)
            let side = stage.weather.breaksProvider
            if side == .before { return lost }
            let answer = await work()
            stage.committed("provider", [])
            try await stage.scheduler.turn(of: life)
            return side == .after ? lost : answer
        } catch {
            return lost
        }
    }

    private func takingAgain(_ answer: SessionAnswer, for payment: PaymentID) async -> SessionAnswer {
        if stage.planted == .takesTwice, case .paid = answer,
            let again = stage.secondSessions.withLock({ $0.removeValue(forKey: payment) })
        {
            _ = try? await inner.act(token: again, outcome: .succeed)
        }
        return answer
    }
}
