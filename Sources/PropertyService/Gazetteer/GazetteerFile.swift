import Foundation

/// The bytes of `gazetteer.bin` and where its sections are. The format is described in `Tools/make_gazetteer.py`.
struct GazetteerFile: Sendable {
    /// A part of the file and how many entries it has.
    struct Section: Sendable {
        let offset: Int
        let count: Int
    }

    let towns, names, others, countries, regions, codes, zones, cells, entries: Section
    private let data: Data

    init(_ file: URL) throws(GazetteerError) {
        guard let data = try? Data(contentsOf: file, options: .alwaysMapped) else { throw .missing(file.path) }
        let header = 12 + 9 * 8
        guard data.count >= header, data.prefix(12).elementsEqual(Array("ROOSTGAZ".utf8) + [1, 0, 0, 0]) else {
            throw .damaged(file.path)
        }
        func section(_ place: Int) -> Section {
            func word(_ offset: Int) -> Int {
                (0..<4).reduce(0) { $0 | Int(data[offset + $1]) << (8 * $1) }
            }
            return Section(offset: word(12 + place * 8), count: word(16 + place * 8))
        }
        (towns, names, others) = (section(0), section(1), section(2))
        (countries, regions, codes) = (section(3), section(4), section(5))
        (zones, cells, entries) = (section(6), section(7), section(8))
        // The last section ends where the file does: a file cut short is found here, not in the middle of a search.
        guard data.count == entries.offset + 3 * entries.count, entries.count == towns.count else {
            throw .damaged(file.path)
        }
        self.data = data
    }

    func u8(_ offset: Int) -> Int { Int(data[offset]) }
    func u16(_ offset: Int) -> Int { Int(load(offset, as: UInt16.self)) }
    func u24(_ offset: Int) -> Int { u16(offset) | u8(offset + 2) << 16 }
    func u32(_ offset: Int) -> Int { Int(load(offset, as: UInt32.self)) }

    private func load<Word: FixedWidthInteger>(_ offset: Int, as word: Word.Type) -> Word {
        data.withUnsafeBytes { Word(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: word)) }
    }

    func text(_ range: Range<Int>) -> String { String(decoding: data[range], as: UTF8.self) }

    // MARK: Key tables

    /// The key of an entry of a key table.
    func key(_ place: Int, of table: Section) -> String {
        let keys = table.offset + 6 * (table.count + 1)
        return text(keys + u24(table.offset + 6 * place)..<keys + u24(table.offset + 6 * (place + 1)))
    }

    /// The values of every entry with that key.
    func values(of key: String, in table: Section) -> [Int] {
        places(of: key, count: table.count) { self.key($0, of: table) }.map { u24(table.offset + 6 * $0 + 3) }
    }

    /// The entries whose key begins with `wanted`, at most so many.
    func places(beginning wanted: String, count: Int, most: Int, key: (Int) -> String) -> Range<Int> {
        let first = firstPlace(notBefore: wanted, count: count, key: key)
        var end = first
        while end < count, end - first < most, key(end).hasPrefix(wanted) { end += 1 }
        return first..<end
    }

    /// The entries whose key is `wanted`, of `count` in the order of their keys' bytes.
    func places(of wanted: String, count: Int, key: (Int) -> String) -> Range<Int> {
        let bytes = wanted.utf8
        let first = firstPlace(notBefore: wanted, count: count, key: key)
        // At most a few dozen towns share a name: walk on rather than search twice.
        var end = first
        while end < count, key(end).utf8.elementsEqual(bytes) { end += 1 }
        return first..<end
    }

    private func firstPlace(notBefore wanted: String, count: Int, key: (Int) -> String) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if key(middle).utf8.lexicographicallyPrecedes(wanted.utf8) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
