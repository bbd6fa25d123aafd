import AuthService
import BookingService
import Core
import HTTPTypes
import Hummingbird
import PropertyService

/// A place: what it is, what it costs for the days asked for, which nights are free, and what is agreed by booking it.
struct PropertyPage {
    func add(to routes: inout Routes) {
        routes.page("/properties/{id}", show)
    }

    @Sendable func show(_ page: PageVisit) async throws -> Response {
        let property = try await page.visit.property()
        let asked = StayAsked(page.parameters, page.texts)
        var head = Head(page.texts("property.title", ["title": property.title, "place": property.location.city]))
        head.description = Plain.line(
            "\(PlaceCard.facts(property, page)), \(PlaceCard.place(property, page)). \(property.description)",
            longest: 155)
        head.isWide = true
        head.hasBottomBar = page.caller?.id != property.hostId
        if property.status == .listed {
            head.canonical = "/properties/\(property.id)"
            head.image = "/share/\(property.id).png"
            head.openGraphType = "place"
            head.isNotIndexed = !asked.form.pairs.isEmpty
            head.jsonLD = StructuredData.property(property, base: page.site.settings.baseURL, page: page)
        }
        var view = try await facts(property, page)
        view["calendarHTML"] = try await CalendarMonths(property, asked, on: page).html
        let known = try await page.site.properties.facts(property.id)
        let card = try await BookingCard(property, known, asked, on: page)
        view["card"] = card.view
        view["barHTML"] = card.bar
        view.merge(policy(property, known?.cancellation ?? .none, asked, card.quote, on: page))
        let problems = asked.named(nil, page.texts)
        return try page.show("property", head, view, problems: problems, status: problems?.status ?? .ok)
    }

    private func facts(_ property: Property, _ page: PageVisit) async throws -> View {
        let (texts, formats) = (page.texts, page.formats)
        let host = try await page.site.accounts.person(property.hostId)
        let location = property.location
        let map = PlaceMap(property, on: page)
        let area = [location.calmNeighbourhood, location.city, formats.country(location.country)].compactMap(\.self)
        var view: View = [
            "placeTitle": property.title, "kind": texts("roomType.\(property.roomType.rawValue)"),
            "placeHTML": HTML(area.filter { !$0.isEmpty }.map { "<bdi>\($0)</bdi>" }, separator: texts("format.comma")),
            "pictureHTML": PropertyPage.picture(property), "ratingHTML": PropertyPage.rating(property, page),
            "factsHTML": HTML(items: [
                texts.count("count.guests", property.maximumGuests),
                property.bedrooms == 0 ? texts("count.studio") : texts.count("count.bedrooms", property.bedrooms),
                texts.count("count.beds", property.beds), bathrooms(property, page),
            ]),
            "paragraphsHTML": PropertyPage.paragraphs(property.description),
            "hasDescription": !property.description.isEmpty,
            "checkInTime": texts("time.from", ["time": formats.time(property.checkInFrom)]),
            "checkOutTime": texts("time.by", ["time": formats.time(property.checkOutBy)]),
            "zone": formats.zone(property.zone), "minimum": texts.count("property.minimum", property.minimumNights),
            "mapHTML": map.html, "nearHref": page.path("/search?bbox=" + map.surroundings.text),
            "crumbsHTML": HTML(
                [
                    (texts("property.home"), "/"),
                    (location.city, "/search?location=" + PercentCoding.encode(location.city)),
                ].map { text, path in "<li><a href=\"\(page.path(path))\"><bdi>\(text)</bdi></a></li>" }, separator: ""),
        ]
        view["photosHref"] = page.path("/properties/\(property.id)/photos")
        view["photosText"] =
            property.photos.isEmpty ? texts("photos.enlarge") : texts.count("photos.see", property.photos.count)
        view["isDrawn"] = property.photos.isEmpty
        if property.status != .listed { view["notListed"] = texts("property.notListed.\(property.status.rawValue)") }
        if page.caller?.id == property.hostId {
            view["own"] = ["editHref": page.path("/host/properties/\(property.id)")] as View
        }
        if let host { view["host"] = ["name": host.name, "initial": String(host.name.prefix(1))] as View }
        let given = try await page.site.properties.amenityNames(
            of: property.amenities.filter { !AmenityName.isInCatalogue($0, texts) })
        let names = property.amenities.map { code -> HTML in
            let name = AmenityName(code, given[code], texts)
            // In the direction of the page, whatever language it is in: the signs stand in one column.
            let text: HTML = name.isTranslated ? "\(name.text)" : "<bdi lang=\"en\">\(name.text)</bdi>"
            return """
                <li><svg class="icon" aria-hidden="true" focusable="false"><use href="#i-check"/></svg> \(text)</li>
                """
        }
        view["hasAmenities"] = !names.isEmpty
        view["amenitiesHTML"] = HTML(Array(names.prefix(PropertyPage.firstAmenities)), separator: "")
        if names.count > PropertyPage.firstAmenities {
            view["moreAmenities"] =
                [
                    "text": texts.count("property.more", names.count - PropertyPage.firstAmenities),
                    "itemsHTML": HTML(Array(names.dropFirst(PropertyPage.firstAmenities)), separator: ""),
                ] as View
        }
        return view
    }

    private static func picture(_ property: Property) -> HTML {
        guard let photo = property.photos.first else {
            return """
                <img class="drawing" src="\(Drawing.address(of: property, .wide))" alt="" width="720" height="300" fetchpriority="high">
                """
        }
        return "<img src=\"\(photo.url)\" alt=\"\(photo.alt)\" width=\"1200\" height=\"900\" fetchpriority=\"high\">"
    }

    private static func rating(_ property: Property, _ page: PageVisit) -> HTML {
        guard let average = property.rating.average else {
            return "<span class=\"new\">\(page.texts("rating.new"))</span>"
        }
        let text = page.texts.count("rating.text", property.rating.count, ["average": page.formats.decimal(average)])
        return "<svg class=\"icon\" aria-hidden=\"true\" focusable=\"false\"><use href=\"#i-star\"/></svg>\(text)"
    }

    /// The rest unfolds.
    private static let firstAmenities = 12

    private func bathrooms(_ property: Property, _ page: PageVisit) -> String {
        if property.bathrooms == property.bathrooms.rounded() {
            return page.texts.count("count.bathrooms", Int(property.bathrooms))
        }
        return page.texts("count.halfBathrooms", ["count": page.formats.decimal(property.bathrooms)])
    }

    private static func paragraphs(_ text: String) -> HTML {
        HTML(text.split { $0.isNewline }.map { "<p dir=\"auto\">\($0)</p>" }, separator: "")
    }

    /// What comes back until when; with the days of the stay and its price where they are known.
    private func policy(
        _ property: Property, _ rules: CancellationRules, _ asked: StayAsked, _ quote: Quote?, on page: PageVisit
    ) -> View {
        let name = rules.steps == nil ? property.cancellationPolicy.rawValue : "custom"
        var steps = PolicySteps.html(property.cancellationPolicy, rules, on: page)
        let now = page.site.world.now()
        // What is past can be booked no more: there the policy is told as it is for any stay.
        if let stay = asked.stay, stay.checkIn >= property.zone.day(at: now) {
            let terms = CancellationTerms(
                property.cancellationPolicy, rules, bookedAt: now, checkIn: stay.checkIn, from: property.checkInFrom,
                in: property.zone)
            steps = PolicySteps.html(terms, of: quote?.total, zone: property.zone, now: now, on: page)
        }
        return ["policyName": page.texts("policy.\(name).name"), "policyHTML": steps]
    }
}

/// What cancelling gives back, and the moments at which that gets worse.
enum PolicySteps {
    /// For a stay on known days.
    /// - Parameters:
    ///   - total: nothing where no price is known: then only the percentages are told.
    ///   - tellsHost: whether the reader is the host, whose guest gets it back.
    static func html(
        _ terms: CancellationTerms, of total: Money?, zone: Zone, now: Instant, on page: PageVisit,
        tellsHost: Bool = false
    ) -> HTML {
        let refunds = terms.refunds(of: total ?? .zero(.usd), from: now)
        return html(refunds, zone: zone, on: page, withAmounts: total != nil, tellsHost: tellsHost)
    }

    static func html(
        _ refunds: [CancellationTerms.Refund], zone: Zone, on page: PageVisit, withAmounts: Bool = true,
        tellsHost: Bool = false
    ) -> HTML {
        let (texts, formats) = (page.texts, page.formats)
        let lines = refunds.map { refund -> String in
            guard let until = refund.until else {
                guard refunds.count == 1 else { return texts("policy.after") }
                return texts(tellsHost ? "policy.neverForHost" : "policy.never")
            }
            let values = [
                "percent": formats.percent(refund.percent), "until": formats.moment(until, in: zone),
                "amount": formats.money(refund.amount),
            ]
            if let hours = refund.hoursAfterConfirmation {
                return withAmounts
                    ? texts.count("policy.graceAmount", hours, values) : texts.count("policy.grace", hours)
            }
            return texts(withAmounts ? "policy.amount" : "policy.step", values)
        }
        return HTML(items: lines)
    }

    /// For any stay: the policy of the listing or the host's own steps, and the grace after booking.
    static func html(_ policy: CancellationPolicy, _ rules: CancellationRules, on page: PageVisit) -> HTML {
        let (texts, formats) = (page.texts, page.formats)
        var lines = rules.graceHours.map { [texts.count("policy.grace", $0)] } ?? []
        if let steps = rules.steps {
            lines += steps.sorted { $0.daysBefore > $1.daysBefore }.map { step in
                let values = ["percent": formats.percent(step.percent)]
                return step.daysBefore == 0
                    ? texts("policy.checkIn", values) : texts.count("policy.days", step.daysBefore, values)
            }
            lines.append(texts("policy.after"))
        } else {
            lines += texts("policy.\(policy.rawValue).text").split(separator: "|").map(String.init)
        }
        return HTML(items: lines)
    }
}
