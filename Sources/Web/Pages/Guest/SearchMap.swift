import Core
import Foundation
import PropertyService

/// The places of a page of results on a map that the server draws: pins that lead to them, and links that move and zoom.
struct SearchMap {
    let html: HTML

    /// About as wide as it is shown beside the list, so that prices on it can be read.
    static let width = 460
    static let height = 460
    /// Room around the outermost places.
    private static let margin = 0.12
    /// A street or two; nearer, a place would be found that nobody has booked.
    private static let leastSpan = 0.008

    init(_ hits: [SearchHit], _ asked: SearchAsked, on page: PageVisit) {
        let area = SearchMap.area(asked["bbox"]) ?? SearchMap.area(around: hits)
        var taken: [(x: Int, y: Int, width: Int)] = []
        // Dots below the prices, so that a price can be read.
        var dots: [HTML] = []
        var labels: [HTML] = []
        let query = asked.stayQuery
        for hit in hits {
            let point = SearchMap.approximate(hit.property)
            let (x, y) = area.place(point, SearchMap.width, SearchMap.height)
            guard (0...SearchMap.width).contains(x), (0...SearchMap.height).contains(y) else { continue }
            let price = (hit.total ?? hit.property.nightlyPrice).map { page.formats.shortMoney($0) } ?? ""
            let width = 18 + price.unicodeScalars.count { $0.isASCII || $0.properties.generalCategory != .format } * 9
            // A price where there is room for it, else a dot.
            let isFree = !taken.contains { abs($0.x - x) < ($0.width + width) / 2 + 4 && abs($0.y - y) < 30 }
            if isFree { taken.append((x, y, width)) }
            let shape: HTML =
                isFree
                ? """
                <rect x="\(x - width / 2)" y="\(y - 14)" width="\(width)" height="28" rx="14"/>\
                <text x="\(x)" y="\(y)" dy="5" text-anchor="middle" direction="\(page.language.direction)">\(price)</text>
                """ : "<circle cx=\"\(x)\" cy=\"\(y)\" r=\"9\"/>"
            let href = page.path("/properties/\(hit.property.id.text)")
            let label = page.texts("map.pin", ["title": Plain.line(hit.property.title), "price": price])
            let pin: HTML = """
                <a class="pin" href="\(href)\(query)" aria-label="\(label)" data-for="\(hit.property.id.text)">\(shape)</a>
                """
            if isFree { labels.append(pin) } else { dots.append(pin) }
        }
        let (width, height) = (SearchMap.width, SearchMap.height)
        html = """
            <section class="map" id="map" aria-labelledby="map-title" data-map data-bbox="\(area.text)">
            <h2 id="map-title">\(page.texts("map.title"))</h2>
            <p class="hidden">\(page.texts("map.about"))</p>
            <svg viewBox="0 0 \(width) \(height)" role="group" aria-labelledby="map-title" direction="ltr">
            <rect class="ground" width="\(width)" height="\(height)"/>
            \(SearchMap.lines(area))
            \(HTML(dots + labels))
            \(area.scale(page))
            </svg>
            <nav aria-label="\(page.texts("map.move"))">
            <ul class="moves">
            \(SearchMap.moves(area, asked, page))
            </ul>
            </nav>
            </section>
            """
    }

    /// A place within about two hundred metres of the true one, always the same: who has not booked need not know the
    /// door.
    static func approximate(_ property: Property) -> (latitude: Double, longitude: Double) {
        var chance = Chance(property.id.text)
        func near(_ value: Double) -> Double {
            (value * 1000).rounded() / 1000 + Double(chance.between(-8, 8)) / 10_000
        }
        return (near(property.location.latitude), near(property.location.longitude))
    }

    // MARK: The area

    /// What the map shows, in degrees.
    struct Area {
        var west: Double
        var south: Double
        var east: Double
        var north: Double

        var text: String { [west, south, east, north].map { Area.short($0) }.joined(separator: ",") }

        /// With five decimals: a metre.
        static func short(_ value: Double) -> String {
            let scaled = Int((value * 100_000).rounded())
            let decimals = String(abs(scaled) % 100_000)
            return (scaled < 0 ? "-" : "") + String(abs(scaled) / 100_000) + "."
                + String(repeating: "0", count: 5 - decimals.count) + decimals
        }

        private var middle: Double { (south + north) / 2 }

        /// The same area with the shape of the map: a degree of longitude is shorter the farther from the equator.
        func shaped() -> Area {
            let wide = (east - west) * max(0.05, cos(middle * .pi / 180))
            let tall = north - south
            var area = self
            if wide < tall {
                let more = (tall - wide) / max(0.05, cos(middle * .pi / 180)) / 2
                (area.west, area.east) = (west - more, east + more)
            } else {
                (area.south, area.north) = (south - (wide - tall) / 2, north + (wide - tall) / 2)
            }
            return area.bounded()
        }

        /// Within the world; a map does not go over its edge.
        func bounded() -> Area {
            Area(
                west: min(max(west, -180), 179.9), south: min(max(south, -85), 84.9), east: max(min(east, 180), -179.9),
                north: max(min(north, 85), -84.9))
        }

        func place(_ point: (latitude: Double, longitude: Double), _ width: Int, _ height: Int) -> (x: Int, y: Int) {
            let x = (point.longitude - west) / (east - west) * Double(width)
            let y = (north - point.latitude) / (north - south) * Double(height)
            func bounded(_ value: Double) -> Int { Int(min(max(value, -10_000), 10_000).rounded()) }
            return (bounded(x), bounded(y))
        }

        func moved(_ across: Double, _ up: Double) -> Area {
            let (wide, tall) = (east - west, north - south)
            return Area(
                west: west + across * wide, south: south + up * tall, east: east + across * wide,
                north: north + up * tall
            ).bounded()
        }

        func zoomed(_ factor: Double) -> Area {
            let (wide, tall) = ((east - west) * factor / 2, (north - south) * factor / 2)
            let (x, y) = ((east + west) / 2, middle)
            return Area(west: x - wide, south: y - tall, east: x + wide, north: y + tall).bounded()
        }

        /// How far a fifth of the map's width is.
        func scale(_ page: PageVisit, width: Int = SearchMap.width, bottom: Int = SearchMap.height) -> HTML {
            let kilometres = (east - west) * 111.3 * cos(middle * .pi / 180)
            let steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000]
            let step = steps.last { $0 <= kilometres / 4 } ?? 0.1
            let text =
                step < 1
                ? page.texts("map.metres", ["count": page.formats.number(Int(step * 1000))])
                : page.texts("map.kilometres", ["count": page.formats.number(Int(step))])
            let length = Int(step / max(kilometres, 0.001) * Double(width))
            return """
                <g class="scale" transform="translate(16 \(bottom))"><path d="M0 -22v8h\(length)v-8"/>\
                <text x="4" y="-26">\u{2068}\(text)\u{2069}</text></g>
                """
        }
    }

    private static func area(_ bbox: String) -> Area? {
        let parts = bbox.split(separator: ",").compactMap { Query.number($0) }
        guard parts.count == 4, parts[0] < parts[2], parts[1] < parts[3] else { return nil }
        return Area(west: parts[0], south: parts[1], east: parts[2], north: parts[3]).shaped()
    }

    private static func area(around hits: [SearchHit]) -> Area {
        let points = hits.map { approximate($0.property) }
        let (south, north) = (points.map(\.latitude).min() ?? 0, points.map(\.latitude).max() ?? 0)
        let (west, east) = (points.map(\.longitude).min() ?? 0, points.map(\.longitude).max() ?? 0)
        let (wide, tall) = (max(east - west, leastSpan), max(north - south, leastSpan))
        return Area(
            west: (west + east) / 2 - wide * (0.5 + margin), south: (south + north) / 2 - tall * (0.5 + margin),
            east: (west + east) / 2 + wide * (0.5 + margin), north: (south + north) / 2 + tall * (0.5 + margin)
        ).shaped()
    }

    // MARK: What surrounds the pins

    private static func moves(_ area: Area, _ asked: SearchAsked, _ page: PageVisit) -> HTML {
        let isNearest = area.north - area.south <= leastSpan * 1.5
        var moves = [
            ("north", area.moved(0, 0.5)), ("west", area.moved(-0.5, 0)), ("east", area.moved(0.5, 0)),
            ("south", area.moved(0, -0.5)), ("out", area.zoomed(2)),
        ]
        if !isNearest { moves.append(("in", area.zoomed(0.5))) }
        // The words of a place would hold the map back where they were. What is new comes last.
        let address: HTML = "\(page.path(asked.address(without: ["location"], with: [("bbox", "")])))"
        let links = moves.map { name, area -> HTML in
            """
            <li><a class="chip" href="\(address)\(PercentCoding.encode(area.text))#map" rel="nofollow" data-move="\(name)">\(page.texts("map.\(name)"))</a></li>
            """
        }
        return HTML(links)
    }

    /// A net of lines in round degrees, so that moving can be seen.
    static func lines(_ area: Area, width: Int = width, height: Int = height) -> HTML {
        let steps = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 45]
        let step = steps.first { $0 >= (area.north - area.south) / 7 } ?? 45
        var path = ""
        for line in lines(area.south, area.north, step) {
            let y = area.place((line, area.west), width, height).y
            path += "M0 \(y)H\(width)"
        }
        for line in lines(area.west, area.east, step) {
            let x = area.place((area.north, line), width, height).x
            path += "M\(x) 0V\(height)"
        }
        return HTML(written: "<path class=\"net\" d=\"\(path)\"/>")
    }

    private static func lines(_ from: Double, _ to: Double, _ step: Double) -> [Double] {
        Array(stride(from: (from / step).rounded(.up) * step, through: to, by: step).prefix(40))
    }
}
