import AuthService
public import Core
import Foundation
import NotificationService
import Outside
import PaymentService
import Storage

/// What the command and the operator's addresses ask of the whole.
extension House {
    /// Adds a person without asking them.
    /// - Returns: what they are: `guest` or `operator`.
    public func addPerson(email: String, name: String?, isOperator: Bool, password: String?) async throws -> String {
        let person = try await accounts.add(email: email, name: name, isOperator: isOperator, password: password)
        return person.roles.contains(.operator) ? "operator" : "guest"
    }

    /// What is wrong with an e-mail address, in one sentence; nothing where it will do.
    public static func fault(ofAddress email: String) -> String? { EmailAddress.error(in: email)?.message }

    /// Sets a password and ends the person's sessions.
    public func setPassword(email: String, password: String) async throws {
        try await accounts.setPassword(email: email, password: password)
    }

    /// Takes over from an earlier process: on SQLite one process owns the files, so whoever had something in hand is
    /// dead, and nobody need wait for its leases. To be asked once, before anything else is.
    public func takeOver() async throws {
        let now = world.now()
        func isOurs(_ database: any Database) -> Bool { database is SQLiteDatabase }
        for (_, database) in databases.all where isOurs(database) {
            try await database.write { try $0.endLeases(at: now) }
        }
        if isOurs(databases.payments) { try await payments.endLeases() }
        if isOurs(databases.users) { try await mails.endLeases() }
    }

    /// Whether each database answers, by a question that costs nothing.
    public func readiness() async -> [(name: String, isReady: Bool)] {
        var answers: [(name: String, isReady: Bool)] = []
        for (name, database) in databases.all {
            let isReady = (try? await database.read { try $0.exists("SELECT 1") }) ?? false
            answers.append((name, isReady))
        }
        return answers
    }

    /// A number an operator watches.
    public struct Measure: Sendable {
        public let name: String
        public let help: String
        public let labels: [(name: String, value: String)]
        public let value: Double
    }

    /// How much waits, and for how long: what rises when something is wrong.
    public func gauges() async -> [Measure] {
        var measures: [Measure] = []
        let now = world.now()
        for (delivery, name) in zip(deliveries, databases.all.map(\.name)) {
            guard let waiting = try? await delivery.standing() else { continue }
            let labels = [(name: "database", value: name)]
            let age = waiting.oldest.map { Double(now.since($0).wholeMilliseconds) / 1000 } ?? 0
            measures += [
                Measure(
                    name: "roost_outbox_waiting", help: "Events not yet delivered.", labels: labels,
                    value: Double(waiting.count)),
                Measure(
                    name: "roost_outbox_oldest_seconds", help: "Age of the oldest event not yet delivered.",
                    labels: labels, value: max(0, age)),
                Measure(
                    name: "roost_outbox_stuck",
                    help: "Events given up after twenty tries, or failing for a day: each needs a person.",
                    labels: labels,
                    value: Double(waiting.stuck)),
            ]
        }
        measures += payments.webhookTallies.map { tally in
            Measure(
                name: "roost_webhooks", help: "Webhooks of payment providers since the start, by what became of them.",
                labels: [(name: "provider", value: tally.provider), (name: "outcome", value: tally.outcome)],
                value: Double(tally.count))
        }
        if let open = try? await payments.openCases() {
            measures.append(
                Measure(
                    name: "roost_cases_open", help: "Cases about money that wait for a person.", labels: [],
                    value: Double(open)))
        }
        return measures + (await mailMeasures())
    }

    private func mailMeasures() async -> [Measure] {
        var measures: [Measure] = []
        for (state, count) in (try? await mails.standing()) ?? [] {
            measures.append(
                Measure(
                    name: "roost_mails", help: "Mails that wait, are being sent, or were given up.",
                    labels: [(name: "state", value: state.rawValue)], value: Double(count)))
        }
        for (provider, outcome, count) in mails.tryCounts {
            measures.append(
                Measure(
                    name: "roost_mail_tries", help: "Tries to hand a mail over since the start, by how they ended.",
                    labels: [(name: "provider", value: provider), (name: "outcome", value: outcome)],
                    value: Double(count)))
        }
        for (provider, outcome, count) in mails.webhookCounts {
            measures.append(
                Measure(
                    name: "roost_mail_webhooks",
                    help: "Posts of mail providers since the start, by what became of them.",
                    labels: [(name: "provider", value: provider), (name: "outcome", value: outcome)],
                    value: Double(count)))
        }
        return measures
    }
}

/// One thing `roost doctor` looked at.
public struct Doctor: Sendable {
    public let name: String
    public let isWell: Bool
    /// What was found, or what is wrong and what to do.
    public let finding: String

    /// Looks at databases, data folder and providers, changing nothing.
    public static func examine(_ configuration: Configuration) async -> [Doctor] {
        var checks: [Doctor] = []
        for (name, address) in configuration.databases.all {
            checks.append(await database(name, address))
        }
        // What is wrong with one of them is said above.
        if checks.allSatisfy(\.isWell) { checks.append(await house(configuration.databases)) }
        checks.append(folder(configuration))
        checks += await payments(configuration)
        for provider in configuration.mail.providers(dataDirectory: configuration.dataDirectory, world: .live) {
            checks.append(await mail(provider))
        }
        return checks
    }

    private static func mail(_ provider: any MailProvider) async -> Doctor {
        let title = "mail by \(provider.name)"
        do {
            return Doctor(name: title, isWell: true, finding: try await provider.checkUp())
        } catch {
            return Doctor(name: title, isWell: false, finding: "\(error)")
        }
    }

    /// Asks each provider whether our keys are good; no money moves.
    private static func payments(_ configuration: Configuration) async -> [Doctor] {
        guard let databases = try? Databases.memory() else { return [] }
        let providers = configuration.payments.providers(
            databases, world: .live, baseURL: configuration.baseURL, outside: .live)
        var checks: [Doctor] = []
        for provider in providers {
            let check = await provider.checkCredentials()
            checks.append(Doctor(name: "payments by \(provider.name)", isWell: check.isWell, finding: check.finding))
        }
        try? databases.close()
        return checks
    }

    private static func database(_ name: String, _ address: DatabaseAddress) async -> Doctor {
        let title = "database \(name)"
        do {
            let finding = try await named(name) { try await examine(name, address) }
            return Doctor(name: title, isWell: true, finding: finding)
        } catch {
            return Doctor(name: title, isWell: false, finding: "\(error)")
        }
    }

    /// - Throws: what `serve` would end with, as far as it is about this one.
    private static func examine(_ name: String, _ address: DatabaseAddress) async throws -> String {
        guard let database = try address.lookedAt() else {
            return "\(address) is not there yet; `roost serve` makes it"
        }
        defer { try? database.close() }
        let standing = try await Standing(name, address, database)
        let server = address.isSQLite ? "" : try await version(database)
        let isUpToDate = Databases.names(of: name).isSubset(of: standing.applied)
        switch address {
        case .sqlite(let path):
            let places = [path, URL(fileURLWithPath: path).deletingLastPathComponent().path]
            guard places.allSatisfy({ FileManager.default.isWritableFile(atPath: $0) }) else {
                throw StorageError.unavailable("\(path) can't be written; let the server's user own it and its folder")
            }
        case .postgresql:
            let isReady = isUpToDate ? true : try await mayMakeTables(database)
            guard isReady else {
                throw StorageError.unavailable(
                    "its user may make no tables; let it own the database, or grant it CREATE on the schema")
            }
        }
        let count = standing.applied.count
        let tables =
            count == 0
            ? "no tables yet; `roost serve` makes them"
            : "\(count) migrations applied" + (isUpToDate ? "" : "; `roost serve` applies the others")
        let unknown = standing.unknown.joined(separator: ", ")
        return "\(address)\(server), \(tables)" + (unknown.isEmpty ? "" : ", of a newer Roost: \(unknown)")
    }

    private static func mayMakeTables(_ database: any Database) async throws -> Bool {
        try await database.read {
            try $0.value("SELECT has_schema_privilege(current_schema(), 'CREATE')::INT", as: Int.self) == 1
        }
    }

    private static func house(_ addresses: DatabaseAddresses) async -> Doctor {
        do {
            try await HouseIdentity.verify(addresses)
            return Doctor(name: "house", isWell: true, finding: "the four databases belong together")
        } catch {
            return Doctor(name: "house", isWell: false, finding: "\(error)")
        }
    }

    private static func version(_ database: any Database) async throws -> String {
        let version = try await database.read { try $0.value("SHOW server_version", as: String.self) }
        return ", PostgreSQL \(version ?? "of unknown version")"
    }

    private static func folder(_ configuration: Configuration) -> Doctor {
        let files = FileManager.default
        let path = configuration.dataDirectory
        do {
            try Restore.refuseUnfinished(configuration)
        } catch {
            return Doctor(name: "data folder", isWell: false, finding: "\(error)")
        }
        guard files.fileExists(atPath: path) else {
            // It will be made: the nearest folder that is there must let us.
            var parent = URL(fileURLWithPath: path).deletingLastPathComponent()
            while !files.fileExists(atPath: parent.path), parent.path != "/" { parent.deleteLastPathComponent() }
            var isFolder: ObjCBool = false
            let canMake =
                files.fileExists(atPath: parent.path, isDirectory: &isFolder) && isFolder.boolValue
                && files.isWritableFile(atPath: parent.path)
            return Doctor(
                name: "data folder", isWell: canMake,
                finding: canMake
                    ? "\(path) is not there yet; `roost serve` makes it" : "\(path) can't be made in \(parent.path)")
        }
        let canWrite = files.isWritableFile(atPath: path)
        return Doctor(
            name: "data folder", isWell: canWrite,
            finding: canWrite ? "\(path) can be written" : "\(path) can't be written; let the server's user own it")
    }
}

extension House {
    /// A mail of the demo, as its reader gets it.
    public struct DemoMail: Sendable {
        public let id: String
        public let to: String
        public let subject: String
        public let sentAt: Instant
        public let text: String
    }

    /// The newest mails, newest first, where this is a demo; none elsewhere: mail is nobody else's to read.
    public func demoMails() async throws -> [DemoMail] {
        guard configuration.isDemo else { return [] }
        return try await mails.newest().map {
            DemoMail(id: $0.id.text, to: $0.to, subject: $0.subject, sentAt: $0.createdAt, text: $0.text)
        }
    }
}
