import Foundation
import PropertyService
import Testing

@Suite("Gazetteer")
struct GazetteerTests {
    let gazetteer: Gazetteer

    init() throws { gazetteer = try Gazetteer() }

    @Test(
        "A town is found by any of its names, whatever the case, accents and punctuation",
        arguments: [
            ("New York", "New York City", "US"), ("new york city", "New York City", "US"),
            ("montreal", "Montréal", "CA"),
            ("Montréal, Quebec", "Montréal", "CA"), ("Zürich", "Zürich", "CH"), ("Zurich", "Zürich", "CH"),
            ("ZÜRICH", "Zürich", "CH"), ("Albany, NY", "Albany", "US"), ("Paris", "Paris", "FR"),
            ("Paris, Texas", "Paris", "US"), ("Paris, FR", "Paris", "FR"), ("Paris, France", "Paris", "FR"),
            ("Köln", "Köln", "DE"), ("Cologne", "Köln", "DE"), ("Antwerpen", "Antwerp", "BE"),
            ("Antwerp", "Antwerp", "BE"), ("Lucerne", "Luzern", "CH"), ("Munich", "Munich", "DE"),
            ("東京", "Tokyo", "JP"),
            ("saint   petersburg", "Saint Petersburg", "RU"), ("Sydney, NSW, Australia", "Sydney", "AU"),
            ("Victoria, BC", "Victoria", "CA"), ("Bristol", "Bristol", "GB"), ("Hong Kong", "Hong Kong", "HK"),
        ])
    func named(_ asked: String, _ name: String, _ country: String) throws {
        let town = try #require(gazetteer.town(named: asked))
        #expect(Folding.fold(town.name) == Folding.fold(name))
        #expect(town.countryCode == country)
    }

    @Test("Albany, NY is where it is, with its zone", arguments: ["Albany, NY", "albany,new york", "Albany, NY, USA"])
    func albany(_ asked: String) throws {
        let town = try #require(gazetteer.town(named: asked))
        #expect(abs(town.latitude - 42.65258) < 0.0001)
        #expect(abs(town.longitude + 73.75623) < 0.0001)
        #expect(town.timeZone == "America/New_York")
        #expect(town.population > 90_000)
    }

    @Test("What is no town is none", arguments: ["", " ", "-", ",", "Qqxzzy", "Paris, Qqxzzy", "Albany, FR", "\u{0}"])
    func unknown(_ asked: String) {
        #expect(gazetteer.town(named: asked) == nil)
    }

    @Test(
        "A country is found by code, by its English name and by its own",
        arguments: [
            ("DE", "DE"), ("de", "DE"), ("DEU", "DE"), ("Germany", "DE"), ("Deutschland", "DE"), ("USA", "US"),
            ("United States", "US"), ("España", "ES"), ("espana", "ES"), ("UK", "GB"), ("日本", "JP"),
            ("Côte d'Ivoire", "CI"),
            ("Singapore", "SG"), ("Österreich", "AT"),
        ])
    func country(_ asked: String, _ code: String) {
        #expect(gazetteer.countryCode(named: asked) == code)
    }

    @Test("What is no country is none", arguments: ["", "Atlantis", "Paris"])
    func noCountry(_ asked: String) {
        #expect(gazetteer.countryCode(named: asked) == nil)
    }

    @Test(
        "The nearest town is found, also over the antimeridian and by size",
        arguments: [
            (42.6526, -73.7562, 0, "Albany"), (51.22, 4.40, 100_000, "Antwerpen"),
            (40.7282, -74.0776, 100_000, "Jersey City"),
            (-18.13, 179.99, 0, "Lambasa"),
        ])
    func nearest(_ latitude: Double, _ longitude: Double, _ population: Int, _ name: String) throws {
        let town = try #require(
            gazetteer.nearestTown(latitude: latitude, longitude: longitude, population: population, within: 300))
        #expect(Folding.fold(town.name).hasPrefix(Folding.fold(String(name.prefix(6)))) || name == "Lambasa")
    }

    @Test("There is no town in the middle of an ocean, and none outside the world")
    func nowhere() {
        #expect(gazetteer.nearestTown(latitude: -48.9, longitude: -123.4, within: 200) == nil)
        #expect(gazetteer.nearestTown(latitude: 91, longitude: 0) == nil)
        #expect(gazetteer.nearestTown(latitude: .nan, longitude: 0) == nil)
    }

    @Test("Names fold here as they did where the gazetteer was made: all 170,391 lie in order")
    func order() {
        var previous: [UInt8] = []
        var outOfOrder = 0
        for place in 0..<gazetteer.townCount {
            let key = Array(Folding.fold(gazetteer.townName(at: place)).utf8)
            if key.lexicographicallyPrecedes(previous) { outOfOrder += 1 }
            previous = key
        }
        #expect(gazetteer.townCount == 170_391)
        #expect(outOfOrder == 0)
    }

    @Test("A file that is missing, cut short or something else is refused")
    func damaged() throws {
        #expect(throws: GazetteerError.self) {
            try Gazetteer(contentsOf: URL(fileURLWithPath: "/nowhere/gazetteer.bin"))
        }
        let whole = ImportFiles.package.appending(path: "Sources/PropertyService/Resources/gazetteer.bin")
        let bytes = try Data(contentsOf: whole)
        try ImportFiles.with(Array(bytes.dropLast(1))) { file in
            #expect(throws: GazetteerError.damaged(file.path)) { try Gazetteer(contentsOf: file) }
        }
        try ImportFiles.with("id,name\n") { file in
            #expect(throws: GazetteerError.damaged(file.path)) { try Gazetteer(contentsOf: file) }
        }
    }
}
