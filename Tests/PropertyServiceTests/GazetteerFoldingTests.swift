import Foundation
import PropertyService
import Testing

@Suite("Folding")
struct GazetteerFoldingTests {
    @Test("Swift folds names of the real data as Python does")
    func agreement() throws {
        let table = try String(contentsOf: ImportFiles.fixtures.appending(path: "folding.tsv"), encoding: .utf8)
        var compared = 0
        for line in table.split(separator: "\n") {
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
            let bytes = stride(from: 0, to: columns[0].utf8.count, by: 2).compactMap { place in
                UInt8(columns[0].dropFirst(place).prefix(2), radix: 16)
            }
            let name = String(decoding: bytes, as: UTF8.self)
            #expect(Array(Folding.fold(name).utf8) == Array(columns[1].utf8), "\(name)")
            compared += 1
        }
        #expect(compared > 500)
    }

    @Test(
        "Folding twice is folding once", arguments: ["Zürich", "İstanbul", "O’Fallon", "ŁÓDŹ", "ΣΊΣΥΦΟΣ", "서울", "Æ-ß"])
    func idempotent(_ name: String) {
        let once = Folding.fold(name)
        #expect(Folding.fold(once) == once)
    }
}
