/// Who comes. Which of them count as guests of a place is one of its rules.
public struct Party: Sendable, Codable, Hashable {
    /// 18 years and older.
    public let adults: Int
    /// From 2 to 17 years.
    public let children: Int
    /// The age of each child, where they were told: some taxes leave out the young. Else empty.
    public let childAges: [Int]
    /// Under 2 years.
    public let infants: Int
    public let pets: Int

    public init(adults: Int, children: Int = 0, childAges: [Int] = [], infants: Int = 0, pets: Int = 0) {
        self.adults = adults
        self.children = children
        self.childAges = childAges
        self.infants = infants
        self.pets = pets
    }

    /// Adults and children: what is shown as `guests`. How many of them a rule counts is said by the rule.
    public var guests: Int { adults + children }

    /// How many of a kind may be asked for: no real party is larger, beyond it a number is a mistake.
    public static let most = 1000
    /// How old a child can be.
    public static let childAgeRange = 2...17
}
