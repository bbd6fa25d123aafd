package import Core

/// A listing as another site had it, in our words.
package struct ImportedListing: Sendable, Equatable {
    package var source: PropertySource
    package var hostId: UserID
    package var title: String
    package var description: String
    package var roomType: RoomType
    package var location: Location
    package var maximumGuests: Int
    package var bedrooms: Int
    package var beds: Int
    package var bathrooms: Double
    /// Codes, each with the words it was made from.
    package var amenities: [ImportedAmenity]
    package var nightlyPrice: Money?
    package var minimumNights: Int
    package var maximumNights: Int
    package var instantBook: Bool
    package var cancellationPolicy: CancellationPolicy
    package var rating: Rating
    package var zone: Zone
    package var openUntil: LocalDay?
    package var status: PropertyStatus
    /// Parts that the source does not say, for which the above has what a new property begins with. A price and an end
    /// of the calendar that are missing need not be named.
    package var unsaid: Set<SourceField>

    package init(
        source: PropertySource, hostId: UserID, title: String, description: String, roomType: RoomType,
        location: Location, maximumGuests: Int, bedrooms: Int, beds: Int, bathrooms: Double,
        amenities: [ImportedAmenity], nightlyPrice: Money?, minimumNights: Int, maximumNights: Int,
        instantBook: Bool, cancellationPolicy: CancellationPolicy, rating: Rating, zone: Zone, openUntil: LocalDay?,
        status: PropertyStatus, unsaid: Set<SourceField> = []
    ) {
        self.source = source
        self.hostId = hostId
        self.title = title
        self.description = description
        self.roomType = roomType
        self.location = location
        self.maximumGuests = maximumGuests
        self.bedrooms = bedrooms
        self.beds = beds
        self.bathrooms = bathrooms
        self.amenities = amenities
        self.nightlyPrice = nightlyPrice
        self.minimumNights = minimumNights
        self.maximumNights = maximumNights
        self.instantBook = instantBook
        self.cancellationPolicy = cancellationPolicy
        self.rating = rating
        self.zone = zone
        self.openUntil = openUntil
        self.status = status
        self.unsaid = unsaid
    }
}

/// An amenity in the words of its source: `Hot tub`.
package struct ImportedAmenity: Sendable, Equatable {
    package let code: String
    package let name: String

    /// Nothing where the words have no letter and no digit.
    package init?(name: String) {
        let code = Amenity.code(of: name)
        guard !code.isEmpty else { return nil }
        self.code = code
        self.name = name
    }
}

/// What became of a listing that was imported.
package struct ImportedProperty: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        case new, changed, unchanged
        /// Nothing was changed; why, in a sentence.
        case refused(String)
    }

    /// The same in every run.
    package let id: PropertyID
    package let outcome: Outcome
    /// Whether it is a draft now.
    package let isDraft: Bool
    /// Whether it has something of an earlier import that the source does not say any more.
    package let keepsUnsaid: Bool
    /// What was not taken over, and why.
    package let warning: String?

    package init(
        id: PropertyID, outcome: Outcome, isDraft: Bool = false, keepsUnsaid: Bool = false, warning: String? = nil
    ) {
        self.id = id
        self.outcome = outcome
        self.isDraft = isDraft
        self.keepsUnsaid = keepsUnsaid
        self.warning = warning
    }
}
