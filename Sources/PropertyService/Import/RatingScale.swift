import Core

/// The scale of a file's ratings: 0 to 5, or 0 to 100 up to 2020. A file has one, so a single number tells nothing.
enum RatingScale: Sendable {
    case five, hundred

    /// What most of a file's ratings are on: above 5 only the long scale goes.
    init(of scores: some Collection<Double>) {
        self = scores.count { $0 > 5 } * 2 > scores.count ? .hundred : .five
    }

    /// 0 to 5, in hundredths; nothing for a score that is not of this scale. Of a hundred, 20 is the least that guests
    /// can give, so that 5 and less but 0 are of the other one.
    func rating(of score: ListingRow.Score) -> Rating? {
        let fifth: Double
        switch self {
        case .five where score.average <= 5: fifth = score.average
        case .hundred where score.average > 5 || score.average == 0: fifth = score.average / 20
        default: return nil
        }
        return Rating(average: (fifth * 100).rounded() / 100, count: score.count)
    }

    /// For a message.
    var words: String { self == .five ? "0 to 5" : "0 to 100" }
}
