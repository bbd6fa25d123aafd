import Core
import Foundation

/// What someone wants to be known by, checked: it exists only where every field is right.
struct NewAccount: Sendable {
    let email: EmailAddress
    let name: String
    let password: String?

    /// The longest name, in Unicode scalars.
    static let longestName = 100

    /// - Parameters:
    ///   - name: nothing takes what stands before the `@`.
    ///   - password: nothing makes an account that nobody can sign in to.
    /// - Throws: `Problem` `validation_failed` that names every field that is wrong.
    init(email: String, name: String?, password: String?) throws(Problem) {
        var errors: [Problem.FieldError] = []
        let checkedEmail = EmailAddress(email)
        if let error = EmailAddress.error(in: email) { errors.append(error) }
        if let password, let error = PasswordPolicy.error(in: password) { errors.append(error) }
        let trimmed = (name ?? checkedEmail?.localPart ?? "-").trimmingCharacters(in: .whitespacesAndNewlines)
        if let error = NewAccount.error(inName: trimmed) { errors.append(error) }
        guard let checkedEmail, errors.isEmpty else {
            let detail =
                errors.count == 1 ? errors[0].message : "Some fields are not right; each is named with its reason."
            throw Problem(.validationFailed, detail, errors: errors)
        }
        self.email = checkedEmail
        self.name = trimmed
        self.password = password
    }

    static func error(inName name: String) -> Problem.FieldError? {
        let scalars = name.unicodeScalars
        guard !name.isInvisible else { return .init("name", "required", "Give a name.") }
        guard scalars.count <= longestName else {
            return .init("name", "too_long", "A name has at most \(longestName) characters.")
        }
        guard !scalars.contains(where: isUnfit) else {
            return .init("name", "invalid", "A name is one line without control characters.")
        }
        return nil
    }

    /// Control characters, line ends, and what turns the reading direction of the text that follows (UAX #9).
    private static func isUnfit(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
        }
    }
}
