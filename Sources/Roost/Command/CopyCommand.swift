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
        let findings = try await settings.withHouseToLookAt(over: target) { try await Audit($0).run(atRest: false) }
        for finding in findings { print(finding) }
        guard findings.isEmpty else {
            throw Failure(
                sentence: "every row was copied, and the audit of the target found \(findings.count) broken promises, "
                    + "which the source has as well")
        }
        print("Every promise holds.")
    }
}
