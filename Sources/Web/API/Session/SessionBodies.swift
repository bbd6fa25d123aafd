import AuthService
import Core

/// Where a body may be left out, and has no members where it is not.
struct NoBody: Sendable {
    init() {}
    init?(_ fields: inout Fields) {}
}

struct RegisterBody: Sendable {
    let email: String
    let password: String
    let name: String

    init?(_ fields: inout Fields) {
        let email = fields.required("email", .text(3...254))
        let password = fields.required("password", .secret(8...256))
        let name = fields.required("name", .text(1...100))
        guard let email, let password, let name else { return nil }
        self.email = email
        self.password = password
        self.name = name
    }
}

struct LogInBody: Sendable {
    let email: String
    let password: String

    /// A password that nobody could have is a wrong one, not a wrong field.
    init?(_ fields: inout Fields) {
        let email = fields.required("email", .text(1...254))
        let password = fields.required("password", .secret(0...1024))
        guard let email, let password else { return nil }
        self.email = email
        self.password = password
    }
}

extension Person: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { user in
            user.member("id", id)
            user.member("email", email)
            user.member("name", name)
            user.member("emailVerified", emailVerified)
            user.list("roles", roles) { $0.value($1.rawValue) }
            user.member("language", language)
        }
    }
}
