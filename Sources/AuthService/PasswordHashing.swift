import Core
import Crypto
import CryptoExtras
import Foundation

/// How passwords are hashed: scrypt (RFC 7914) with its costs, on threads of its own.
///
/// At the full cost one hash takes 128 MiB and a third of a second, so only few run at once and few wait.
package struct PasswordHashing: Sendable {
    /// What a hash costs. Kept with each hash, so that old ones can be checked and made anew.
    package struct Cost: Sendable, Equatable {
        /// scrypt's N, a power of two: 2^17 takes 128 MiB with a block size of 8.
        package var rounds: Int
        package var blockSize: Int
        package var parallelism: Int

        package init(rounds: Int, blockSize: Int, parallelism: Int) {
            self.rounds = rounds
            self.blockSize = blockSize
            self.parallelism = parallelism
        }

        /// What OWASP's Password Storage Cheat Sheet asks of scrypt.
        package static let full = Cost(rounds: 1 << 17, blockSize: 8, parallelism: 1)
        /// For tests and the simulation only.
        package static let cheap = Cost(rounds: 16, blockSize: 1, parallelism: 1)
    }

    let cost: Cost
    /// Nothing: in place, on the thread that asks.
    let gate: HashingGate?

    /// On threads of its own, never on the cooperative pool.
    /// - Parameters:
    ///   - atOnce: how many hashes run together: each takes a core and its memory.
    ///   - mostWaiting: who comes when so many wait already is refused. At the full cost 32 are five seconds of waiting.
    package init(_ cost: Cost = .full, atOnce: Int = 2, mostWaiting: Int = 32) {
        self.cost = cost
        gate = HashingGate(atOnce: atOnce, mostWaiting: mostWaiting)
    }

    private init(inPlace cost: Cost) {
        self.cost = cost
        gate = nil
    }

    /// Cheap and in place, so that a simulation stays in one order. Protects no password.
    package static let cheap = PasswordHashing(inPlace: .cheap)

    /// The hash with its cost and a fresh salt, as text to keep.
    func hash(_ password: String, random: @Sendable (Int) -> [UInt8]) async throws -> String {
        let salt = random(HashedPassword.saltLength)
        return try await run { try HashedPassword.make(password, salt: salt, cost: cost).text }
    }

    /// Whether the password is the one of the hash. Without a hash it does the same work and says no.
    func verify(_ password: String, against stored: String?) async throws -> Bool {
        guard let stored else {
            let salt = [UInt8](repeating: 0, count: HashedPassword.saltLength)
            _ = try await run { try HashedPassword.make(password, salt: salt, cost: cost) }
            return false
        }
        guard let expected = HashedPassword(text: stored) else { return false }
        return try await run { try expected.matches(password) }
    }

    /// Whether a hash should be made anew because it costs less than hashes cost now.
    func isWeak(_ stored: String) -> Bool {
        guard let kept = HashedPassword(text: stored)?.cost else { return true }
        return kept.rounds * kept.blockSize * kept.parallelism < cost.rounds * cost.blockSize * cost.parallelism
    }

    private func run<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        guard let gate else { return try work() }
        return try await gate.run(work)
    }
}

/// A hash with everything needed to check it: `$scrypt$ln=17,r=8,p=1$SALT$KEY`, the parts in base 64 (the PHC format).
struct HashedPassword: Sendable {
    /// 128 bits make every salt unique.
    static let saltLength = 16
    /// 256 bits, more than any password holds.
    static let keyLength = 32

    let cost: PasswordHashing.Cost
    let salt: [UInt8]
    let key: SymmetricKey

    static func make(_ password: String, salt: [UInt8], cost: PasswordHashing.Cost) throws -> HashedPassword {
        // NFKC, as NIST SP 800-63B asks: the same password typed on two machines is the same bytes.
        let bytes = Array(password.precomposedStringWithCompatibilityMapping.utf8)
        let key = try KDF.Scrypt.deriveKey(
            from: bytes, salt: salt, outputByteCount: keyLength, rounds: cost.rounds, blockSize: cost.blockSize,
            parallelism: cost.parallelism)
        return HashedPassword(cost: cost, salt: salt, key: key)
    }

    private init(cost: PasswordHashing.Cost, salt: [UInt8], key: SymmetricKey) {
        self.cost = cost
        self.salt = salt
        self.key = key
    }

    /// Nothing for a text that is no such hash.
    init?(text: String) {
        let parts = text.split(separator: "$").map(String.init)
        guard parts.count == 4, parts[0] == "scrypt", let salt = Data(base64Encoded: parts[2]),
            let key = Data(base64Encoded: parts[3])
        else { return nil }
        var numbers: [String: Int] = [:]
        for pair in parts[1].split(separator: ",") {
            let sides = pair.split(separator: "=")
            guard sides.count == 2, let number = Int(sides[1]) else { return nil }
            numbers[String(sides[0])] = number
        }
        guard let exponent = numbers["ln"], (1...30).contains(exponent), let blockSize = numbers["r"],
            let parallelism = numbers["p"]
        else { return nil }
        cost = PasswordHashing.Cost(rounds: 1 << exponent, blockSize: blockSize, parallelism: parallelism)
        self.salt = [UInt8](salt)
        self.key = SymmetricKey(data: key)
    }

    var text: String {
        let bytes = key.withUnsafeBytes { Data($0) }
        let parameters = "ln=\(cost.rounds.trailingZeroBitCount),r=\(cost.blockSize),p=\(cost.parallelism)"
        return "$scrypt$\(parameters)$\(Data(salt).base64EncodedString())$\(bytes.base64EncodedString())"
    }

    func matches(_ password: String) throws -> Bool {
        // Keys compare in constant time.
        try HashedPassword.make(password, salt: salt, cost: cost).key == key
    }
}
