import Core
import Foundation

/// A listings file of Inside Airbnb and its calendar, in every format from 2017 on.
///
/// Both are read to their ends before anything is loaded, so that a file that is no such CSV, or is cut short, changes
/// nothing. The listings are read twice; what is kept meanwhile is 80 bytes a listing and the calendar, packed
/// (`CalendarTable` says how much that is).
package struct InsideAirbnbFiles: Sendable {
    /// The `source.name` of what is imported.
    package static let sourceName = "inside-airbnb"

    private let choices: ImportChoices
    private let gazetteer: Gazetteer

    package init(_ choices: ImportChoices, gazetteer: Gazetteer) {
        self.choices = choices
        self.gazetteer = gazetteer
    }

    /// Reads both files to their ends.
    /// - Throws: `ImportRefusal` where one of them is no such file; nothing has been loaded then.
    package func check(progress: (ImportProgress) -> Void = { _ in }) throws(ImportRefusal) -> CheckedImport {
        var issues = IssueList()
        var summary = ImportSummary()
        var pass = ListingPass(try ListingsCSV.open(choices.listings), currency: choices.currency)
        var latitudes: [Double] = []
        var longitudes: [Double] = []
        var withoutPosition: Set<Int64> = []
        var withoutPrice: Set<Int64> = []
        var scores: [(score: ListingRow.Score, listing: Int64, line: Int)] = []
        /// Rows that only the middle of the file can place: few, as real files give every position.
        var unplaced: [(row: ListingRow, line: Int)] = []
        var places = ImportPlaces(city: choices.city, country: choices.country, gazetteer: gazetteer, middle: nil)
        while let row = try pass.next(issues: &issues, progress: { progress($0) }, step: .checkingListings) {
            if let position = row.position {
                latitudes.append(position.latitude)
                longitudes.append(position.longitude)
            }
            if let score = row.score { scores.append((score, row.number, pass.line)) }
            if row.price == nil { withoutPrice.insert(row.number) }
            if row.position == nil { withoutPosition.insert(row.number) }
            if !places.canPlace(row) { unplaced.append((row, pass.line)) }
        }
        summary.listingRows = pass.rows
        progress(pass.progress(.checkingListings))
        let scale = RatingScale(of: scores.lazy.map(\.score.average))
        for (score, listing, line) in scores where scale.rating(of: score) == nil {
            issues.add(
                ImportIssue(
                    file: .listings, line: line, id: String(listing), severity: .warn,
                    message: "the rating is \(score.average), in a file with ratings of \(scale.words); none is taken"))
        }
        places.middle = InsideAirbnbFiles.middle(latitudes, longitudes)
        var known = pass.accepted
        for (row, line) in unplaced where !places.canPlace(row) {
            known.remove(row.number)
            issues.add(
                ImportIssue(
                    file: .listings, line: line, id: String(row.number), severity: .reject,
                    message: "nothing says in which town and country it is"))
        }
        var table = CalendarTable()
        if let file = choices.calendar {
            table = try CalendarFile(file: file, currency: choices.currency, isKnown: { known.contains($0) })
                .read(issues: &issues, summary: &summary, progress: progress)
        }
        summary.listings = known.count
        summary.drafts = known.count { number in
            withoutPosition.contains(number) || withoutPrice.contains(number) && table.medianPrice(of: number) == nil
        }
        summary.shiftDays = shift(from: table.firstDay)
        summary.issues = issues.issues
        summary.warned = issues.warned
        summary.rejected = issues.rejected
        return CheckedImport(
            choices: choices, places: places, scale: scale, calendar: choices.calendar == nil ? nil : table,
            summary: summary)
    }

    /// Whole weeks, so that the first day is one of the last seven, today included.
    private func shift(from first: LocalDay?) -> Int {
        guard let first, let today = choices.shiftTo else { return 0 }
        let distance = first.distance(to: today)
        return Int((Double(distance) / 7).rounded(.down)) * 7
    }

    private static func middle(_ latitudes: [Double], _ longitudes: [Double]) -> ListingRow.Position? {
        guard !latitudes.isEmpty else { return nil }
        let middle = (latitudes.count - 1) / 2
        return ListingRow.Position(latitude: latitudes.sorted()[middle], longitude: longitudes.sorted()[middle])
    }
}

/// Files that were read to their ends and can be loaded.
package struct CheckedImport: Sendable {
    let choices: ImportChoices
    let places: ImportPlaces
    let scale: RatingScale
    let calendar: CalendarTable?
    package let summary: ImportSummary

    /// Hands over the listings in the order of the file, `size` at a time.
    /// - Throws: what `body` throws; `ImportRefusal` where the file can't be read any more.
    package func forEachBatch(
        of size: Int, progress: (ImportProgress) -> Void = { _ in }, _ body: ([ImportedPlace]) async throws -> Void
    ) async throws {
        var said = IssueList()  // the check has said it all
        var pass = ListingPass(try ListingsCSV.open(choices.listings), currency: choices.currency)
        var batch: [ImportedPlace] = []
        while let row = try pass.next(issues: &said, progress: { progress($0) }, step: .loading) {
            if let place = place(of: row, on: pass.line) { batch.append(place) }
            if batch.count >= size {
                try await body(batch)
                batch.removeAll(keepingCapacity: true)
            }
        }
        if !batch.isEmpty { try await body(batch) }
        progress(pass.progress(.loading))
    }

    private func place(of row: ListingRow, on line: Int) -> ImportedPlace? {
        guard let location = places.location(of: row) else { return nil }
        let price = row.price ?? calendar?.medianPrice(of: row.number)
        let calendar = calendar(of: row, price: price)
        let source = PropertySource(name: InsideAirbnbFiles.sourceName, id: String(row.number))
        let isComplete = price != nil && row.position != nil
        let (currency, zone) = (choices.currency, choices.zone)
        let openUntil = calendar?.openUntil
        let host = choices.hostEmail.map { ListingHost(email: $0) } ?? ListingHost(number: row.host)
        let rating = row.score.flatMap { scale.rating(of: $0) }
        var parts = row.unsaid
        if rating == nil { parts.insert(.rating) }
        if row.position == nil {
            parts.formUnion([.position, .status])
            if choices.city == nil, row.city == nil { parts.insert(.town) }
        }
        let unsaid = parts
        return ImportedPlace(
            line: line, sourceId: source.id, host: host,
            listing: { hostId in
                ImportedListing(
                    source: source, hostId: hostId, title: row.title, description: row.description,
                    roomType: row.roomType, location: location, maximumGuests: row.maximumGuests,
                    bedrooms: row.bedrooms, beds: row.beds, bathrooms: row.bathrooms, amenities: row.amenities,
                    nightlyPrice: price.map { Money($0, currency) }, minimumNights: row.minimumNights,
                    maximumNights: row.maximumNights, instantBook: row.instantBook, cancellationPolicy: row.policy,
                    rating: rating ?? .none, zone: zone, openUntil: openUntil, status: isComplete ? .listed : .draft,
                    unsaid: unsaid)
            },
            calendar: calendar)
    }

    private func calendar(of row: ListingRow, price: Int64?) -> ImportedCalendar? {
        guard let nights = calendar?.nights(of: row.number), let first = nights.first, let last = nights.last else {
            return nil
        }
        let shift = summary.shiftDays
        return ImportedCalendar(
            first: first.day.advanced(by: shift),
            openUntil: last.day.advanced(by: shift + 1),
            closed: nights.filter(\.night.isClosed).map { $0.day.advanced(by: shift) },
            nights: nights.compactMap { day, night in
                let ownPrice = night.price == price ? nil : night.price
                let ownMinimum = night.minimum == row.minimumNights ? nil : night.minimum
                guard ownPrice != nil || ownMinimum != nil else { return nil }
                return NightPrice(
                    date: day.advanced(by: shift), price: ownPrice.map { .set($0) } ?? .clear,
                    minimumNights: ownMinimum.map { .set($0) } ?? .clear)
            })
    }
}

/// Opens listings files.
enum ListingsCSV {
    static func open(_ file: URL) throws(ImportRefusal) -> CSVTable {
        try CSVTable(file, what: "a listings file of Inside Airbnb", required: ListingRowReader.required)
    }
}

/// One reading of a listings file: rows that can be loaded, each id once.
struct ListingPass {
    private let csv: CSVTable
    private let reader: ListingRowReader
    private(set) var accepted: Set<Int64> = []
    private(set) var rows = 0

    init(_ csv: CSVTable, currency: Currency) {
        self.csv = csv
        reader = ListingRowReader(csv: csv, currency: currency)
    }

    /// The physical line on which the row read last begins.
    var line: Int { csv.reader.line }

    func progress(_ step: ImportProgress.Step) -> ImportProgress { csv.reader.progress(step, rows: rows) }

    /// The next row that can be loaded. Of an id that comes twice the first row counts, so that what was loaded in a
    /// batch before need not be loaded again.
    mutating func next(
        issues: inout IssueList, progress report: (ImportProgress) -> Void, step: ImportProgress.Step
    ) throws(ImportRefusal) -> ListingRow? {
        while try csv.reader.next() {
            rows += 1
            if rows.isMultiple(of: ImportProgress.interval) { report(progress(step)) }
            do throws(ListingRow.Fault) {
                let row = try reader.row()
                func warn(_ message: String) {
                    issues.add(
                        ImportIssue(
                            file: .listings, line: line, id: String(row.number), severity: .warn, message: message))
                }
                guard accepted.insert(row.number).inserted else {
                    warn("the id came before: the first row counts, this one is passed over")
                    continue
                }
                for warning in row.warnings { warn(warning) }
                return row
            } catch {
                issues.add(
                    ImportIssue(file: .listings, line: line, id: error.id, severity: .reject, message: error.why))
            }
        }
        return nil
    }
}
