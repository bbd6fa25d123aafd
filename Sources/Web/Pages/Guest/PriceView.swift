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
                let label = PriceView.label(of: line, page.texts, page.formats)
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

    /// What a line is for: a tax by its name, a discount by what it is given for, in the language of the page.
    static func label(of line: PriceLine, _ texts: Texts, _ formats: Formats) -> String {
        switch LineName(line) {
        case .lengthOfStay(let nights, let percent):
            return texts.count("host.origin.lengthOfStay", nights, ["percent": formats.percent(percent)])
        case .earlyBird(let days, let percent):
            return texts.count("host.origin.earlyBird", days, ["percent": formats.percent(percent)])
        case .lastMinute(let percent):
            return texts("host.origin.lastMinute", ["percent": formats.percent(percent)])
        case .tax(let name, let percent, let isIncluded):
            let values = percent.map { ["name": name, "percent": formats.percent($0)] }
            let named = values.map { texts("host.origin.named", $0) } ?? name
            guard isIncluded else { return named }
            let amount = line.included.map { formats.money($0) } ?? ""
            return texts("line.taxIncluded", ["name": named, "amount": amount])
        case nil:
            return texts.known("line.\(line.kind.rawValue)") ?? line.label
        }
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
