import Core
import HTTPTypes
import Hummingbird
import PropertyService

/// What a guest would pay, and which rule each line comes from: the host's quote with its trace.
struct PriceCheckPage {
    func add(to routes: inout Routes) {
        routes.hostPage("/host/properties/{id}/price-check", show)
    }

    @Sendable private func show(_ page: PageVisit) async throws -> Response {
        let (property, caller) = try await page.hostedProperty()
        let asked = StayAsked(page.parameters, page.texts)
        let texts = page.texts
        var problems = asked.errors.isEmpty ? nil : FormProblems(asked.errors)
        var view: View = [
            "crumbs": page.hostCrumbs(property), "action": page.path("/host/properties/\(property.id)/price-check"),
            "backHref": page.path("/host/properties/\(property.id)"),
        ]
        if problems == nil, let stay = asked.stay {
            do {
                let quote = try await page.site.properties.quote(
                    property.id, checkIn: stay.checkIn, checkOut: stay.checkOut, party: asked.party, for: caller)
                view["quote"] = answer(quote, property, on: page)
            } catch let problem as Problem where problem.code == .validationFailed {
                problems = FormProblems(problem, texts)
            }
        }
        let fields = fields(asked, problems, property, on: page)
        view["fieldsHTML"] = HTML(fields, texts)
        return try page.show(
            "host-price-check", Head(texts("host.check.title", ["title": property.title])), view,
            problems: problems?.naming(fields),
            status: problems?.status ?? .ok)
    }

    private func fields(
        _ asked: StayAsked, _ problems: FormProblems?, _ property: Property, on page: PageVisit
    ) -> [Field] {
        let today = property.zone.day(at: page.site.world.now())
        func day(_ name: String, _ label: String, _ usual: LocalDay) -> Field {
            var field = Field(name, page.texts(label))
            field.type = "date"
            field.value = asked.form.has(name) ? asked.form[name] : usual.description
            field.error = problems?[name]
            return field
        }
        let days = [
            day("checkIn", "search.checkIn", today.advanced(by: 14)),
            day("checkOut", "search.checkOut", today.advanced(by: 17)),
        ]
        return (days + asked.who.fields(page.texts) { problems?[$0] }).map(\.small)
    }

    private func answer(_ quote: Quote, _ property: Property, on page: PageVisit) -> View {
        let (texts, formats) = (page.texts, page.formats)
        let (words, origins) = (ReasonWords(page), PriceOriginWords(page))
        let steps = Dictionary((quote.trace ?? []).map { ($0.line, $0) }) { first, _ in first }
        var answer: View = [
            "stay": Stay(from: quote.checkIn, to: quote.checkOut).map { formats.stay($0) } ?? "",
            "nights": texts.count("count.nights", quote.nights), "total": formats.money(quote.total),
            "currency": quote.total.currency.code,
            "rows": PriceCheckPage.grouped(quote).map { first, count -> View in
                let line = quote.lines[first]
                let isNight = line.kind == .night && line.date != nil
                let sum = Money(line.amount.amount * Int64(count), line.amount.currency)
                var row: View = [
                    "label": isNight
                        ? texts.count("line.nights", count, ["each": formats.money(line.amount)])
                        : steps[first].map { origins.label($0.origin) } ?? line.label,
                    "amount": formats.money(sum),
                ]
                if let date = line.date { row["days"] = PriceCheckPage.days(from: date, count, formats) }
                if let included = line.included {
                    row["included"] = texts("host.check.included", ["amount": formats.money(included)])
                }
                if let step = steps[first] {
                    row["rule"] = texts.known("host.rule.\(step.rule)") ?? step.rule
                    row["words"] = origins.text(step.origin)
                    if let place = PriceCheckPage.place(of: step.source, property) { row["href"] = page.path(place) }
                }
                return row
            },
        ]
        if !quote.lines.isEmpty { answer["hasLines"] = true }
        if !quote.reasons.isEmpty {
            answer["refused"] =
                ["reasons": quote.reasons.map { ["text": words.text($0)] as View }] as View
        }
        return answer
    }

    /// Nights in a row at one price by one rule are one row, as guests see them: where each row begins, and how many
    /// lines it has.
    private static func grouped(_ quote: Quote) -> [(first: Int, count: Int)] {
        let sources = Dictionary((quote.trace ?? []).map { ($0.line, $0.source) }) { first, _ in first }
        var rows: [(first: Int, count: Int)] = []
        for (index, line) in quote.lines.enumerated() {
            if let last = rows.last, line.kind == .night, quote.lines[last.first].kind == .night,
                quote.lines[last.first].amount == line.amount, sources[last.first] == sources[index]
            {
                rows[rows.count - 1].count += 1
            } else {
                rows.append((index, 1))
            }
        }
        return rows
    }

    private static func days(from first: LocalDay, _ count: Int, _ formats: Formats) -> String {
        guard count > 1, let nights = Stay(from: first, to: first.advanced(by: count - 1)) else {
            return formats.day(first)
        }
        return formats.shortStay(nights)
    }

    /// Where the editor has what the trace calls `rules.seasons[0].price`.
    private static func place(of source: String, _ property: Property) -> String? {
        let base = "/host/properties/\(property.id)"
        if source == "property.nightlyPrice" { return base + "/price" }
        if source.hasPrefix("calendar.") { return "/host/calendar/\(property.id)" }
        guard let match = source.firstMatch(of: #/^rules\.(\w+)(?:\[(\d+)\])?/#) else { return nil }
        if let item = match.2 { return "\(base)/\(match.1)?item=\(item)" }
        return "\(base)/\(match.1)"
    }
}
