import Core

/// What the operator sets for all bookings.
package struct BookingPolicy: Sendable {
    /// How many unpaid holds one person may have at once.
    package struct Caps: Sendable {
        package let holdsPerPerson: Int
        package let holdsPerProperty: Int

        /// The contract's: enough to compare a few places, too few to empty a calendar.
        package static let standard = Caps(holdsPerPerson: 5, holdsPerProperty: 1)
    }

    /// How long unpaid nights stay held.
    package let holdDuration: Duration
    /// How long a host has to answer a request.
    package let requestDuration: Duration
    /// How long the guest has to pay once a request is accepted.
    package let acceptedDuration: Duration
    /// Nothing where limits are off.
    package let caps: Caps?

    /// How often one hold may be extended.
    package static let mostExtensions = 3

    package init(
        holdDuration: Duration = .seconds(15 * 60), requestDuration: Duration = .seconds(24 * 3600),
        acceptedDuration: Duration = .seconds(24 * 3600), caps: Caps? = .standard
    ) {
        self.holdDuration = holdDuration
        self.requestDuration = requestDuration
        self.acceptedDuration = acceptedDuration
        self.caps = caps
    }
}
