import Core
import HTTPTypes
import Hummingbird
import NIOCore

// How answers are made.
extension Response {
    /// A JSON answer, written by `write`.
    static func json(
        _ status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], _ write: (inout JSONWriter) -> Void
    ) -> Response {
        var json = JSONWriter()
        write(&json)
        return .bytes(json.bytes, status: status, type: "application/json", headers: headers)
    }

    static func bytes(
        _ bytes: [UInt8], status: HTTPResponse.Status = .ok, type: String, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = type
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// Look there, with GET.
    static func seeOther(_ location: String, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.location] = location
        return Response(status: .seeOther, headers: headers)
    }

    /// A slice of a list.
    static func list<Item>(
        _ items: [Item], nextCursor: String? = nil, _ each: (inout JSONWriter, Item) -> Void
    ) -> Response {
        .json { json in
            json.object { list in
                list.list("items", items, each)
                list.member("nextCursor", nextCursor)
            }
        }
    }
}
