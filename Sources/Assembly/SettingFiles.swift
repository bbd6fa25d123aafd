import Foundation

extension Configuration {
    /// Reads a file of lines `NAME=value`; empty lines and lines that begin with # are passed over, and so are blanks around
    /// a name and a value. Lines may end as on Windows.
    ///
    /// `…_FILE` is read here, so that a variable of the environment wins over a file named here.
    /// - Throws: `ConfigurationError` naming the file and the line, also where no setting has the name: who misspells the
    ///   key of a payment provider must not get the one that moves no money.
    public static func settings(fromFile path: String) throws -> [String: String] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw ConfigurationError(sentence: "the configuration file \(path) can't be read")
        }
        var settings: [String: String] = [:]
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") { continue }
            func fault(_ what: String) -> ConfigurationError {
                ConfigurationError(sentence: "\(path), line \(index + 1): \(what)")
            }
            guard let equals = line.firstIndex(of: "="), line.hasPrefix("ROOST_") else {
                throw fault("expected ROOST_NAME=value")
            }
            let name = line[..<equals].trimmingCharacters(in: .whitespaces)
            guard
                names.contains(name) || name.hasSuffix("_FILE") && names.contains(String(name.dropLast("_FILE".count)))
            else { throw fault("there is no setting \(name.prefix(80)); docs/operating.md lists them all") }
            guard settings[name] == nil else { throw fault("\(name) stands in the file twice") }
            settings[name] = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
        }
        return try withFilesRead(settings)
    }

    /// Every setting there is.
    static let names: Set<String> = [
        "ROOST_ACCEPTED_HOURS", "ROOST_BASE_URL", "ROOST_BOOKINGS_DATABASE", "ROOST_CURRENCY",
        "ROOST_DATABASE_CONNECTIONS", "ROOST_DATA_DIR", "ROOST_DEMO", "ROOST_HOLD_MINUTES", "ROOST_HOST",
        "ROOST_LOG_LEVEL", "ROOST_MAILGUN_API_BASE", "ROOST_MAILGUN_API_KEY", "ROOST_MAILGUN_DOMAIN",
        "ROOST_MAILGUN_WEBHOOK_KEY", "ROOST_MAIL_FROM", "ROOST_MAIL_PROVIDER", "ROOST_PAYMENTS_DATABASE",
        "ROOST_PAYMENT_PROVIDERS", "ROOST_PAYPAL_API_BASE", "ROOST_PAYPAL_CLIENT_ID", "ROOST_PAYPAL_CLIENT_SECRET",
        "ROOST_PAYPAL_REQUESTS_PER_SECOND", "ROOST_PAYPAL_WEBHOOK_ID", "ROOST_POLL_SECONDS", "ROOST_PORT",
        "ROOST_PROPERTIES_DATABASE", "ROOST_RATE_LIMITS", "ROOST_REQUEST_HOURS", "ROOST_SENDGRID_API_BASE",
        "ROOST_SENDGRID_API_KEY", "ROOST_SENDGRID_WEBHOOK_KEY", "ROOST_SERVICE_FEE_PERCENT", "ROOST_SMTP_CA",
        "ROOST_SMTP_URL", "ROOST_STRIPE_API_BASE", "ROOST_STRIPE_REQUESTS_PER_SECOND", "ROOST_STRIPE_SECRET_KEY",
        "ROOST_STRIPE_WEBHOOK_SECRET", "ROOST_TRUSTED_PROXIES", "ROOST_USERS_DATABASE",
    ]

    /// A file of a setting is at most so large: the authorities that a whole system trusts have a quarter of it.
    private static let longestSetting = 1024 * 1024

    /// Every variable may come as `NAME_FILE`, which names a file that holds the value: so that a key stands in no
    /// environment and no list of processes. The line end at the file's end is not part of it.
    /// - Throws: `ConfigurationError` where a file can't be read, is empty, or the variable is given both ways.
    public static func withFilesRead(_ settings: [String: String]) throws -> [String: String] {
        var read = settings
        for (variable, path) in settings where variable.hasPrefix("ROOST_") && variable.hasSuffix("_FILE") {
            read[variable] = nil
            guard !path.isEmpty else { continue }
            let name = String(variable.dropLast("_FILE".count))
            guard settings[name]?.isEmpty != false else {
                throw ConfigurationError(sentence: "\(name) and \(variable) are both set; leave one of them out")
            }
            guard let file = FileHandle(forReadingAtPath: path),
                let bytes = try? file.read(upToCount: longestSetting + 1), bytes.count <= longestSetting,
                let text = String(data: bytes, encoding: .utf8)
            else {
                throw ConfigurationError(variable, "a file of text that can be read, at most 1 MB", path)
            }
            let value = text.trimmingCharacters(in: .newlines)
            guard !value.isEmpty else { throw ConfigurationError(variable, "a file that is not empty", path) }
            read[name] = value
        }
        return read
    }
}
