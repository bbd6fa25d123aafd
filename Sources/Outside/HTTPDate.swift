import Core

/// `Sun, 06 Nov 1994 08:49:37 GMT`, the one form of a date that HTTP still sends (RFC 9110 5.6.7).
enum HTTPDate {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    static func instant(_ text: String) -> Instant? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let date = Int(words[1]), let year = Int(words[3]),
            let month = months.firstIndex(of: String(words[2])),
            let day = LocalDay(year: year, month: month + 1, day: date)
        else { return nil }
        let clock = words[4].split(separator: ":").compactMap { Int64($0) }
        guard clock.count == 3, (0...23).contains(clock[0]), (0...59).contains(clock[1]), (0...60).contains(clock[2])
        else { return nil }
        let seconds = Int64(day.number) * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2]
        return Instant(milliseconds: seconds * 1000)
    }
}
