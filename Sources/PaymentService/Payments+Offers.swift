public import Core
import Synchronization

/// Whether a provider can take a sum now.
public struct ProviderOffer: Sendable, Equatable {
    public let provider: String
    /// Nothing where it can.
    public let objection: Objection?

    public var isAvailable: Bool { objection == nil }

    public enum Objection: Sendable, Equatable {
        /// It never takes such a sum.
        case sum(ChargeObjection)
        /// It does not answer at present.
        case away

        public var code: String {
            switch self {
            case .sum(let objection): objection.code
            case .away: "provider_unavailable"
            }
        }
    }

    /// Why not, as a sentence.
    public var words: String? {
        switch objection {
        case .sum(let objection)?: "\(provider) \(objection.words)."
        case .away?: "\(provider) does not answer at present."
        case nil: nil
        }
    }
}

extension Payments {
    /// With whom a sum can be paid, in order of preference: known before anything is held.
    public func offers(for amount: Money) -> [ProviderOffer] {
        providers.map { provider in
            if let objection = provider.objection(to: amount) {
                return ProviderOffer(provider: provider.name, objection: .sum(objection))
            }
            return ProviderOffer(provider: provider.name, objection: provider.restsUntil == nil ? nil : .away)
        }
    }

    /// Why a sum can't be paid, with the one the guest wants or, where they have not said, with anybody; the others who
    /// can are named. Asked before nights are held, and again before a payment is begun.
    public func refusal(of amount: Money, with wanted: String? = nil) -> Problem? {
        let all = offers(for: amount)
        let asked = wanted.map { name in all.filter { $0.provider == name } } ?? all
        if let wanted, asked.isEmpty {
            return .invalid(
                "provider", "unknown_provider",
                "\(wanted.prefix(40)) is no provider here. Choose one of: \(providerNames.joined(separator: ", ")).")
        }
        guard !asked.isEmpty, !asked.contains(where: \.isAvailable) else { return nil }
        let others = all.filter(\.isAvailable).map(\.provider)
        let offer = others.isEmpty ? "" : " Choose \(others.joined(separator: " or ")) instead."
        let why = asked.compactMap(\.words).joined(separator: " ")
        // One that is only away may be there again soon; whoever never takes such a sum will not take it then either.
        if asked.contains(where: { $0.objection == .away }) {
            let wait =
                providers.compactMap(\.restsUntil).min().map { $0.since(world.now()).wholeMilliseconds / 1000 } ?? 0
            return Problem(
                .providerUnavailable, why + (offer.isEmpty ? " Try again in a moment." : offer),
                retryAfterSeconds: Int(min(60, max(5, wait))))
        }
        return .invalid("provider", asked.first?.objection?.code ?? "not_possible", why + offer)
    }

    /// Asks each provider something harmless where it has not been asked for a while, so that an outage is known before
    /// somebody wants to pay, and its end too.
    package func probeProviders() async {
        for provider in providers where probes.isDue(provider.name, at: world.now()) {
            let answered = await provider.probe()
            // One that was silent is asked again at once: only several silences in a row make an outage.
            probes.next(provider.name, at: answered ? world.now() + probes.interval : world.now())
        }
    }

    /// Whether each provider's keys are good, found out without moving money.
    package func checkCredentials() async -> [(provider: String, check: CredentialCheck)] {
        var checks: [(provider: String, check: CredentialCheck)] = []
        for provider in providers { checks.append((provider.name, await provider.checkCredentials())) }
        return checks
    }
}

/// When each provider is asked whether it is there; of this node, since each sees for itself.
final class ProbePlan: Sendable {
    let interval: Duration
    /// Guards the moments; held to read or write one.
    private let due = Mutex<[String: Instant]>([:])

    init(interval: Duration) { self.interval = interval }

    func isDue(_ provider: String, at now: Instant) -> Bool { due.withLock { ($0[provider] ?? now) <= now } }
    func next(_ provider: String, at instant: Instant) { due.withLock { $0[provider] = instant } }
}
