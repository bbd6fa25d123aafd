import Synchronization

/// How often what goes wrong: drawn from the seed, so that some runs are calm and some are rough.
final class Weather: Sendable {
    /// Where a call breaks off.
    enum Side: Sendable {
        /// Nothing happened.
        case before
        /// It happened, and nobody was told.
        case after
    }

    /// How many of a thousand calls of a kind break off.
    private struct Rates: Sendable {
        var reads = 0
        var writes = 0
        var provider = 0
        var mails = 0
        var crashes = 0
    }

    private struct State: Sendable {
        var dice: Dice
        var isOn = false
    }

    private let state: Mutex<State>
    private let rates: Rates
    let refundsAreSlow: Bool

    init(dice: inout Dice) {
        var own = dice.child()
        var rates = Rates()
        // A quarter of the runs is calm: what goes wrong there goes wrong by itself.
        if !own.happens(percent: 25) {
            rates.reads = own.pick([0, 3, 10])
            rates.writes = own.pick([0, 10, 40])
            rates.provider = own.pick([0, 50, 250])
            rates.mails = own.pick([0, 50, 250])
            rates.crashes = own.pick([0, 1, 3])
        }
        self.rates = rates
        refundsAreSlow = own.happens(percent: 30)
        state = Mutex(State(dice: own))
    }

    func begin() { state.withLock { $0.isOn = true } }
    func end() { state.withLock { $0.isOn = false } }

    var breaksRead: Bool { breaks(rates.reads) }
    var crashes: Bool { breaks(rates.crashes) }
    var breaksWrite: Side? { side(rates.writes) }
    var breaksProvider: Side? { side(rates.provider) }
    var breaksMail: Side? { side(rates.mails) }
    /// Whether a transaction loses to another one and its body is run again.
    var repeatsWrite: Bool { breaks(rates.writes) }

    private func breaks(_ rate: Int) -> Bool {
        state.withLock { $0.isOn && rate > 0 && $0.dice.below(1000) < rate }
    }

    private func side(_ rate: Int) -> Side? {
        state.withLock { state in
            guard state.isOn, rate > 0, state.dice.below(1000) < rate else { return nil }
            return state.dice.happens(percent: 50) ? .before : .after
        }
    }
}

/// What simulated trouble says of itself, so that it is known from real trouble.
enum Simulated {
    static let why = "simulated"
}
