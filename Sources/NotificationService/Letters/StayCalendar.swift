import Core

/// A stay as an iCalendar file (RFC 5545), so that the guest's calendar can have it.
enum StayCalendar {
    /// Content lines are at most so many octets without their line end (RFC 5545 3.1).
    static let longestLine = 75

    /// - Parameters:
    ///   - change: the number of the change that made the stay what it is; 0 for none.
    ///   - now: when the letter was written: the same letter gives the same file.
    static func file(for facts: StayFacts, change: Int, _ writer: LetterWriter, at now: Instant) -> String {
        let texts = writer.texts
        let place = OneLine.text(facts.place, longest: LetterWriter.longestTitle)
        let area = OneLine.text(facts.area ?? "", longest: LetterWriter.longestTitle)
        let url = writer.address("/trips/\(facts.bookingId)")
        let description = [
            texts.count("letter.calendar.booking", facts.guests, ["code": OneLine.text(facts.code, longest: 40)]),
            texts(
                "letter.calendar.times",
                [
                    "checkIn": writer.formats.time(facts.checkInFrom),
                    "checkOut": writer.formats.time(facts.checkOutBy),
                    "zone": facts.zone.name,
                ]), url,
        ].joined(separator: "\n")
        let lines = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Roost//Roost//\(texts.language.code.uppercased())",
            "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
            // The same stay under the same name: a later file takes the place of an earlier one (RFC 5545 3.8.7.4).
            "BEGIN:VEVENT", "UID:\(facts.bookingId)", "SEQUENCE:\(change)",
            "DTSTAMP:\(compact(now))",
            // Whole days: a stay is nights, and no change of clocks moves a night. The end is not part of it.
            "DTSTART;VALUE=DATE:\(compact(facts.stay.checkIn))", "DTEND;VALUE=DATE:\(compact(facts.stay.checkOut))",
            "SUMMARY:\(escaped(texts("letter.calendar.summary", ["place": place])))",
            "LOCATION:\(escaped(area.isEmpty ? place : "\(place), \(area)"))",
            "DESCRIPTION:\(escaped(description))", "URL:\(url)", "STATUS:CONFIRMED", "END:VEVENT", "END:VCALENDAR",
        ]
        return lines.map(folded).joined()
    }

    private static func compact(_ day: LocalDay) -> String { day.description.filter { $0 != "-" } }

    /// `20261224T150000Z`.
    private static func compact(_ instant: Instant) -> String {
        instant.description.prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
    }

    /// RFC 5545 3.3.11.
    private static func escaped(_ text: String) -> String {
        var safe = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", ";", ",":
                safe += "\\"
                safe.unicodeScalars.append(scalar)
            case "\n": safe += "\\n"
            default: safe.unicodeScalars.append(scalar)
            }
        }
        return safe
    }

    /// Folded between characters, never within one.
    private static func folded(_ line: String) -> String {
        var out = ""
        var octets = 0
        for scalar in line.unicodeScalars {
            let width = UTF8.width(scalar)
            if octets + width > longestLine {
                out += "\r\n "
                octets = 1
            }
            out.unicodeScalars.append(scalar)
            octets += width
        }
        return out + "\r\n"
    }
}
