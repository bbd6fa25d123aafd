import Assembly
import Foundation
import TestSupport
import Testing

@Suite("Settings from files")
struct SettingFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func file(_ name: String, _ content: String) throws -> String {
        let path = folder.path(name)
        try Data(content.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test("A variable may name a file that holds its value; the line end at its end does not count")
    func read() throws {
        let path = try file("port", "8123\n")
        #expect(try Configuration(["ROOST_PORT_FILE": path]).port == 8123)
    }

    @Test("A variable of the environment wins over a file that the configuration file names")
    func precedence() throws {
        let port = try file("port", "8123\n")
        let settings = try Configuration.settings(
            fromFile: try file("settings", "# all of it\n\nROOST_PORT_FILE=\(port)\nROOST_HOST=127.0.0.2\n"))
        #expect(settings == ["ROOST_PORT": "8123", "ROOST_HOST": "127.0.0.2"])
        let merged = settings.merging(["ROOST_PORT": "9000"]) { _, environment in environment }
        #expect(try Configuration(merged).port == 9000)
    }

    @Test("What can't be read is named, and what it holds is not")
    func faults() throws {
        let empty = try file("empty", "\n")
        let large = try file("large", String(repeating: "x", count: 1024 * 1024 + 1))
        let good = try file("good", "8123")
        for (settings, sentence) in [
            (["ROOST_PORT_FILE": folder.path("none")], "ROOST_PORT_FILE: expected a file of text that can be read"),
            (["ROOST_PORT_FILE": folder.url.path], "ROOST_PORT_FILE: expected a file of text that can be read"),
            (["ROOST_PORT_FILE": empty], "ROOST_PORT_FILE: expected a file that is not empty"),
            (["ROOST_PORT_FILE": large], "ROOST_PORT_FILE: expected a file of text that can be read, at most 1 MB"),
            (["ROOST_PORT_FILE": good, "ROOST_PORT": "8124"], "ROOST_PORT and ROOST_PORT_FILE are both set"),
        ] {
            let error = #expect(throws: ConfigurationError.self) { try Configuration(settings) }
            #expect(error?.description.hasPrefix(sentence) == true)
        }
    }
}
