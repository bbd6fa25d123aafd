import HTTPTypes
import TestSupport
import Testing

@testable import Web

@Suite("Units that come and go over HTTP", .onEachEngine)
struct UnitCountTests {
    @Test("A night that its host closed stays closed when a unit is added over HTTP")
    func unitsOverHTTP() async throws {
        let fixture = try await WebFixture()
        try await fixture.meet { guest in
            let (hana, anna) = (try await guest.register("hana"), try await guest.register("anna"))
            let home = try await hana.list()
            let path = "/api/v1/properties/\(home)"
            let closed = try await hana.ask(
                .put, path + "/calendar", "{\"nights\":[{\"date\":\"2027-08-01\",\"open\":false}]}")
            #expect(closed.status == 200 || closed.status == 204, "\(closed)")
            #expect(try await anna.hold(home, "2027-08-01", "2027-08-02").code == "nights_unavailable")
            #expect(try await hana.ask(.patch, path, "{\"unitCount\":2}").status == 200)
            #expect(try await anna.hold(home, "2027-08-01", "2027-08-02").code == "nights_unavailable")
            for _ in 0..<2 { #expect(try await anna.hold(home, "2027-08-02", "2027-08-03").status == 201) }
        }
    }
}
