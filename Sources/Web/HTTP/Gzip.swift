import CZlib
import Synchronization

/// Packs what browsers are sent.
enum Gzip {
    /// - Parameter level: 1 is quick, 9 is small.
    /// - Returns: nothing where there is no memory.
    static func pack(_ bytes: [UInt8], level: Int32) -> [UInt8]? {
        guard let packer = level == quick ? idle.withLock({ $0.popLast() }) ?? Packer(level) : Packer(level) else {
            return nil
        }
        defer {
            if level == quick { idle.withLock { if $0.count < mostIdle { $0.append(packer) } } }
        }
        return packer.pack(bytes)
    }

    /// For what is packed for each reader: quick before small.
    static let quick: Int32 = 1

    /// Quick packers that nobody uses just now: making one takes a quarter of the time that packing a page does.
    private static let idle = Mutex<[Packer]>([])
    /// Each has about 270 KB; more pages than this are hardly packed at the same moment.
    private static let mostIdle = 4

    /// Whether a client takes it, from `Accept-Encoding`.
    static func isTaken(_ acceptEncoding: String?) -> Bool {
        guard let acceptEncoding else { return false }
        return acceptEncoding.lowercased().split(separator: ",").contains { part in
            let pieces = part.split(separator: ";").map { $0.filter { $0 != " " } }
            return pieces.first == "gzip" && !pieces.dropFirst().contains { $0 == "q=0" || $0 == "q=0.0" }
        }
    }
}

/// zlib's state for one answer after the other. Unchecked: whoever has taken it out of the idle ones is the only one who
/// has it.
private final class Packer: @unchecked Sendable {
    /// In a place of its own: zlib remembers where it is.
    private let stream: UnsafeMutablePointer<z_stream>

    /// - Returns: nothing where there is no memory.
    init?(_ level: Int32) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 is the largest window, 16 more asks for the gzip wrapper (zlib.h, deflateInit2).
        let size = Int32(MemoryLayout<z_stream>.size)
        guard deflateInit2_(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK
        else { return nil }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    func pack(_ bytes: [UInt8]) -> [UInt8] {
        deflateReset(stream)
        let room = Int(deflateBound(stream, UInt(bytes.count)))
        return bytes.withUnsafeBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: room) { output, count in
                // zlib does not write to its input; the type only lacks a `const`.
                stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.pointee.avail_in = UInt32(clamping: input.count)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(clamping: room)
                let status = deflate(stream, Z_FINISH)
                count = status == Z_STREAM_END ? room - Int(stream.pointee.avail_out) : 0
            }
        }
    }
}
