import ArgumentParser
import Assembly
import Core
import Foundation
import Storage

/// The command `roost`.
@main
struct RoostCommand: CommandGroup {
    static let configuration = CommandConfiguration(
        commandName: "roost",
        abstract: "A booking platform for places to stay.",
        discussion: """
            Settings come from environment variables named ROOST_…, or from a file of NAME=value lines given with \
            --config; the environment wins. docs/operating.md lists them all.
            """,
        subcommands: [
            ServeCommand.self, ImportCommand.self, UserCommand.self, AuditCommand.self, CopyCommand.self,
            BackupCommand.self, RestoreCommand.self, SimulateCommand.self, CasesCommand.self, DoctorCommand.self,
            OpenAPICommand.self,
        ])

    /// Exit status: 0 done, 1 failed, 2 wrong usage; one clear sentence on standard error.
    static func main() async {
        umask(0o077)  // what Roost writes holds people's data: nobody else on the machine reads it
        do {
            var command = try parseAsRoot()
            if let group = command as? any CommandGroup { throw group.missingSubcommand }
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as Failure {
            say(error: failure.sentence)
            Foundation.exit(failure.status)
        } catch let error where exitCode(for: error) == .success {
            exit(withError: error)  // help and version
        } catch let error as ExitCode {
            Foundation.exit(error.rawValue)
        } catch let error where exitCode(for: error) == .validationFailure {
            FileHandle.standardError.write(Data((fullMessage(for: error) + "\n").utf8))
            Foundation.exit(2)
        } catch {
            say(error: Failure.sentence(for: error))
            Foundation.exit(1)
        }
    }

    private static func say(error sentence: String) {
        FileHandle.standardError.write(Data("roost: \(sentence)\n".utf8))
    }
}

/// A command that only holds others: named alone it says which, and that is wrong usage.
protocol CommandGroup: AsyncParsableCommand {}

extension CommandGroup {
    var missingSubcommand: Failure {
        Failure(sentence: "name one of the subcommands.\n\n" + RoostCommand.helpMessage(for: Self.self), status: 2)
    }
}

/// An end that is not success, with the sentence to say.
struct Failure: Error {
    let sentence: String
    var status: Int32 = 1

    /// What a person is told about an error of ours.
    static func sentence(for error: any Error) -> String {
        switch error {
        case let problem as Problem:
            ([problem.detail] + problem.errors.map(\.message).filter { $0 != problem.detail }).joined(separator: " ")
        case let error as ConfigurationError: error.description
        case let error as StorageError: error.description
        case let error as CocoaError: sentence(for: error)
        case let error as any CustomStringConvertible: error.description
        default: error.localizedDescription
        }
    }

    /// Of a file that Foundation could not read or write.
    private static func sentence(for error: CocoaError) -> String {
        let path = error.filePath ?? error.url?.path ?? "a file"
        let why = (error.underlying as? POSIXError).map { String(cString: strerror($0.code.rawValue)) }
        return "\(path): \(why ?? error.localizedDescription)"
    }
}
