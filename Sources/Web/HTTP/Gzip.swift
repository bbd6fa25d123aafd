import CZlib

/// Packs what browsers are sent.
enum Gzip {
    /// - Parameter level: 1 is quick, 9 is small.
    /// - Returns: nothing where there is no memory.
    static func pack(_ bytes: [UInt8], level: Int32) -> [UInt8]? {
        var stream = z_stream()
        // 15 is the largest window, 16 more asks for the gzip wrapper (zlib.h, deflateInit2).
        let size = Int32(MemoryLayout<z_stream>.size)
        guard deflateInit2_(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK
        else { return nil }
        defer { deflateEnd(&stream) }
        let room = Int(deflateBound(&stream, UInt(bytes.count)))
        return bytes.withUnsafeBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: room) { output, count in
                // zlib does not write to its input; the type only lacks a `const`.
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = UInt32(clamping: input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(clamping: room)
                let status = deflate(&stream, Z_FINISH)
                count = status == Z_STREAM_END ? room - Int(stream.avail_out) : 0
            }
        }
    }

    /// Whether a client takes it, from `Accept-Encoding`.
    static func isTaken(_ acceptEncoding: String?) -> Bool {
        guard let acceptEncoding else { return false }
        return acceptEncoding.lowercased().split(separator: ",").contains { part in
            let pieces = part.split(separator: ";").map { $0.filter { $0 != " " } }
            return pieces.first == "gzip" && !pieces.dropFirst().contains { $0 == "q=0" || $0 == "q=0.0" }
        }
    }
}
