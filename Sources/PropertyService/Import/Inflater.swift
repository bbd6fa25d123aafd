import CZlib
import Foundation

/// Unpacks one gzip member, piece by piece.
final class Inflater {
    /// On the heap: zlib keeps its address.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Nothing where there is no memory.
    init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 is the largest window, 16 more asks for the gzip wrapper (zlib.h, inflateInit2).
        let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Unpacks from `input` into `output` until one of them is used up or the member ends; nothing for damaged data.
    func inflate(
        _ input: Data, into output: UnsafeMutableRawBufferPointer
    ) -> (consumed: Int, produced: Int, ended: Bool)? {
        input.withUnsafeBytes { bytes in
            // zlib does not write to its input; the type only lacks a `const`.
            stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
            stream.pointee.avail_in = UInt32(clamping: bytes.count)
            stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
            stream.pointee.avail_out = UInt32(clamping: output.count)
            let status = CZlib.inflate(stream, Z_NO_FLUSH)
            guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else { return nil }
            return (
                bytes.count - Int(stream.pointee.avail_in), output.count - Int(stream.pointee.avail_out),
                status == Z_STREAM_END
            )
        }
    }
}
