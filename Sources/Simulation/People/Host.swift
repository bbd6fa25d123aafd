import Assembly
import BookingService
import Core
import PropertyService

/// Someone who lets places: answers or does not, closes and opens nights, changes prices, cancels.
struct Host: Person, Sendable {
    let stage: Stage
    let name: String
    let caller: Caller
    var dice: Dice
    var keys = 0

    // MARK: Places

    /// Lists a place, before anything goes wrong.
    /// - Throws: what the services throw.
    mutating func list(_ title: String, at house: House) async throws {
        let zone = dice.pick([
            "Europe/Vienna", "America/New_York", "Asia/Tokyo", "Pacific/Auckland", "America/St_Johns", "UTC",
        ])
        var draft = PropertyDraft()
        draft.title = title
        draft.roomType = dice.pick(RoomType.allCases).rawValue
        var location = LocationDraft()
        location.country = "AT"
        location.city = "Graz"
        location.latitude = 47.07
        location.longitude = 15.44
        draft.location = location
        draft.maximumGuests = dice.within(2...4)
        draft.nightlyPrice = MoneyDraft(
            amount: Int64(dice.within(1...30_001)), currency: dice.pick(["USD", "EUR", "JPY", "KWD", "CHF"]))
        draft.timeZone = zone
        draft.instantBook = dice.happens(percent: 60)
        draft.unitCount = dice.pick([1, 1, 2, 3])
        draft.minimumNights = dice.pick([1, 1, 2])
        draft.cancellationPolicy = dice.pick(CancellationPolicy.allCases).rawValue
        draft.checkInFrom = dice.pick(["15:00", "00:00", "23:30"])
        draft.checkOutBy = dice.pick(["11:00", "00:30", "18:00"])
        draft.status = "listed"
        let property = try await house.properties.create(draft, for: caller, once: once("/properties", body: title))
        if dice.happens(percent: 40) { try await house.prepare(property.id, dice.preparation(), for: caller) }
        stage.add(
            Place(id: property.id, host: caller, zone: property.zone, currency: property.nightlyPrice?.currency ?? .usd)
        )
    }

    // MARK: Days

    mutating func live() async throws {
        try await stage.pause(dice.minutes(1...400))
        while true {
            switch dice.below(20) {
            case 0..<10: try await answerRequests()
            case 10..<15: await changeCalendar()
            case 15..<17: try await cancelSomething()
            case 17:
                await changePlace()
                await changePreparation()
            case 18: await changeUnits()
            default: await pauseAndListAgain()
            }
            try await stage.pause(dice.minutes(60...700))
        }
    }

    private mutating func answerRequests() async throws {
        for booking in await bookings(.requested) {
            try await stage.pause(dice.seconds(1...300))
            switch dice.below(20) {
            case 0..<11: try await accept(booking.id)
            case 11..<14: try await decline(booking.id)
            case 14:
                // Two people at one host's desk.
                let partner = Host(stage: stage, name: "\(name)'s partner", caller: caller, dice: dice.child())
                async let no: Void = partner.declining(booking.id)
                try await accept(booking.id)
                try await no
            default: break  // no answer: it lapses
            }
        }
    }

    private func declining(_ id: BookingID) async throws {
        var partner = self
        try await partner.decline(id)
    }

    private func bookings(_ status: BookingStatus) async -> [Booking] {
        let (name, caller) = (name, caller)
        let page = await stage.ask("\(name) looks at bookings") { house in
            try await house.bookings.bookings(as: .host, status: status, cursor: nil, limit: 20, for: caller).items
        }
        return page.value ?? []
    }

    private mutating func accept(_ id: BookingID) async throws {
        let caller = caller
        let status = try await insist("accepts", once: once("/accept/\(id)", body: "")) { house, once in
            try await house.bookings.accept(id, for: caller, once: once).status
        }
        if status != nil { stage.count("accepted") }
    }

    private mutating func decline(_ id: BookingID) async throws {
        let caller = caller
        let status = try await insist("declines", once: once("/decline/\(id)", body: "")) { house, once in
            try await house.bookings.decline(id, reason: "We are away.", for: caller, once: once).status
        }
        if status != nil { stage.count("declined") }
    }

    private mutating func cancelSomething() async throws {
        let bookings = await bookings(dice.pick([.confirmed, .held]))
        guard !bookings.isEmpty else { return }
        let (caller, id) = (caller, dice.pick(bookings).id)
        let status = try await insist("cancels as host", once: once("/cancel/\(id)", body: "")) { house, once in
            try await house.bookings.cancel(id, reason: "The heating is broken.", for: caller, once: once).status
        }
        if status != nil { stage.count("cancelled by hosts") }
    }

    // MARK: Calendars and places

    private var mine: [Place] { stage.places.filter { $0.host == caller } }

    private mutating func changeCalendar() async {
        guard !mine.isEmpty else { return }
        let place = dice.pick(mine)
        let first = place.zone.day(at: stage.scheduler.now).advanced(by: dice.within(0...9))
        let isOpening = dice.happens(percent: 50)
        var nights: [NightChange] = []
        for offset in 0..<dice.within(1...4) {
            var price = Change<Int64>.keep
            if dice.happens(percent: 30) {
                price = dice.happens(percent: 30) ? .clear : .set(Int64(dice.within(1...9999)))
            }
            nights.append(
                NightChange(
                    date: first.advanced(by: offset), open: dice.happens(percent: 85) ? isOpening : nil, price: price,
                    minimumNights: dice.happens(percent: 10) ? .set(2) : .keep))
        }
        let (caller, name, changes) = (caller, name, nights)
        let reply = await stage.ask("\(name) \(isOpening ? "opens" : "closes") nights") { house in
            try await house.bookings.changeCalendar(of: place.id, changes, for: caller)
        }
        if reply.value != nil { stage.count("calendars changed") }
    }

    private mutating func changePlace() async {
        guard !mine.isEmpty else { return }
        var changes = PropertyChanges()
        let place = dice.pick(mine)
        changes.nightlyPrice = .set(MoneyDraft(amount: Int64(dice.within(1...30_001)), currency: place.currency.code))
        changes.cancellationPolicy = .set(dice.pick(CancellationPolicy.allCases).rawValue)
        changes.instantBook = .set(dice.happens(percent: 60))
        let (caller, named) = (caller, changes)
        _ = await stage.ask("\(name) changes a place") { house in
            try await house.properties.change(place.id, named, for: caller).version
        }
    }

    /// More or fewer days to prepare: what is booked keeps what was agreed.
    private mutating func changePreparation() async {
        guard !mine.isEmpty else { return }
        let (caller, place, preparation) = (caller, dice.pick(mine), dice.preparation())
        _ = await stage.ask("\(name) changes the days to prepare") { house in
            try await house.prepare(place.id, preparation, for: caller)
        }
    }

    /// As the API does it: room first, then the place.
    private mutating func changeUnits() async {
        guard !mine.isEmpty else { return }
        let (caller, place, count) = (caller, dice.pick(mine), dice.within(1...3))
        _ = await stage.ask("\(name) changes the number of units") { house in
            var changes = PropertyChanges()
            changes.unitCount = .set(count)
            try await house.bookings.changeUnitCount(of: place.id, to: count, for: caller)
            _ = try await house.properties.change(place.id, changes, for: caller)
        }
    }

    private mutating func pauseAndListAgain() async {
        guard !mine.isEmpty else { return }
        let (caller, place) = (caller, dice.pick(mine))
        for status in [PropertyStatus.paused, .listed] {
            for _ in 0..<4 {
                var changes = PropertyChanges()
                changes.status = .set(status.rawValue)
                let named = changes
                let reply = await stage.ask("\(name) makes a place \(status.rawValue)") { house in
                    try await house.properties.change(place.id, named, for: caller).version
                }
                guard reply.isUnknown, (try? await stage.pause(dice.seconds(1...60))) != nil else { break }
            }
            guard (try? await stage.pause(dice.minutes(1...300))) != nil else { return }
        }
    }
}

extension Dice {
    /// Days to prepare a place.
    fileprivate mutating func preparation() -> Preparation {
        Preparation(daysBefore: within(0...1), daysAfter: within(0...2))
    }
}

extension House {
    fileprivate func prepare(_ place: PropertyID, _ preparation: Preparation, for host: Caller) async throws {
        var changes = PropertyRulesChanges()
        changes.preparation = .set(preparation)
        _ = try await properties.changeRules(of: place, changes, for: host)
    }
}
