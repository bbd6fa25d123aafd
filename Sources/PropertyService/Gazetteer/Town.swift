/// A town of the gazetteer, as GeoNames has it.
public struct Town: Sendable, Hashable {
    /// The name as GeoNames writes it: `Montréal`, `Zürich`, `New York City`.
    public let name: String
    /// Degrees north, to about two metres.
    public let latitude: Double
    /// Degrees east, to about two metres.
    public let longitude: Double
    /// ISO 3166-1 alpha-2, upper case.
    public let countryCode: String
    /// 0 where GeoNames does not know it.
    public let population: Int
    /// The IANA name of its zone: `America/New_York`.
    public let timeZone: String
}
