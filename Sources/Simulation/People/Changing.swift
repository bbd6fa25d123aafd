import Assembly
import BookingService
import Core
import PaymentService
import PropertyService

/// What guests and hosts do about changes of a booking.
extension Person {
    /// Other dates, guests or another price, more or less at random.
    mutating func someWish(about booking: Booking) -> AlterationWish {
        var (checkIn, checkOut) = (LocalDay?.none, LocalDay?.none)
        var party: Party?
        var total: Money?
        switch dice.below(10) {
        case 0..<4: checkOut = booking.stay.checkOut.advanced(by: dice.within(1...2))
        case 4: checkOut = booking.stay.checkOut.advanced(by: -1)
        case 5...6:
            let days = dice.pick([-1, 1, 2, 4])
            (checkIn, checkOut) = (booking.stay.checkIn.advanced(by: days), booking.stay.checkOut.advanced(by: days))
        case 7: party = Party(adults: dice.within(1...3))
        default:
            let share = Int64(dice.within(70...140))
            total = Money(booking.total.amount / 100 * share + booking.total.amount % 100, booking.total.currency)
        }
        return AlterationWish(checkIn: checkIn, checkOut: checkOut, party: party, total: total)
    }

    mutating func propose(changing booking: Booking) async throws {
        let (caller, wish) = (caller, someWish(about: booking))
        if dice.happens(percent: 30) {
            let reply = await stage.ask("\(name) asks what a change costs") { house in
                try await house.bookings.alterationQuote(wish, for: booking.id, for: caller)
            }
            if let quote = reply.value, let total = quote.total,
                quote.lines.reduce(0, { $0 + $1.amount.amount }) != total.amount
            {
                stage.found("\(booking.id): the lines of a quoted change do not sum to \(total)")
            }
        }
        let proposed = try await insist("proposes a change", once: once("/alterations/\(booking.id)", body: "\(wish)"))
        {
            house, once in
            try await house.bookings.propose(
                wish, for: booking.id, expecting: nil, message: nil, for: caller, once: once
            ).id
        }
        if proposed != nil { stage.count("changes proposed") }
    }

    /// The change of a booking that may still come to something.
    func openChange(of booking: BookingID) async -> Alteration? {
        let (name, caller) = (name, caller)
        let reply = await stage.ask("\(name) looks at changes") { house in
            try await house.bookings.alterations(of: booking, for: caller)
        }
        return reply.value?.first { $0.status == .proposed || $0.status == .agreed }
    }

    mutating func accept(_ change: Alteration) async throws {
        let caller = caller
        let status = try await insist("agrees to a change", once: once("/accept/\(change.id)", body: "")) {
            house, once in
            try await house.bookings.acceptAlteration(change.id, for: caller, once: once).status
        }
        guard let status else { return }
        if status != .agreed && status != .applied {
            stage.found("\(change.id): is \(status.rawValue) after both agreed")
        }
        stage.count(status == .agreed ? "changes agreed" : "changes applied")
    }

    mutating func decline(_ change: Alteration) async throws {
        let caller = caller
        _ = try await insist("declines a change", once: once("/decline/\(change.id)", body: "")) { house, once in
            try await house.bookings.declineAlteration(change.id, reason: "No.", for: caller, once: once).status
        }
    }

    mutating func withdraw(_ change: Alteration) async throws {
        let caller = caller
        _ = try await insist("withdraws a change", once: once("/withdraw/\(change.id)", body: "")) { house, once in
            try await house.bookings.withdrawAlteration(change.id, reason: nil, for: caller, once: once).status
        }
    }
}

extension Guest {
    /// Some time after paying: proposes, answers what the host proposes, pays what it costs more, or thinks again.
    mutating func changeSomething(about booking: Booking) async throws {
        if dice.happens(percent: 60) { try await propose(changing: booking) }
        for _ in 0..<dice.within(2...6) {
            try await stage.pause(dice.minutes(5...600))
            if dice.happens(percent: 8) { return try await cancel(booking) }
            guard let change = await openChange(of: booking.id) else { continue }
            switch (change.status, change.proposedBy == .guest) {
            case (.proposed, true):
                if dice.happens(percent: 15) { try await withdraw(change) }
            case (.proposed, false):
                switch dice.below(10) {
                case 0..<7: try await accept(change)
                case 7..<9: try await decline(change)
                default: break
                }
            case (.agreed, let isOwn):
                if dice.happens(percent: 12) {
                    if isOwn { try await withdraw(change) } else { try await decline(change) }
                } else {
                    let id = change.id
                    _ = try await pay(at: "/alterations/\(id)/payments") { house, provider, caller, once in
                        try await house.bookings.startPayment(
                            forAlteration: id, provider: provider, for: caller, once: once
                        ).payment.id
                    }
                }
            default: break
            }
        }
    }
}

extension Host {
    /// Answers changes that guests propose, and proposes some.
    mutating func changeSomething() async throws {
        for booking in await bookings(.confirmed) {
            guard dice.happens(percent: 70) else { continue }
            try await stage.pause(dice.seconds(1...200))
            guard let change = await openChange(of: booking.id) else {
                if dice.happens(percent: 10) { try await propose(changing: booking) }
                continue
            }
            guard change.status == .proposed else { continue }
            switch (change.proposedBy == .guest, dice.below(10)) {
            case (true, 0..<8): try await accept(change)
            case (true, 8): try await decline(change)
            case (false, 0): try await withdraw(change)
            default: break
            }
        }
    }
}
