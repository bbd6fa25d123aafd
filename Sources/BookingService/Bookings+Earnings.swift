public import Core
import PropertyService
import Storage

/// What a booking brings its host: what was paid, and what of it goes elsewhere.
public struct Takings: Sendable, Equatable {
    /// What the ledger says was captured.
    public let gross: Money
    /// What the ledger says was given back.
    public let refunds: Money
    /// The operator's part of what was kept.
    public let serviceFee: Money
    /// The taxes in what was kept, added to the price or contained in it.
    public let taxes: Money
    /// `gross` less all of these, exactly.
    public let net: Money

    /// Of a booking as it was paid. Where a part was given back, service fee and taxes count for the part that was kept,
    /// rounded half up.
    public init(_ booking: Booking) {
        self.init(booking.lines, total: booking.total, paid: booking.paid, refunded: booking.refunded)
    }

    /// Of a price once it is paid in full.
    public init(expecting booking: Booking) {
        self.init(booking.lines, total: booking.total, paid: booking.total, refunded: .zero(booking.total.currency))
    }

    init(_ lines: [PriceLine], total: Money, paid: Money, refunded: Money) {
        let kept = max(0, paid.amount - refunded.amount)
        func share(_ amount: Int64) -> Int64 {
            guard kept < total.amount else { return amount }
            guard kept > 0, amount > 0 else { return 0 }
            let (high, low) = UInt64(amount).multipliedFullWidth(by: UInt64(kept))
            let (quotient, rest) = UInt64(total.amount).dividingFullWidth((high, low))
            return Int64(quotient) + (rest >= UInt64(total.amount) - rest ? 1 : 0)
        }
        let fee = share(lines.filter { $0.kind == .serviceFee }.reduce(0) { $0 + $1.amount.amount })
        let tax = share(
            lines.filter { $0.kind == .tax }.reduce(0) { $0 + $1.amount.amount + ($1.included?.amount ?? 0) })
        gross = paid
        refunds = refunded
        serviceFee = Money(fee, total.currency)
        taxes = Money(tax, total.currency)
        net = Money(paid.amount - refunded.amount - fee - tax, total.currency)
    }
}

/// What the stays of a place that begin in a month brought.
public struct Earnings: Sendable, Equatable {
    /// Its first day.
    public let month: LocalDay
    public let property: PropertyID
    /// As it was called when the last of these was booked.
    public let title: String
    /// How many bookings something was paid for.
    public let stays: Int
    public let gross: Money
    public let refunds: Money
    public let serviceFee: Money
    public let taxes: Money
    public let net: Money
}

extension Bookings {
    /// What the caller's places earned in a year: one for each month, place and currency, in that order. Only what was
    /// paid counts; a stay counts in the month in which it begins.
    /// - Throws: `MoneyError` where a sum does not fit.
    public func earnings(in year: Int, for caller: Caller) async throws -> [Earnings] {
        guard let from = LocalDay(year: year, month: 1, day: 1), let to = LocalDay(year: year + 1, month: 1, day: 1)
        else { return [] }
        struct Key: Hashable {
            let month: LocalDay
            let property: PropertyID
            let currency: Currency
        }
        var found: [Key: [(booking: Booking, takings: Takings)]] = [:]
        var last: (LocalDay, BookingID)?
        while true {
            let records = try await store.begun(from: from, to: to, of: caller.id, after: last)
            for booking in try await withBalances(records.map(\.booking)) where booking.paid.amount > 0 {
                let first = booking.stay.checkIn.advanced(by: 1 - booking.stay.checkIn.civil.day)
                let key = Key(month: first, property: booking.propertyId, currency: booking.total.currency)
                found[key, default: []].append((booking, Takings(booking)))
            }
            guard records.count == BookingStore.earningsPage, let end = records.last else { break }
            last = (end.wish.stay.checkIn, end.id)
        }
        return try found.map { key, stays in
            func sum(_ part: (Takings) -> Money) throws -> Money {
                try Money.sum(stays.map { part($0.takings) }, in: key.currency)
            }
            let newest = stays.max { $0.booking.createdAt < $1.booking.createdAt }
            return Earnings(
                month: key.month, property: key.property, title: newest?.booking.agreed.title ?? "", stays: stays.count,
                gross: try sum(\.gross), refunds: try sum(\.refunds), serviceFee: try sum(\.serviceFee),
                taxes: try sum(\.taxes), net: try sum(\.net))
        }.sorted {
            ($0.month, $0.title, $0.property.text, $0.net.currency.code)
                < ($1.month, $1.title, $1.property.text, $1.net.currency.code)
        }
    }
}

extension BookingStore {
    /// How many bookings are summed up at a time.
    static let earningsPage = 500

    /// Bookings of a host whose stays begin in a range of days and for which something may have been paid.
    func begun(
        from: LocalDay, to: LocalDay, of host: UserID, after: (LocalDay, BookingID)?
    ) async throws -> [BookingRecord] {
        var conditions: [SQL] = [
            "host_id = \(host)", "check_in >= \(from)", "check_in < \(to)",
            "state NOT IN ('requested', 'declined', 'lapsed')",
        ]
        if let (day, id) = after {
            conditions.append("(check_in > \(day) OR (check_in = \(day) AND id > \(id)))")
        }
        let wanted = SQL.joined(conditions, by: " AND ")
        return try await database.read { reader in
            try reader.all(
                """
                SELECT \(raw: BookingRecord.columns) FROM booking WHERE \(wanted)
                ORDER BY check_in, id LIMIT \(BookingStore.earningsPage)
                """, BookingRecord.init)
        }
    }
}
