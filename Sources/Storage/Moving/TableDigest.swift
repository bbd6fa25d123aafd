import Crypto

/// What a table holds, in a few bytes: equal where its rows are equal, whichever engine has them.
package struct TableDigest: Sendable, Hashable, Codable {
    package let table: String
    package let rows: Int
    /// SHA-256 over every row in the order of the primary key, in hexadecimal.
    package let sha256: String
}

/// Makes a digest from rows in the order of the primary key.
///
/// Each value is a letter for its kind and its bytes, with their number where it varies: no two rows look alike that are
/// not.
struct DigestMaker {
    private var hash = SHA256()
    private var rows = 0

    mutating func add(_ row: [SQLValue]) {
        var bytes: [UInt8] = []
        for value in row {
            switch value {
            case .null: bytes.append(UInt8(ascii: "n"))
            case .integer(let integer):
                bytes.append(UInt8(ascii: "i"))
                DigestMaker.append(UInt64(bitPattern: integer), to: &bytes)
            case .real(let real):
                bytes.append(UInt8(ascii: "r"))
                // SQLite keeps a negative zero as a zero.
                DigestMaker.append(real == 0 ? 0 : real.bitPattern, to: &bytes)
            case .text(let text):
                bytes.append(UInt8(ascii: "t"))
                DigestMaker.append(UInt64(text.utf8.count), to: &bytes)
                bytes.append(contentsOf: text.utf8)
            case .blob(let blob):
                bytes.append(UInt8(ascii: "b"))
                DigestMaker.append(UInt64(blob.count), to: &bytes)
                bytes.append(contentsOf: blob)
            }
        }
        bytes.append(UInt8(ascii: ";"))
        hash.update(data: bytes)
        rows += 1
    }

    func end(_ table: TableShape) -> TableDigest {
        TableDigest(table: table.name, rows: rows, sha256: hash.finalize().map { DigestMaker.hex($0) }.joined())
    }

    static func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }
}

extension Queries where Self: ~Copyable {
    /// The digest of each table.
    /// - Parameter progress: told the table and how many of its rows were read.
    package func digests(
        of tables: [TableShape], progress: (_ table: String, _ rows: Int) -> Void
    ) throws -> [TableDigest] {
        try tables.map { table in
            var made = DigestMaker()
            var count = 0
            try batches(of: table) { rows in
                for row in rows { made.add(row) }
                count += rows.count
                progress(table.name, count)
            }
            return made.end(table)
        }
    }
}
