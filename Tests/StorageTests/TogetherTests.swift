import Storage
import Synchronization
import Testing

@Suite("Together")
struct TogetherTests {
    private struct Poisoned: Error {}

    /// Asks many at once; the first go is held back until all have come.
    private func ask(
        _ numbers: [Int], _ work: @escaping @Sendable ([Int]) throws -> [Int]
    ) async -> (answers: [Int: Int], goes: [Int]) {
        let goes = Mutex<[Int]>([])
        let together = Together<Int, Int> { asks in
            goes.withLock { $0.append(asks.count) }
            try await Task.sleep(for: .milliseconds(100))
            return try work(asks)
        }
        let answers = await withTaskGroup(of: (Int, Int?).self) { group in
            for number in numbers { group.addTask { (number, try? await together(number)) } }
            return await group.reduce(into: [Int: Int]()) { $0[$1.0] = $1.1 }
        }
        return (answers, goes.withLock { $0 })
    }

    @Test("Each gets their own answer, and those who come meanwhile share a go of a bounded size")
    func shared() async {
        let (answers, goes) = await ask(Array(0..<200)) { asks in asks.map { $0 * 2 } }
        #expect(answers.count == 200 && answers.allSatisfy { $0.value == $0.key * 2 })
        #expect(goes.reduce(0, +) == 200)
        #expect(goes.count < 100 && goes.allSatisfy { $0 <= 64 })
    }

    @Test("By the fault of one no other fails")
    func fault() async {
        let (answers, _) = await ask(Array(0..<20)) { asks in
            if asks.contains(13) { throw Poisoned() }
            return asks
        }
        #expect(Set(answers.keys) == Set(0..<20).subtracting([13]))
    }

    @Test("Trouble of the database is told to all, and nobody asks it again")
    func trouble() async {
        let (answers, goes) = await ask(Array(0..<20)) { _ in throw StorageError.overloaded }
        #expect(answers.isEmpty)
        #expect(goes.reduce(0, +) == 20)
    }
}
