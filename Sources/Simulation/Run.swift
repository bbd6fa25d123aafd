import Assembly
import Core
import Storage

/// One run of a simulation, from its own thread: draws what goes on next, moves the clock, crashes nodes and looks at
/// the promises.
final class Run {
    let stage: Stage
    private let scheduler: Scheduler
    private let aside = Aside()
    private var promises: Promises
    private var dice: Dice
    private var background = BackgroundPlan()
    private(set) var broken: SimulationReport.BrokenPromise?

    /// Longer than anything that is waited for: payments are watched for three days, stays are over in two weeks.
    private static let longestRest = Duration.hours(20 * 24)
    /// After so many rounds that move nothing, while nothing goes wrong any more, something will never come to rest.
    private static let mostRoundsInVain = 60

    init(seed: UInt64, planted: PlantedFault?) throws {
        var dice = Dice(seed: seed)
        stage = try Stage(dice: &dice, planted: planted)
        self.dice = dice
        scheduler = stage.scheduler
        promises = Promises(databases: stage.databases)
    }

    // MARK: From the first day to rest

    func play(days: Int, onDay: (_ day: Int, _ moves: Int) -> Void) throws {
        try begin()
        let start = scheduler.now
        for day in 1...max(1, days) {
            try act(until: start + .hours(Double(day * 24)))
            guard broken == nil else { return }
            onDay(day, stage.moves)
        }
        try comeToRest()
    }

    private func begin() throws {
        let (stage, people) = (stage, dice.child())
        let world = scheduler.world(of: stage.outside)
        try aside.run { try await stage.databases.migrate(world: world) }
        let lives = try aside.run { try await Town.build(on: stage, dice: people) }
        try stage.startNode()
        if dice.happens(percent: 50) { try stage.startNode() }
        try check()
        for life in lives { stage.begin(life) }
        stage.weather.begin()
    }

    /// Lets everything happen that happens until `end`, in simulated time.
    private func act(until end: Instant) throws {
        while broken == nil {
            if stage.weather.crashes, let node = stage.nodes.randomElement(using: &dice) { try crash(node) }
            if scheduler.step() {
                try check()
                continue
            }
            // Nothing is left to do at this moment: time moves on.
            try check()
            let round = try background.nextRound(on: stage, aside, &dice)
            let next = [scheduler.nextMoment, round].compactMap(\.self).min()
            guard let next, next <= end else { return scheduler.move(to: end) }
            scheduler.move(to: next)
            if let round, round <= next { background.begin(on: stage, &dice) }
        }
    }

    private func crash(_ node: Node) throws {
        stage.crash(node)
        try check()
        let (stage, pause) = (stage, dice.happens(percent: 80) ? dice.seconds(2...120) : dice.minutes(2...120))
        stage.begin {
            try await stage.scheduler.sleep(pause, of: stage.outside)
            guard !stage.people.isOver else { return }
            try stage.startNode()
        }
    }

    /// People go home, nothing goes wrong any more, and what is under way comes to its end.
    private func comeToRest() throws {
        stage.weather.end()
        scheduler.end(stage.people)
        for node in stage.nodes { stage.crash(node) }
        try stage.startNode()
        background = BackgroundPlan()
        let end = scheduler.now + Run.longestRest
        while broken == nil, scheduler.now < end {
            if scheduler.step() {
                try check()
                continue
            }
            try check()
            let round = try background.nextRound(on: stage, aside, &dice)
            guard let next = [scheduler.nextMoment, round].compactMap(\.self).min() else { break }
            if background.roundsInVain > Run.mostRoundsInVain {
                return breakOff(["it never comes to rest: \(background.what) waits, and nothing moves"])
            }
            scheduler.move(to: min(next, end))
            if let round, round <= next { background.begin(on: stage, &dice) }
        }
        if broken == nil { try checkRest() }
    }

    // MARK: Promises

    /// Looks at every promise, where something was done since the last time.
    private func check() throws {
        guard broken == nil else { return }
        var findings = stage.takeFindings()
        let changed = stage.takeChanged()
        if !changed.isEmpty {
            let before = promises
            let (after, found) = try aside.run {
                var promises = before
                let found = try await promises.broken(in: changed)
                return (promises, found)
            }
            promises = after
            findings += found
        }
        if !findings.isEmpty { breakOff(findings) }
    }

    private func checkRest() throws {
        let stage = stage
        let rest = RestPromises(databases: stage.databases, post: stage.post, acknowledged: stage.acknowledged)
        var findings = try aside.run { try await rest.broken() }
        // The audit that operators run must say the same.
        findings += try aside.run { try await Audit(try stage.bareHouse()).once(atRest: true).map { "audit: \($0)" } }
        if !findings.isEmpty { breakOff(findings) }
    }

    func breakOff(_ findings: [String]) {
        guard broken == nil else { return }
        broken = SimulationReport.BrokenPromise(
            move: stage.moves, moment: scheduler.now.description, story: stage.story, findings: findings)
    }

    // MARK: The end

    /// What came of it. Notes the end of every booking and of the books into the trace.
    func report(seed: UInt64, days: Int) throws -> SimulationReport {
        let (stage, scheduler) = (stage, scheduler)
        let counts = try aside.run { try await Tally.counts(of: stage) }
        for count in counts {
            scheduler.note(count.what)
            scheduler.note(Int64(count.count))
        }
        return SimulationReport(
            seed: seed, days: days, trace: scheduler.trace, moves: stage.moves, counts: counts, broken: broken)
    }

    /// Gives the memory of everything back that stood still.
    func end() {
        for node in stage.nodes { node.crash(on: scheduler) }
        scheduler.end(stage.people)
        scheduler.end(stage.outside)
        scheduler.unwind()
        stage.clear()
    }
}
