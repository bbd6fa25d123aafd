import ArgumentParser
import Foundation
import Web

struct OpenAPICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "openapi", abstract: "Prints the OpenAPI 3.1 document that /api/openapi.json serves.")

    @OptionGroup var settings: SettingsOptions

    func run() async throws {
        try settings.check()
        FileHandle.standardOutput.write(Data(try WebServer.openAPIDocument()))
    }
}
