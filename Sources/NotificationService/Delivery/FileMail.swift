import Dispatch
import Foundation

/// Keeps each mail as one RFC 5322 file in a folder: `mail_….eml`.
///
/// A file is written under another name and renamed, so that a reader sees all of a mail or nothing; a second try
/// writes the same file again.
public struct FileMail: MailProvider {
    public let name = "file"
    public let takesUnreachableAddresses = true
    /// A file is written in milliseconds; a full disk says so at once.
    public let patience = Duration.seconds(5)
    private let folder: String
    /// Writing waits for the disk, which the cooperative pool must not.
    private let queue = DispatchQueue(label: "roost.mail.file")

    /// - Parameter folder: made with the first mail where there is none.
    public init(folder: String) { self.folder = folder }

    public func send(_ mail: OutgoingMail) async throws -> String? {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            queue.async { continuation.resume(with: Result { try write(mail) }) }
        }
        return nil
    }

    public func checkUp() async throws -> String { "each message is a file in \(folder)" }

    private func write(_ mail: OutgoingMail) throws {
        let folder = URL(fileURLWithPath: folder, isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // The number of the try keeps two nodes that share a folder out of each other's half-written file.
        let unfinished = folder.appendingPathComponent(".\(mail.id)-\(mail.attempt).tmp").path
        let finished = folder.appendingPathComponent("\(mail.id).eml").path
        let file = open(unfinished, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw FileMail.failure() }
        do {
            defer { close(file) }
            var rest = Array(mail.message.utf8)[...]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
                guard written > 0 else { throw FileMail.failure() }
                rest = rest.dropFirst(written)
            }
            // A mail that is told to be sent survives a power cut.
            guard fsync(file) == 0 else { throw FileMail.failure() }
        } catch {
            unlink(unfinished)
            throw error
        }
        guard rename(unfinished, finished) == 0 else { throw FileMail.failure() }
    }

    private static func failure() -> MailFailure { .mayPass("the mail folder: \(String(cString: strerror(errno)))") }
}
