import Assembly
import NotificationService
import Testing

@Suite("Settings")
struct ConfigurationTests {
    @Test("Without any setting there is a house")
    func defaults() throws {
        let configuration = try Configuration()
        #expect(configuration.baseURL == "http://127.0.0.1:8080")
        #expect(configuration.paymentProviders == ["test"])
        #expect(configuration.mail.providerNames == ["file"])
        #expect(configuration.mail.from.address == "no-reply@localhost")
        #expect(configuration.holdDuration == .seconds(900) && configuration.pollInterval == .seconds(30))
    }

    @Test(
        "A value that can't be used stops the start with a sentence that names it",
        arguments: [
            ("ROOST_PORT", "http"), ("ROOST_PORT", "65536"), ("ROOST_PORT", "-1"),
            ("ROOST_BASE_URL", "stay.example.com"),
            ("ROOST_BASE_URL", "https://stay.example.com?x=1"), ("ROOST_HOLD_MINUTES", "0"),
            ("ROOST_HOLD_MINUTES", "nan"),
            ("ROOST_HOLD_MINUTES", "1e9"), ("ROOST_REQUEST_HOURS", "-1"), ("ROOST_ACCEPTED_HOURS", "soon"),
            ("ROOST_POLL_SECONDS", "0"), ("ROOST_CURRENCY", "usd"), ("ROOST_CURRENCY", "XXY"),
            ("ROOST_PAYMENT_PROVIDERS", "barter"), ("ROOST_PAYMENT_PROVIDERS", "test,test"),
            ("ROOST_MAIL_PROVIDER", "pigeon"), ("ROOST_MAIL_PROVIDER", "file,file"), ("ROOST_MAIL_PROVIDER", "file,"),
            ("ROOST_MAIL_FROM", "nobody"), ("ROOST_MAIL_FROM", "a@b, c@d"), ("ROOST_RATE_LIMITS", "maybe"),
            ("ROOST_LOG_LEVEL", "loud"), ("ROOST_DEMO", "yes"), ("ROOST_USERS_DATABASE", "mysql://x"),
            ("ROOST_SENDGRID_API_BASE", "http://api.example.com"), ("ROOST_MAILGUN_API_BASE", "nowhere"),
            ("ROOST_SENDGRID_WEBHOOK_KEY", "AAAA"), ("ROOST_MAILGUN_DOMAIN", "a/b"), ("ROOST_SMTP_CA", "none"),
        ])
    func wrong(_ name: String, _ value: String) {
        let error = #expect(throws: ConfigurationError.self) { try Configuration([name: value]) }
        #expect(error?.description.hasPrefix("\(name): expected ") == true)
        #expect(error?.description.contains("\n") == false)
    }

    @Test(
        "A key is never shown, whatever is wrong with it",
        arguments: [
            ("ROOST_SENDGRID_API_KEY", "geheim geheim"), ("ROOST_MAILGUN_API_KEY", "geheim\n"),
            ("ROOST_MAILGUN_WEBHOOK_KEY", "gehéim"), ("ROOST_SMTP_URL", "smtp://geheim"),
            ("ROOST_SMTP_URL", "smtp://roost:geheim@h:0"), ("ROOST_SMTP_URL", "smtp://roost:geheim%0d%0a@h"),
            ("ROOST_SMTP_URL", "geheim"),
        ])
    func secret(_ name: String, _ value: String) throws {
        // A host alone is a server without sign-in.
        if value == "smtp://geheim" {
            _ = try Configuration([name: value])
            return
        }
        let error = #expect(throws: ConfigurationError.self) { try Configuration([name: value]) }
        #expect(error?.description.hasPrefix("\(name): expected ") == true)
        #expect(error?.description.contains("geh") == false)
    }

    @Test(
        "A mail provider without what it needs says what is missing",
        arguments: [
            (["ROOST_MAIL_PROVIDER": "sendgrid"], "ROOST_SENDGRID_API_KEY"),
            (["ROOST_MAIL_PROVIDER": "file,mailgun"], "ROOST_MAILGUN_API_KEY"),
            (["ROOST_MAIL_PROVIDER": "mailgun", "ROOST_MAILGUN_API_KEY": "k"], "ROOST_MAILGUN_DOMAIN"),
            (["ROOST_MAIL_PROVIDER": "smtp"], "ROOST_SMTP_URL"),
        ])
    func missing(_ settings: [String: String], _ variable: String) {
        let error = #expect(throws: ConfigurationError.self) { try Configuration(settings) }
        #expect(error?.description.hasPrefix("\(variable) is missing: ") == true)
    }

    @Test("Several mail providers are taken in their order")
    func order() throws {
        let configuration = try Configuration([
            "ROOST_MAIL_PROVIDER": "smtp, sendgrid", "ROOST_SENDGRID_API_KEY": "SG.k",
            "ROOST_SMTP_URL": "smtps://roost:p%40ss@mail.example.com",
        ])
        #expect(configuration.mail.providerNames == ["smtp", "sendgrid"])
    }
}
