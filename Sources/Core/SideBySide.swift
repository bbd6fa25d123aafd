/// Does something for each of a few items, all at once; one that fails does not stop the others.
/// - Parameter items: as few as may be under way at the same time.
/// - Returns: the failure of the first item, in the order of the items, that failed; nothing where all went well.
public func sideBySide<Item: Sendable>(
    _ items: [Item], _ work: @escaping @Sendable (Item) async throws -> Void
) async -> (any Error)? {
    await withTaskGroup(of: (index: Int, failure: (any Error)?).self) { group in
        for (index, item) in items.enumerated() {
            group.addTask {
                do {
                    try await work(item)
                    return (index, nil)
                } catch {
                    return (index, error)
                }
            }
        }
        var first: (index: Int, failure: any Error)?
        for await (index, failure) in group {
            if let failure, index < first?.index ?? .max { first = (index, failure) }
        }
        return first?.failure
    }
}
