import Core
import Storage

extension Properties {
    /// Loads listings of another site, all or none of the batch. The same listing again changes nothing, also where
    /// its host has changed it here since; another one takes over what it says.
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
        let digest = Int64(bitPattern: Fingerprint.of(listing.text))
        let known = try tx.first(
            """
            SELECT id, source_digest FROM property
            WHERE source_name = \(listing.source.name) AND source_id = \(listing.source.id)
            """
        ) { (id: try $0[0] as PropertyID, digest: try $0[1] as Int64?) }
        guard let known else {
            let isFirst = try !tx.exists("SELECT 1 FROM property WHERE host_id = \(listing.hostId) LIMIT 1")
            let property = listing.property(fresh)
            try PropertyStore.insert(property, digest: digest, names: listing.amenityNames, at: now, in: tx)
            if isFirst {
                try outbox.append(
                    PropertyCreated.kind, about: fresh.text, version: property.version,
                    body: PropertyCreated(propertyId: fresh, hostId: listing.hostId), at: now, in: tx)
            }
            return ImportedProperty(id: fresh, outcome: .new)
        }
        guard known.digest != digest, let old = try PropertyStore.property(known.id, in: tx) else {
            return ImportedProperty(id: known.id, outcome: .unchanged)
        }
        var new = old
        listing.apply(to: &new)
        if new != old { new.version += 1 }
        try PropertyStore.update(old, to: new, digest: digest, names: listing.amenityNames, at: now, in: tx)
        return ImportedProperty(id: known.id, outcome: .changed)
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

    /// What the source says, over what is here; a place its host has paused stays paused.
    fileprivate func apply(to property: inout Property) {
        let was = property
        property = self.property(was.id)
        property.version = was.version
        property.unitCount = was.unitCount
        property.photos = was.photos
        property.checkInFrom = was.checkInFrom
        property.checkOutBy = was.checkOutBy
        if was.status == .paused, nightlyPrice != nil { property.status = .paused }
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

    /// All it says, each part behind its length, so that two listings read alike only where they are.
    fileprivate var text: String {
        let parts: [String] = [
            hostId.text, title, description, roomType.rawValue, location.country, location.city,
            location.neighbourhood ?? "", "\(location.latitude)", "\(location.longitude)", "\(maximumGuests)",
            "\(bedrooms)", "\(beds)", "\(bathrooms)", nightlyPrice?.description ?? "", "\(minimumNights)",
            "\(maximumNights)", "\(instantBook)", cancellationPolicy.rawValue,
            rating.rounded.average.map { "\($0)" } ?? "", "\(rating.count)", zone.name, openUntil?.description ?? "",
            status.rawValue,
        ]
        return (parts + amenities.map(\.name)).map { "\($0.utf8.count):\($0)" }.joined()
    }
}

extension Rating {
    /// As it is kept: in hundredths.
    fileprivate var rounded: Rating { Rating(average: hundredths.map { Double($0) / 100 }, count: count) }
}
