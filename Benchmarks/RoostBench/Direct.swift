import ArgumentParser
import Assembly
import Core
import Foundation
import Logging
import Storage
import Synchronization

/// The work of requests in one process, without HTTP.
struct Direct: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Does the work of requests without a server, and prints one line of JSON.",
        discussion: "Benchmarks/README.md says what a line of input is. Refusals count as work done.")

    @Option(help: "property, quote, search or booking.") var work: Work.Kind
    @Option(help: "How many tasks work at once.") var clients = 1
    @Option(help: "How long.") var seconds = 5.0
    @Option(help: "A file with a request on each line.") var input: String
    @Option(help: "The address of the person the bookings are for.") var guest: String

    func validate() throws {
        guard clients >= 1, seconds > 0 else { throw ValidationError("--clients and --seconds are above 0.") }
    }

    func run() async throws {
        let kind = work
        let lines = try String(contentsOfFile: input, encoding: .utf8).split(separator: "\n")
        let works = try lines.map { try Work(kind, line: String($0)) }
        guard !works.isEmpty else { throw ValidationError("--input has no lines.") }
        try await RoostBench.withHouse(try RoostBench.settings()) { house in
            let guest = try await caller(in: house)
            // As beside a server: what bookings bring about afterwards takes its share of the machine.
            let background = Task { try await Background(house, logger: Logger(label: "roost-bench")).run() }
            defer { background.cancel() }
            let measured = try await measure(works, in: house, for: guest)
            background.cancel()
            _ = await background.result
            print(measured.json(kind, clients: clients))
        }
    }

    private func caller(in house: House) async throws -> Caller {
        let email = guest.lowercased()
        let id = try await house.databases.users.read { reader in
            try reader.value("SELECT id FROM person WHERE email_key = \(email)", as: UserID.self)
        }
        guard let id else { throw ValidationError("Nobody has the address \(guest).") }
        return Caller(id: id, isOperator: false)
    }

    /// Lets the tasks take line after line, until the time is over or the bookings are used up.
    private func measure(_ works: [Work], in house: House, for guest: Caller) async throws -> Measured {
        let line = Line()
        let begin = ContinuousClock.now
        let end = begin + .seconds(seconds)
        let beginsAgain = work != .booking
        let nanoseconds = try await withThrowingTaskGroup(of: [Int].self) { group in
            for _ in 0..<clients {
                group.addTask {
                    var nanoseconds: [Int] = []
                    var now = ContinuousClock.now
                    while now < end {
                        let next = line.next()
                        guard beginsAgain || next < works.count else { break }
                        _ = try await works[next % works.count].run(in: house, for: guest)
                        let done = ContinuousClock.now
                        nanoseconds.append(Int((done - now) / .nanoseconds(1)))
                        now = done
                    }
                    return nanoseconds
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        return Measured(nanoseconds: nanoseconds.sorted(), seconds: (ContinuousClock.now - begin) / .seconds(1))
    }
}

/// Which line is next.
private final class Line: Sendable {
    private let taken = Atomic<Int>(0)

    func next() -> Int { taken.add(1, ordering: .relaxed).oldValue }
}

extension Work.Kind: ExpressibleByArgument {}

/// How long each piece of work took, shortest first.
struct Measured {
    let nanoseconds: [Int]
    let seconds: Double

    func json(_ work: Work.Kind, clients: Int) -> String {
        """
        {"work": "\(work.rawValue)", "clients": \(clients), "seconds": \(rounded(seconds)), \
        "count": \(nanoseconds.count), "perSecond": \(rounded(Double(nanoseconds.count) / seconds)), \
        "p50Microseconds": \(microseconds(0.5)), "p99Microseconds": \(microseconds(0.99)), \
        "slowestMicroseconds": \(microseconds(1))}
        """
    }

    private func microseconds(_ share: Double) -> Int {
        guard !nanoseconds.isEmpty else { return 0 }
        return nanoseconds[min(nanoseconds.count - 1, Int(Double(nanoseconds.count) * share))] / 1000
    }

    private func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
