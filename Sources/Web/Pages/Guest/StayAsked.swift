import Core
import PropertyService

/// A stay as a page was asked for it, with what can't be read of it.
struct StayAsked {
    let form: Form
    private(set) var checkIn: LocalDay?
    private(set) var checkOut: LocalDay?
    let who: PartyAsked
    private(set) var errors: [(field: String, message: String)] = []

    init(_ form: Form, _ texts: Texts) {
        self.form = form
        who = PartyAsked(form, otherwise: Party(adults: 2), texts)
        func day(_ name: String) -> LocalDay? {
            guard !form[name].isEmpty else { return nil }
            guard let day = LocalDay(form[name]) else {
                errors.append((name, texts("searchPage.error.day")))
                return nil
            }
            return day
        }
        checkIn = day("checkIn")
        checkOut = day("checkOut")
        if let checkIn, let checkOut, checkOut <= checkIn {
            errors.append(("checkOut", texts("searchPage.error.reversed")))
        }
        errors += who.errors
    }

    var party: Party { who.party }

    private static let names = ["checkIn", "checkOut"] + PartyAsked.names

    var stay: Stay? {
        guard let checkIn, let checkOut else { return nil }
        return Stay(from: checkIn, to: checkOut)
    }

    /// What the page showed when it was sent here; nothing where that can't be read.
    func expected(_ currency: Currency) -> Money? { form.sum("total", currency) }

    /// For addresses of the same stay, beginning with `?`; empty for none.
    func query(_ more: [(String, String)] = []) -> String {
        let pairs = StayAsked.names.compactMap { form[$0].isEmpty ? nil : ($0, form[$0]) } + more
        let kept = pairs.filter { pair in !more.contains { $0.0 == pair.0 && $0.1 != pair.1 } }
        return kept.isEmpty ? "" : "?" + kept.map { "\($0.0)=\(PercentCoding.encode($0.1))" }.joined(separator: "&")
    }

    /// The days of a stay as fields, empty.
    static func days(_ texts: Texts) -> [Field] {
        ["checkIn", "checkOut"].map { name in
            var day = Field(name, texts("search.\(name)"))
            day.type = "date"
            return day
        }
    }

    /// What is wrong with it, and with what a service refuses of it, by the names of its fields.
    func named(_ problems: FormProblems?, _ texts: Texts) -> FormProblems? {
        (errors.isEmpty ? problems : FormProblems(errors))?
            .naming(StayAsked.days(texts) + who.fields(texts) { _ in nil })
    }

    /// The days of a stay as fields, with what was typed.
    /// - Parameter error: what is wrong with the field of a name.
    static func days(
        _ form: Form, _ texts: Texts, within bounds: ClosedRange<LocalDay>, areNeeded: Bool,
        error: (_ name: String) -> String?
    ) -> HTML {
        let days = days(texts).map { empty -> Field in
            var day = empty
            (day.value, day.error, day.hasDefault) = (form[day.name], error(day.name), !areNeeded)
            (day.minimum, day.maximum) = (bounds.lowerBound.description, bounds.upperBound.description)
            return day
        }
        return HTML(days, texts)
    }

    /// The days and who comes, in one line: what a price was for.
    var print: String {
        "\(checkIn?.description ?? "")/\(checkOut?.description ?? "")" + PartyAsked.query(party)
    }

    /// Whether the form asks for something else than its page had the price of.
    var isUnpriced: Bool { form.has("priced") && form["priced"] != print }

    private static let repriced = "repriced"

    /// Whether a form asked for something else than its page had the price of, and led here for the price.
    var isRepriced: Bool { form.has(StayAsked.repriced) }

    /// For the address that says the price of what a form asks for.
    var repricedQuery: String { query([(StayAsked.repriced, "yes")]) }
}
