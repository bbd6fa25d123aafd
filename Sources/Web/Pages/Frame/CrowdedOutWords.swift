import BookingService
import Core

extension Booking.CrowdedOut {
    /// Why a request was declined, in the language of whoever reads it.
    func words(_ texts: Texts, forGuest: Bool) -> String {
        switch self {
        case .byAnotherGuest: texts("letter.crowdedOut")
        case .byOwnRequest: texts(forGuest ? "letter.crowdedOutByOwn" : "letter.crowdedOutByOwnForHost")
        }
    }
}
