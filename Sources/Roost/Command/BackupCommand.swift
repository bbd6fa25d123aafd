import ArgumentParser
import Assembly
import Core

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Saves the embedded databases and the data folder's files into a new folder.",
        discussion: """
            May run beside a server: its writers wait for some milliseconds, and the four databases are saved as they are \
            at that moment. The folder has its name only once all is there and verified.
            """)

    @OptionGroup var settings: SettingsOptions
    @Argument(help: "A folder that is not there yet.") var folder: String

    func run() async throws {
        let configuration = try settings.configuration()
        try Restore.refuseUnfinished(configuration)
        let line = ProgressLine()
        let pace = Pace()
        let saved = try await Backup(configuration, world: .live).run(into: folder) {
            if pace.isDue() { line.show($0) }
        }
        line.end()
        let milliseconds = saved.held.wholeMilliseconds
        print(
            """
            Saved \(saved.rows) rows of four databases and \(saved.files) files in \(folder); \
            writers waited \(milliseconds) ms.
            """)
    }
}

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Puts a backup where the settings say that the databases are.",
        discussion: """
            Nothing is written over: the data folder must be empty or not be there. A restore that did not end leaves a \
            data folder that no command opens; restoring again begins anew.
            """)

    @OptionGroup var settings: SettingsOptions
    @Argument(help: "The folder that `roost backup` made.") var folder: String

    func run() async throws {
        let line = ProgressLine()
        let pace = Pace()
        let takenAt = try await Restore(try settings.configuration(), world: .live).run(from: folder) {
            if pace.isDue() { line.show($0) }
        }
        line.end()
        print(
            """
            Restored and verified: everything is as it was at \(takenAt). Start the server, wait a minute, and run \
            `roost audit --at-rest`.
            """)
    }
}
