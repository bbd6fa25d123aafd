import ArgumentParser
import Assembly
import Core

struct CasesCommand: CommandGroup {
    static let configuration = CommandConfiguration(
        commandName: "cases", abstract: "What a person must look at about money: lists it, and resolves it.",
        subcommands: [List.self, Resolve.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists cases, newest first; may run beside a server.")

        @OptionGroup var settings: SettingsOptions
        @Flag(help: "Also those that are resolved.") var all = false

        func run() async throws {
            let lines = try await settings.withHouseToLookAt { try await $0.caseLines(all: all) }
            for line in lines { print(line) }
            if lines.isEmpty { print("No case waits.") }
        }
    }

    struct Resolve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Closes a case with what was done about it.",
            discussion:
                "On SQLite not beside a running server, which owns the books: use its address /api/v1/operator/cases.")

        @OptionGroup var settings: SettingsOptions
        @Argument(help: "The case, as the list names it.") var id: String
        @Option(help: "What was done about it.") var note: String
        @Flag(help: "Makes a refund that failed once more.") var tryAgain = false

        func run() async throws {
            guard note.contains(where: { !$0.isWhitespace }), note.count <= 1000 else {
                throw Failure(sentence: "--note says in 1 to 1000 characters what was done", status: 2)
            }
            print(try await settings.withHouse { try await $0.resolveCase(id, note: note, tryAgain: tryAgain) })
        }
    }
}
