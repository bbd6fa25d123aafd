import CLibpq

/// A row of a result of libpq, one after the other in one `Row`.
final class PostgresCursor {
    let result: OpaquePointer
    var number: Int32 = 0

    init(_ result: OpaquePointer) { self.result = result }

    var row: Row {
        Row(
            columnCount: Int(PQnfields(result)),
            value: { [self] index in
                // A type that none of our statements gives reads as NULL, and then as a fault of the column.
                (try? SQLValue(result, row: number, column: Int32(index))) ?? .null
            },
            column: { [self] name in
                let index = PQfnumber(result, name)
                return index < 0 ? nil : Int(index)
            })
    }
}
