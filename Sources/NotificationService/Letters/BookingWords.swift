import Core

/// The facts of a booking as pieces of sentences, in the language of the reader.
struct BookingWords {
    let facts: StayFacts
    private let writer: LetterWriter
    /// What may stand in any sentence of a letter.
    private let values: [String: String]

    private var texts: Texts { writer.texts }
    private var formats: Formats { writer.formats }

    init(_ facts: StayFacts, _ writer: LetterWriter) {
        self.facts = facts
        self.writer = writer
        let texts = writer.texts
        func place(_ longest: Int) -> String {
            let line = OneLine.text(facts.place, longest: longest)
            return line.isEmpty ? texts("letter.thePlace") : line
        }
        let name = OneLine.text(facts.guestName ?? "", longest: 100)
        var values = [
            "place": place(LetterWriter.longestTitle), "shortPlace": place(LetterWriter.longestTitleInSubject),
            "guest": name.isEmpty ? texts("letter.someGuest") : name, "total": BookingWords.sum(facts.total, writer),
            "refund": BookingWords.sum(facts.refund ?? facts.total, writer),
        ]
        values["until"] = facts.deadline.map { writer.formats.longMoment($0, in: facts.zone) }
        if let change = facts.change {
            values.merge(BookingWords.values(of: change, writer)) { $1 }
        }
        self.values = values
    }

    /// `$412.30 USD`: a dollar is not everywhere the same. `US$` and `KWD` say it themselves.
    static func sum(_ money: Money, _ writer: LetterWriter) -> String {
        let amount = writer.formats.money(money)
        guard !amount.contains(where: \.isLetter) else { return amount }
        return writer.texts("letter.sum", ["amount": amount, "currency": money.currency.code])
    }

    // MARK: Sentences

    /// A sentence of the letters. One that names a deadline has a twin for where there is none: `bSoon` beside `b`.
    func say(_ key: String) -> String {
        let key = "letter.\(key)"
        return texts(values["until"] == nil && texts.known(key + "Soon") != nil ? key + "Soon" : key, values)
    }

    /// Who cancelled, as the catalogue has it.
    var whoCancelled: String { (facts.cancelledBy ?? .system).rawValue }

    var refundForGuest: String {
        guard let refund = facts.refund else { return say("refund.nothingPaidGuest") }
        return say(refund.amount > 0 ? "refund.toGuest" : "refund.none")
    }

    var refundForHost: String {
        guard let refund = facts.refund else { return say("refund.nothingPaidHost") }
        return say(refund.amount > 0 ? "refund.fromHost" : "refund.none")
    }

    func reason(from label: String) -> LetterContent.Row? {
        let text = OneLine.text(facts.reason ?? "", longest: LetterWriter.longestReason)
        return text.isEmpty ? nil : .init(label, text)
    }

    /// Who is crowded out, by another guest or by their own other request, hears it from Roost, not from the host.
    var reasonOfDecline: LetterContent.Row? {
        guard facts.cancelledBy == .system else { return reason(from: texts("letter.hostWrote")) }
        return .init(
            texts("letter.reasonGiven"),
            texts(facts.isOvertakenByOwn == true ? "letter.crowdedOutByOwn" : "letter.crowdedOut"))
    }

    // MARK: Tables

    func rows(forHost: Bool) -> [LetterContent.Row] {
        func row(_ key: String, _ value: String) -> LetterContent.Row { .init(texts("letter.row.\(key)"), value) }
        let place = values["place"] ?? ""
        let area = OneLine.text(facts.area ?? "", longest: LetterWriter.longestTitle)
        let size = [texts.count("count.nights", facts.stay.nightCount), texts.count("count.guests", facts.guests)]
        return [row("place", area.isEmpty ? place : place + texts("format.comma") + area)]
            + [row("code", OneLine.text(facts.code, longest: 40))]
            + (forHost && facts.guestName != nil ? [row("guest", values["guest"] ?? "")] : [])
            + [
                row("checkIn", day(facts.stay.checkIn, "time.from", facts.checkInFrom)),
                row("checkOut", day(facts.stay.checkOut, "time.by", facts.checkOutBy)),
                row("stay", size.joined(separator: texts("format.comma"))), row("total", values["total"] ?? ""),
                row("zone", formats.zone(facts.zone)),
            ]
    }

    private func day(_ day: LocalDay, _ key: String, _ time: TimeOfDay) -> String {
        formats.longDay(day) + texts("format.comma") + texts(key, ["time": formats.time(time)])
    }

    /// Nights at one price are one line, as on the pages.
    var price: [LetterContent.Row] {
        var rows: [LetterContent.Row] = []
        var nights: [StayFacts.Line] = []
        func close() {
            guard let first = nights.first else { return }
            let sum = Money(nights.reduce(0) { $0 + $1.amount.amount }, first.amount.currency)
            let label = texts.count("line.nights", nights.count, ["each": formats.money(first.amount)])
            rows.append(.init(label, formats.money(sum)))
            nights = []
        }
        for line in facts.lines {
            if line.kind == "night" {
                if let last = nights.last, last.amount != line.amount { close() }
                nights.append(line)
            } else {
                close()
                let label = line.kind.flatMap { texts.known("line.\($0)") } ?? OneLine.text(line.label, longest: 100)
                rows.append(.init(label, formats.money(line.amount)))
            }
        }
        close()
        guard !rows.isEmpty, rows.count <= LetterWriter.mostLines else { return [] }
        return rows + [.init(texts("letter.row.total"), values["total"] ?? "")]
    }

    // MARK: Links

    func trip(_ label: String) -> LetterContent.Action {
        .init(label: texts("letter.action.\(label)"), url: writer.address("/trips/\(facts.bookingId)"))
    }

    func hosting(_ label: String) -> LetterContent.Action {
        .init(label: texts("letter.action.\(label)"), url: writer.address("/host/bookings"))
    }
}
