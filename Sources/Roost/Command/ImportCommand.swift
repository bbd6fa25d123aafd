import ArgumentParser
import Assembly
import Core
import Foundation

struct ImportCommand: CommandGroup {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Loads real listings.", subcommands: [InsideAirbnb.self])

    struct InsideAirbnb: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "inside-airbnb",
            abstract: "Loads a listings file of Inside Airbnb, plain or gzip, with or without its calendar.",
            discussion: """
                Running it twice changes nothing. A bad row is named with the line it begins on and left out; a file that \
                is not such a CSV is refused, and nothing is loaded.

                Of a listing that is here already, what the file does not say (no such column, or nothing in it) stays as it \
                is; so do its last day, its nights and a price made from them where no calendar is given. What its host \
                has changed here, status too, stays the host's; a warning names it where the file has something new. All \
                else becomes what the file says. A listing whose price here is in another currency, or whose rules do not \
                fit what the file says, is left out.
                """)

        @OptionGroup var settings: SettingsOptions
        @Argument(help: "LISTINGS.csv or LISTINGS.csv.gz.") var listings: String
        @Option(help: "CALENDAR.csv or CALENDAR.csv.gz: its nights are open and priced as it says.") var calendar:
            String?
        @Option(help: "The currency of the prices, which the files do not name: USD.") var currency: String
        @Option(help: "The places' time zone: America/New_York.") var timeZone: String
        @Option(help: "The city, where the file does not say it.") var city: String?
        @Option(help: "Its country: US.") var country: String?
        @Option(help: "The address of the person who lets all of them; made if need be, without a password.")
        var host: String?
        @Flag(help: "Moves the calendar by whole weeks so that it begins in the week before today.") var shiftDates =
            false

        func validate() throws {
            guard (city == nil) == (country == nil) else {
                throw ValidationError("--city and --country go together.")
            }
            guard Currency(code: currency) != nil else {
                throw ValidationError("--currency takes a code of ISO 4217 such as USD, not \(currency).")
            }
            guard Zone(timeZone) != nil else {
                throw ValidationError("--time-zone takes a name such as America/New_York, not \(timeZone).")
            }
            if let host, House.fault(ofAddress: host) != nil {
                throw ValidationError("--host takes the address of a person such as host@example.com, not \(host).")
            }
            if let country, country.count != 2 || !country.allSatisfy(\.isUppercase) {
                throw ValidationError("--country takes two capital letters (ISO 3166): US.")
            }
        }

        func run() async throws {
            for path in [listings, calendar].compactMap(\.self) where !FileManager.default.isReadableFile(atPath: path)
            {
                throw Failure(sentence: "\(path) can't be read")
            }
            let line = ProgressLine()
            let report = try await settings.withHouse { house in
                try await AirbnbImport(house).run(
                    AirbnbImport.Request(
                        listings: URL(fileURLWithPath: listings), calendar: calendar.map { URL(fileURLWithPath: $0) },
                        currency: currency, timeZone: timeZone, city: city, country: country, host: host,
                        shiftsDates: shiftDates),
                    progress: { line.show($0) }, issue: { line.say($0) })
            }
            line.end()
            print(
                """
                \(report.new) new, \(report.changed) changed and \(report.unchanged) unchanged listings, \
                \(report.drafts) of them drafts\
                \(report.keepingUnsaid == 0 ? "" : ", \(report.keepingUnsaid) keep what the file does not say"); \(report.calendarRows) rows of calendar\
                \(report.shiftDays == 0 ? "" : ", moved by \(report.shiftDays) days"), \
                \(report.calendarsChanged) calendars new or changed; \(report.rejected) rows left out, \
                \(report.warned) taken with a warning.
                """)
        }
    }
}
