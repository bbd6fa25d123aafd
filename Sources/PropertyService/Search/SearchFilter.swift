import Core

/// A search that has been checked.
struct SearchFilter: Sendable, Equatable {
    enum Sort: String, Sendable, CaseIterable {
        case recommended
        case price
        case priceDown = "-price"
        case rating
        case distance
    }

    /// As it was asked, for the gazetteer; compared folded.
    var place: String?
    var circle: Circle?
    var box: Box?
    var stay: Stay?
    var party = Party(adults: 1)
    /// Minor units per night.
    var price = Int64(0)...Int64.max
    var currency: Currency?
    var amenities: [String] = []
    var roomType: RoomType?
    var bedrooms = 0
    var beds = 0
    var halfBathrooms = 0
    /// -1 for those without ratings too.
    var ratingHundredths = -1
    var instantBook = false
    /// Folded; all of them must be there.
    var words: [String] = []
    /// Whether it asks for words that no text has: signs only.
    var isUnanswerable = false
    var sort = Sort.recommended

    /// What tells two searches apart, so that a cursor of one is not taken for the other's.
    var fingerprint: UInt64 {
        var parts: [String] = [place ?? "", party.words, "\(price)", currency?.code ?? "", roomType?.rawValue ?? ""]
        if let circle { parts.append("\(circle.latitude),\(circle.longitude),\(circle.radiusKilometres)") }
        if let box { parts.append("\(box.west),\(box.south),\(box.east),\(box.north)") }
        if let stay { parts.append(stay.description) }
        parts += [
            "\(bedrooms)", "\(beds)", "\(halfBathrooms)", "\(ratingHundredths)", "\(instantBook)", "\(isUnanswerable)",
        ]
        parts.append(sort.rawValue)
        // Each part behind its length, so that no two lists read alike.
        return Fingerprint.of((parts + ["a"] + amenities + ["w"] + words).map { "\($0.utf8.count):\($0)" }.joined())
    }
}

extension Party {
    /// Everything of it, as text.
    fileprivate var words: String { "\(adults),\(children),\(childAges),\(infants),\(pets)" }

    /// Whether a place without rules on parties says no more about it than one of as many adults does.
    var isOfAdults: Bool { children == 0 && infants == 0 && pets == 0 }
}

/// FNV-1a, 64 bits (datatracker.ietf.org/doc/draft-eastlake-fnv): the same in every run and on every node.
enum Fingerprint {
    static func of(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
}

/// Where a page ended: the sort key and the id of its last place. Places that come or go do not shift it.
struct SearchCursor: Sendable, Equatable {
    let key: Int64
    let id: PropertyID

    /// Opaque to clients.
    func text(for filter: SearchFilter) -> String {
        "\(String(key, radix: 36))~\(id)~\(String(filter.fingerprint, radix: 36))"
    }

    /// Nothing unless it was made for the same search.
    init?(_ text: String, for filter: SearchFilter) {
        let parts = text.split(separator: "~", omittingEmptySubsequences: false)
        guard parts.count == 3, let key = Int64(parts[0], radix: 36), let id = PropertyID(String(parts[1])),
            UInt64(parts[2], radix: 36) == filter.fingerprint
        else { return nil }
        self.init(key: key, id: id)
    }

    init(key: Int64, id: PropertyID) {
        self.key = key
        self.id = id
    }
}
