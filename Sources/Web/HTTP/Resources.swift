import Core
import Crypto
import Foundation
import HTTPTypes
import Hummingbird

/// The files that ship with the server, read once at the start: they are few and small.
struct Resources: Sendable {
    struct File: Sendable {
        let bytes: [UInt8]
        /// The same in gzip, where that is smaller.
        let packed: [UInt8]?
        let type: String
        /// A hash of the bytes, so that a browser asks again and is told that nothing has changed.
        let hash: String

        init(_ bytes: [UInt8], type: String) {
            self.bytes = bytes
            self.type = type
            packed = Gzip.pack(bytes, level: 9).flatMap { !$0.isEmpty && $0.count < bytes.count ? $0 : nil }
            hash = Hexadecimal.text(of: SHA256.hash(data: bytes).prefix(12))
        }

        var tag: String { "\"\(hash)\"" }
    }

    /// What may be asked for by name, and its type.
    private static let types = [
        "openapi.json": "application/json", "roost.css": "text/css; charset=utf-8",
        "docs.css": "text/css; charset=utf-8", "roost.js": "text/javascript; charset=utf-8",
        "favicon.ico": "image/x-icon", "favicon.svg": "image/svg+xml", "share.png": "image/png",
    ]

    private let files: [String: File]
    /// The same by names that change with the bytes, so that a browser may keep them for ever.
    private let hashed: [String: File]
    private let hashedNames: [String: String]

    init() throws {
        let files = try Dictionary(
            uniqueKeysWithValues: Resources.types.map { name, type in
                let bytes = try Resources.read(name)
                return (name, File(name.hasSuffix(".css") ? Stylesheet.packed(bytes) : bytes, type: type))
            })
        let names = files.map { name, file -> (String, String) in
            let dot = name.lastIndex(of: ".") ?? name.endIndex
            return (name, "\(name[..<dot])-\(file.hash)\(name[dot...])")
        }
        self.files = files
        hashedNames = Dictionary(uniqueKeysWithValues: names)
        hashed = Dictionary(names.compactMap { name, hashed in files[name].map { (hashed, $0) } }) { $1 }
    }

    /// A file of ours, wherever it lies (`ShippedFile`).
    static func read(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: ShippedFile.url(name, of: "Web", built: Bundle.module.bundleURL)))
    }

    /// The files of a folder and the folders in it, by their names without the ending, in order.
    static func files(in folder: String, ending: String) throws -> [(name: String, bytes: [UInt8])] {
        let root = ShippedFile.url(folder, of: "Web", built: Bundle.module.bundleURL)
        return try FileManager.default.subpathsOfDirectory(atPath: root.path).filter { $0.hasSuffix(ending) }.sorted()
            .map { (String($0.dropLast(ending.count)), Array(try Data(contentsOf: root.appending(path: $0)))) }
    }

    /// The address of a file, with its hash in it.
    func address(_ name: String) -> String { "/assets/" + (hashedNames[name] ?? name) }

    func bytes(_ name: String) -> [UInt8] { files[name]?.bytes ?? [] }

    /// The file, or 304 where the client has it already.
    func answer(_ name: String, to request: Request) throws(Problem) -> Response {
        if let file = hashed[name] {
            return Resources.answer(file, to: request, caching: "public, max-age=31536000, immutable")
        }
        guard let file = files[name] else { throw .notFound("file") }
        return Resources.answer(file, to: request)
    }

    static func answer(_ file: File, to request: Request, caching: String = "no-cache") -> Response {
        var headers: HTTPFields = [.eTag: file.tag, .cacheControl: caching]
        if file.packed != nil { headers[.vary] = "Accept-Encoding" }
        let known = request.headers[.ifNoneMatch]?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        if let known, known.contains(file.tag) || known.contains("W/" + file.tag) || known == ["*"] {
            return Response(status: .notModified, headers: headers)
        }
        if let packed = file.packed, Gzip.isTaken(request.headers[.acceptEncoding]) {
            headers[.contentEncoding] = "gzip"
            return .bytes(packed, type: file.type, headers: headers)
        }
        return .bytes(file.bytes, type: file.type, headers: headers)
    }
}
