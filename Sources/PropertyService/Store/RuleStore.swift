import Core
import Storage
import Synchronization

/// The SQL of hosts' rules: one document for each place that has some.
enum RuleStore {
    /// The sheet of a place; the operator's alone where its host has no rules.
    static func sheet(
        of property: PropertyID, _ sheets: RuleSheets, in queries: borrowing some Queries & ~Copyable
    ) throws -> RuleSheet {
        try soonSheet(of: property, sheets, in: queries).all().first ?? sheets.none
    }

    /// The same, on its way; no row where the place has no rules of its own.
    static func soonSheet(
        of property: PropertyID, _ sheets: RuleSheets, in queries: borrowing some Queries & ~Copyable
    ) throws -> Soon<RuleSheet> {
        try queries.soon("SELECT version, rules FROM property_rules WHERE property_id = \(property)") { row in
            try sheets.sheet(of: property, version: try row[0]) { try row[1] }
        }
    }

    /// The sheets of those places that have rules.
    static func sheets(
        of properties: [PropertyID], _ sheets: RuleSheets, in queries: borrowing some Queries & ~Copyable
    ) throws -> [PropertyID: RuleSheet] {
        var found: [PropertyID: RuleSheet] = [:]
        for ids in PropertyStore.chunks(of: properties) {
            try queries.forEach(
                "SELECT property_id, version, rules FROM property_rules WHERE property_id IN \(list: ids)"
            ) { row in
                let id: PropertyID = try row[0]
                found[id] = try sheets.sheet(of: id, version: try row[1]) { try row[2] }
            }
        }
        return found
    }

    static func rules(of property: PropertyID, in queries: borrowing some Queries & ~Copyable) throws -> PropertyRules {
        let text = try queries.value(
            "SELECT rules FROM property_rules WHERE property_id = \(property)", as: String.self)
        return try text.map(rules(in:)) ?? .none
    }

    /// The row stays when the rules go, so that its version never begins again.
    static func save(_ rules: PropertyRules, of property: PropertyID, at now: Instant, in tx: borrowing Transaction)
        throws
    {
        let text = rules == .none ? "" : try StoredJSON.text(of: rules)
        try tx.execute(
            """
            INSERT INTO property_rules (property_id, version, rules, changed_at) VALUES (\(property), 1, \(text), \(now))
            ON CONFLICT (property_id) DO UPDATE SET version = property_rules.version + 1, rules = excluded.rules,
                changed_at = excluded.changed_at
            """)
    }

    static func rules(in text: String) throws -> PropertyRules {
        text.isEmpty ? .none : try StoredJSON.value(from: text)
    }
}

/// Sheets that were made before. A version of a place's rules never changes, so nothing here can be stale: it only
/// saves reading JSON anew for each place of each search.
final class RuleSheets: Sendable {
    /// Guards what is kept; all is let go of when there are more than so many places with rules.
    private let known = Mutex<[PropertyID: (version: Int64, sheet: RuleSheet)]>([:])
    private static let mostKept = 50_000

    /// Of places without rules of their own: the operator's service fee alone.
    let none: RuleSheet
    private let serviceFee: Percent

    init(serviceFee: Percent) {
        self.serviceFee = serviceFee
        none = serviceFee == .zero ? .none : RuleSheet(.none, serviceFee: serviceFee)
    }

    /// - Parameter text: read only where this version is not known yet.
    func sheet(of property: PropertyID, version: Int64, text: () throws -> String) throws -> RuleSheet {
        if let kept = known.withLock({ $0[property] }), kept.version == version { return kept.sheet }
        let rules = try RuleStore.rules(in: try text())
        let sheet = rules == .none ? none : RuleSheet(rules, serviceFee: serviceFee)
        known.withLock { known in
            if known.count >= RuleSheets.mostKept { known.removeAll() }
            known[property] = (version, sheet)
        }
        return sheet
    }
}
