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

        init(_ bytes: [UInt8], type: String) {
            self.bytes = bytes
            self.type = type
            tag = "\"" + Hexadecimal.text(of: SHA256.hash(data: bytes).prefix(12)) + "\""
        }
    }

    /// What may be asked for by name, and its type.
    private static let types = [
        "openapi.json": "application/json", "roost.css": "text/css; charset=utf-8",
        "docs.css": "text/css; charset=utf-8",
    ]

    private let files: [String: File]
    /// The page that shows `openapi.json`.
    private let docs: File

    init() throws {
        files = try Dictionary(
            uniqueKeysWithValues: Resources.types.map { ($0, File(try Resources.read($0), type: $1)) })
        let page = try DocsPage(try Resources.read("openapi.json")).html()
        docs = File(Array(page.text.utf8), type: "text/html; charset=utf-8")
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
        return answer(file, to: request)
    }

    func docsPage(for request: Request) -> Response { answer(docs, to: request) }

    private func answer(_ file: File, to request: Request) -> Response {
        let headers: HTTPFields = [.eTag: file.tag, .cacheControl: "no-cache"]
        let known = request.headers[.ifNoneMatch]?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        if let known, known.contains(file.tag) || known.contains("W/" + file.tag) || known == ["*"] {
            return Response(status: .notModified, headers: headers)
        }
        return .bytes(file.bytes, type: file.type, headers: headers)
    }
}
