import Assembly
import AuthService
import Core

/// The people of a run and where they live.
enum Town {
    typealias Days = @Sendable () async throws -> Void

    /// Registers hosts with their places, guests, and somebody who runs the house, before anything goes wrong.
    /// - Returns: the days of each of them.
    static func build(on stage: Stage, dice: Dice) async throws -> [Days] {
        let house = try stage.bareHouse()
        var dice = dice
        var lives: [Days] = []
        for number in 1...dice.within(1...2) {
            let name = "host \(number)"
            var host = Host(stage: stage, name: name, caller: try await register(name, at: house), dice: dice.child())
            for place in 1...dice.within(1...2) { try await host.list("Place \(number).\(place)", at: house) }
            lives.append { [host] in
                var host = host
                try await host.live()
            }
        }
        for number in 1...dice.within(2...4) {
            let name = "guest \(number)"
            let guest = Guest(stage: stage, name: name, caller: try await register(name, at: house), dice: dice.child())
            lives.append {
                var guest = guest
                try await guest.live()
            }
        }
        let person = try await house.accounts.add(
            email: "operator@example.com", name: "The operator", isOperator: true, password: nil)
        let runner = OperatorPerson(stage: stage, name: "operator", caller: person.caller, dice: dice.child())
        lives.append {
            var runner = runner
            try await runner.live()
        }
        let postman = Postman(stage: stage, dice: dice.child())
        lives.append {
            var postman = postman
            try await postman.live()
        }
        return lives
    }

    private static func register(_ name: String, at house: House) async throws -> Caller {
        let address = name.split(separator: " ").joined(separator: ".")
        return try await house.accounts.register(
            email: "\(address)@example.com", password: "a long enough password", name: name, from: name
        ).person.caller
    }
}
