public import Foundation

/// Finds the files that ship with Roost.
public enum ShippedFile {
    /// A file of a target's `Resources`: beside the program where it is there, else where the program was built.
    ///
    /// `Bundle.module` alone is not enough: its generated code ends the program where it finds nothing.
    /// - Parameters:
    ///   - target: the target the file belongs to: `Web`.
    ///   - built: where the build put the target's files; asked only where nothing lies beside the program.
    public static func url(_ file: String, of target: String, built: @autoclosure () -> URL) -> URL {
        let program = URL(fileURLWithPath: CommandLine.arguments.first ?? "").resolvingSymlinksInPath()
        let executable = Bundle.main.executableURL?.resolvingSymlinksInPath() ?? program
        for folder in [executable.deletingLastPathComponent(), program.deletingLastPathComponent()] {
            let beside = folder.appending(path: "roost_\(target).resources/Resources/\(file)")
            if FileManager.default.fileExists(atPath: beside.path) { return beside }
        }
        return built().appending(path: "Resources/\(file)")
    }
}
