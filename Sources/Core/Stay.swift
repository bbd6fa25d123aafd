/// Nights in a row, half open: the day of check-out is not slept, so another guest may check in on it.
public struct Stay: Sendable, Hashable, Codable, CustomStringConvertible {
    public let checkIn: LocalDay
    public let checkOut: LocalDay

    /// Nothing unless check-in is before check-out.
    public init?(from checkIn: LocalDay, to checkOut: LocalDay) {
        guard checkIn < checkOut else { return nil }
        self.checkIn = checkIn
        self.checkOut = checkOut
    }

    public var nights: Range<LocalDay> { checkIn..<checkOut }
    public var nightCount: Int { checkIn.distance(to: checkOut) }
    public var description: String { "\(checkIn)/\(checkOut)" }

    /// The most nights a stay may have.
    public static let longest = 365
    /// How many days ahead of today at the property a stay may begin at the most.
    public static let farthest = 731

    private enum CodingKeys: CodingKey { case checkIn, checkOut }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let checkIn = try container.decode(LocalDay.self, forKey: .checkIn)
        guard let stay = Stay(from: checkIn, to: try container.decode(LocalDay.self, forKey: .checkOut)) else {
            throw DecodingError.dataCorruptedError(forKey: .checkOut, in: container, debugDescription: "no night")
        }
        self = stay
    }
}
