import AuthService
import BookingService
import Core
import NotificationService
import PaymentService
import PropertyService

/// The doors of the services and what else handlers need. A class, so that a request carries one reference to it all.
final class Site: Sendable {
    let accounts: Accounts
    let properties: Properties
    let bookings: Bookings
    let payments: Payments
    let mails: Mails
    let settings: WebSettings
    let probes: WebProbes
    let mail: MailReader?
    let world: World
    let resources: Resources
    let pages: Pages
    /// The body of the page that shows the OpenAPI document.
    let docs: HTML
    let meters: Meters
    let formPages: FormPages
    let cookie: SessionCookie

    init(
        accounts: Accounts, properties: Properties, bookings: Bookings, payments: Payments, mails: Mails,
        settings: WebSettings, probes: WebProbes, mail: MailReader?, world: World, resources: Resources, pages: Pages,
        docs: HTML, meters: Meters, formPages: FormPages
    ) {
        self.accounts = accounts
        self.properties = properties
        self.bookings = bookings
        self.payments = payments
        self.mails = mails
        self.settings = settings
        self.probes = probes
        self.mail = mail
        self.world = world
        self.resources = resources
        self.pages = pages
        self.docs = docs
        self.meters = meters
        self.formPages = formPages
        cookie = SessionCookie(isSecure: settings.isSecure)
    }
}
