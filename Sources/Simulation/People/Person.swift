import Assembly
import BookingService
import Core
import PropertyService

/// What all simulated people have: who they are, their own dice, and the doors they know.
protocol Person {
    var stage: Stage { get }
    var name: String { get }
    var caller: Caller { get }
    var dice: Dice { get set }
    var keys: Int { get set }
}

extension Person {
    /// A fresh `Idempotency-Key` for a request.
    mutating func once(_ path: String, body: String) -> Once {
        keys += 1
        return Once(key: IdempotencyKey(person: caller.id, path: path, key: "\(name) \(keys)"), bodyHash: body)
    }

    /// Asks, and asks again with the same key while nobody can say what happened: sometimes twice at once, as whoever
    /// clicks twice does. All answers under one key must be the same.
    /// - Parameter once: nothing: only one try.
    mutating func insist<Value: Sendable & Equatable>(
        _ move: String, once: Once?, _ work: @escaping @Sendable (House, Once?) async throws -> Value
    ) async throws -> Value? {
        let (stage, label) = (stage, "\(name) \(move)")
        guard let once else {
            return await stage.ask(label) { try await work($0, nil) }.value
        }
        var answers: [Value] = []
        if dice.happens(percent: 20) {
            async let one = stage.ask(label) { try await work($0, once) }
            async let other = stage.ask(label) { try await work($0, once) }
            answers = await [one, other].compactMap(\.value)
        }
        for _ in 0..<Self.tries where answers.isEmpty {
            let reply = await stage.ask(label) { try await work($0, once) }
            if let value = reply.value { answers.append(value) }
            guard reply.isUnknown else { break }
            try await stage.pause(dice.seconds(1...90))
        }
        // Someone whose connection was slow, long after.
        if let answer = answers.first, dice.happens(percent: 10) {
            let again = await stage.ask(label) { try await work($0, once) }
            if let value = again.value, value != answer {
                stage.found("\(label): the same key gave \(answer) and then \(value)")
            }
        }
        if answers.count == 2, answers[0] != answers[1] {
            stage.found("\(label): one key gave two answers: \(answers[0]) and \(answers[1])")
        }
        return answers.first
    }

    /// How often someone asks again who got no answer.
    private static var tries: Int { 4 }

    /// Looks whether a booking that someone was shown is one that can be.
    func read(_ booking: Booking) -> Booking {
        if booking.lines.reduce(0, { $0 + $1.amount.amount }) != booking.total.amount {
            stage.found("\(booking.id): its lines do not sum to its total of \(booking.total)")
        }
        stage.acknowledge(booking.id)
        return booking
    }
}
