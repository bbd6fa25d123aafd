import Core
import Storage

extension Properties {
    /// Loads listings of another site, all or none of the batch but for those that are refused. Of a listing that is
    /// here already, part by part:
    /// - what the source does not say stays as it is here;
    /// - what its host has changed here stays the host's, with a warning where the source has something new;
    /// - all else becomes what the source says. The same listing again changes nothing.
    ///
    /// A place whose price here is in another currency, or whose host's rules do not fit what the source says, is
    /// refused and stays as it was: the same as its host would be told.
    ///
    /// Hosts are told to be hosts with their first listing. Keep batches to some hundreds: each is one transaction.
    /// - Returns: by source id, the property it became, with the same id in every run.
    package func importListings(_ batch: [ImportedListing]) async throws -> [String: ImportedProperty] {
        let now = world.now()
        let outbox = outbox
        let fresh: [PropertyID] = batch.map { _ in world.id() }
        return try await database.write { tx in
            var imported: [String: ImportedProperty] = [:]
            for (listing, id) in zip(batch, fresh) {
                imported[listing.source.id] = try Properties.importListing(listing, as: id, outbox, at: now, in: tx)
            }
            return imported
        }
    }

    private static func importListing(
        _ listing: ImportedListing, as fresh: PropertyID, _ outbox: Outbox, at now: Instant,
        in tx: borrowing Transaction
    ) throws -> ImportedProperty {
        let heard = listing.property(fresh)
        let says = SaidBySource(heard)
        let unsaid = listing.unsaidParts
        let known = try tx.first(
            """
            SELECT id, status, source_said FROM property
            WHERE source_name = \(listing.source.name) AND source_id = \(listing.source.id)
            """
        ) { row in
            let said: String? = try row[2]
            return (
                id: try row[0] as PropertyID, status: try row[1] as String, said: said.map { SaidBySource(text: $0) }
            )
        }
        guard let known else {
            let isFirst = try !tx.exists("SELECT 1 FROM property WHERE host_id = \(listing.hostId) LIMIT 1")
            try PropertyStore.insert(heard, said: says, names: listing.amenityNames, at: now, in: tx)
            if unsaid.contains(.position) { try PropertyStore.setPosition(of: fresh, isGuessed: true, in: tx) }
            if isFirst {
                try outbox.append(
                    PropertyCreated.kind, about: fresh.text, version: heard.version,
                    body: PropertyCreated(propertyId: fresh, hostId: listing.hostId), at: now, in: tx)
            }
            return ImportedProperty(id: fresh, outcome: .new, isDraft: heard.status == .draft)
        }
        if let said = known.said, SourceField.allCases.allSatisfy({ unsaid.contains($0) || said[$0] == says[$0] }) {
            return ImportedProperty(
                id: known.id, outcome: .unchanged, isDraft: known.status == PropertyStatus.draft.rawValue,
                keepsUnsaid: said.differs(from: says, in: unsaid))
        }
        guard let old = try PropertyStore.property(known.id, in: tx) else { throw Problem.notFound("property") }
        // Of listings from before this was kept nothing is known, but that nobody has changed a first version.
        var merge = ImportMerge(old, said: known.said ?? (old.version == 1 ? SaidBySource(old) : SaidBySource()))
        merge.take(heard, without: unsaid)
        var new = merge.property
        if let why = try Properties.refusal(of: new, insteadOf: old, priced: listing.nightlyPrice, in: tx) {
            return ImportedProperty(id: known.id, outcome: .refused(why), isDraft: old.status == .draft)
        }
        if !unsaid.contains(.position) { try PropertyStore.setPosition(of: known.id, isGuessed: false, in: tx) }
        let isChanged = new != old
        if isChanged {
            new.version += 1
            try PropertyStore.update(old, to: new, said: merge.said, names: listing.amenityNames, at: now, in: tx)
        } else {
            try PropertyStore.remember(merge.said, of: known.id, in: tx)
        }
        return ImportedProperty(
            id: known.id, outcome: isChanged ? .changed : .unchanged, isDraft: new.status == .draft,
            keepsUnsaid: merge.said.differs(from: says, in: unsaid), warning: merge.warning)
    }

    /// Why a listing can't become what a source says of it: in one sentence, or nothing.
    private static func refusal(
        of new: Property, insteadOf old: Property, priced price: Money?, in tx: borrowing Transaction
    ) throws -> String? {
        if let was = old.nightlyPrice?.currency, let currency = price?.currency, was != currency {
            return "its price here is in \(was), the file's in \(currency): an import changes no currency"
        }
        do throws(Problem) {
            var check = Check()
            check.nights(of: new)
            try check.end()
        } catch {
            return error.detail
        }
        let rules = try RuleStore.rules(of: old.id, in: tx)
        do throws(Problem) {
            try Properties.check(rules, fit: new, insteadOf: old)
        } catch {
            return "its host's rules do not fit: \(error.detail)"
        }
        return nil
    }
}

/// A listing that is here and what its source says now, becoming one.
private struct ImportMerge {
    private(set) var property: Property
    private(set) var said: SaidBySource
    private let old: Property
    /// What the source has new words for, which the host's own stand against.
    private var own: [SourceField] = []
    private var staysDraft = false

    /// - Parameter said: what the source had said before.
    init(_ old: Property, said: SaidBySource) {
        self.old = old
        self.said = said
        property = old
    }

    mutating func take(_ heard: Property, without unsaid: Set<SourceField>) {
        let isTouched = SourceField.allCases.contains { isOwn($0, against: nil) }
        for field in SourceField.allCases where !unsaid.contains(field) {
            let new = field.fingerprint(of: heard)
            let isNews = said[field] != new && field.fingerprint(of: old) != new
            if isOwn(field, against: new) {
                if isNews { own.append(field) }
            } else if field == .status, isNews, old.status == .draft, isTouched {
                staysDraft = true  // the host who works at a draft publishes it, nobody else
            } else {
                field.copy(from: heard, to: &property)
            }
            said[field] = new
        }
        // As where one row says both: a new minimum lifts a maximum of an earlier file.
        if property.minimumNights > property.maximumNights, unsaid.contains(.maximumNights),
            !isOwn(.maximumNights, against: nil)
        {
            property.maximumNights = property.minimumNights
            said[.maximumNights] = SourceField.maximumNights.fingerprint(of: property)
        }
    }

    /// Whether a part is not as the source had said it. Where that is not known, whether it is not as the source says now.
    private func isOwn(_ field: SourceField, against new: String?) -> Bool {
        guard let reference = said[field] ?? new else { return false }
        return reference != field.fingerprint(of: old)
    }

    var warning: String? {
        var warnings: [String] = []
        if !own.isEmpty {
            let names = own.map(\.words).joined(separator: ", ")
            warnings.append("its host has changed this here, so it stays, though the file has something new: \(names)")
        }
        if staysDraft { warnings.append("its host has changed the draft, so it stays one, though the file lists it") }
        return warnings.isEmpty ? nil : warnings.joined(separator: "; ")
    }
}

extension ImportedListing {
    /// A new property with the defaults for what the source does not say.
    fileprivate func property(_ id: PropertyID) -> Property {
        Property(
            id: id, hostId: hostId, title: title, description: description, roomType: roomType, location: location,
            maximumGuests: maximumGuests, bedrooms: bedrooms, beds: beds, bathrooms: bathrooms, amenities: codes,
            nightlyPrice: nightlyPrice, minimumNights: minimumNights, maximumNights: maximumNights,
            instantBook: instantBook, unitCount: 1, cancellationPolicy: cancellationPolicy, rating: rating.rounded,
            photos: [], zone: zone, checkInFrom: TimeOfDay(hour: 15), checkOutBy: TimeOfDay(hour: 11),
            status: nightlyPrice == nil ? .draft : status, openUntil: openUntil, source: source, version: 1)
    }

    /// What the source does not say, whatever stands for it in a new property.
    fileprivate var unsaidParts: Set<SourceField> {
        var parts = unsaid
        if nightlyPrice == nil { parts.formUnion([.nightlyPrice, .status]) }
        if openUntil == nil { parts.insert(.openUntil) }
        return parts
    }

    private var codes: [String] {
        var codes: [String] = []
        var seen: Set<String> = []
        for amenity in amenities where seen.insert(amenity.code).inserted { codes.append(amenity.code) }
        return codes
    }

    fileprivate var amenityNames: [String: String] {
        Dictionary(amenities.map { ($0.code, $0.name) }, uniquingKeysWith: { first, _ in first })
    }
}

extension Rating {
    /// As it is kept: in hundredths.
    fileprivate var rounded: Rating { Rating(average: hundredths.map { Double($0) / 100 }, count: count) }
}
