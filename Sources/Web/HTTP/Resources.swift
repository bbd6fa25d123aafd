import Core
import Crypto
import Foundation
import HTTPTypes
import Hummingbird

/// The files that ship with the server, read once at the start: they are few and small.
struct Resources: Sendable {
    struct File: Sendable {
        let bytes: [UInt8]
        let type: String
        /// A hash of the bytes, so that a browser asks again and is told that nothing has changed.
        let tag: String
    }

    /// What may be asked for by name, and its type.
    private static let types = [
        "openapi.json": "application/json", "roost.css": "text/css; charset=utf-8",
        "docs.css": "text/css; charset=utf-8",
        "docs.js": "text/javascript; charset=utf-8",
    ]

    private let files: [String: File]

    init() throws {
        var files: [String: File] = [:]
        for (name, type) in Resources.types {
            let bytes = try Resources.read(name)
            let tag = "\"" + Hexadecimal.text(of: SHA256.hash(data: bytes).prefix(12)) + "\""
            files[name] = File(bytes: bytes, type: type, tag: tag)
        }
        self.files = files
    }

    /// A file beside the program where it is there, else where the program was built: `Bundle.module` alone ends a
    /// program that was moved.
    static func read(_ name: String) throws -> [UInt8] {
        let program = URL(fileURLWithPath: CommandLine.arguments.first ?? "").resolvingSymlinksInPath()
        let executable = Bundle.main.executableURL?.resolvingSymlinksInPath() ?? program
        for folder in [executable, program].map({ $0.deletingLastPathComponent() }) {
            let beside = folder.appending(path: "roost_Web.resources/Resources/\(name)")
            if FileManager.default.fileExists(atPath: beside.path) { return Array(try Data(contentsOf: beside)) }
        }
        return Array(try Data(contentsOf: Bundle.module.bundleURL.appending(path: "Resources/\(name)")))
    }

    /// The file, or 304 where the client has it already.
    func answer(_ name: String, to request: Request) throws(Problem) -> Response {
        guard let file = files[name] else { throw .notFound("file") }
        let headers: HTTPFields = [.eTag: file.tag, .cacheControl: "no-cache"]
        let known = request.headers[.ifNoneMatch]?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        if let known, known.contains(file.tag) || known.contains("W/" + file.tag) || known == ["*"] {
            return Response(status: .notModified, headers: headers)
        }
        return .bytes(file.bytes, type: file.type, headers: headers)
    }
}
