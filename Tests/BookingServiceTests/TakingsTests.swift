import Core
import PropertyService
import Testing

@testable import BookingService

@Suite("What a booking brings its host")
struct TakingsTests {
    private static func usd(_ amount: Int64) -> Money { Money(amount, .usd) }

    /// Nights 200.00, cleaning 40.00, the operator's 24.00, a tax of 21.12; a second tax of 10.00 is in the price.
    private static let lines = [
        PriceLine(kind: .night, label: "Night", date: LocalDay("2027-07-01"), amount: usd(20_000)),
        PriceLine(kind: .cleaningFee, label: "Cleaning", date: nil, amount: usd(4_000)),
        PriceLine(kind: .serviceFee, label: "Service", date: nil, amount: usd(2_400)),
        PriceLine(kind: .tax, label: "Tax", date: nil, amount: usd(2_112)),
        PriceLine(kind: .tax, label: "In it", date: nil, amount: usd(0), included: usd(1_000)),
    ]
    private static let total: Int64 = 28_512

    @Test(
        "Fee and tax count for the part that was kept, rounded half up, and the parts sum to what was paid",
        arguments: [
            // paid, refunded, fee, taxes, net
            (total, 0, 2_400, 3_112, 23_000),
            (total, total, 0, 0, 0),
            (total, total / 2, 1_200, 1_556, 11_500),
            (total, 28_511, 0, 0, 1),
            (total, 1, 2_400, 3_112, 22_999),
            (0, 0, 0, 0, 0),
        ] as [(Int64, Int64, Int64, Int64, Int64)])
    func parts(paid: Int64, refunded: Int64, fee: Int64, taxes: Int64, net: Int64) {
        let takings = Takings(
            Self.lines, total: Self.usd(Self.total), paid: Self.usd(paid), refunded: Self.usd(refunded))
        #expect(takings.serviceFee.amount == fee && takings.taxes.amount == taxes && takings.net.amount == net)
        #expect(
            takings.net.amount + takings.serviceFee.amount + takings.taxes.amount + takings.refunds.amount
                == takings.gross.amount)
    }

    @Test("The largest amounts do not overflow on the way")
    func large() {
        let most = Money.largestPrice * 365
        let lines = [PriceLine(kind: .serviceFee, label: "Service", date: nil, amount: Self.usd(most))]
        let takings = Takings(lines, total: Self.usd(most), paid: Self.usd(most), refunded: Self.usd(most / 2))
        #expect(takings.serviceFee.amount == most / 2 && takings.net.amount == 0)
    }
}
