import Assembly
import BookingService
import Core
import PropertyService
import Web

/// One request's work: values that are parsed already, the use case, the bytes of the body.
enum Work: Sendable {
    case property(PropertyID)
    case quote(PropertyID, Stay, Party)
    case search(PropertySearch)
    case booking(Wish)

    /// What `--work` may be.
    enum Kind: String, CaseIterable { case property, quote, search, booking }

    /// Reads what stands after the method in a request.
    /// - Throws: `Unreadable`; `Problem` where the server would refuse it.
    init(_ kind: Kind, line: String) throws {
        let parts = line.split(separator: " ", maxSplits: 1).map { String($0) }
        let address = (parts.first ?? "").split(separator: "?", maxSplits: 1).map { String($0) }
        let path = (address.first ?? "").split(separator: "/").map { String($0) }
        let query = address.count == 2 ? address[1] : nil
        func id() throws -> PropertyID {
            guard path.count >= 4, path[0..<3] == ["api", "v1", "properties"], let id = PropertyID(path[3]) else {
                throw Unreadable(line: line)
            }
            return id
        }
        switch kind {
        case .property: self = .property(try id())
        case .quote:
            let (stay, party) = try Wire.quote(query: query)
            self = .quote(try id(), stay, party)
        case .search: self = .search(try Wire.search(query: query))
        case .booking:
            guard parts.count == 2 else { throw Unreadable(line: line) }
            self = .booking(try Wire.wish(body: Array(parts[1].utf8)))
        }
    }

    /// Does it.
    /// - Returns: how long the body is; nothing for a refusal, which is work too.
    func run(in house: House, for guest: Caller) async throws -> Int? {
        do {
            let body =
                switch self {
                case .property(let id): Wire.body(of: try await house.properties.property(id, for: nil))
                case .quote(let id, let stay, let party):
                    Wire.body(
                        of: try await house.properties.quote(
                            id, checkIn: stay.checkIn, checkOut: stay.checkOut, party: party, for: nil))
                case .search(let search): Wire.body(of: try await house.properties.search(search, for: nil))
                case .booking(let wish):
                    Wire.body(of: try await house.bookings.hold(wish, expecting: nil, for: guest, once: nil))
                }
            return body.count
        } catch is Problem {
            return nil
        }
    }

    struct Unreadable: Error, CustomStringConvertible {
        let line: String
        var description: String { "this line is no such request: \(line)" }
    }
}
