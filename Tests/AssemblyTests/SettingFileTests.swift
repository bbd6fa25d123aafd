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

    @Test("Lines may end as on Windows, and blanks around names and values do not count")
    func blanks() throws {
        for end in ["\n", "\r\n"] {
            let path = try file(
                "lines",
                ["# all of it", "ROOST_PORT = 8123", "", "  ROOST_HOST=127.0.0.2\t"].joined(separator: end) + end)
            #expect(try Configuration.settings(fromFile: path) == ["ROOST_PORT": "8123", "ROOST_HOST": "127.0.0.2"])
        }
    }

    @Test(
        "A line that says nothing is named",
        arguments: [
            ("ROOST_STRIPE_SECRET=sk", "there is no setting ROOST_STRIPE_SECRET"),
            ("PORT=1", "expected ROOST_NAME=value"),
            ("ROOST_PORT", "expected ROOST_NAME=value"), ("ROOST_PORTS_FILE=x", "there is no setting ROOST_PORTS_FILE"),
            ("ROOST_HOST=a\nROOST_HOST=b", "ROOST_HOST stands in the file twice"),
        ])
    func lines(_ text: String, _ sentence: String) throws {
        let path = try file("lines", "# first\r\n" + text)
        let error = #expect(throws: ConfigurationError.self) { try Configuration.settings(fromFile: path) }
        let line = text.contains("\n") ? 3 : 2
        #expect(error?.description.hasPrefix("\(path), line \(line): \(sentence)") == true, "\(error as Any)")
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
