import Core
import Testing

@testable import Web

@Suite("Drawings")
struct DrawingTests {
    /// How the examples of each edition look, as a number. Browsers keep what they have of an edition for ever: where this
    /// fails, the drawings have changed, and need another `Drawing.edition` with a line of its own here.
    private static let looks = ["1": "483360aaeaf7d59f", "2": "8a836dfda93793a9"]

    @Test("Other drawings are another edition")
    func edition() throws {
        let files = try Drawing.Shape.allCases.flatMap(Drawing.examples).map { example in
            let name = try #require(example.address.split(separator: "/").last)
            return try #require(Drawing(named: String(name))).svg
        }
        #expect(files.count == Set(files).count && files.count > 15)
        // FNV-1a of 64 bits, written out: it must not change with what draws.
        let sum = files.joined(separator: "\n").utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01B3
        }
        #expect(DrawingTests.looks[Drawing.edition] == String(sum, radix: 16))
    }
}
