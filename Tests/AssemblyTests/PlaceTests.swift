import Assembly
import Foundation
import TestSupport
import Testing

@Suite("Where four databases are, in one word")
struct PlaceTests {
    @Test(
        "A place is four addresses",
        arguments: [
            ("sqlite:/var/lib/roost", "sqlite:/var/lib/roost/users.sqlite"),
            ("postgresql://roost@db/roost", "postgresql://roost@db/roost_users"),
            ("postgresql://roost@db/", "postgresql://roost@db/users"),
            ("postgresql://roost@db", "postgresql://roost@db/users"),
            (
                "postgresql://a:b@one:5432,two:5433/stay?sslmode=verify-full",
                "postgresql://a:b@one:5432,two:5433/stay_users?sslmode=verify-full"
            ),
            ("postgres:///stay?host=/run/postgresql", "postgres:///stay_users?host=/run/postgresql"),
            ("postgresql://?host=/run/postgresql", "postgresql:///users?host=/run/postgresql"),
        ])
    func place(_ place: String, _ users: String) throws {
        let settings = try Place.settings(place, option: "--from")
        #expect(settings["ROOST_USERS_DATABASE"] == users)
        #expect(settings.count == 4)
        #expect(try Configuration(settings).databases.all.count == 4)
    }

    @Test("A file of settings is a place as well")
    func file() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("roost.conf")
        try "ROOST_DATA_DIR=/srv/roost\nROOST_USERS_DATABASE=sqlite:/srv/people.sqlite\n"
            .write(toFile: path, atomically: true, encoding: .utf8)
        let settings = try Place.settings("config:\(path)", option: "--to")
        #expect(settings["ROOST_USERS_DATABASE"] == "sqlite:/srv/people.sqlite")
        #expect(settings["ROOST_PAYMENTS_DATABASE"] == "sqlite:/srv/roost/payments.sqlite")
    }

    @Test(
        "What is no place is refused", arguments: ["", "sqlite:", "/var/lib/roost", "mysql://x/y", "config:/nowhere"])
    func refused(_ place: String) {
        #expect(throws: ConfigurationError.self) { try Place.settings(place, option: "--from") }
    }
}
