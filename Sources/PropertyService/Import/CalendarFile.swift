import Core
import Foundation

/// Reads a calendar of Inside Airbnb: one row for each listing and night, with or without prices.
struct CalendarFile {
    let file: URL
    let currency: Currency
    /// Whether a listing is one that will be loaded.
    let isKnown: (Int64) -> Bool

    /// - Throws: where it is no such file, or can't be read to its end.
    func read(
        issues: inout IssueList, summary: inout ImportSummary, progress: (ImportProgress) -> Void
    ) throws(ImportRefusal) -> CalendarTable {
        let csv = try CSVTable(
            file, what: "a calendar of Inside Airbnb", required: ["listing_id", "date", "available"])
        let reader = csv.reader
        let row = Row(csv: csv, currency: currency)
        var table = CalendarTable()
        var unknown: Set<Int64> = []
        var current: (listing: Int64, slot: Int)?
        while try reader.next() {
            summary.calendarRows += 1
            if summary.calendarRows.isMultiple(of: ImportProgress.interval) {
                progress(reader.progress(.readingCalendar, rows: summary.calendarRows))
            }
            let line = reader.line
            var id: String?
            func add(_ severity: ImportIssue.Severity, _ message: String) {
                issues.add(
                    ImportIssue(file: .calendar, line: line, id: id, severity: severity, message: message))
            }
            if let fault = csv.recordFault {
                add(.reject, fault)
                continue
            }
            guard let listing = row.listing else {
                add(.reject, "the listing's id is no whole number")
                continue
            }
            if current?.listing != listing {
                guard isKnown(listing) else {
                    if unknown.insert(listing).inserted {
                        id = String(listing)
                        add(.warn, "the listing is not among those that are loaded: its nights are passed over")
                    }
                    continue
                }
                current = (listing, table.slot(of: listing))
            }
            guard let current else { continue }
            switch row.night() {
            case .failure(let fault):
                id = String(listing)
                add(.reject, fault.why)
            case .success(let night):
                summary.nights += 1
                if !night.warnings.isEmpty { id = String(listing) }
                for warning in night.warnings { add(.warn, warning) }
                if table.append(night.night, on: night.day, to: current.slot) == .contradicting {
                    id = String(listing)
                    add(.warn, "\(night.day) is said to be both open and closed: closed")
                }
            }
        }
        progress(reader.progress(.readingCalendar, rows: summary.calendarRows))
        return table
    }

    private struct Fault: Error { let why: String }

    /// The row read last, by its columns.
    private struct Row {
        let reader: CSVReader
        let listingPlace, datePlace, availablePlace: Int
        let pricePlace, minimumPlace, maximumPlace: Int?
        let currency: Currency

        init(csv: CSVTable, currency: Currency) {
            reader = csv.reader
            // The first three are required: the table has them.
            listingPlace = csv.place(of: "listing_id") ?? 0
            datePlace = csv.place(of: "date") ?? 0
            availablePlace = csv.place(of: "available") ?? 0
            pricePlace = csv.place(of: "price")
            minimumPlace = csv.place(of: "minimum_nights")
            maximumPlace = csv.place(of: "maximum_nights")
            self.currency = currency
        }

        var listing: Int64? { FieldText.wholeNumber(FieldText.trimmed(reader.bytes(listingPlace))) }

        func night() -> Result<(day: LocalDay, night: CalendarTable.Night, warnings: [String]), Fault> {
            guard let day = FieldText.day(FieldText.trimmed(reader.bytes(datePlace))) else {
                return .failure(Fault(why: "there is no such day: \(reader.shown(datePlace))"))
            }
            let available = FieldText.trimmed(reader.bytes(availablePlace))
            guard available.count == 1, available[0] == UInt8(ascii: "t") || available[0] == UInt8(ascii: "f") else {
                return .failure(Fault(why: "available is neither t nor f: \(reader.shown(availablePlace))"))
            }
            var warnings: [String] = []
            var price: Int64?
            if let pricePlace {
                switch FieldText.price(reader.bytes(pricePlace), in: currency) {
                case .unknown: break
                case .amount(let amount): price = amount
                case .garbage:
                    warnings.append(
                        "the price is not a positive number: \(reader.shown(pricePlace)); the listing's counts")
                }
            }
            let minimum = count(minimumPlace, "minimum_nights", &warnings)
            let maximum = count(maximumPlace, "maximum_nights", &warnings)
            if let minimum, let maximum, minimum > maximum {
                warnings.append("the minimum of \(minimum) nights is over the maximum of \(maximum)")
            }
            let night = CalendarTable.Night(
                isClosed: available[0] == UInt8(ascii: "f"), price: price,
                minimum: minimum.map { min($0, Stay.longest) })
            return .success((day, night, warnings))
        }

        private func count(_ place: Int?, _ name: String, _ warnings: inout [String]) -> Int? {
            guard let place else { return nil }
            let bytes = FieldText.trimmed(reader.bytes(place))
            guard !bytes.isEmpty else { return nil }
            if let count = FieldText.count(bytes), count >= 1 { return count }
            warnings.append("\(name) is no number from 1: \(reader.shown(place)); the listing's counts")
            return nil
        }
    }
}

extension CSVReader {
    func progress(_ step: ImportProgress.Step, rows: Int) -> ImportProgress {
        ImportProgress(step: step, rows: rows, bytesRead: source.bytesRead, bytesTotal: source.bytesTotal)
    }

    /// A field for a message: in quotes, cut where it is long.
    func shown(_ place: Int) -> String {
        let text = String(decoding: bytes(place), as: UTF8.self)
        return text.count > 40 ? "“\(text.prefix(40))…”" : "“\(text)”"
    }
}
