import ArgumentParser
import Assembly
import Core

struct CopyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy", abstract: "Moves all four databases to another place, on SQLite or PostgreSQL.",
        discussion: """
            A place is sqlite:FOLDER (a data folder), postgresql://USER@HOST/NAME (the databases NAME_users, \
            NAME_properties, NAME_bookings and NAME_payments, which must be there) or config:FILE (the four settings in \
            it). Stop every server on the source first. The target must be empty; every row is read again there and \
            compared, and the target is audited. A copy that did not end leaves a target that nothing starts on; copying \
            again begins anew.
            """)

    @OptionGroup var settings: SettingsOptions
    @Option(help: "Where the databases are.") var from: String
    @Option(help: "Where they go.") var to: String

    func validate() throws {
        for (option, place) in [("--from", from), ("--to", to)] where !Place.isOne(place) {
            throw ValidationError("\(option) takes \(Place.forms).")
        }
    }

    func run() async throws {
        let source = try Place.settings(from, option: "--from")
        let target = try Place.settings(to, option: "--to")
        let copy = HouseCopy(
            from: try settings.configuration(over: source).databases,
            to: try settings.configuration(over: target).databases,
            world: .live)
        let line = ProgressLine()
        let pace = Pace()
        let copied = try await copy.run { if pace.isDue() { line.show($0) } }
        line.end()
        for database in copied {
            print("\(database.name): \(database.rows) rows in \(database.tables) tables, the same on both sides")
        }
        let findings = try await findings(at: target)
        for finding in findings { print(finding) }
        guard !findings.isEmpty else { return print("Every promise holds.") }
        // A house that was stopped may have had something in hand, and it goes on with it at its new place.
        let known = Set(try await self.findings(at: source))
        guard known.isSuperset(of: findings) else {
            throw Failure(
                sentence: "every row was copied, but the target breaks promises that the source keeps: see above")
        }
        print(
            "Every row was copied. The source says the same of itself: start the target, and ask `roost audit` there.")
    }

    private func findings(at place: [String: String]) async throws -> [String] {
        try await settings.withHouseToLookAt(over: place) { try await Audit($0).run(atRest: false).map(\.description) }
    }
}
