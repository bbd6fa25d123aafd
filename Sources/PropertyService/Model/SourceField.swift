import Core

/// What a source says of a listing, part by part: in a later import each is taken over, kept or the host's own by itself.
package enum SourceField: String, Sendable, CaseIterable {
    case host, title, description, roomType, town, neighbourhood, position, maximumGuests, bedrooms, beds, bathrooms
    case amenities, nightlyPrice, minimumNights, maximumNights, instantBook, cancellationPolicy, rating, zone
    case openUntil, status

    /// For a message: `room type`.
    var words: String {
        switch self {
        case .roomType: "room type"
        case .maximumGuests: "number of guests"
        case .nightlyPrice: "price"
        case .minimumNights: "minimum nights"
        case .maximumNights: "maximum nights"
        case .instantBook: "instant booking"
        case .cancellationPolicy: "cancellation policy"
        case .zone: "time zone"
        case .openUntil: "last day"
        case .host, .title, .description, .town, .neighbourhood, .position, .bedrooms, .beds, .bathrooms, .amenities,
            .rating, .status:
            rawValue
        }
    }

    func copy(from other: Property, to property: inout Property) { part.copy(other, &property) }

    /// The same for the same value, in every run and on every node: it is kept.
    func fingerprint(of property: Property) -> String {
        String(Fingerprint.of(part.text(property)), radix: 36)
    }

    private var part: Part {
        switch self {
        case .host: Part(\.hostId) { $0.text }
        case .title: Part(\.title) { $0 }
        case .description: Part(\.description) { $0 }
        case .roomType: Part(\.roomType) { $0.rawValue }
        case .town:
            Part(
                text: { "\($0.location.country) \($0.location.city)" },
                copy: { ($1.location.country, $1.location.city) = ($0.location.country, $0.location.city) })
        case .neighbourhood: Part(\.location.neighbourhood) { $0 ?? "" }
        case .position:
            Part(
                text: { "\($0.location.latitude) \($0.location.longitude)" },
                copy: {
                    ($1.location.latitude, $1.location.longitude) = ($0.location.latitude, $0.location.longitude)
                })
        case .maximumGuests: Part(\.maximumGuests) { "\($0)" }
        case .bedrooms: Part(\.bedrooms) { "\($0)" }
        case .beds: Part(\.beds) { "\($0)" }
        case .bathrooms: Part(\.bathrooms) { "\($0)" }
        case .amenities: Part(\.amenities) { $0.joined(separator: " ") }
        case .nightlyPrice: Part(\.nightlyPrice) { $0.map { "\($0.amount) \($0.currency)" } ?? "" }
        case .minimumNights: Part(\.minimumNights) { "\($0)" }
        case .maximumNights: Part(\.maximumNights) { "\($0)" }
        case .instantBook: Part(\.instantBook) { "\($0)" }
        case .cancellationPolicy: Part(\.cancellationPolicy) { $0.rawValue }
        case .rating: Part(\.rating) { "\($0.hundredths ?? -1) \($0.count)" }
        case .zone: Part(\.zone) { $0.name }
        case .openUntil: Part(\.openUntil) { $0.map { "\($0.number)" } ?? "" }
        case .status: Part(\.status) { $0.rawValue }
        }
    }

    private struct Part {
        let text: (Property) -> String
        let copy: (Property, inout Property) -> Void

        init(text: @escaping (Property) -> String, copy: @escaping (Property, inout Property) -> Void) {
            self.text = text
            self.copy = copy
        }

        init<Value>(_ path: WritableKeyPath<Property, Value>, _ text: @escaping (Value) -> String) {
            self.init(text: { text($0[keyPath: path]) }, copy: { $1[keyPath: path] = $0[keyPath: path] })
        }
    }
}

/// What a source last said of a listing, as fingerprints: what differs from it here, the host has changed.
struct SaidBySource: Equatable {
    private var fingerprints: [SourceField: String] = [:]

    subscript(field: SourceField) -> String? {
        get { fingerprints[field] }
        set { fingerprints[field] = newValue }
    }

    /// Nothing is known.
    init() {}

    /// All of a property is as the source said it.
    init(_ property: Property) {
        for field in SourceField.allCases { fingerprints[field] = field.fingerprint(of: property) }
    }

    /// Whether any of these parts was said, but otherwise.
    func differs(from other: SaidBySource, in parts: Set<SourceField>) -> Bool {
        parts.contains { part in fingerprints[part].map { $0 != other[part] } ?? false }
    }

    /// As it is stored; parts that this version does not know are passed over.
    init(text: String) {
        for pair in text.split(separator: " ") {
            let sides = pair.split(separator: "=")
            if sides.count == 2, let field = SourceField(rawValue: String(sides[0])) {
                fingerprints[field] = String(sides[1])
            }
        }
    }

    /// `title=1y2p0ij32e8e7 price=…`, in the order of the parts.
    var text: String {
        SourceField.allCases.compactMap { field in
            fingerprints[field].map { "\(field.rawValue)=\($0)" }
        }.joined(separator: " ")
    }
}
