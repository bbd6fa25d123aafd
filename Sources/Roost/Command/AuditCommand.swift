import ArgumentParser
import Assembly
import Core

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Checks every promise about nights, money and mail, and prints what breaks, one line each.",
        discussion: """
            May run beside a server. A finding that compares two databases counts only if it still stands once the events \
            it waits for are applied, or after 60 seconds. Money about which a case waits for a person is no broken \
            promise, to exactly its sum; how many wait is said. Exit status 0 only where nothing breaks.
            """)

    @OptionGroup var settings: SettingsOptions
    @Flag(help: "Also wants nothing in flight: no event, mail, payment or refund on its way.") var atRest = false

    @Flag(help: "Also compares the books with the payment providers' own lists of the last 30 days.") var providers =
        false

    func run() async throws {
        let (findings, cases) = try await settings.withHouseToLookAt { house in
            let audit = Audit(house)
            let found = try await audit.run(atRest: atRest)
            return (found + (providers ? try await audit.compareWithProviders() : []), try await house.openCases())
        }
        for finding in findings { print(finding) }
        if cases > 0 { print("Cases that wait for a person: \(cases). `roost cases` lists them.") }
        guard findings.isEmpty else {
            throw Failure(
                sentence: "the audit found \(findings.count) broken \(findings.count == 1 ? "promise" : "promises")")
        }
        print("Every promise holds.")
    }
}
