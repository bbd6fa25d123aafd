import ArgumentParser
import Assembly
import Core
import Foundation

struct UserCommand: CommandGroup {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Adds people and sets passwords.", subcommands: [Add.self, Password.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Adds a person; an address that is there already is an error.")

        @OptionGroup var settings: SettingsOptions
        @Argument(help: "The address they sign in with.") var email: String
        @Option(help: "What they are called; the part before the @ where left out.") var name: String?
        @Flag(help: "Makes an operator, who may do what a host may on any property or booking.") var admin = false
        @Flag(help: "Reads the password from standard input; without it the person can't sign in yet.")
        var passwordStdin = false

        func validate() throws {
            if let fault = House.fault(ofAddress: email) { throw ValidationError("“\(email)”: \(fault)") }
        }

        func run() async throws {
            let password = passwordStdin ? try readPassword() : nil
            let added = try await settings.withHouse { house in
                do {
                    return try await house.addPerson(email: email, name: name, isOperator: admin, password: password)
                } catch let problem as Problem where problem.code == .stateConflict {
                    throw Failure(sentence: "\(email) is there already; `roost user password` sets a new password")
                }
            }
            print("Added \(email) as \(added).")
        }
    }

    struct Password: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "password", abstract: "Sets a password and ends that person's sessions.")

        @OptionGroup var settings: SettingsOptions
        @Argument(help: "The address of the person.") var email: String
        @Flag(help: "Reads the new password from standard input.") var passwordStdin = false

        func validate() throws {
            guard passwordStdin else {
                throw ValidationError("Give the new password on standard input: --password-stdin.")
            }
        }

        func run() async throws {
            let password = try readPassword()
            try await settings.withHouse { try await $0.setPassword(email: email, password: password) }
            print("The password of \(email) is set, and their sessions have ended.")
        }
    }
}

/// The first line of standard input, without its end.
private func readPassword() throws -> String {
    guard let line = readLine(strippingNewline: true), !line.isEmpty else {
        throw Failure(sentence: "no password came on standard input")
    }
    return line
}
