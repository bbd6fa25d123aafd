import Core
import Outside
import Synchronization

/// What may go wrong between us and a provider.
enum NetFault: Sendable, CaseIterable {
    /// Refused before anything is done, with `Retry-After`.
    case limited
    /// A 500 that is gone the next time.
    case trouble
    /// A 500 that is stored under the key and said again for ever (Stripe); as `trouble` elsewhere.
    case stickyTrouble
    /// The connection breaks before the request has arrived.
    case resetBefore
    /// The connection breaks after it took effect.
    case resetAfter
    /// It takes effect, and no answer comes in time.
    case silence
    /// Nobody listens.
    case refused
    /// An answer that does not fit the contract, after the effect.
    case nonsense
}

/// Decides which calls go wrong, counts them, and remembers what was wrong with requests.
final class FaultPlan: Sendable {
    private struct State {
        var made = 0
        var decide: @Sendable (_ call: Int, _ method: String, _ path: String) -> NetFault? = { _, _, _ in nil }
        var breaches: [String] = []
        var log: [String] = []
        var moments: [Instant] = []
    }

    private let state = Mutex(State())

    var made: Int { state.withLock { $0.made } }
    /// What broke the contract, ours or the fake's. Must be empty.
    var breaches: [String] { state.withLock { $0.breaches } }
    /// Method and path of every call.
    var log: [String] { state.withLock { $0.log } }

    func decide(_ decide: @escaping @Sendable (_ call: Int, _ method: String, _ path: String) -> NetFault?) {
        state.withLock { $0.decide = decide }
    }

    /// When each call came.
    var moments: [Instant] { state.withLock { $0.moments } }

    func next(_ method: String, _ path: String, at now: Instant) -> NetFault? {
        state.withLock { state in
            defer { state.made += 1 }
            state.log.append("\(method) \(path)")
            state.moments.append(now)
            return state.decide(state.made, method, path)
        }
    }

    func breach(_ what: [String]) { if !what.isEmpty { state.withLock { $0.breaches += what } } }
}

/// An answer of a fake.
struct FakeAnswer: Sendable {
    var status: Int
    var body: JSON
    var headers: [(name: String, value: String)] = []
}

/// Carries requests to a fake, with faults on the way and both held against the contract.
struct FakeLine: Sendable {
    let contract: ProviderContract
    let plan: FaultPlan
    let base: String
    let clock: @Sendable () -> Instant
    /// Answers a request; `fault` is told where the fake itself must play it.
    let answer:
        @Sendable (_ request: OutsideRequest, _ path: String, _ query: [(String, String)], NetFault?) -> FakeAnswer

    var outside: Outside {
        Outside { request throws(OutsideFailure) in
            guard request.url.hasPrefix(base) else { throw OutsideFailure.notSent("another address") }
            let parts = request.url.dropFirst(base.count).split(separator: "?", maxSplits: 1)
            let path = String(parts.first ?? "")
            let query = parts.count > 1 ? FormText.pairs(String(parts[1])) : []
            plan.breach(contract.faults(in: request, path: path, query: query))
            if Within.transaction { plan.breach(["\(path): asked within a transaction"]) }
            let fault = plan.next(request.method.rawValue, path, at: clock())
            switch fault {
            case .refused: throw OutsideFailure.notSent("no connection to it")
            case .resetBefore: throw OutsideFailure.unknown("the connection broke")
            case .limited: return OutsideAnswer(status: 429, headers: [(name: "Retry-After", value: "1")])
            case .trouble: return OutsideAnswer(status: 500)
            default: break
            }
            let given = answer(request, path, query, fault)
            switch fault {
            case .resetAfter: throw OutsideFailure.unknown("the connection broke")
            case .silence: throw OutsideFailure.unknown("nothing in time")
            case .nonsense: return OutsideAnswer(status: 200, body: Array("{\"id\":7}".utf8))
            default: break
            }
            plan.breach(
                contract.faults(
                    inAnswer: given.body, status: given.status, method: request.method.rawValue, path: path))
            return OutsideAnswer(status: given.status, headers: given.headers, body: given.body.bytes)
        }
    }
}
