package import Storage

/// The schema of the Payments database.
package enum PaymentMigrations {
    package static let all: [Migration] = []
}
