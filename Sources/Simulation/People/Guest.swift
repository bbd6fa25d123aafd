import Assembly
import BookingService
import Core
import PaymentService
import PropertyService

/// Someone who travels: looks, holds nights, pays or not, changes their mind.
struct Guest: Person, Sendable {
    let stage: Stage
    let name: String
    let caller: Caller
    var dice: Dice
    var keys = 0

    mutating func live() async throws {
        try await stage.pause(dice.minutes(1...240))
        while true {
            try await travel()
            try await stage.pause(dice.minutes(60...1200))
        }
    }

    // MARK: Looking

    private mutating func travel() async throws {
        guard !stage.places.isEmpty else { return }
        let place = dice.pick(stage.places)
        let today = place.zone.day(at: stage.scheduler.now)
        let checkIn = today.advanced(by: dice.happens(percent: 20) ? 0 : dice.within(0...9))
        guard let stay = Stay(from: checkIn, to: checkIn.advanced(by: dice.within(1...4))) else { return }
        let wish = Wish(propertyId: place.id, stay: stay, party: Party(adults: dice.within(1...3)))
        if dice.happens(percent: 15) { await search(for: stay) }
        let quote = dice.happens(percent: 30) ? await quote(wish) : nil
        guard let booking = try await hold(wish, expecting: quote?.total) else { return }
        switch booking.status {
        case .held: try await goOn(with: booking)
        case .requested: try await wait(for: booking)
        case .confirmed, .completed, .cancelled, .declined, .expired:
            stage.found("\(booking.id): begins as \(booking.status.rawValue)")
        }
    }

    private func search(for stay: Stay) async {
        let (name, caller) = (name, caller)
        _ = await stage.ask("\(name) searches") { house in
            var query = PropertySearch()
            query.location = "Graz"
            query.checkIn = stay.checkIn
            query.checkOut = stay.checkOut
            return try await house.properties.search(query, for: caller).totalCount
        }
    }

    private func quote(_ wish: Wish) async -> Quote? {
        let (name, caller) = (name, caller)
        let reply = await stage.ask("\(name) asks for a quote") { house in
            try await house.properties.quote(
                wish.propertyId, checkIn: wish.stay.checkIn, checkOut: wish.stay.checkOut, party: wish.party,
                for: caller)
        }
        guard let quote = reply.value else { return nil }
        if quote.lines.reduce(0, { $0 + $1.amount.amount }) != quote.total.amount {
            stage.found("a quote of \(wish.propertyId): its lines do not sum to its total of \(quote.total)")
        }
        return quote.available ? quote : nil
    }

    // MARK: Holding

    private mutating func hold(_ wish: Wish, expecting total: Money?) async throws -> Booking? {
        let caller = caller
        let once = dice.happens(percent: 70) ? once("/bookings", body: "\(wish)") : nil
        let booking = try await insist("holds", once: once) { house, once in
            try await house.bookings.hold(wish, expecting: total, for: caller, once: once)
        }
        guard let booking else { return nil }
        stage.count(booking.status == .requested ? "requests" : "holds")
        return read(booking)
    }

    private mutating func wait(for booking: Booking) async throws {
        for _ in 0..<3 {
            try await stage.pause(dice.minutes(20...600))
            if dice.happens(percent: 15) { return try await cancel(booking) }
            guard let now = await look(at: booking) else { continue }
            if now.status == .held { return try await goOn(with: now) }
            guard now.status == .requested else { return }
        }
    }

    private func look(at booking: Booking) async -> Booking? {
        let (name, caller) = (name, caller)
        let reply = await stage.ask("\(name) looks at a booking") { house in
            try await house.bookings.booking(booking.id, for: caller)
        }
        if case .refused = reply { stage.found("\(booking.id): its guest can't see it any more") }
        return reply.value.map(read)
    }

    // MARK: From hold to confirmed, or not

    private mutating func goOn(with booking: Booking) async throws {
        let steps = dice.within(1...4)
        for _ in 0..<steps {
            try await stage.pause(dice.seconds(5...400))
            switch dice.below(10) {
            case 0: try await extend(booking)
            case 1: return try await cancel(booking)
            case 2: _ = await look(at: booking)
            case 3...8:
                if try await pay(booking) {
                    if dice.happens(percent: 50) { try await changeSomething(about: booking) }
                    if dice.happens(percent: 30) {
                        try await stage.pause(dice.minutes(1...2800))
                        try await cancel(booking)
                    }
                    return
                }
            default: return
            }
        }
    }

    private mutating func extend(_ booking: Booking) async throws {
        let caller = caller
        _ = try await insist("extends", once: once("/extend", body: "")) { house, once in
            try await house.bookings.extend(booking.id, for: caller, once: once)
        }
    }

    mutating func cancel(_ booking: Booking) async throws {
        let (caller, name) = (caller, name)
        if dice.happens(percent: 30) {
            _ = await stage.ask("\(name) asks what cancelling gives") { house in
                try await house.bookings.cancellation(of: booking.id, for: caller).percent
            }
        }
        // What the ledger says moves on, so only the booking's own part is compared.
        let cancelled = try await insist("cancels", once: once("/cancel", body: "")) { house, once in
            try await house.bookings.cancel(booking.id, reason: nil, for: caller, once: once).status
        }
        if let cancelled {
            if cancelled != .cancelled { stage.found("\(booking.id): is \(cancelled.rawValue) after it was cancelled") }
            stage.count("cancelled by guests")
        }
    }

    private mutating func pay(_ booking: Booking) async throws -> Bool {
        try await pay(at: "/payments") { house, provider, caller, once in
            try await house.bookings.startPayment(for: booking.id, provider: provider, for: caller, once: once).payment
                .id
        }
    }

    /// Starts to pay with somebody, and does what payers do on their page.
    /// - Returns: whether the guest paid.
    mutating func pay(
        at path: String, _ start: @escaping @Sendable (House, String, Caller, Once?) async throws -> PaymentID
    ) async throws -> Bool {
        let caller = caller
        let provider = dice.pick(stage.providers)
        let once = dice.happens(percent: 60) ? once(path, body: provider.name) : nil
        let started = try await insist("starts to pay", once: once) { house, once in
            try await start(house, provider.name, caller, once)
        }
        guard let id = started, let token = try await token(of: id) else { return false }
        try await stage.pause(dice.happens(percent: 75) ? dice.seconds(5...300) : dice.minutes(6...90))
        // A provider that tells too late: long after the hold ended, though before nobody asks any more.
        if dice.happens(percent: 10) { try await stage.pause(dice.minutes(60...1100)) }
        switch dice.below(100) {
        case 0..<70: return try await act(.succeed, on: token, of: id, with: provider)
        case 70..<85: _ = try await act(.decline, on: token, of: id, with: provider)
        default: _ = try await act(.abandon, on: token, of: id, with: provider)
        }
        return false
    }

    private func token(of id: PaymentID) async throws -> String? {
        let (name, caller) = (name, caller)
        let payment = await stage.ask("\(name) opens the provider's page") { house in
            try await house.bookings.payment(id, for: caller)
        }.value
        return payment?.checkoutUrl?.split(separator: "/").last.map(String.init)
    }

    /// What the payer does on the provider's page, and the way back to us, if they take it.
    /// - Returns: whether money was taken.
    private mutating func act(
        _ outcome: TestOutcome, on token: String, of id: PaymentID, with provider: TestProvider
    ) async throws -> Bool {
        let name = name
        let checkout = try await provider.act(token: token, outcome: outcome)
        stage.committed("provider", [])
        stage.count("payer: \(outcome.rawValue)")
        let clicks = dice.happens(percent: 15) ? 2 : dice.happens(percent: 75) ? 1 : 0
        await withTaskGroup(of: Void.self) { [stage] group in
            for _ in 0..<clicks {
                group.addTask {
                    _ = await stage.ask("\(name) comes back from paying") { try await $0.payments.settle(id) }
                }
            }
        }
        return checkout.state == .paid
    }
}
