import Core
import Foundation
import Synchronization

/// One line on standard error that shows how far it is: written over on a terminal, once in a while elsewhere.
final class ProgressLine: Sendable {
    private let isTerminal = isatty(2) == 1

    func show(_ text: String) {
        write(isTerminal ? "\r\u{1B}[K\(text)" : "\(text)\n")
    }

    /// A line that stays.
    func say(_ text: String) {
        write(isTerminal ? "\r\u{1B}[K\(text)\n" : "\(text)\n")
    }

    func end() {
        if isTerminal { write("\r\u{1B}[K") }
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}

/// Lets through a first message and then one a second, so that a log is not flooded.
final class Pace: Sendable {
    /// When the last one was let through.
    private let last = Mutex<Instant?>(nil)

    func isDue() -> Bool {
        let now = World.live.now()
        return last.withLock { last in
            if let last, now.since(last) < .seconds(1) { return false }
            last = now
            return true
        }
    }
}
