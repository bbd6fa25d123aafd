import Assembly
import Core

/// When nodes work in the background. They really look every second; here the next moment at which something is due is
/// worked out, so that idle hours cost nothing.
struct BackgroundPlan {
    private var commits = -1
    private var waits: [Due.Wait] = []
    private var due: Due?
    /// How much later than due it is done: who looks every second comes late, and who has much to do later still.
    private var delay = Duration.zero
    private var lastRound: Instant?
    private var pause = BackgroundPlan.beat
    /// How many rounds in a row moved nothing.
    private(set) var roundsInVain = 0

    /// How often the real background looks.
    private static let beat = Duration.seconds(1)
    /// The longest wait after rounds that moved nothing.
    private static let longestPause = Duration.seconds(600)

    /// What waits, in words.
    var what: String { due.map { "\($0.what) at \($0.moment)" } ?? "nothing" }

    /// When some node looks next; nothing where nothing is due, or no node could look.
    mutating func nextRound(on stage: Stage, _ aside: Aside, _ dice: inout Dice) throws -> Instant? {
        if stage.commits != commits {
            commits = stage.commits
            let before = due
            let known = waits
            waits = try aside.run { try await Due.next(in: stage.databases, knowing: known, stage.commitsByDatabase) }
            due = waits.compactMap(\.due).min { $0.moment < $1.moment }
            switch dice.below(100) {
            case 0..<50: delay = .milliseconds(dice.below(2000))
            case 50..<95: delay = dice.seconds(1...600)
            default: delay = dice.minutes(10...60)
            }
            if due != before {
                pause = BackgroundPlan.beat
                roundsInVain = 0
            }
        }
        guard let due, stage.nodes.contains(where: { !$0.isWorking }) else { return nil }
        let moment = max(due.moment + delay, stage.scheduler.now)
        return lastRound.map { max(moment, $0 + pause) } ?? moment
    }

    /// Begins a round at one node, or at all of them at once.
    mutating func begin(on stage: Stage, _ dice: inout Dice) {
        lastRound = stage.scheduler.now
        roundsInVain += 1
        if roundsInVain > 1 { pause = min(pause * 2, BackgroundPlan.longestPause) }
        let idle = stage.nodes.filter { !$0.isWorking }
        guard !idle.isEmpty else { return }
        for node in dice.happens(percent: 60) ? [dice.pick(idle)] : idle where node.beginRound() {
            let (apart, tidies) = (dice.happens(percent: 20), dice.happens(percent: 3))
            stage.begin {
                let reply = await node.ask(on: stage.scheduler) { house in
                    try await BackgroundPlan.work(at: house, apart: apart, tidies: tidies)
                }
                node.endRound()
                stage.moved("background of \(node.name)", reply.word)
                if let fault = reply.fault { stage.found("background of \(node.name): \(fault)") }
            }
        }
    }

    /// - Parameter apart: all kinds of work at the same time, as the real background does it.
    private static func work(at house: House, apart: Bool, tidies: Bool) async throws {
        let chores = house.chores.filter { tidies || !$0.isTidying }
        guard apart else {
            for chore in chores { try await chore.work() }
            return
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for chore in chores { group.addTask { try await chore.work() } }
            try await group.waitForAll()
        }
    }
}
