import Core

/// Which passwords are taken: long enough, not among the commonest, and no other rule (NIST SP 800-63B 5.1.1.2).
enum PasswordPolicy {
    /// In Unicode scalars as typed, as NIST counts them.
    static let length = 8...256

    /// What is wrong with a password; nothing where it will do.
    static func error(in password: String) -> Problem.FieldError? {
        let count = password.unicodeScalars.count
        if count < length.lowerBound {
            return .init("password", "too_short", "A password has at least \(length.lowerBound) characters.")
        }
        if count > length.upperBound {
            return .init("password", "too_long", "A password has at most \(length.upperBound) characters.")
        }
        if CommonPasswords.contains(password) {
            return .init(
                "password", "too_common", "This password is among the first that are guessed. Choose another one.")
        }
        return nil
    }
}
