import ArgumentParser
import Assembly
import Core

struct CasesCommand: CommandGroup {
    static let configuration = CommandConfiguration(
        commandName: "cases",
        abstract: "What a person must look at, about money and events that were given up: lists it, and ends it.",
        subcommands: [List.self, Resolve.self, Retry.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists cases, newest first, and events that were given up; may run beside a server.")

        @OptionGroup var settings: SettingsOptions
        @Flag(help: "Also those that are resolved.") var all = false

        func run() async throws {
            let (cases, events) = try await settings.withHouseToLookAt { house in
                (try await house.caseLines(all: all), try await house.stuckEventLines())
            }
            for line in cases { print(line) }
            for line in events { print("event " + line) }
            if cases.isEmpty && events.isEmpty { print("No case waits.") }
            if !events.isEmpty { print("`roost cases retry` has an event tried again, once its cause is mended.") }
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

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Has an event that was given up tried again, or all of them.",
            discussion: """
                To be asked once the cause is mended. On SQLite not beside a running server, which owns the databases: use \
                its address /api/v1/operator/events or its pages.
                """)

        @OptionGroup var settings: SettingsOptions
        @Argument(help: "The event, as the list names it: bookings.payments.3.bkg_…") var event: String?
        @Flag(help: "All that were given up.") var all = false

        func run() async throws {
            guard all == (event == nil) else {
                throw Failure(sentence: "name one event, or --all", status: 2)
            }
            let lines = try await settings.withHouse { try await $0.tryEventsAgain(event) }
            for line in lines { print(line) }
            if lines.isEmpty { print("No event was given up.") }
        }
    }
}
