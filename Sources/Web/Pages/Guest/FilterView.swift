import Core
import PropertyService

/// The search as fields, and each filter that is on as a chip that takes it off.
struct FilterView {
    let view: View

    /// Boxes shown at once; more are found by what is asked already.
    private static let shownAmenities = 16

    init(_ asked: SearchAsked, amenities: [AmenityCount], _ problems: FormProblems?, on page: PageVisit) {
        let texts = page.texts
        var view: View = [
            "search": SearchForm(page, asked: Form(asked.pairs), problems).view, "bbox": asked["bbox"],
            "roomTypesHTML": FilterView.choices(
                "roomType", asked["roomType"],
                RoomType.allCases.map { ($0.rawValue, texts("roomType.\($0.rawValue)")) }, texts),
            "sortsHTML": FilterView.choices(
                "sort", asked["sort"],
                ["recommended", "price", "-price", "rating"].map { ($0, texts("searchPage.sort.\($0)")) }, texts,
                isAnyFirst: false),
            "numbersHTML": FilterView.numbers(asked, problems, on: page), "instantBook": !asked["instantBook"].isEmpty,
            "wordsHTML": FilterView.words(asked, problems, on: page),
            "chips": FilterView.chips(asked, amenities, on: page),
            "resetHref": page.path(asked.address(without: Set(SearchAsked.filters))),
            "currency": page.site.settings.currency.code,
        ]
        let wanted = Set(asked.amenities)
        let shown = amenities.filter { wanted.contains($0.code) } + amenities.filter { !wanted.contains($0.code) }
        let boxes = shown.prefix(max(shownCount(wanted), FilterView.shownAmenities)).map { amenity -> HTML in
            """
            <label class="choice"><input type="checkbox" name="amenities" value="\(amenity.code)"\
            \(wanted.contains(amenity.code) ? " checked" : "")> <span>\(AmenityName(amenity, texts).text) \
            <span class="muted small">(\(page.formats.number(amenity.count)))</span></span></label>
            """
        }
        view["amenitiesHTML"] = HTML(boxes)
        view["hasChips"] = !(view["chips"] as? [View] ?? []).isEmpty
        self.view = view

        func shownCount(_ wanted: Set<String>) -> Int { wanted.count }
    }

    private static func choices(
        _ name: String, _ chosen: String, _ values: [(String, String)], _ texts: Texts, isAnyFirst: Bool = true
    ) -> HTML {
        let any: [(String, String)] = isAnyFirst ? [("", texts("searchPage.any"))] : []
        let options = (any + values).map { value, text -> HTML in
            "<option value=\"\(value)\"\(value == chosen ? " selected" : "")>\(text)</option>"
        }
        return HTML(options, separator: "")
    }

    /// The number fields, each with the keys a phone shows for it.
    private static let numberFields = [
        ("minPrice", "decimal"), ("maxPrice", "decimal"), ("bedrooms", "numeric"), ("beds", "numeric"),
        ("bathrooms", "decimal"), ("minRating", "decimal"),
    ]

    /// The number fields, empty.
    static func numbers(on page: PageVisit) -> [Field] {
        numberFields.map { name, mode in
            let label = page.texts("searchPage.filter.\(name)", ["currency": page.site.settings.currency.code])
            var field = Field(name, label)
            (field.inputMode, field.longest, field.hasDefault) = (mode, 12, true)
            return field
        }
    }

    /// What is chosen or typed besides, empty.
    static func others(_ texts: Texts) -> [Field] {
        [
            ("location", "search.where"), ("roomType", "searchPage.kind"), ("sort", "searchPage.sortBy"),
            ("q", "searchPage.words"), ("amenities", "searchPage.amenities"), ("bbox", "searchPage.chip.bbox"),
        ].map { Field($0.0, texts($0.1)) }
    }

    private static func numbers(_ asked: SearchAsked, _ problems: FormProblems?, on page: PageVisit) -> HTML {
        let fields = numbers(on: page).map { empty -> Field in
            var field = empty
            (field.value, field.error) = (asked[field.name], problems?[field.name])
            return field
        }
        return HTML(fields, page.texts)
    }

    private static func words(_ asked: SearchAsked, _ problems: FormProblems?, on page: PageVisit) -> HTML {
        var field = Field("q", page.texts("searchPage.words"))
        (field.value, field.error, field.longest, field.hasDefault) = (asked["q"], problems?["q"], 200, true)
        return field.html(page.texts)
    }

    private static func chips(_ asked: SearchAsked, _ amenities: [AmenityCount], on page: PageVisit) -> [View] {
        asked.pairs.compactMap { name, value in
            guard SearchAsked.filters.contains(name) else { return nil }
            // What is no price narrows nothing: it stands as an error beside its field.
            let isPrice = name == "minPrice" || name == "maxPrice"
            if isPrice, SearchAsked.minorUnits(value, page.site.settings.currency) == nil { return nil }
            let amenity = name == "amenities" ? value : nil
            let text = FilterView.words(name, value, amenities, on: page)
            var chip: View = [
                "text": text, "label": page.texts("searchPage.remove", ["filter": text]),
                "href": page.path(asked.address(without: amenity == nil ? [name] : [], amenity: amenity)),
            ]
            // It has no field that a problem could lead to.
            if name == "bbox" { chip["chipId"] = name }
            return chip
        }
    }

    /// A filter in words: "At least 2 bedrooms", "Wifi".
    static func words(_ name: String, _ value: String, _ amenities: [AmenityCount], on page: PageVisit) -> String {
        let texts = page.texts
        switch name {
        case "roomType": return texts.known("roomType.\(value)") ?? value
        case "amenities":
            return amenities.first { $0.code == value }.map { AmenityName($0, texts).text }
                ?? AmenityName(value, nil, texts).text
        case "minPrice", "maxPrice":
            let currency = page.site.settings.currency
            let money = SearchAsked.minorUnits(value, currency).map { page.formats.shortMoney(Money($0, currency)) }
            return texts("searchPage.chip.\(name)", ["value": money ?? value])
        default: return texts("searchPage.chip.\(name)", ["value": value])
        }
    }
}

/// An amenity in words: the catalogue's, else as the listings name it.
struct AmenityName {
    let text: String
    /// Whether it is in the language of the page.
    let isTranslated: Bool

    init(_ amenity: AmenityCount, _ texts: Texts) { self.init(amenity.code, amenity.name, texts) }

    init(_ code: String, _ name: String?, _ texts: Texts) {
        let known = texts.known("amenity.\(code)")
        text = known ?? name ?? AmenityName.words(of: code)
        isTranslated = known != nil || texts.language == .english
    }

    /// Whether the catalogue has words for it, so that nobody else's are needed.
    static func isInCatalogue(_ code: String, _ texts: Texts) -> Bool { texts.known("amenity.\(code)") != nil }

    /// `hot-tub` is "Hot tub".
    private static func words(of code: String) -> String {
        let words = code.replacing("-", with: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }
}
