/// Carries the rows of one database into another, on whichever engines.
package struct TableCopy {
    /// How many rows are in memory and in one transaction: enough that the commit costs little, few enough that rows with
    /// long texts need some megabytes.
    static let batch = 500

    /// Stands among the applied migrations of a target from before its first row until all four databases are verified:
    /// no server starts on such a database. Its time is the number of the copy that works there.
    package static let mark = "copy-under-way"

    /// What becomes of the mark, number and all, in each of the four once all are verified. It stays: beside one that still
    /// bears `mark` with the same number it tells that one copy filled both, and neither holds what anybody else needs. To
    /// servers it means nothing.
    package static let endMark = "copied"

    package let tables: [TableShape]
    /// Of this copy and no other: a second one that takes over the target ends the first.
    package let number: Int64

    package init(tables: [TableShape], number: Int64) {
        self.tables = tables
        self.number = number
    }

    /// Says in the target that a copy is under way, and that it is this one.
    package func begin(_ target: SoleConnection) throws {
        try target.write { tx in
            try tx.execute(
                """
                INSERT INTO schema_migration (name, applied_at) VALUES (\(TableCopy.mark), \(number))
                ON CONFLICT (name) DO UPDATE SET applied_at = excluded.applied_at
                """)
            try tx.execute("DELETE FROM schema_migration WHERE name = \(TableCopy.endMark)")
        }
    }

    /// Ends the mark: once none of the four bears it, servers may start.
    package func end(_ target: SoleConnection) throws {
        try target.write { tx in
            try claim(tx)
            try tx.execute("UPDATE schema_migration SET name = \(TableCopy.endMark) WHERE name = \(TableCopy.mark)")
        }
    }

    /// Removes what an earlier copy left, from the last table to the first.
    package func clear(_ target: SoleConnection) throws {
        for table in tables.reversed() {
            while try target.write({ tx in
                try claim(tx)
                return try tx.execute(table.removal(atMost: TableCopy.batch)) > 0
            }) {}
        }
    }

    /// Copies every row, as the source is at one moment, and reads it again in the target.
    /// - Returns: the digest of each table, which is the same on both sides.
    /// - Throws: `MovingFailure` where the target has something else than the source.
    package func run(
        from source: SoleConnection, to target: SoleConnection, progress: (_ table: String, _ rows: Int) -> Void
    ) throws -> [TableDigest] {
        let copied = try source.read { reader in
            try tables.map { table in
                var made = DigestMaker()
                var count = 0
                try reader.batches(of: table) { rows in
                    try target.write { tx in
                        try claim(tx)
                        for row in rows { try tx.later(table.insert(row)) }
                    }
                    for row in rows { made.add(row) }
                    count += rows.count
                    progress(table.name, count)
                }
                return made.end(table)
            }
        }
        let there = try target.read { try $0.digests(of: tables) { _, _ in } }
        try TableCopy.compare(copied, there, "the target has other rows than were copied")
        return copied
    }

    /// - Throws: `MovingFailure` naming the first table that differs.
    package static func compare(_ wanted: [TableDigest], _ found: [TableDigest], _ what: String) throws {
        guard let (one, other) = zip(wanted, found).first(where: { $0 != $1 }) else { return }
        throw MovingFailure("\(what): \(one.table) has \(other.rows) rows where \(one.rows) were expected, or others")
    }

    /// Only the copy whose number stands in the mark may write.
    private func claim(_ tx: borrowing Transaction) throws {
        let isOurs = try tx.execute(
            "UPDATE schema_migration SET applied_at = \(number) WHERE name = \(TableCopy.mark) AND applied_at = \(number)"
        )
        guard isOurs == 1 else { throw MovingFailure("another copy has taken over this target") }
    }
}

extension Queries where Self: ~Copyable {
    /// The tables that have a row.
    package func occupied(_ tables: [TableShape]) throws -> [String] {
        try tables.filter { try exists($0.anyRow) }.map(\.name)
    }
}
