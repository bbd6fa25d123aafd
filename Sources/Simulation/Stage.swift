import Assembly
import AuthService
import Core
import PaymentService
import Storage
import Synchronization

/// Everything that outlives a node: the databases, the outside, and what people and checkers remember.
final class Stage: Sendable {
    let scheduler: Scheduler
    let weather: Weather
    let planted: PlantedFault?
    /// As they are, without faults.
    let databases: Databases
    /// Where payers pay; nobody's node can crash it.
    let providers: [TestProvider]
    let post = PostOffice()
    /// The life of the people; the outside lives until the run is over.
    let people = Life()
    let outside = Life()
    /// Sessions that the planted fault `takesTwice` opened, by their payment.
    let secondSessions = Mutex<[PaymentID: String]>([:])

    /// How many moves are told of a run that broke.
    private static let storyLength = 30
    /// How many sent events are kept for the postman.
    private static let mostEvents = 2000

    private let configuration: Configuration
    private let state: Mutex<State>

    private struct State: Sendable {
        var dice: Dice
        var nodes: [Node] = []
        /// Every house that was built, to take them down at the end.
        var houses: [House] = []
        var nodesMade = 0
        var places: [Place] = []
        var moves = 0
        var story: [String] = []
        var counts: [String: Int] = [:]
        var commits = 0
        var changed: Set<String> = []
        var commitsByDatabase: [String: Int] = [:]
        var isCheckDue = false
        var findings: [String] = []
        var events: [SentEvent] = []
        var acknowledged: [BookingID] = []
    }

    init(dice: inout Dice, planted: PlantedFault?) throws {
        var own = dice.child()
        // Around the days on which clocks change, as often as not.
        let day = own.happens(percent: 50) ? own.pick([66, 80, 296, 303]) : own.below(365)
        let firstDay = LocalDay(number: 20_819 + Int32(day))  // 2027-01-01 and so many days
        let start = Instant(milliseconds: Int64(firstDay.number) * 86_400_000 + Int64(own.below(86_400)) * 1000)
        scheduler = Scheduler(start: start, dice: &dice)
        weather = Weather(dice: &dice)
        self.planted = planted
        databases = try Databases.memory()
        configuration = try Configuration([
            "ROOST_HOLD_MINUTES": own.pick(["5", "15", "60"]),
            "ROOST_REQUEST_HOURS": own.pick(["2", "24"]),
            "ROOST_ACCEPTED_HOURS": own.pick(["1", "24"]),
            // Seldom, because each question costs the simulation time; answers come by the payer's return as well.
            "ROOST_POLL_SECONDS": own.pick(["600", "3600", "14400"]),
            "ROOST_RATE_LIMITS": own.pick(["on", "off"]),
        ])
        let world = scheduler.world(of: outside)
        let payments = databases.payments
        let baseURL = configuration.baseURL
        providers = (own.happens(percent: 40) ? ["test", "other"] : ["test"]).map {
            TestProvider(database: payments, world: world, baseURL: baseURL, name: $0)
        }
        state = Mutex(State(dice: own))
    }

    // MARK: Nodes

    /// Starts one more node over the same databases.
    func startNode() throws {
        let life = Life()
        let faulty = databases.wrapped { FaultyDatabase(name: $0, inner: $1, life: life, stage: self) }
        let house = try House(
            configuration, databases: faulty, world: scheduler.world(of: life),
            parts: House.Parts(
                hashing: .cheap, providers: providers.map { FaultyProvider(inner: $0, life: life, stage: self) },
                mailProvider: FaultyPost(office: post, life: life, stage: self)))
        state.withLock { state in
            state.houses.append(house)
            state.nodesMade += 1
            state.nodes.append(Node(name: "node \(state.nodesMade)", house: house, life: life))
        }
    }

    /// A house without faults over the same databases, for looking only.
    func bareHouse() throws -> House {
        let house = try House(
            configuration, databases: databases, world: scheduler.world(of: outside),
            parts: House.Parts(
                hashing: .cheap, providers: providers,
                mailProvider: FaultyPost(office: post, life: outside, stage: self)))
        state.withLock { $0.houses.append(house) }
        return house
    }

    /// After the run: nodes and houses know the stage, and it knows them.
    func clear() {
        let houses = state.withLock { state in
            defer {
                state.houses = []
                state.nodes = []
            }
            return state.houses
        }
        for house in houses { house.dismantle() }
    }

    var nodes: [Node] { state.withLock { $0.nodes } }

    /// A node goes away in the middle of whatever it does. Its tasks never go on.
    func crash(_ node: Node) {
        state.withLock { $0.nodes.removeAll { $0 === node } }
        node.crash(on: scheduler)
        moved("crash of \(node.name)", "")
        count("crashes")
    }

    // MARK: Asking a node

    /// Something that someone asks of the system, at whichever node the way leads to.
    /// - Parameter move: what it is, in words; the trace has it with how it ended.
    func ask<Value: Sendable>(
        _ move: String, _ work: @escaping @Sendable (House) async throws -> Value
    ) async -> Reply<Value> {
        let node = state.withLock { state in state.nodes.isEmpty ? nil : state.dice.pick(state.nodes) }
        guard let node else {
            moved(move, "nobody there")
            return .lost
        }
        let reply = await node.ask(on: scheduler, work)
        moved(move, reply.word)
        if let fault = reply.fault { found("\(move): \(fault)") }
        return reply
    }

    /// Something was done: the promises are looked at before anything else is.
    func moved(_ move: String, _ outcome: String) {
        let now = scheduler.now
        state.withLock { state in
            state.moves += 1
            state.isCheckDue = true
            state.story.append("\(now) \(move): \(outcome)")
            if state.story.count > 2 * Stage.storyLength { state.story.removeFirst(Stage.storyLength) }
        }
        scheduler.note(move)
        scheduler.note(outcome)
    }

    // MARK: What is remembered

    func committed(_ database: String, _ events: [SentEvent]) {
        scheduler.note(database)
        state.withLock { state in
            state.commits += 1
            state.changed.insert(database)
            state.commitsByDatabase[database, default: 0] += 1
            state.events += events
            if state.events.count > Stage.mostEvents { state.events.removeFirst(Stage.mostEvents / 2) }
        }
    }

    /// A promise that broke, as somebody who asked saw it.
    func found(_ finding: String) { state.withLock { $0.findings.append(finding) } }

    func count(_ what: String) { state.withLock { $0.counts[what, default: 0] += 1 } }
    func counts(_ what: String) -> Int { state.withLock { $0.counts[what] ?? 0 } }

    func add(_ place: Place) { state.withLock { $0.places.append(place) } }
    var places: [Place] { state.withLock { $0.places } }

    /// Someone was told that this booking is there.
    func acknowledge(_ booking: BookingID) { state.withLock { $0.acknowledged.append(booking) } }
    var acknowledged: [BookingID] { state.withLock { $0.acknowledged } }

    var commits: Int { state.withLock { $0.commits } }
    var commitsByDatabase: [String: Int] { state.withLock { $0.commitsByDatabase } }
    var moves: Int { state.withLock { $0.moves } }
    /// The last moves, the latest at the end.
    var story: [String] { state.withLock { $0.story.suffix(Stage.storyLength) } }

    /// What was found since the last time.
    func takeFindings() -> [String] {
        state.withLock { state in
            defer { state.findings = [] }
            return state.findings
        }
    }

    /// The databases that were written to since the last time, where something was done that makes the promises due.
    func takeChanged() -> Set<String> {
        state.withLock { state in
            guard state.isCheckDue else { return [] }
            defer {
                state.isCheckDue = false
                state.changed = []
            }
            return state.changed
        }
    }

    /// An event sent some time ago.
    func anyEvent(_ dice: inout Dice) -> SentEvent? {
        let events = state.withLock { $0.events }
        return events.isEmpty ? nil : dice.pick(events)
    }

    /// Stands still for so long, as people do.
    func pause(_ duration: Duration) async throws { try await scheduler.sleep(duration, of: people) }

    /// Lets somebody live on their own.
    func begin(_ life: @escaping @Sendable () async throws -> Void) {
        _ = Task(executorPreference: scheduler) { try? await life() }
    }
}

/// A place that guests know of.
struct Place: Sendable {
    let id: PropertyID
    let host: Caller
    let zone: Zone
    let currency: Currency
}
