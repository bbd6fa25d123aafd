import Core
import PropertyService

/// A price: its total, and the lines that sum to it. Nights in a row at one price are one line.
struct PriceView {
    let html: HTML

    init(_ lines: [PriceLine], total: Money, on page: PageVisit) {
        var rows: [HTML] = []
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
                let label = page.texts.known("line.\(line.kind.rawValue)") ?? line.label
                rows.append(PriceView.row(label, page.formats.money(line.amount)))
            }
        }
        closeNights()
        html = """
            <table class="price">
            <caption class="hidden">\(page.texts("price.caption"))</caption>
            <tbody>
            \(HTML(rows))
            </tbody>
            <tfoot>
            <tr class="sum"><th scope="row">\(page.texts("price.total")) <span class="muted">\(total.currency.code)</span></th>\
            <td><bdi>\(page.formats.money(total))</bdi></td></tr>
            </tfoot>
            </table>
            """
    }

    private static func row(_ label: String, _ amount: String) -> HTML {
        "<tr><th scope=\"row\">\(label)</th><td><bdi>\(amount)</bdi></td></tr>"
    }

    private static func row(of nights: [PriceLine], each: Money, on page: PageVisit) -> HTML {
        let sum = Money(nights.reduce(0) { $0 + $1.amount.amount }, each.currency)
        let label = page.texts.count("line.nights", nights.count, ["each": page.formats.money(each)])
        return row(label, page.formats.money(sum))
    }
}
