import Core
import PropertyService

/// What a line of a price is and how it came about, in the language of the page.
struct PriceOriginWords {
    private let texts: Texts
    private let formats: Formats

    init(_ page: PageVisit) { self.init(page.texts, page.formats) }

    init(_ texts: Texts, _ formats: Formats) {
        self.texts = texts
        self.formats = formats
    }

    /// What stands on the line; nights are named by their number and price instead.
    func label(_ origin: PriceOrigin) -> String {
        switch origin {
        case .base, .weekend, .season, .date: texts("host.rule.nightly_price")
        case .lengthOfStay(let nights, let percent, _):
            texts.count("host.origin.lengthOfStay", nights, ["percent": formats.percent(percent)])
        case .earlyBird(let days, let percent, _):
            texts.count("host.origin.earlyBird", days, ["percent": formats.percent(percent)])
        case .lastMinute(let percent, _): texts("host.origin.lastMinute", ["percent": formats.percent(percent)])
        case .cleaning: texts("line.cleaningFee")
        case .extraGuests: texts("line.extraGuestFee")
        case .serviceFee(let percent, _):
            texts("host.origin.named", ["name": texts("line.serviceFee"), "percent": formats.percent(percent)])
        case .tax(let name, .percent(let percent, _), _):
            texts("host.origin.named", ["name": name, "percent": formats.percent(percent)])
        case .tax(let name, .nights, _), .tax(let name, .persons, _): name
        }
    }

    /// How its amount came about.
    func text(_ origin: PriceOrigin) -> String {
        switch origin {
        case .base: return texts("host.origin.base")
        case .weekend: return texts("host.origin.weekend")
        case .season(let name, let nights, let isOfWeekend):
            return texts(
                isOfWeekend ? "host.origin.seasonWeekend" : "host.origin.season",
                ["name": name, "days": formats.nights(nights)])
        case .date: return texts("host.origin.date")
        case .lengthOfStay(_, let percent, let basis), .earlyBird(_, let percent, let basis),
            .lastMinute(let percent, let basis):
            return share("host.origin.discount", percent, basis)
        case .cleaning: return texts("host.origin.cleaning")
        case .extraGuests(let guests, let nights, let each):
            return product([texts.count("count.guests", guests), texts.count("count.nights", nights)], each)
        case .serviceFee(let percent, let basis): return share("host.origin.serviceFee", percent, basis)
        case .tax(_, .percent(let percent, let basis), let isIncluded):
            return share(isIncluded ? "host.origin.taxIncluded" : "host.origin.tax", percent, basis)
        case .tax(_, .nights(let nights, let each), _): return product([texts.count("count.nights", nights)], each)
        case .tax(_, .persons(let persons, let nights, let each), _):
            return product([texts.count("count.persons", persons), texts.count("count.nights", nights)], each)
        }
    }

    private func share(_ key: String, _ percent: Percent, _ basis: Money) -> String {
        texts(key, ["percent": formats.percent(percent), "amount": formats.money(basis)])
    }

    private func product(_ factors: [String], _ each: Money) -> String {
        // Each keeps its own direction in a line that runs the other way.
        (factors + [formats.money(each)]).map { texts.isolated($0) }.joined(separator: " × ")
    }
}

extension Formats {
    /// `8.875%`: as many decimals as it has.
    func percent(_ percent: Percent) -> String { self.percent(thousandths: percent.thousandths) }
}
