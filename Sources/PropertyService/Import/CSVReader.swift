import Foundation

/// Reads CSV as RFC 4180 has it, record by record, in memory that does not grow with the file.
///
/// Lines end with CRLF, LF or CR; inside quotes all three are text. Empty lines are passed over. A quote inside a field
/// that does not begin with one is text. The fields are those of the record read last.
final class CSVReader {
    /// The longest record, in bytes: the longest real one has under 100 KB, and an unclosed quote must not fill memory.
    static let longestRecord = 4 * 1024 * 1024

    /// The physical line on which the record begins, from 1.
    private(set) var line = 0
    /// Whether text stood between a closing quote and the next comma; that text is lost.
    private(set) var hasTextAfterQuote = false
    var fieldCount: Int { fields.count }

    let source: FileBytes
    private var fields: [Range<Int>] = []
    private var buffer: UnsafeMutableRawBufferPointer
    /// What is not yet read lies from `start` to `end` of the buffer.
    private var start = 0
    private var end = 0
    private var sourceHasEnded = false
    private var nextLine = 1
    /// Where no line feed is, so that a file without any is not searched to its end for each record.
    private var noLineFeed = 0..<0

    init(_ file: URL) throws(ImportRefusal) {
        source = try FileBytes(file)
        buffer = .allocate(byteCount: 256 * 1024, alignment: 16)
        _ = try refill()
        if end >= 3, buffer[0] == 0xEF, buffer[1] == 0xBB, buffer[2] == 0xBF { start = 3 }  // byte order mark
    }

    deinit { buffer.deallocate() }

    /// Reads the next record; false at the end of the file.
    /// - Throws: where a quote is never closed, a record is too long, or the file can't be read.
    func next() throws(ImportRefusal) -> Bool {
        while let record = try findRecord() {
            line = nextLine
            let first = start
            start += record.next
            guard record.length > 0 else {
                nextLine += 1
                continue
            }
            if record.isPlain {
                nextLine += 1
                splitPlain(first..<first + record.length)
            } else {
                nextLine += 1 + lineEnds(in: first..<first + record.length)
                splitQuoted(first..<first + record.length)
            }
            return true
        }
        return false
    }

    /// The bytes of a field, without quotes; valid until the next record is read.
    func bytes(_ field: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: buffer[fields[field]])
    }

    func refusal(_ why: String, line: Int? = nil) -> ImportRefusal {
        ImportRefusal(file: source.name, line: line, why: why)
    }

    // MARK: Where a record ends

    /// Lengths from `start`: of the record, and to where the next one begins. Plain: no field is in quotes.
    private typealias Record = (length: Int, next: Int, isPlain: Bool)

    private func findRecord() throws(ImportRefusal) -> Record? {
        var position = 0
        var isPlain = true
        while true {
            let lineFeed = lineFeed(from: position)
            let stop = lineFeed ?? end - start
            let carriageReturn = find(UInt8(ascii: "\r"), position..<stop)
            if let quote = find(UInt8(ascii: "\""), position..<(carriageReturn ?? stop)) {
                if quote == 0 || buffer[start + quote - 1] == UInt8(ascii: ",") {
                    isPlain = false
                    position = try closingQuote(of: quote) + 1
                } else {
                    position = quote + 1
                }
            } else if let carriageReturn {
                if start + carriageReturn + 1 == end, try refill() { continue }
                let isPair =
                    start + carriageReturn + 1 < end && buffer[start + carriageReturn + 1] == UInt8(ascii: "\n")
                return (carriageReturn, carriageReturn + (isPair ? 2 : 1), isPlain)
            } else if let lineFeed {
                return (lineFeed, lineFeed + 1, isPlain)
            } else if try !refill() {
                return start == end ? nil : (end - start, end - start, isPlain)
            }
        }
    }

    /// Where the quote that opens at `quote` is closed.
    private func closingQuote(of quote: Int) throws(ImportRefusal) -> Int {
        var position = quote + 1
        while true {
            guard let next = find(UInt8(ascii: "\""), position..<end - start) else {
                position = end - start
                if try refill() { continue }
                let openedOn = nextLine + lineEnds(in: start..<start + quote)
                throw refusal("a quote is opened here and never closed", line: openedOn)
            }
            if start + next + 1 == end { _ = try refill() }
            guard start + next + 1 < end, buffer[start + next + 1] == UInt8(ascii: "\"") else { return next }
            position = next + 2
        }
    }

    private func lineFeed(from position: Int) -> Int? {
        if noLineFeed.lowerBound <= start + position, noLineFeed.upperBound == end { return nil }
        let found = find(UInt8(ascii: "\n"), position..<end - start)
        if found == nil { noLineFeed = start + position..<end }
        return found
    }

    /// Brings more of the file into the buffer, what is unread first; false where there is no more.
    private func refill() throws(ImportRefusal) -> Bool {
        guard !sourceHasEnded else { return false }
        guard end - start <= CSVReader.longestRecord else {
            throw refusal("the record that begins here is longer than 4 MB", line: nextLine)
        }
        if start > 0 {
            UnsafeMutableRawBufferPointer(rebasing: buffer[..<(end - start)])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
            (start, end) = (0, end - start)
        }
        if end == buffer.count {
            let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: buffer.count * 2, alignment: 16)
            larger.copyMemory(from: UnsafeRawBufferPointer(buffer))
            buffer.deallocate()
            buffer = larger
        }
        noLineFeed = 0..<0
        let count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[end...]))
        end += count
        sourceHasEnded = count == 0
        return count > 0
    }

    // MARK: Fields

    private func splitPlain(_ record: Range<Int>) {
        hasTextAfterQuote = false
        fields.removeAll(keepingCapacity: true)
        var first = record.lowerBound
        while let comma = findAbsolute(UInt8(ascii: ","), first..<record.upperBound) {
            fields.append(first..<comma)
            first = comma + 1
        }
        fields.append(first..<record.upperBound)
    }

    /// Takes the quotes out where the field lies: it only gets shorter.
    private func splitQuoted(_ record: Range<Int>) {
        hasTextAfterQuote = false
        fields.removeAll(keepingCapacity: true)
        var position = record.lowerBound
        while true {
            if position < record.upperBound, buffer[position] == UInt8(ascii: "\"") {
                let first = position + 1
                var written = first
                position = first
                while let quote = findAbsolute(UInt8(ascii: "\""), position..<record.upperBound) {
                    move(position..<quote, to: written)
                    written += quote - position
                    position = quote + 1
                    guard position < record.upperBound, buffer[position] == UInt8(ascii: "\"") else { break }
                    buffer[written] = UInt8(ascii: "\"")
                    written += 1
                    position += 1
                }
                fields.append(first..<written)
                let comma = findAbsolute(UInt8(ascii: ","), position..<record.upperBound) ?? record.upperBound
                if comma > position { hasTextAfterQuote = true }
                position = comma
            } else {
                let comma = findAbsolute(UInt8(ascii: ","), position..<record.upperBound) ?? record.upperBound
                fields.append(position..<comma)
                position = comma
            }
            guard position < record.upperBound else { return }
            position += 1
        }
    }

    private func move(_ range: Range<Int>, to target: Int) {
        guard target < range.lowerBound, !range.isEmpty, let base = buffer.baseAddress else { return }
        memmove(base + target, base + range.lowerBound, range.count)
    }

    // MARK: Bytes

    private func find(_ byte: UInt8, _ range: Range<Int>) -> Int? {
        findAbsolute(byte, start + range.lowerBound..<start + range.upperBound).map { $0 - start }
    }

    private func findAbsolute(_ byte: UInt8, _ range: Range<Int>) -> Int? {
        guard !range.isEmpty, let base = buffer.baseAddress,
            let found = memchr(base + range.lowerBound, Int32(byte), range.count)
        else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    /// How many lines end in a stretch of bytes: CRLF, LF and CR count one each.
    private func lineEnds(in range: Range<Int>) -> Int {
        var count = 0
        var position = range.lowerBound
        while let lineFeed = findAbsolute(UInt8(ascii: "\n"), position..<range.upperBound) {
            count += 1
            position = lineFeed + 1
        }
        position = range.lowerBound
        while let carriageReturn = findAbsolute(UInt8(ascii: "\r"), position..<range.upperBound) {
            position = carriageReturn + 1
            if position >= range.upperBound || buffer[position] != UInt8(ascii: "\n") { count += 1 }
        }
        return count
    }
}
