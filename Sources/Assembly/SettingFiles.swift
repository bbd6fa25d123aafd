import Foundation

extension Configuration {
    /// Reads a file of lines `NAME=value`; empty lines and lines that begin with # are passed over.
    ///
    /// `…_FILE` is read here, so that a variable of the environment wins over a file named here.
    /// - Throws: `ConfigurationError` naming the file and the line.
    public static func settings(fromFile path: String) throws -> [String: String] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw ConfigurationError(sentence: "the configuration file \(path) can't be read")
        }
        var settings: [String: String] = [:]
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let equals = line.firstIndex(of: "="), line.hasPrefix("ROOST_") else {
                throw ConfigurationError(sentence: "\(path), line \(index + 1): expected ROOST_NAME=value")
            }
            settings[String(line[..<equals])] = String(line[line.index(after: equals)...])
        }
        return try withFilesRead(settings)
    }

    /// A file of a setting is at most so large: the authorities that a whole system trusts have a quarter of it.
    private static let longestSetting = 1024 * 1024

    /// Every variable may come as `NAME_FILE`, which names a file that holds the value: so that a key stands in no
    /// environment and no list of processes. The line end at the file's end is not part of it.
    /// - Throws: `ConfigurationError` where a file can't be read, is empty, or the variable is given both ways.
    public static func withFilesRead(_ settings: [String: String]) throws -> [String: String] {
        var read = settings
        for (variable, path) in settings where variable.hasPrefix("ROOST_") && variable.hasSuffix("_FILE") {
            read[variable] = nil
            guard !path.isEmpty else { continue }
            let name = String(variable.dropLast("_FILE".count))
            guard settings[name]?.isEmpty != false else {
                throw ConfigurationError(sentence: "\(name) and \(variable) are both set; leave one of them out")
            }
            guard let file = FileHandle(forReadingAtPath: path),
                let bytes = try? file.read(upToCount: longestSetting + 1), bytes.count <= longestSetting,
                let text = String(data: bytes, encoding: .utf8)
            else {
                throw ConfigurationError(variable, "a file of text that can be read, at most 1 MB", path)
            }
            let value = text.trimmingCharacters(in: .newlines)
            guard !value.isEmpty else { throw ConfigurationError(variable, "a file that is not empty", path) }
            read[name] = value
        }
        return read
    }
}
