import PropertyService
import Testing

@testable import Web

@Suite("Neighbourhoods")
struct NeighbourhoodTests {
    @Test(
        "Capitals of several words are calmed, all else stays as it was written",
        arguments: [
            ("TENTH WARD", "Tenth Ward"), ("10TH WARD", "10th Ward"), ("ÎLE SAINT-LOUIS", "Île Saint-Louis"),
            ("ST. MARY'S HILL", "St. Mary's Hill"),
            ("DUMBO", "DUMBO"), ("Centro", "Centro"), ("Lower East Side", "Lower East Side"),
            ("حي الزهور", "حي الزهور"),
            ("", ""), ("A B", "A B"),
        ])
    func calm(_ written: String, _ said: String) {
        let place = Location(
            country: "US", city: "Albany", neighbourhood: written, latitude: 42.65, longitude: -73.75)
        #expect(place.calmNeighbourhood == said)
    }

    @Test("A place without a neighbourhood has none")
    func none() {
        let place = Location(country: "US", city: "Albany", neighbourhood: nil, latitude: 42.65, longitude: -73.75)
        #expect(place.calmNeighbourhood == nil)
    }
}
