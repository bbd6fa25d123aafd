import Foundation

/// A CSV file whose first record names its columns; they may stand in any order, and others may be among them.
final class CSVTable {
    let reader: CSVReader
    private let places: [String: Int]
    private let columnCount: Int

    /// - Parameters:
    ///   - what: what the file should be, for the refusal: `a file of listings`.
    ///   - required: columns without which it is no such file.
    /// - Throws: where it is no such file, or can't be read.
    init(_ file: URL, what: String, required: [String]) throws(ImportRefusal) {
        reader = try CSVReader(file)
        guard try reader.next() else { throw reader.refusal("this is not \(what): the file is empty") }
        var places: [String: Int] = [:]
        for place in 0..<reader.fieldCount {
            let name = String(decoding: reader.bytes(place), as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines).lowercased()
            if places[name] == nil { places[name] = place }
        }
        self.places = places
        columnCount = reader.fieldCount
        let missing = required.filter { places[$0] == nil }
        guard missing.isEmpty else {
            let header = places.keys.joined()
            let hint =
                header.contains(";")
                ? "the columns are separated by semicolons, not by commas"
                : "it has no column \(missing.map { "“\($0)”" }.joined(separator: ", "))"
            throw reader.refusal("this is not \(what): \(hint)", line: reader.line)
        }
    }

    /// Where a column stands, or nothing.
    func place(of column: String) -> Int? { places[column] }

    /// Why the record can't be read by its columns, or nothing.
    var recordFault: String? {
        if reader.fieldCount != columnCount {
            return "the row has \(reader.fieldCount) fields instead of \(columnCount)"
        }
        return reader.hasTextAfterQuote ? "there is text between a closing quote and the next comma" : nil
    }
}
