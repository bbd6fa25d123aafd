import Foundation

/// Money, days and hours as a language writes them.
package struct Formats: Sendable {
    package let language: Language
    private let texts: Texts
    private let locale: Locale
    private let calendar: Calendar
    /// From Sunday on.
    private let weekdayNames: (short: [String], full: [String])
    /// What was written already: a calendar says the same price and its days again and again.
    private let written = Written()

    package init(_ texts: Texts) {
        self.texts = texts
        language = texts.language
        locale = texts.language.locale
        var calendar = Calendar(identifier: .gregorian)
        calendar.locale = locale
        calendar.timeZone = .gmt
        self.calendar = calendar
        weekdayNames = (calendar.shortWeekdaySymbols, calendar.weekdaySymbols)
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
        written.text(.money(money, decimals: decimals)) {
            let value = Decimal(money.amount) / Decimal(money.currency.minorUnitsPerMajor)
            let style = Decimal.FormatStyle.Currency(code: money.currency.code, locale: locale)
                .precision(.fractionLength(decimals))
            guard language.isRightToLeft else { return value.formatted(style) }
            return Formats.isolated(value.formatted(style.presentation(.narrow)))
        }
    }

    /// An amount in a text from right to left: the number, the sign before its first digit, and after it the currency.
    ///
    /// The marks that the locale puts there do not hold them together: beside `-144.00` the `$` of `US$` goes to the far
    /// end. So each of the two is isolated (UAX #9), which holds in any sentence and in any element.
    private static func isolated(_ text: String) -> String {
        let marks: Set<Unicode.Scalar> = ["\u{200E}", "\u{200F}", "\u{061C}"]
        let plain = text.unicodeScalars.filter { !marks.contains($0) }
        let number = plain.prefix { $0 != "\u{00A0}" }
        let currency = plain.dropFirst(number.count + 1)
        return "\u{200F}\u{2066}\(String(number))\u{2069}\u{00A0}\u{2068}\(String(currency))\u{2069}"
    }

    package func number(_ value: Int) -> String {
        written.text(.number(value)) { value.formatted(.number.locale(locale)) }
    }

    /// `4.81`, `1.5`: as many decimals as it has, two at most.
    package func decimal(_ value: Double) -> String {
        written.text(.decimal(value)) { value.formatted(.number.precision(.fractionLength(0...2)).locale(locale)) }
    }

    package func percent(_ percent: Int) -> String {
        written.text(.percent(percent)) {
            (Double(percent) / 100).formatted(.percent.precision(.fractionLength(0)).locale(locale))
        }
    }

    /// `8.875%`: as many decimals as it has, three at most.
    package func percent(thousandths: Int) -> String {
        (Decimal(thousandths) / 100_000).formatted(.percent.precision(.fractionLength(0...3)).locale(locale))
    }

    // MARK: Days

    /// `Thu, Dec 24`.
    package func day(_ day: LocalDay) -> String { format(day, .short) }

    /// `Thursday, December 24, 2026`.
    package func longDay(_ day: LocalDay) -> String { format(day, .long) }

    /// `Thu, Dec 24, 2026`.
    package func dayWithYear(_ day: LocalDay) -> String { format(day, .withYear) }

    /// `December 2026`.
    package func month(_ day: LocalDay) -> String { format(day, .month) }

    /// `Thu, Dec 24 – Mon, Dec 28, 2026`.
    package func stay(_ stay: Stay) -> String {
        let sameYear = stay.checkIn.civil.year == stay.checkOut.civil.year
        return texts(
            "format.range",
            ["from": sameYear ? day(stay.checkIn) : dayWithYear(stay.checkIn), "to": dayWithYear(stay.checkOut)])
    }

    /// `Sun, Dec 27, 2026 – Sat, Jan 2, 2027`: the first and the last of nights that are no stay, as of a season.
    package func nights(_ nights: Stay) -> String {
        let last = nights.checkOut.advanced(by: -1)
        guard last > nights.checkIn else { return dayWithYear(nights.checkIn) }
        let isOneYear = nights.checkIn.civil.year == last.civil.year
        return texts(
            "format.range",
            ["from": isOneYear ? day(nights.checkIn) : dayWithYear(nights.checkIn), "to": dayWithYear(last)])
    }

    /// `Dec 24 – Dec 28`, where there is little room.
    package func shortStay(_ stay: Stay) -> String {
        texts("format.range", ["from": format(stay.checkIn, .inMonth), "to": format(stay.checkOut, .inMonth)])
    }

    private func format(_ day: LocalDay, _ look: Written.DayLook) -> String {
        written.text(.day(day, look)) {
            let plain = Date.FormatStyle(locale: locale, calendar: calendar, timeZone: .gmt)
            let style =
                switch look {
                case .short: plain.weekday(.abbreviated).day().month(.abbreviated)
                case .long: plain.weekday(.wide).day().month(.wide).year()
                case .withYear: plain.weekday(.abbreviated).day().month(.abbreviated).year()
                case .month: plain.month(.wide).year()
                case .inMonth: plain.day().month(.abbreviated)
                case .inYear: plain.day().month(.abbreviated).year()
                }
            return Formats.unbroken(Date(timeIntervalSince1970: Double(day.number) * 86_400).formatted(style))
        }
    }

    /// No line ends between a day and its month: `Thu, Dec 24, 2026`, `Do., 24. Dez. 2026`, with U+00A0 around the 24.
    private static func unbroken(_ date: String) -> String {
        func isDay(_ word: Substring) -> Bool {
            let digits = word.prefix { $0.isASCII && $0.isNumber }
            return (1...2).contains(digits.count) && [",", ".", ""].contains(word.dropFirst(digits.count))
        }
        let words = date.split(separator: " ", omittingEmptySubsequences: false)
        return zip(words, words.dropFirst()).reduce(into: String(words.first ?? "")) { text, pair in
            let (word, next) = pair
            let isBeforeDay = isDay(next) && word.last?.isLetter == true
            let isAfterDay = isDay(word) && !word.hasSuffix(",") && next.first?.isLetter == true
            text += (isBeforeDay || isAfterDay ? "\u{00A0}" : " ") + next
        }
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
        return (weekdayNames.short[index], weekdayNames.full[index])
    }

    // MARK: Hours

    /// `15:00`, on the clock of the place.
    package func time(_ time: TimeOfDay) -> String { time.description }

    /// `Thu, Dec 24, 2026, 15:05 Eastern Standard Time (UTC−5)`: an hour never stands without its zone.
    package func moment(_ instant: Instant, in zone: Zone) -> String {
        moment(dayWithYear(zone.local(at: instant).day), instant, zone)
    }

    /// `Thursday, December 24, 2026, 15:05 Eastern Standard Time (UTC−5)`.
    package func longMoment(_ instant: Instant, in zone: Zone) -> String {
        moment(longDay(zone.local(at: instant).day), instant, zone)
    }

    private func moment(_ day: String, _ instant: Instant, _ zone: Zone) -> String {
        let time = zone.local(at: instant).time.description
        return texts("format.moment", ["day": day, "time": time, "zone": zoneName(zone, at: instant)])
    }

    /// `14:35 Eastern Standard Time (UTC−5)`: on a day that is known.
    package func clock(_ instant: Instant, in zone: Zone) -> String {
        let time = zone.local(at: instant).time.description
        return texts("format.clock", ["time": time, "zone": zoneName(zone, at: instant)])
    }

    /// The time alone where it is of today, else with its day.
    package func clock(_ instant: Instant, in zone: Zone, now: Instant) -> String {
        zone.day(at: instant) == zone.day(at: now) ? clock(instant, in: zone) : moment(instant, in: zone)
    }

    /// The time that clocks show there then: `Eastern Standard Time (UTC−5)`. The distance tells apart the hour that comes
    /// twice. Where it has no name it is called by its zone: `Europe/Istanbul time (UTC+3)`.
    package func zoneName(_ zone: Zone, at instant: Instant) -> String {
        guard zone.name != "UTC" else { return zone.name }
        let name =
            zone.clockName(at: instant, in: language.zoneLocale)
            ?? texts("format.zoneTime", ["zone": Formats.spelled(zone)])
        return texts("format.zoneThen", ["name": name, "offset": zone.offset(at: instant)])
    }

    /// The zone all year round: `Eastern Time (America/New York)`.
    package func zone(_ zone: Zone) -> String {
        let spelled = Formats.spelled(zone)
        return zone.commonName(in: language.zoneLocale).map { texts("format.zone", ["name": $0, "zone": spelled]) }
            ?? spelled
    }

    private static func spelled(_ zone: Zone) -> String { zone.name.replacing("_", with: " ") }

    /// `Dec 24, 2026, 20:05 UTC`: for lists of what happened in many places.
    package func stamp(_ instant: Instant) -> String {
        let clock = instant.description.dropFirst("2026-12-24T".count).prefix("15:04".count)
        return texts("format.stamp", ["day": format(instant.utcDay, .inYear), "time": String(clock)])
    }

    // MARK: Places

    /// A country's name; its code where the language has none.
    package func country(_ code: String) -> String { locale.localizedString(forRegionCode: code) ?? code }
}
