import AuthService
import BookingService
import Core
import NotificationService
import PaymentService
import PropertyService

/// What an operator's lists are about, as people call it: a booking by its code, a place by its title, a person by name.
struct SubjectWords {
    private let page: PageVisit
    private let codes: [BookingID: String]
    private let titles: [PropertyID: String]
    private let names: [UserID: String]

    /// Names are a comfort: a database that is away keeps nobody from reading the rest, with the ids in their place.
    init(_ subjects: [String], on page: PageVisit, for caller: Caller) async {
        self.page = page
        let site = page.site
        codes = (try? await site.bookings.codes(of: subjects.compactMap { BookingID($0) }, for: caller)) ?? [:]
        let places = Set(subjects.compactMap { PropertyID($0) })
        titles = ((try? await site.properties.properties(Array(places))) ?? [:]).mapValues(\.title)
        let people = Set(subjects.compactMap { UserID($0) })
        names = people.isEmpty ? [:] : ((try? await site.accounts.people(Array(people))) ?? [:]).mapValues(\.name)
    }

    func text(_ subject: String) -> String {
        if let booking = BookingID(subject) { return codes[booking] ?? subject }
        if let place = PropertyID(subject) { return titles[place] ?? subject }
        if let person = UserID(subject) { return names[person] ?? subject }
        guard let kind = SubjectWords.kind(of: subject) else { return subject }
        // What has no name of its own: its kind, and enough of its id to tell two apart.
        return page.texts.known("operator.subject.\(kind)").map { "\($0) …\(subject.suffix(4))" } ?? subject
    }

    func cell(_ subject: String) -> DeskCell {
        let (text, href) = (text(subject), SubjectWords.path(of: subject).map { page.path($0) })
        return BookingID(subject) == nil ? .link(text, href) : .code(text, href)
    }

    func fact(_ label: String, _ subject: String) -> DeskDetail.Fact {
        (label, text(subject), SubjectWords.path(of: subject))
    }

    /// The page of what an act or an event is about, where it has one.
    static func path(of subject: String) -> String? { kind(of: subject).map { "/operator/\($0)/\(subject)" } }

    private static func kind(of subject: String) -> String? {
        let kinds = [
            BookingKind.prefix: "bookings", PropertyKind.prefix: "listings", PaymentKind.prefix: "payments",
            CaseKind.prefix: "cases", MailKind.prefix: "mails", UserKind.prefix: "people",
        ]
        guard let prefix = subject.split(separator: "_").first, subject.contains("_"), !subject.contains("@") else {
            return nil
        }
        return kinds[String(prefix)]
    }
}
