import Foundation

/// Money, days and hours as a language writes them.
package struct Formats: Sendable {
    package let language: Language
    private let texts: Texts
    private let locale: Locale
    private let calendar: Calendar

    package init(_ texts: Texts) {
        self.texts = texts
        language = texts.language
        locale = texts.language.locale
        var calendar = Calendar(identifier: .gregorian)
        calendar.locale = locale
        calendar.timeZone = .gmt
        self.calendar = calendar
    }

    // MARK: Money

    /// `$484.00`: with all its decimals, as checkout, receipt and provider write it.
    package func money(_ money: Money) -> String { amount(money, decimals: money.currency.exponent) }

    /// `$484`: without decimals where there are none to say, for cards and the map.
    package func shortMoney(_ money: Money) -> String {
        let isWhole = money.amount % money.currency.minorUnitsPerMajor == 0
        return amount(money, decimals: isWhole ? 0 : money.currency.exponent)
    }

    private func amount(_ money: Money, decimals: Int) -> String {
        let value = Decimal(money.amount) / Decimal(money.currency.minorUnitsPerMajor)
        let style = Decimal.FormatStyle.Currency(code: money.currency.code, locale: locale)
            .precision(.fractionLength(decimals))
        guard language.isRightToLeft else { return value.formatted(style) }
        // Marks of direction would turn "US$" into "$US"; whoever shows an amount isolates it instead.
        return value.formatted(style.presentation(.narrow)).filter { character in
            !character.unicodeScalars.contains { [0x200E, 0x200F, 0x061C].contains($0.value) }
        }
    }

    package func number(_ value: Int) -> String { value.formatted(.number.locale(locale)) }

    /// `4.81`, `1.5`: as many decimals as it has, two at most.
    package func decimal(_ value: Double) -> String {
        value.formatted(.number.precision(.fractionLength(0...2)).locale(locale))
    }

    package func percent(_ percent: Int) -> String {
        (Double(percent) / 100).formatted(.percent.precision(.fractionLength(0)).locale(locale))
    }

    /// `8.875%`: as many decimals as it has, three at most.
    package func percent(thousandths: Int) -> String {
        (Decimal(thousandths) / 100_000).formatted(.percent.precision(.fractionLength(0...3)).locale(locale))
    }

    // MARK: Days

    /// `Thu, Dec 24`.
    package func day(_ day: LocalDay) -> String { format(day, style.weekday(.abbreviated).day().month(.abbreviated)) }

    /// `Thursday, December 24, 2026`.
    package func longDay(_ day: LocalDay) -> String {
        format(day, style.weekday(.wide).day().month(.wide).year())
    }

    /// `Thu, Dec 24, 2026`.
    package func dayWithYear(_ day: LocalDay) -> String {
        format(day, style.weekday(.abbreviated).day().month(.abbreviated).year())
    }

    /// `December 2026`.
    package func month(_ day: LocalDay) -> String { format(day, style.month(.wide).year()) }

    /// `Thu, Dec 24 – Mon, Dec 28, 2026`.
    package func stay(_ stay: Stay) -> String {
        let sameYear = stay.checkIn.civil.year == stay.checkOut.civil.year
        return texts(
            "format.range",
            ["from": sameYear ? day(stay.checkIn) : dayWithYear(stay.checkIn), "to": dayWithYear(stay.checkOut)])
    }

    /// `Dec 24 – Dec 28`, where there is little room.
    package func shortStay(_ stay: Stay) -> String {
        let short = style.day().month(.abbreviated)
        return texts("format.range", ["from": format(stay.checkIn, short), "to": format(stay.checkOut, short)])
    }

    private var style: Date.FormatStyle {
        Date.FormatStyle(locale: locale, calendar: calendar, timeZone: .gmt)
    }

    private func format(_ day: LocalDay, _ style: Date.FormatStyle) -> String {
        Date(timeIntervalSince1970: Double(day.number) * 86_400).formatted(style)
    }

    /// The first day of the week, and the others after it.
    package var weekdays: [Weekday] {
        // Foundation counts from Sunday, 1; ours from Monday, 0.
        let first = (calendar.firstWeekday + 5) % 7
        return (0..<7).map { Weekday.allCases[(first + $0) % 7] }
    }

    /// Its short and its full name.
    package func weekday(_ weekday: Weekday) -> (short: String, full: String) {
        let index = ((Weekday.allCases.firstIndex(of: weekday) ?? 0) + 1) % 7
        return (calendar.shortWeekdaySymbols[index], calendar.weekdaySymbols[index])
    }

    // MARK: Hours

    /// `15:00`, on the clock of the place.
    package func time(_ time: TimeOfDay) -> String { time.description }

    /// `Thu, Dec 24, 2026, 15:05 EST (America/New_York)`: an hour never stands without its zone.
    package func moment(_ instant: Instant, in zone: Zone) -> String {
        let (day, time) = zone.local(at: instant)
        return texts(
            "format.moment",
            ["day": dayWithYear(day), "time": time.description, "zone": zoneName(zone, at: instant)])
    }

    /// `Thursday, December 24, 2026, 15:05 Eastern Standard Time (UTC-5)`: the distance tells apart the hour that comes
    /// twice. A clock without a name is called by its zone: `15:05 Europe/Istanbul time (UTC+3)`.
    package func longMoment(_ instant: Instant, in zone: Zone) -> String {
        let (day, time) = zone.local(at: instant)
        var values = ["day": longDay(day), "time": time.description]
        guard zone.name != "UTC" else { return texts("format.longMomentUTC", values) }
        values["clock"] =
            zone.clockName(at: instant, in: language.zoneLocale)
            ?? texts("format.clock", ["zone": Formats.spelled(zone)])
        values["offset"] = zone.offset(at: instant)
        return texts("format.longMoment", values)
    }

    /// `Eastern Time (America/New York)`.
    package func zone(_ zone: Zone) -> String {
        let spelled = Formats.spelled(zone)
        return zone.commonName(in: language.zoneLocale).map { texts("format.zone", ["name": $0, "zone": spelled]) }
            ?? spelled
    }

    private static func spelled(_ zone: Zone) -> String { zone.name.replacing("_", with: " ") }

    /// `Dec 24, 2026, 20:05 UTC`: for lists of what happened in many places.
    package func stamp(_ instant: Instant) -> String {
        let clock = instant.description.dropFirst("2026-12-24T".count).prefix("15:04".count)
        return texts(
            "format.stamp",
            ["day": format(instant.utcDay, style.day().month(.abbreviated).year()), "time": String(clock)])
    }

    /// `14:35 EST`: on a day that is known.
    package func clock(_ instant: Instant, in zone: Zone) -> String {
        let abbreviation = zone.abbreviation(at: instant)
        return "\(zone.local(at: instant).time) \(abbreviation)"
    }

    package func zoneName(_ zone: Zone, at instant: Instant) -> String {
        let abbreviation = zone.abbreviation(at: instant)
        return abbreviation == zone.name ? zone.name : "\(abbreviation), \(zone.name)"
    }

    // MARK: Places

    /// A country's name; its code where the language has none.
    package func country(_ code: String) -> String { locale.localizedString(forRegionCode: code) ?? code }
}
