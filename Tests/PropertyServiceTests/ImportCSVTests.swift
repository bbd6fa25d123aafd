import Foundation
import Testing

@testable import PropertyService

@Suite("CSV")
struct ImportCSVTests {
    /// Every record with the line on which it begins.
    private func records(_ bytes: [UInt8]) throws -> [(line: Int, fields: [String])] {
        try ImportFiles.with(bytes) { file in
            let reader = try CSVReader(file)
            var records: [(Int, [String])] = []
            while try reader.next() {
                let fields = (0..<reader.fieldCount).map { String(decoding: reader.bytes($0), as: UTF8.self) }
                records.append((reader.line, fields))
            }
            return records
        }
    }

    private func records(_ text: String) throws -> [(line: Int, fields: [String])] { try records(Array(text.utf8)) }

    @Test(
        "Fields are read as RFC 4180 has them",
        arguments: [
            ("a,b\n", [["a", "b"]]), ("a,b", [["a", "b"]]), ("a,b\r\nc,d\r\n", [["a", "b"], ["c", "d"]]),
            ("a\rb\r", [["a"], ["b"]]), ("\"a,b\",c\n", [["a,b", "c"]]),
            ("\"say \"\"so\"\"\",x\n", [["say \"so\"", "x"]]),
            (",,\n", [["", "", ""]]), ("\"\",\"\"\n", [["", ""]]), ("\"\"\"\"\n", [["\""]]),
            ("a\n\n\r\nb\n", [["a"], ["b"]]),
            ("\"a\r\nb\rc\nd\",e\n", [["a\r\nb\rc\nd", "e"]]), ("5\" pipe,x\n", [["5\" pipe", "x"]]),
            ("a,\"b\"", [["a", "b"]]), ("a,\n", [["a", ""]]), ("\u{FEFF}id,x\n", [["id", "x"]]), ("", []), ("\n", []),
            ("\"a\"b,c\n", [["a", "c"]]), ("\"a\"\"b\"\"\"", [["a\"b\""]]),
        ])
    func fields(_ text: String, _ expected: [[String]]) throws {
        #expect(try records(text).map(\.fields) == expected)
    }

    @Test("A record is known by the physical line it begins on, whatever line ends its fields have")
    func lines() throws {
        let text = "h,x\n\"a\nb\",1\r\n\"c\r\nd\re\",2\n\nf,3\n"
        #expect(try records(text).map(\.line) == [1, 2, 4, 8])
    }

    @Test("A quote that is never closed is reported with the line it opened on")
    func openQuote() throws {
        #expect {
            try records("a,b\n1,2\n\"x\ny\",\"never\n3,4\n5,6\n")
        } throws: { ($0 as? ImportRefusal)?.line == 4 }
    }

    @Test("Records are the same wherever the pieces of the file end")
    func pieces() throws {
        // Longer than the reader's window, so that quotes, pairs of quotes and CRLF fall on every border.
        var text = ""
        var expected: [[String]] = []
        for number in 0..<12_000 {
            let filling = String(repeating: "ü\"\r\n,", count: number % 23)
            text += "\(number),\"\(filling.replacingOccurrences(of: "\"", with: "\"\""))\",\(number * 7)\r\n"
            expected.append(["\(number)", filling, "\(number * 7)"])
        }
        #expect(text.utf8.count > 700_000)
        #expect(try records(text).map(\.fields) == expected)
    }

    @Test("A record longer than 4 MB is refused with its line, not read into memory")
    func longRecord() throws {
        let text = "a,b\n1,2\n\"" + String(repeating: "x", count: 9_000_000) + "\"\n"
        #expect { try records(text) } throws: { ($0 as? ImportRefusal)?.line == 3 }
    }

    @Test("gzip is told by its first bytes, may have several members, and zeros behind them")
    func gzip() throws {
        let packed = ImportGzip.helloMember
        #expect(try records(packed).map(\.fields) == [["hello", "x"]])
        #expect(try records(packed + packed).map(\.fields) == [["hello", "x"], ["hello", "x"]])
        #expect(try records(packed + [0, 0, 0]).count == 1)
    }

    @Test("gzip that is cut short anywhere, damaged, or followed by something else is refused")
    func damagedGzip() throws {
        let packed = ImportGzip.helloMember
        for length in 3..<packed.count {
            #expect(throws: ImportRefusal.self, "\(length)") { try records(Array(packed.prefix(length))) }
        }
        #expect(throws: ImportRefusal.self) { try records(packed + Array("more".utf8)) }
        var damaged = packed
        damaged[packed.count - 6] ^= 1  // in the checksum
        #expect(throws: ImportRefusal.self) { try records(damaged) }
    }
}

/// `hello,x\n`, packed.
enum ImportGzip {
    static let helloMember: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xCB, 0x48, 0xCD, 0xC9,
        0xC9, 0xD7, 0xA9, 0xE0, 0x02, 0x00, 0x79, 0x10, 0x77, 0xC9, 0x08, 0x00, 0x00, 0x00,
    ]
}
