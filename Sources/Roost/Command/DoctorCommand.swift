import ArgumentParser
import Assembly
import Core

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Says whether configuration, databases and providers work, one line each.",
        discussion: "Only looks; may run beside a server.")

    @OptionGroup var settings: SettingsOptions

    func run() async throws {
        let configuration = try settings.configuration()
        print("ok    configuration: \(configuration.baseURL), data in \(configuration.dataDirectory)")
        let checks = await Doctor.examine(configuration)
        for check in checks {
            print("\(check.isWell ? "ok   " : "FAILS") \(check.name): \(check.finding)")
        }
        let failures = checks.count { !$0.isWell }
        guard failures == 0 else {
            throw Failure(sentence: "\(failures) of \(checks.count + 1) checks failed")
        }
    }
}
