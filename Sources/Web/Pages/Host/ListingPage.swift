import Core
import HTTPTypes
import Hummingbird
import PropertyService

/// A listing for its host: its state, what it still needs, and each part of it with the way to change it.
struct ListingPage {
    func add(to routes: inout Routes) {
        routes.hostPage("/host/properties/{id}") { page in
            let (property, caller) = try await page.hostedProperty()
            return try await ListingPage.show(page, property, caller)
        }
    }

    static func show(
        _ page: PageVisit, _ property: Property, _ caller: Caller, _ problems: FormProblems? = nil
    ) async throws -> Response {
        let texts = page.texts
        let rules = try await page.site.properties.rules(of: property.id, for: caller)
        let summary = ListingSummary(property, rules, on: page)
        let path = "/host/properties/\(property.id)"
        var view: View = [
            "crumbs": Array(page.hostCrumbs(property).prefix(1)), "placeTitle": property.title, "id": property.id.text,
            "place": PlaceCard.place(property, page), "status": property.status.rawValue,
            "statusText": texts("host.status.\(property.status.rawValue)"), "icon": ListingCard.icon(property.status),
            "statusAbout": property.isPublishedInVain(page)
                ? closed(property, page) : texts("host.statusAbout.\(property.status.rawValue)"),
            "drawing": Drawing.address(of: property, .wide), "previewHref": page.path("/properties/\(property.id)"),
            "calendarHref": page.path("/host/calendar/\(property.id)"),
            "bookingsHref": page.path("/host/bookings?property=\(property.id)"),
            "checkHref": page.path(path + "/price-check"),
            "groups": EditorSection.groups.map { group in
                [
                    "groupId": "group-\(group.name)", "groupName": texts("host.group.\(group.name)"),
                    "sections": group.sections.map { name -> View in
                        [
                            "id": name, "name": texts("host.section.\(name).title"), "text": summary.text(of: name),
                            "href": page.path("\(path)/\(name)"),
                            "label": texts("host.editSection", ["what": texts("host.section.\(name).title")]),
                        ]
                    },
                ] as View
            },
        ]
        if let action = ListingCard.action(property.status) {
            view["action"] =
                [
                    "status": action.status.rawValue, "text": texts("host.action.\(action.status.rawValue)"),
                    "isMain": action.isMain,
                ] as View
        }
        let missing = missing(property, texts)
        if !missing.isEmpty { view["missing"] = ["items": missing] as View }
        let saved = page.parameters["saved"]
        if problems == nil, saved == PropertyStatus.listed.rawValue, property.isPublishedInVain(page) {
            view["saved"] = closed(property, page)
        } else if problems == nil, let words = texts.known("host.saved.\(saved)") {
            view["saved"] = words
        } else if problems == nil, let name = texts.known("host.section.\(saved).title") {
            view["saved"] = texts("host.savedSection", ["what": name])
        }
        var head = Head(texts("host.listingTitle", ["title": property.title]))
        head.isWide = true
        return try page.show("host-listing", head, view, problems: problems, status: problems?.status ?? .ok)
    }

    private static func closed(_ property: Property, _ page: PageVisit) -> String {
        let day = property.openUntil.map { page.formats.dayWithYear($0) } ?? ""
        return page.texts("host.openUntilOver", ["day": day])
    }

    /// What it needs before it can be published, and what guests would miss.
    private static func missing(_ property: Property, _ texts: Texts) -> [View] {
        let path = texts.language.path("/host/properties/\(property.id)")
        var missing: [(String, String)] = []
        if property.nightlyPrice == nil { missing.append(("host.missing.price", "price")) }
        if property.description.isEmpty { missing.append(("host.missing.description", "description")) }
        if property.amenities.isEmpty { missing.append(("host.missing.amenities", "amenities")) }
        return missing.map { ["text": texts($0.0), "href": "\(path)/\($0.1)"] }
    }
}

extension Property {
    /// Whether a day is past, at the place.
    func isOver(_ day: LocalDay, _ page: PageVisit) -> Bool { day < zone.day(at: page.site.world.now()) }

    /// Whether it is published and has no night to sell, because its last one is over.
    func isPublishedInVain(_ page: PageVisit) -> Bool {
        status == .listed && openUntil.map { isOver($0.advanced(by: -1), page) } == true
    }
}

/// Each part of a listing in a line.
struct ListingSummary {
    private let property: Property
    private let rules: PropertyRules
    private let texts: Texts
    private let formats: Formats
    private let page: PageVisit

    init(_ property: Property, _ rules: PropertyRules, on page: PageVisit) {
        self.property = property
        self.rules = rules
        self.page = page
        texts = page.texts
        formats = page.formats
    }

    func text(of section: String) -> String {
        let parts = parts(of: section).filter { !$0.isEmpty }
        // Each runs its own way: a town's name does not turn what stands beside it.
        return parts.isEmpty ? texts("host.nothing") : parts.map(texts.isolated).joined(separator: " · ")
    }

    private func parts(of section: String) -> [String] {
        switch section {
        case "basics":
            [
                texts("roomType.\(property.roomType.rawValue)"), texts.count("host.units", property.unitCount),
                texts(property.instantBook ? "host.instant" : "host.asks"),
            ]
        case "place":
            [
                Plain.line(PlaceCard.place(property, page), longest: 80), formats.country(property.location.country),
                formats.zone(property.zone),
            ]
        case "spaces": [PlaceCard.facts(property, page)]
        case "amenities":
            property.amenities.isEmpty ? [] : [texts.count("host.amenities", property.amenities.count)]
        case "description": [Plain.line(property.description, longest: 160)]
        case "times":
            [
                texts("host.from", ["time": formats.time(property.checkInFrom)]),
                texts("host.until", ["time": formats.time(property.checkOutBy)]),
            ]
        case "policy":
            [
                texts("policy.\(property.cancellationPolicy.rawValue).name"),
                texts("policy.\(property.cancellationPolicy.rawValue).short"),
            ]
        case "nights":
            [
                texts.count("host.atLeast", property.minimumNights), texts.count("host.atMost", property.maximumNights),
                property.openUntil.map { texts("host.openUntil", ["day": formats.dayWithYear($0)]) } ?? "",
            ]
        default: ruleParts(of: section)
        }
    }

    private func ruleParts(of section: String) -> [String] {
        switch section {
        case "price":
            [property.nightlyPrice.map { texts("host.perNight", ["amount": formats.money($0)]) } ?? ""]
        case "weekend":
            rules.weekend.price.map {
                [texts("host.perNight", ["amount": formats.money($0)]), days(rules.weekend.days)]
            } ?? []
        case "seasons":
            rules.seasons.isEmpty
                ? []
                : [texts.count("host.seasons", rules.seasons.count)]
                    + rules.seasons.prefix(3).map { Plain.line($0.name, longest: 40) }
        case "discounts": discounts
        case "fees":
            [
                rules.fees.cleaning.map { texts("host.fee.cleaning", ["amount": formats.money($0)]) } ?? "",
                rules.fees.extraGuest.map {
                    texts.count("host.fee.extraGuest", $0.includedGuests, ["amount": formats.money($0.amount)])
                } ?? "",
            ]
        case "taxes":
            EditorList.all.first { $0.name == "taxes" }?.summaries(of: rules, on: page).map {
                Plain.line("\($0.title) \($0.about)", longest: 60)
            }
                ?? []
        case "days":
            [
                rules.stays.arrivalDays.map { texts("host.arriveOn", ["days": days($0)]) } ?? "",
                rules.stays.departureDays.map { texts("host.leaveOn", ["days": days($0)]) } ?? "",
                rules.stays.minimumNightsByArrival.isEmpty && rules.stays.maximumNightsByArrival.isEmpty
                    ? "" : texts("host.byWeekday"),
            ]
        case "booking": booking
        case "party": party
        case "refunds":
            (rules.cancellation.steps ?? []).map {
                texts.count("host.refundStep", $0.daysBefore, ["percent": formats.percent($0.percent)])
            } + (rules.cancellation.graceHours.map { [texts.count("host.grace", $0)] } ?? [])
        default: []
        }
    }

    private var discounts: [String] {
        let lists = [
            ("lengthOfStay", rules.discounts.lengthOfStay), ("earlyBird", rules.discounts.earlyBird),
            ("lastMinute", rules.discounts.lastMinute),
        ]
        return lists.flatMap { name, steps in
            steps.map { step in
                texts.count(
                    "host.discount.\(name)", step.threshold,
                    ["percent": page.formats.percent(thousandths: step.percent.thousandths)])
            }
        }
    }

    private var booking: [String] {
        [
            rules.booking.noticeDays > 0 ? texts.count("host.notice", rules.booking.noticeDays) : "",
            rules.booking.windowMonths.map { texts.count("host.window", $0) } ?? "",
            rules.booking.instantBookNeedsFinishedStay ? texts("host.choice.guestsWithFinishedStay") : "",
            rules.preparation.daysBefore + rules.preparation.daysAfter > 0
                ? texts(
                    "host.preparation",
                    [
                        "before": String(rules.preparation.daysBefore), "after": String(rules.preparation.daysAfter),
                    ]) : "",
        ]
    }

    private var party: [String] {
        func most(_ key: String, _ count: Int?) -> String {
            count.map { texts("host.most.\(key)", ["count": String($0)]) } ?? ""
        }
        return [
            most("children", rules.party.maximumChildren), most("infants", rules.party.maximumInfants),
            most("pets", rules.party.maximumPets), rules.party.countsChildren ? "" : texts("host.childrenFree"),
            rules.party.countsInfants ? texts("host.infantsCount") : "",
        ]
    }

    private func days(_ days: WeekdaySet) -> String {
        formats.weekdays.filter { days.contains($0) }.map { formats.weekday($0).short }.joined(
            separator: texts("format.comma"))
    }
}
