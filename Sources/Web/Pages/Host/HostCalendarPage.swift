import BookingService
import Core
import Foundation
import HTTPTypes
import Hummingbird
import PropertyService

/// A place's calendar for its host: a month with the price and state of every night, and a form that changes a range of
/// nights. The script only fills that form in.
struct HostCalendarPage {
    func add(to routes: inout Routes) {
        routes.hostPage("/host/calendar/{id}") { page in
            let (property, caller) = try await page.hostedProperty()
            return try await show(page, property, caller, Form([]))
        }
        routes.hostForm("/host/calendar/{id}", change)
    }

    @Sendable private func change(_ page: PageVisit, _ form: Form) async throws -> Response {
        let (property, caller) = try await page.hostedProperty()
        let wanted = NightsForm(form, property, on: page)
        guard wanted.errors.isEmpty, let first = wanted.nights.first else {
            let names = ["from", "to", "do", "price", "minimum", "weekdays"]
            let fields = names.map { Field($0, NightsForm.label(of: $0, property, on: page)) }
            return try await show(page, property, caller, form, FormProblems(wanted.errors).naming(fields))
        }
        do {
            if wanted.others.isEmpty {
                try await page.site.bookings.changeCalendar(
                    of: property.id, wanted.nights.map(wanted.night), for: caller)
                return page.goTo(address(property, first) + "&changed=\(wanted.nights.count)")
            }
            let outcomes = try await page.site.bookings.changeCalendars(
                ([property.id.text] + wanted.others).map(wanted.nights(at:)), for: caller, once: page.once(form))
            let refused = outcomes.filter { $0.code != nil }
            guard !refused.isEmpty else {
                return page.goTo(address(property, first) + "&changed=\(outcomes.count)")
            }
            return try await show(
                page, property, caller, form, try await problems(refused, caller, on: page),
                changed: outcomes.count - refused.count)
        } catch let problem as Problem where problem.code == .nightsUnavailable {
            let days = problem.errors.compactMap { $0.message.firstMatch(of: #/\d{4}-\d{2}-\d{2}/#) }
                .compactMap { LocalDay(String($0.output)) }
            let problems = FormProblems(
                detail: page.texts("host.calendar.conflict"), status: .conflict,
                errors: days.map { ("from", page.formats.longDay($0)) })
            return try await show(page, property, caller, form, problems)
        } catch let problem as Problem where problem.code == .validationFailed {
            return try await show(page, property, caller, form, FormProblems(problem, page.texts))
        }
    }

    private func address(_ property: Property, _ day: LocalDay) -> String {
        "/host/calendar/\(property.id)?month=\(day.description.prefix(7))"
    }

    /// Nights that were left as they were, each with its place and why.
    private func problems(
        _ refused: [NightOutcome], _ caller: Caller, on page: PageVisit
    ) async throws -> FormProblems {
        let titles = Dictionary(
            try await page.site.properties.properties(of: caller.id).map { ($0.id.text, $0.title) }
        ) { first, _ in first }
        let shown = refused.prefix(100).map { night -> (field: String, message: String) in
            let why = page.texts.known("host.calendar.why.\(night.code ?? "")") ?? page.texts("host.calendar.why.other")
            return (
                "from",
                page.texts(
                    "host.calendar.refusedNight",
                    [
                        "title": titles[night.place] ?? night.place, "day": page.formats.dayWithYear(night.date),
                        "why": why,
                    ])
            )
        }
        return FormProblems(detail: page.texts("host.calendar.refused"), status: .conflict, errors: shown)
    }

    private func show(
        _ page: PageVisit, _ property: Property, _ caller: Caller, _ form: Form, _ problems: FormProblems? = nil,
        changed: Int? = nil
    ) async throws -> Response {
        let texts = page.texts
        let month = try await HostMonth(property, form, caller, on: page)
        var view: View = [
            "crumbs": page.hostCrumbs(property), "month": month.view,
            "action": page.path("/host/calendar/\(property.id)"), "key": page.freshKey,
            "otherListings": try await others(property, form, caller, on: page),
        ]
        view.merge(NightsForm.fields(form, property, problems, on: page))
        if let count = changed ?? (problems == nil ? Int(page.parameters["changed"]) : nil), count > 0,
            count < 1_000_000
        {
            view["saved"] = texts.count("host.calendar.saved", count)
        }
        var head = Head(texts("host.calendar.title", ["title": property.title]))
        head.isWide = true
        return try page.show("host-calendar", head, view, problems: problems, status: problems?.status ?? .ok)
    }

    /// Listings that can be changed along with this one: those whose prices mean the same money. As many as one form shows.
    private func others(
        _ property: Property, _ form: Form, _ caller: Caller, on page: PageVisit
    ) async throws -> [View] {
        let chosen = Set(form.all("others"))
        return try await page.site.properties.properties(of: property.hostId)
            .filter { $0.id != property.id && $0.nightlyPrice?.currency == property.nightlyPrice?.currency }
            .prefix(50).map { ["value": $0.id.text, "text": $0.title, "isOn": chosen.contains($0.id.text)] }
    }
}

/// What is to become of a range of nights, as the form says it.
struct NightsForm {
    private(set) var nights: [LocalDay] = []
    private(set) var errors: [(field: String, message: String)] = []
    let others: [String]
    private var open: Bool?
    private var price = Change<Money>.keep
    private var minimum = Change<Int>.keep

    init(_ form: Form, _ property: Property, on page: PageVisit) {
        let texts = page.texts
        others = Array(form.all("others").prefix(Bookings.mostChanges - 1))
        func day(_ name: String) -> LocalDay? {
            let day = LocalDay(form[name])
            if day == nil {
                errors.append((name, texts(form[name].isEmpty ? "host.error.required" : "searchPage.error.day")))
            }
            return day
        }
        let (from, to) = (day("from"), day("to"))
        switch form["do"] {
        case "open": open = true
        case "close": open = false
        default: break
        }
        // The bounds are those of the API.
        var complaints = Complaints()
        let amount = form["price"].trimmingCharacters(in: .whitespaces)
        if form.has("priceClear") {
            price = .clear
        } else if !amount.isEmpty {
            let currency = property.currency(page.site)
            if let money = Money(typed: amount, currency) {
                let value = JSONValue.object([
                    ("amount", .number(String(money.amount))), ("currency", .text(currency.code)),
                ])
                price =
                    Shape<Money>.money(NightChange.priceRange).read(value, "price", &complaints).map { .set($0) }
                    ?? .keep
                if !complaints.errors.isEmpty {
                    let most = Money(NightChange.priceRange.upperBound, currency)
                    errors.append(
                        (
                            "price",
                            money.amount > most.amount
                                ? texts("host.error.amountMost", ["most": page.formats.money(most)])
                                : texts("host.error.amountRange")
                        ))
                }
            } else {
                errors.append(("price", texts("host.error.not_an_amount")))
            }
        }
        let least = form["minimum"].trimmingCharacters(in: .whitespaces)
        if form.has("minimumClear") {
            minimum = .clear
        } else if !least.isEmpty {
            let range = NightChange.minimumNightsRange
            if let count = Int(least), range.contains(count) {
                minimum = .set(count)
            } else {
                errors.append(
                    (
                        "minimum",
                        texts(
                            "host.error.range", ["from": String(range.lowerBound), "to": String(range.upperBound)])
                    ))
            }
        }
        guard let from, let to else { return }
        guard from <= to else {
            errors.append(("to", texts("host.calendar.error.order")))
            return
        }
        guard from.distance(to: to) < Bounds.nights else {
            errors.append(("to", texts("host.calendar.error.many", ["count": String(Bounds.nights)])))
            return
        }
        let days = form.all("weekdays").compactMap { Weekday(rawValue: $0) }
        nights = (from...to).filter { days.isEmpty || days.contains($0.weekday) }
        if nights.isEmpty { errors.append(("weekdays", texts("host.calendar.error.none"))) }
        if errors.isEmpty, open == nil, price == .keep, minimum == .keep {
            errors.append(("do", texts("host.calendar.error.nothing")))
        }
    }

    func night(_ date: LocalDay) -> NightChange {
        let amount: Change<Int64> =
            switch price {
            case .keep: .keep
            case .clear: .clear
            case .set(let money): .set(money.amount)
            }
        return NightChange(date: date, open: open, price: amount, minimumNights: minimum)
    }

    func nights(at place: String) -> NightsChange {
        NightsChange(place: place, nights: nights, open: open, price: price, minimumNights: minimum)
    }

    /// What a field is called.
    static func label(of name: String, _ property: Property, on page: PageVisit) -> String {
        page.texts("host.calendar.\(name == "do" ? "action" : name)", ["currency": property.currency(page.site).code])
    }

    /// The fields, filled in as they were sent.
    static func fields(_ form: Form, _ property: Property, _ problems: FormProblems?, on page: PageVisit) -> View {
        let texts = page.texts
        func field(_ name: String, _ type: String) -> Field {
            var field = Field(name, label(of: name, property, on: page))
            field.type = type
            field.value = form[name]
            field.error = problems?[name]
            return field
        }
        let days = ["from", "to"].map { name -> Field in
            var field = field(name, "date")
            if name == "from", problems?.status == .conflict { field.error = nil }
            return field.small
        }
        var price = field("price", "text")
        price.inputMode = "decimal"
        price.autocomplete = "off"
        var minimum = field("minimum", "number")
        minimum.minimum = String(NightChange.minimumNightsRange.lowerBound)
        minimum.maximum = String(NightChange.minimumNightsRange.upperBound)
        let chosen = Set(form.all("weekdays"))
        var view: View = [
            "daysHTML": HTML(days, texts), "amountsHTML": HTML([price.small, minimum.small], texts),
            "actions": ["keep", "open", "close"].map {
                ["value": $0, "text": texts("host.calendar.\($0)"), "isChosen": form["do"] == $0] as View
            },
            "weekdays": page.formats.weekdays.map { day -> View in
                [
                    "value": day.rawValue, "text": page.formats.weekday(day).full,
                    "isOn": chosen.contains(day.rawValue),
                ]
            },
            "priceClear": form.has("priceClear"), "minimumClear": form.has("minimumClear"),
            "isMoreOpen": !chosen.isEmpty || form.has("others") || form.has("priceClear") || form.has("minimumClear"),
        ]
        if let error = problems?["do"] { view["doError"] = error }
        if let error = problems?["weekdays"] { view["weekdaysError"] = error }
        return view
    }
}
