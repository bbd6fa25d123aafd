package import Core

/// A table as the migrations make it: what must be known of it to carry its rows elsewhere.
package struct TableShape: Sendable {
    package let name: String
    let columns: [String]
    /// The columns of the primary key in its order, as places in `columns`.
    let key: [Int]

    /// What each engine keeps for itself: which migrations it has, and who applies them.
    private static let own = ["schema_migration", "migration_lock"]

    /// The tables that `migrations` make, each behind those it refers to.
    ///
    /// They are made in memory and looked at there, so that no list of tables has to be kept beside the migrations.
    package static func all(of migrations: [Migration], at now: Instant) async throws -> [TableShape] {
        let database = try SQLiteMemory()
        try await database.migrate(migrations, at: now)
        let found = try await database.read { reader in
            try reader.values(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name",
                as: String.self
            ).filter { !own.contains($0) }.map { name in
                let columns = try reader.all("SELECT name, pk FROM pragma_table_info(\(name)) ORDER BY cid") { row in
                    (name: try row[0] as String, place: try row[1] as Int)
                }
                let key = columns.enumerated().filter { $0.element.place > 0 }
                    .sorted { $0.element.place < $1.element.place }.map(\.offset)
                guard !key.isEmpty else { throw StorageError.fault("\(name) has no primary key") }
                let others: [String] = try reader.values(
                    "SELECT DISTINCT \"table\" FROM pragma_foreign_key_list(\(name))")
                return (shape: TableShape(name: name, columns: columns.map(\.name), key: key), behind: Set(others))
            }
        }
        try database.close()
        return try inOrder(found)
    }

    private static func inOrder(_ tables: [(shape: TableShape, behind: Set<String>)]) throws -> [TableShape] {
        var waiting = tables
        var ordered: [TableShape] = []
        while !waiting.isEmpty {
            let names = Set(waiting.map(\.shape.name))
            let ready = waiting.filter { $0.behind.subtracting([$0.shape.name]).isDisjoint(with: names) }
            guard !ready.isEmpty else { throw StorageError.fault("tables refer to each other in a circle: \(names)") }
            ordered += ready.map(\.shape)
            let done = Set(ready.map(\.shape.name))
            waiting.removeAll { done.contains($0.shape.name) }
        }
        return ordered
    }

    // MARK: Statements

    private func quoted(_ places: some Sequence<Int>) -> String {
        places.map { "\"\(columns[$0])\"" }.joined(separator: ", ")
    }

    /// The next rows behind a key, in the order of keys: bytes for text, on both engines.
    func batch(behind last: [SQLValue]?, atMost count: Int) -> SQL {
        let select = "SELECT \(quoted(columns.indices)) FROM \"\(name)\""
        let order = " ORDER BY \(quoted(key)) LIMIT \(count)"
        guard let last else { return SQL(fragments: [select + order]) }
        let commas = Array(repeating: ", ", count: key.count - 1)
        return SQL(
            fragments: ["\(select) WHERE (\(quoted(key))) > ("] + commas + [")\(order)"], values: key.map { last[$0] })
    }

    func insert(_ row: [SQLValue]) -> SQL {
        let commas = Array(repeating: ", ", count: columns.count - 1)
        return SQL(
            fragments: ["INSERT INTO \"\(name)\" (\(quoted(columns.indices))) VALUES ("] + commas + [")"], values: row)
    }

    /// Removes some rows; nothing where there are none any more.
    func removal(atMost count: Int) -> SQL {
        let rows = "SELECT \(quoted(key)) FROM \"\(name)\" ORDER BY \(quoted(key)) LIMIT \(count)"
        return SQL(fragments: ["DELETE FROM \"\(name)\" WHERE (\(quoted(key))) IN (\(rows))"])
    }

    var anyRow: SQL { SQL(fragments: ["SELECT 1 FROM \"\(name)\" LIMIT 1"]) }
}

extension Queries where Self: ~Copyable {
    /// Hands every row of a table to `each`, some at a time, in the order of the primary key.
    package func batches(of table: TableShape, _ each: ([[SQLValue]]) throws -> Void) throws {
        var last: [SQLValue]?
        while true {
            let rows = try all(table.batch(behind: last, atMost: TableCopy.batch)) { row in
                table.columns.indices.map { row.value($0) }
            }
            if !rows.isEmpty { try each(rows) }
            guard rows.count == TableCopy.batch else { return }
            last = rows.last
        }
    }
}
