import Foundation

/// Where the files that ship with Roost are.
enum ResourceFolder {
    /// The folder that the build puts beside the program.
    private static let name = "roost_PropertyService.resources"

    /// A file that ships with Roost: beside the program where it is there, else where the program was built.
    ///
    /// `Bundle.module` alone is not enough: its generated code ends the program where it finds nothing.
    static func file(_ file: String) -> URL {
        let program = URL(fileURLWithPath: CommandLine.arguments.first ?? "").resolvingSymlinksInPath()
        let executable = Bundle.main.executableURL?.resolvingSymlinksInPath() ?? program
        for folder in [executable.deletingLastPathComponent(), program.deletingLastPathComponent()] {
            let beside = folder.appending(path: "\(name)/Resources/\(file)")
            if FileManager.default.fileExists(atPath: beside.path) { return beside }
        }
        return Bundle.module.bundleURL.appending(path: "Resources/\(file)")
    }
}
