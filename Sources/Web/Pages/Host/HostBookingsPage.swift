import AuthService
import BookingService
import Core
import HTTPTypes
import Hummingbird
import PropertyService

/// The bookings at a host's places: what is to be answered, who comes, who is there, and what was.
struct HostBookingsPage {
    private static let pageSize = 25
    /// A table for a program has all of a part, up to so many: a host with more asks for one place at a time.
    private static let mostRows = 5000
    /// A host with more proposals to answer has the next ones once these are answered.
    private static let mostProposals = 50
    /// A request that lapses in less than this is worth a word.
    private static let soon = Duration.seconds(6 * 3600)

    func add(to routes: inout Routes) {
        routes.hostPage("/host/bookings", list)
        routes.hostPage("/host/bookings.csv", table)
    }

    /// What the address asks for. An unknown part is the first that has something in it.
    private struct Asked {
        let part: HostedPart
        let property: PropertyID?

        init(_ page: PageVisit, _ caller: Caller) async throws {
            property = PropertyID(page.parameters["property"])
            if let part = HostedPart(rawValue: page.parameters["show"]) {
                self.part = part
                return
            }
            let open = try await page.site.bookings.hosted(
                .toAnswer, at: property, cursor: nil, limit: 1, for: caller)
            let proposals = try await page.site.bookings.proposalsToAnswer(at: property, limit: 1, for: caller)
            part = open.items.isEmpty && proposals.isEmpty ? .arriving : .toAnswer
        }

        func query(_ part: HostedPart) -> String {
            "?show=\(part.rawValue)" + (property.map { "&property=\($0)" } ?? "")
        }
    }

    @Sendable private func list(_ page: PageVisit) async throws -> Response {
        let caller = try page.requireCaller()
        let asked = try await Asked(page, caller)
        let texts = page.texts
        let cursor = page.parameters["cursor"]
        let found: Page<Booking>
        do {
            found = try await page.site.bookings.hosted(
                asked.part, at: asked.property, cursor: cursor.isEmpty ? nil : cursor, limit: Self.pageSize, for: caller
            )
        } catch let problem as Problem where problem.code == .validationFailed {
            return page.goTo("/host/bookings" + asked.query(asked.part))
        }
        let guests = try await page.site.accounts.people(found.items.map(\.guestId))
        let listings = try await page.site.properties.properties(of: caller.id)
        let path = "/host/bookings"
        var view: View = [
            "tabs": page.hostTabs(.bookings), "show": asked.part.rawValue,
            "parts": HostedPart.allCases.map { part in
                [
                    "text": texts("host.bookings.part.\(part.rawValue)"), "href": page.path(path + asked.query(part)),
                    "isCurrent": part == asked.part,
                ] as View
            },
            "partName": texts("host.bookings.part.\(asked.part.rawValue)"),
            "listings": [["value": "", "text": texts("host.bookings.all"), "isChosen": asked.property == nil] as View]
                + listings.prefix(200).map {
                    ["value": $0.id.text, "text": $0.title, "isChosen": $0.id == asked.property]
                },
            "rows": found.items.map { row($0, guests[$0.guestId], on: page) }, "hasRows": !found.items.isEmpty,
            "csvHref": page.path("/host/bookings.csv" + asked.query(asked.part)),
        ]
        if asked.part == .toAnswer, cursor.isEmpty {
            let proposals = try await page.site.bookings.proposalsToAnswer(
                at: asked.property, limit: Self.mostProposals, for: caller)
            if !proposals.isEmpty {
                let guests = try await page.site.accounts.people(proposals.map { $0.booking.guestId })
                view["proposals"] =
                    ["items": proposals.map { self.proposal($0, guests[$0.booking.guestId], on: page) }] as View
            }
        }
        if let next = found.nextCursor {
            view["moreHref"] = page.path(path + asked.query(asked.part) + "&cursor=" + PercentCoding.encode(next))
        }
        var head = Head(texts("host.bookings.title"))
        head.isWide = true
        return try page.show("host-bookings", head, view)
    }

    private func proposal(_ proposal: OpenProposal, _ guest: Person?, on page: PageVisit) -> View {
        let (texts, formats) = (page.texts, page.formats)
        let (booking, change) = (proposal.booking, proposal.alteration)
        var view: View = [
            "href": page.path("/host/bookings/\(booking.id)#change"), "code": booking.code,
            "guest": guest?.name ?? texts("host.bookings.unknownGuest"), "placeTitle": booking.agreed.title,
            "before": formats.stay(change.before.stay), "after": formats.stay(change.after.stay),
            "guests": PartyWords.short(change.after.party, texts),
            "total": formats.money(change.after.total),
            "difference": ChangeView.difference(change.difference, on: page),
        ]
        if let until = change.expiresAt {
            view["answerBy"] = texts(
                "host.bookings.answerBy", ["until": formats.moment(until, in: booking.agreed.zone)])
            if until.since(page.site.world.now()) < Self.soon { view["isSoon"] = true }
        }
        return view
    }

    private func row(_ booking: Booking, _ guest: Person?, on page: PageVisit) -> View {
        let (texts, formats) = (page.texts, page.formats)
        var view: View = [
            "href": page.path("/host/bookings/\(booking.id)"), "code": booking.code,
            "guest": guest?.name ?? texts("host.bookings.unknownGuest"), "placeTitle": booking.agreed.title,
            "days": formats.stay(booking.stay), "nights": texts.count("count.nights", booking.stay.nightCount),
            "guests": PartyWords.short(booking.party ?? Party(adults: booking.guests), texts),
            "total": formats.money(booking.total),
            "status": booking.status.rawValue, "statusText": texts("status.\(booking.status.rawValue).name"),
            "icon": BookingView.icon(booking.status.rawValue),
        ]
        if let until = booking.requestExpiresAt {
            view["answerBy"] = texts(
                "host.bookings.answerBy", ["until": formats.moment(until, in: booking.agreed.zone)])
            if until.since(page.site.world.now()) < Self.soon { view["isSoon"] = true }
        }
        return view
    }

    @Sendable private func table(_ page: PageVisit) async throws -> Response {
        let caller = try page.requireCaller()
        let asked = try await Asked(page, caller)
        var csv = CSVText([
            "code", "status", "listing", "guest", "checkIn", "checkOut", "nights", "guests", "total", "paid",
            "refunded",
            "currency", "createdAt",
        ])
        var cursor: String?
        var count = 0
        repeat {
            let found = try await page.site.bookings.hosted(
                asked.part, at: asked.property, cursor: cursor, limit: 100, for: caller)
            let guests = try await page.site.accounts.people(found.items.map(\.guestId))
            for booking in found.items {
                csv.row([
                    booking.code, booking.status.rawValue, booking.agreed.title, guests[booking.guestId]?.name ?? "",
                    booking.stay.checkIn.description, booking.stay.checkOut.description,
                    String(booking.stay.nightCount), String(booking.guests), booking.total.decimalText,
                    booking.paid.decimalText, booking.refunded.decimalText, booking.total.currency.code,
                    booking.createdAt.description,
                ])
            }
            count += found.items.count
            cursor = found.nextCursor
        } while cursor != nil && count < Self.mostRows
        return csv.answer("bookings-\(asked.part.rawValue).csv")
    }
}
