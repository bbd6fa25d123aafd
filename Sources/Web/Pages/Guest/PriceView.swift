import Core
import PropertyService

/// A price: its total, and the lines that sum to it. Nights in a row at one price are one line.
struct PriceView {
    let view: View

    init(_ lines: [PriceLine], total: Money, on page: PageVisit) {
        var rows: [View] = []
        var nights: [PriceLine] = []
        func closeNights() {
            guard let first = nights.first else { return }
            rows.append(PriceView.row(of: nights, each: first.amount, on: page))
            nights = []
        }
        for line in lines {
            if line.kind == .night, line.date != nil {
                if let last = nights.last, last.amount != line.amount || last.label.isEmpty { closeNights() }
                nights.append(line)
            } else {
                closeNights()
                rows.append(
                    [
                        "label": page.texts.known("line.\(line.kind.rawValue)") ?? line.label,
                        "amount": page.formats.money(line.amount),
                    ])
            }
        }
        closeNights()
        view = ["lines": rows, "total": page.formats.money(total), "currency": total.currency.code]
    }

    private static func row(of nights: [PriceLine], each: Money, on page: PageVisit) -> View {
        let sum = Money(nights.reduce(0) { $0 + $1.amount.amount }, each.currency)
        let label = page.texts.count("line.nights", nights.count, ["each": page.formats.money(each)])
        return ["label": label, "amount": page.formats.money(sum)]
    }
}
