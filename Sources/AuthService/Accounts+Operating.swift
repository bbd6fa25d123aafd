package import Core
package import Storage

/// What the operator, the import and other rooms do with people.
extension Accounts {
    /// Adds a person, as `roost user add` does. They get no letter.
    /// - Parameters:
    ///   - name: nothing takes what stands before the `@`.
    ///   - password: nothing makes a person who cannot sign in until a password is set.
    /// - Throws: `Problem`: `validation_failed` with every field that is wrong, `state_conflict` for an address in use.
    package func add(email: String, name: String?, isOperator: Bool, password: String?) async throws -> Person {
        let now = world.now()
        let account = try NewAccount(email: email, name: name, password: password)
        guard try await !store.isTaken(account.email.key) else { throw Problem.addressInUse }
        var hash: String?
        if let password { hash = try await hashing.hash(password, random: world.random) }
        let person = account.person(world.id(), isOperator: isOperator)
        try await store.add(person, passwordHash: hash, session: nil, at: now)
        return person
    }

    /// Sets a password, ends every session of its person and forgives failed sign-ins.
    /// - Throws: `Problem`: `not_found`, `validation_failed`.
    package func setPassword(email: String, password: String) async throws {
        let now = world.now()
        let key = EmailAddress.key(of: email)
        guard let person = try await store.credential(forEmailKey: key)?.person else {
            throw Problem(.notFound, "Nobody has the e-mail address \(email).")
        }
        if let error = PasswordPolicy.error(in: password) {
            throw Problem(.validationFailed, error.message, errors: [error])
        }
        let hash = try await hashing.hash(password, random: world.random)
        let failures = limits.map { RateBucket.failures(of: key, $0) }
        try await store.setPassword(hash, of: person.id, at: now, clearing: failures)
    }

    /// Hears that someone has created a property, and thereby became a host.
    package func makeHost(_ id: UserID, event: Event) async throws {
        try await store.makeHost(id, because: event)
    }

    /// Finds or makes the hosts of imported listings, by their addresses: running it again gives the same people.
    /// New ones have no password and get no letter.
    /// - Returns: who they are, by `key`.
    /// - Throws: `Problem` `validation_failed` for an address or a name that is none.
    package func importHosts(_ hosts: [ImportedHost]) async throws -> [String: UserID] {
        let now = world.now()
        var known: [String: UserID] = [:]
        var rest = hosts[...]
        while !rest.isEmpty {
            let batch = rest.prefix(AccountStore.importBatch)
            rest = rest.dropFirst(AccountStore.importBatch)
            let people = try batch.map { host in
                let account = try NewAccount(email: host.email, name: host.name, password: nil)
                return (
                    person: account.person(world.id(), isHost: true, isOperator: false), emailKey: account.email.key
                )
            }
            for (host, id) in zip(batch, try await store.addHosts(people, at: now)) { known[host.key] = id }
        }
        return known
    }

    /// Removes sessions that have expired and counters that have run out. Nothing depends on when.
    package func tidy() async throws {
        try await store.tidy(at: world.now())
    }
}
