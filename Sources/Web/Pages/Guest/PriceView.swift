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
        let usual = texts.known("line.\(line.kind.rawValue)") ?? line.label
        switch line.kind {
        case .tax: return line.label.isEmpty ? usual : tax(line, texts, formats)
        case .discount: return discount(line.label, texts, formats) ?? usual
        case .night, .cleaningFee, .extraGuestFee, .serviceFee, .adjustment: return usual
        }
    }

    /// A tax has the name that its host gave it. What stands behind it is said in the language of the page.
    private static func tax(_ line: PriceLine, _ texts: Texts, _ formats: Formats) -> String {
        guard let parts = line.label.wholeMatch(of: #/(.+?)(?: \((\d+(?:\.\d+)?) %(, included)?\)| \((included)\))?/#)
        else {
            return line.label
        }
        let name = String(parts.1)
        let percent = parts.2.flatMap { Percent(String($0)) }.map { formats.percent($0) }
        let isIncluded = parts.3 != nil || parts.4 != nil
        let named = percent.map { texts("host.origin.named", ["name": name, "percent": $0]) } ?? name
        guard isIncluded else { return named }
        let amount = line.included.map { formats.money($0) } ?? ""
        return texts("line.taxIncluded", ["name": named, "amount": amount])
    }

    /// Nothing for a label of a kind that is not known here.
    private static func discount(_ label: String, _ texts: Texts, _ formats: Formats) -> String? {
        guard
            let parts = label.wholeMatch(
                of:
                    #/(\d+(?:\.\d+)?) % off (?:for (\d+) nights? or more|for booking (\d+) days? ahead|at the last minute)/#
            ),
            let percent = Percent(String(parts.1))
        else { return nil }
        let values = ["percent": formats.percent(percent)]
        if let nights = parts.2.flatMap({ Int($0) }) { return texts.count("host.origin.lengthOfStay", nights, values) }
        if let days = parts.3.flatMap({ Int($0) }) { return texts.count("host.origin.earlyBird", days, values) }
        return texts("host.origin.lastMinute", values)
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
