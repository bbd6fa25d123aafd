import CLibpq

/// The numbers of PostgreSQL's types (pg_type.dat): they never change.
enum PostgresType {
    static let bool: Oid = 16
    static let bytes: Oid = 17
    static let int8: Oid = 20
    static let int2: Oid = 21
    static let int4: Oid = 23
    static let text: Oid = 25
    static let float4: Oid = 700
    static let float8: Oid = 701
    static let numeric: Oid = 1700
    /// The server finds out what a NULL would be.
    static let unspecified: Oid = 0
}

/// The values of one statement as the wire has them: binary, each with its type.
struct PostgresParameters {
    private var bytes: [UInt8] = []
    /// Where each value lies in `bytes`; nothing for NULL.
    private var places: [Range<Int>?] = []
    private(set) var types: [Oid] = []

    init(_ values: [SQLValue]) {
        places.reserveCapacity(values.count)
        types.reserveCapacity(values.count)
        for value in values {
            let start = bytes.count
            switch value {
            case .null: types.append(PostgresType.unspecified)
            case .integer(let integer):
                withUnsafeBytes(of: integer.bigEndian) { bytes.append(contentsOf: $0) }
                types.append(PostgresType.int8)
            case .real(let real):
                withUnsafeBytes(of: real.bitPattern.bigEndian) { bytes.append(contentsOf: $0) }
                types.append(PostgresType.float8)
            case .text(let text):
                bytes.append(contentsOf: text.utf8)
                types.append(PostgresType.text)
            case .blob(let blob):
                bytes.append(contentsOf: blob)
                types.append(PostgresType.bytes)
            }
            places.append(value == .null ? nil : start..<bytes.count)
        }
    }

    /// Tells apart statements of one text whose values have other types.
    var signature: String {
        String(
            decoding: types.map { type -> UInt8 in
                switch type {
                case PostgresType.int8: UInt8(ascii: "i")
                case PostgresType.float8: UInt8(ascii: "r")
                case PostgresType.text: UInt8(ascii: "t")
                case PostgresType.bytes: UInt8(ascii: "b")
                default: UInt8(ascii: "n")
                }
            }, as: UTF8.self)
    }

    /// The three arrays that libpq takes: where the values are, how long, and that they are binary.
    func with<T>(
        _ send: (Int32, UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<Int32>, UnsafePointer<Int32>) -> T
    ) -> T {
        // An empty text has an address too: without one it would be NULL.
        (bytes + [0]).withUnsafeBytes { raw in
            let base = raw.bindMemory(to: CChar.self)
            let pointers = places.map { place in
                place.flatMap { base.baseAddress?.advanced(by: $0.lowerBound) }
            }
            let lengths = places.map { Int32($0?.count ?? 0) }
            let formats = [Int32](repeating: 1, count: places.count)
            return send(Int32(places.count), pointers, lengths, formats)
        }
    }
}

extension SQLValue {
    /// A column of a binary result.
    /// - Throws: `StorageError.fault` for a type that no statement of ours should give.
    init(_ result: OpaquePointer, row: Int32, column: Int32) throws {
        guard PQgetisnull(result, row, column) == 0, let start = PQgetvalue(result, row, column) else {
            self = .null
            return
        }
        let bytes = UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(result, row, column)))
        switch PQftype(result, column) {
        case PostgresType.int8: self = .integer(bytes.bigEndian(Int64.self))
        case PostgresType.int4: self = .integer(Int64(bytes.bigEndian(Int32.self)))
        case PostgresType.int2: self = .integer(Int64(bytes.bigEndian(Int16.self)))
        case PostgresType.bool: self = .integer(bytes.first == 1 ? 1 : 0)
        case PostgresType.float8: self = .real(Double(bitPattern: bytes.bigEndian(UInt64.self)))
        case PostgresType.float4: self = .real(Double(Float(bitPattern: bytes.bigEndian(UInt32.self))))
        case PostgresType.bytes: self = .blob([UInt8](bytes))
        case PostgresType.numeric: self = try SQLValue(numeric: bytes)
        // text, varchar, char, name, and what the server calls "unknown": a text that stands in the statement.
        case PostgresType.text, 1043, 1042, 19, 705: self = .text(String(decoding: bytes, as: UTF8.self))
        case let type: throw StorageError.fault("a column has type \(type), which is none of ours")
        }
    }

    /// A sum of whole numbers is a `numeric`: digits to the base of 10,000, the first worth 10,000 to the power of its
    /// weight.
    private init(numeric bytes: UnsafeRawBufferPointer) throws {
        func word(_ index: Int) -> Int16 {
            UnsafeRawBufferPointer(rebasing: bytes[(index * 2)...]).bigEndian(Int16.self)
        }
        let (count, weight, sign, scale) = (Int(word(0)), Int(word(1)), UInt16(bitPattern: word(2)), word(3))
        guard sign == 0 || sign == 0x4000 else { throw StorageError.fault("a number is not a number") }
        guard scale == 0 else {
            var real = 0.0
            for place in 0..<count { real = real * 10_000 + Double(word(4 + place)) }
            var power = weight - count + 1
            while power > 0 { (real, power) = (real * 10_000, power - 1) }
            while power < 0 { (real, power) = (real / 10_000, power + 1) }
            self = .real(sign == 0 ? real : -real)
            return
        }
        var whole: Int64 = 0
        for place in 0...max(weight, 0) {
            let digit = place < count && weight >= 0 ? Int64(word(4 + place)) : 0
            // Built downwards, because the least whole number has no positive twin.
            let (product, tooMuch) = whole.multipliedReportingOverflow(by: 10_000)
            let (next, overflow) = product.subtractingReportingOverflow(digit)
            guard !tooMuch, !overflow else { throw StorageError.fault("a sum is too large") }
            whole = next
        }
        guard sign != 0 || whole != .min else { throw StorageError.fault("a sum is too large") }
        self = .integer(sign == 0 ? -whole : whole)
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func bigEndian<Number: FixedWidthInteger>(_ type: Number.Type) -> Number {
        Number(bigEndian: loadUnaligned(as: Number.self))
    }
}
