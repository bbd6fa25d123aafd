import Core
import HTTPTypes
import Hummingbird

/// A table as text (RFC 4180), for programs that calculate.
struct CSVText {
    private(set) var written = ""

    init(_ columns: [String]) { row(columns) }

    mutating func row(_ cells: [String]) {
        written += cells.map(CSVText.cell).joined(separator: ",") + "\r\n"
    }

    private static let quote = UInt8(ascii: "\"")

    /// What somebody typed must not run as a formula where the table is opened: a cell that begins like one is text.
    private static func cell(_ value: String) -> String {
        let isNumber = Query.number(value) != nil
        let begins = value.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
        let plain = begins && !isNumber ? "'" + value : value
        guard plain.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return plain }
        // By bytes: a mark behind a quote makes one character with it, and who reads the table sees the quote.
        var bytes = [quote]
        for byte in plain.utf8 {
            if byte == quote { bytes.append(quote) }
            bytes.append(byte)
        }
        return String(decoding: bytes + [quote], as: UTF8.self)
    }

    /// To be kept under a name.
    func answer(_ name: String) -> Response {
        // The mark tells the usual program that this is UTF-8.
        .bytes(
            Array(("\u{FEFF}" + written).utf8), type: "text/csv; charset=utf-8",
            headers: [.contentDisposition: "attachment; filename=\"\(name)\""])
    }
}
