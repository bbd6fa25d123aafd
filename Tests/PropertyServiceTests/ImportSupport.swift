import Core
import Foundation
import PropertyService
import Testing

/// Files that tests read: those that ship, and the whole real data where it lies beside the project.
enum ImportFiles {
    static let package = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    static let fixtures = package.appending(path: "Tests/Fixtures")
    static let realData = package.appending(path: "../shared/data").standardizedFileURL
    static let hasRealData = FileManager.default.fileExists(atPath: realData.appending(path: "README.md").path)
    /// All of it takes minutes in a debug build: every file is read where this is set, else a sample.
    static let readsAll = ProcessInfo.processInfo.environment["ROOST_ALL_DATA"] != nil

    static let gazetteer: Gazetteer? = try? Gazetteer()

    static func edgeCase(_ name: String) -> URL { fixtures.appending(path: "edge-cases/\(name)") }

    /// Writes a file that the test takes away again.
    @discardableResult
    static func with<T>(_ bytes: [UInt8], _ body: (URL) throws -> T) throws -> T {
        let file = FileManager.default.temporaryDirectory.appending(
            path: "roost-\(UInt64(bitPattern: Int64(unique())))")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try body(file)
    }

    @discardableResult
    static func with<T>(_ text: String, _ body: (URL) throws -> T) throws -> T { try with(Array(text.utf8), body) }

    private static func unique() -> Int { ProcessInfo.processInfo.globallyUniqueString.hashValue }

    static func choices(
        _ listings: URL, calendar: URL? = nil, currency: String = "USD", city: String? = "Antwerp",
        country: String? = "BE",
        host: String? = nil, shiftTo: LocalDay? = nil
    ) throws -> ImportChoices {
        let currency = try #require(Currency(code: currency))
        let zone = try #require(Zone("Europe/Brussels"))
        return ImportChoices(
            listings: listings, calendar: calendar, currency: currency, zone: zone, city: city, country: country,
            hostEmail: host, shiftTo: shiftTo)
    }

    static func check(_ choices: ImportChoices) throws -> CheckedImport {
        try InsideAirbnbFiles(choices, gazetteer: try #require(gazetteer)).check()
    }

    /// Everything that would be loaded.
    static func places(of checked: CheckedImport) async throws -> [ImportedPlace] {
        let collected = Collected()
        try await checked.forEachBatch(of: 3) { await collected.add($0) }
        return await collected.places
    }

    static func listing(_ place: ImportedPlace) -> ImportedListing {
        place.listing(UserID(stored: "usr_host"))
    }
}

private actor Collected {
    private(set) var places: [ImportedPlace] = []
    func add(_ more: [ImportedPlace]) { places += more }
}
