import Foundation

/// The bytes of a file in order, unpacked where they are gzip, which is told by how they begin and not by the name.
final class FileBytes {
    let name: String
    /// The size of the file as it lies there.
    let bytesTotal: Int
    /// How much of that has been read.
    private(set) var bytesRead = 0

    private let handle: FileHandle
    private var inflater: Inflater?
    /// Read but not yet handed on.
    private var waiting = Data()
    /// Whether a gzip member has begun and not ended.
    private var isInsideMember = false

    /// Large enough that calls to the system do not count, small enough to stay in the cache.
    private static let chunk = 128 * 1024
    private static let gzipMagic: [UInt8] = [0x1F, 0x8B]

    init(_ file: URL) throws(ImportRefusal) {
        name = file.lastPathComponent
        do {
            handle = try FileHandle(forReadingFrom: file)
            bytesTotal = Int(try handle.seekToEnd())
            try handle.seek(toOffset: 0)
        } catch {
            throw ImportRefusal(file: name, line: nil, why: "the file can't be read")
        }
        try refill()
        if waiting.starts(with: FileBytes.gzipMagic) { inflater = try makeInflater() }
    }

    deinit { try? handle.close() }

    /// Fills as much of `target` as is at hand and tells how much; 0 only at the end.
    /// - Throws: where the file can't be read, or is gzip that is damaged or cut short.
    func read(into target: UnsafeMutableRawBufferPointer) throws(ImportRefusal) -> Int {
        guard inflater != nil else {
            if waiting.isEmpty { try refill() }
            let count = min(waiting.count, target.count)
            waiting.copyBytes(to: target, count: count)
            waiting = waiting.dropFirst(count)
            return count
        }
        return try readUnpacked(into: target)
    }

    private func readUnpacked(into target: UnsafeMutableRawBufferPointer) throws(ImportRefusal) -> Int {
        while true {
            if waiting.isEmpty { try refill() }
            if waiting.isEmpty {
                guard !isInsideMember else { throw refusal("the gzip stream is cut short") }
                return 0
            }
            if !isInsideMember {
                guard try beginMember() else { continue }
            }
            guard let inflater else { return 0 }
            guard let step = inflater.inflate(waiting, into: target) else {
                throw refusal("the gzip stream is damaged")
            }
            waiting = waiting.dropFirst(step.consumed)
            if step.ended {
                isInsideMember = false
                self.inflater = try makeInflater()
            }
            if step.produced > 0 { return step.produced }
        }
    }

    /// Looks at what follows a member: another one, or zeros that some programs add to fill a block.
    private func beginMember() throws(ImportRefusal) -> Bool {
        while waiting.count < 2 {
            let before = waiting.count
            try refill()
            if waiting.count == before { break }
        }
        if waiting.starts(with: FileBytes.gzipMagic) {
            isInsideMember = true
            return true
        }
        guard waiting.allSatisfy({ $0 == 0 }) else { throw refusal("something else follows the gzip stream") }
        waiting = Data()
        return false
    }

    private func refill() throws(ImportRefusal) {
        do {
            guard let more = try handle.read(upToCount: FileBytes.chunk) else { return }
            bytesRead += more.count
            waiting = waiting.isEmpty ? more : waiting + more
        } catch {
            throw refusal("the file can't be read")
        }
    }

    private func makeInflater() throws(ImportRefusal) -> Inflater {
        guard let inflater = Inflater() else { throw refusal("there is no memory to unpack it") }
        return inflater
    }

    private func refusal(_ why: String) -> ImportRefusal { ImportRefusal(file: name, line: nil, why: why) }
}
