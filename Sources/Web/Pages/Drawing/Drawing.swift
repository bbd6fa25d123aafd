import Core
import PropertyService

/// A picture of a place that has no photos: made from what it is, where it is, and its id, so that a place always looks
/// the same, its neighbours look related, and no two look alike.
struct Drawing: Sendable {
    static let height = 300

    /// How much of the scene is seen: what stands in the middle, or the land and the room around it too. The middle is the
    /// same in both.
    enum Shape: String, Sendable, CaseIterable {
        case card, wide

        /// From the left edge to the right one; the middle is 0 to 400.
        var span: ClosedRange<Int> { self == .card ? 0...400 : -160...560 }
        var width: Int { span.upperBound - span.lowerBound }
    }

    let shape: Shape
    let shapes: [Patch]
    /// What it shows, for the styleguide.
    let label: String

    init(of property: Property, _ shape: Shape = .card) {
        self.init(property.roomType, shape, town: Drawing.town(of: property), id: property.id.text)
    }

    private init(_ type: RoomType, _ shape: Shape, town: Chance, id: String) {
        var chance = Chance(id)
        // The light is the town's, or one of the two next to it; now and then any.
        var town = town
        let moods = Mood.all
        let near = town.pick(moods.count) + chance.pick(3)
        let mood = moods[(chance.pick(6) == 0 ? chance.pick(moods.count) : near) % moods.count]
        var scene = Scene(mood: mood, town: town, chance: chance, span: shape.span)
        switch type {
        case .entireHome: scene.drawHome()
        case .privateRoom: scene.drawRoom(beds: 1)
        case .sharedRoom: scene.drawRoom(beds: 2)
        case .hotelRoom: scene.drawHotel()
        }
        self.shape = shape
        shapes = scene.shapes
        label = "\(type.rawValue), \(mood.name)"
    }

    /// As a file.
    var svg: String {
        let size = "width=\"\(shape.width)\" height=\"\(Drawing.height)\""
        let box = "\(shape.span.lowerBound) 0 \(shape.width) \(Drawing.height)"
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" \(size) viewBox=\"\(box)\">" + shapes.map(\.svg).joined()
            + "</svg>"
    }

    // MARK: Addresses

    /// Browsers keep a drawing for ever by its address: whoever changes how they look counts this up. A test knows how those
    /// of each edition look.
    static let edition = "2"

    /// Where the drawing of a place is found. The address has all that it is made from, so nothing is looked up for it,
    /// and it changes with the place.
    static func address(of property: Property, _ shape: Shape = .card) -> String {
        address(property.roomType, shape, town: town(of: property), id: property.id.text)
    }

    /// As it stands in a page; beside it stands in words what the place is.
    static func image(of property: Property, isLazy: Bool = false) -> HTML {
        let loading: HTML = isLazy ? " loading=\"lazy\"" : ""
        return
            "<img class=\"drawing\" src=\"\(address(of: property))\" alt=\"\" width=\"\(Shape.card.width)\" height=\"\(height)\"\(loading)>"
    }

    private static func address(_ type: RoomType, _ shape: Shape, town: Chance, id: String) -> String {
        "/drawings/\(edition).\(shape.rawValue).\(type.rawValue).\(town.text).\(id).svg"
    }

    /// - Parameter name: the last part of an address.
    /// - Returns: nothing for one that is none of ours.
    init?(named name: String) {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, parts[0] == Drawing.edition, let shape = Shape(rawValue: parts[1]),
            let type = RoomType(rawValue: parts[2]), let town = Chance(state: parts[3]),
            (1...64).contains(parts[4].utf8.count), parts[5] == "svg"
        else { return nil }
        self.init(type, shape, town: town, id: parts[4])
    }

    private static func town(of property: Property) -> Chance {
        Chance(property.location.city + property.location.country)
    }

    /// Some of each kind, for the styleguide.
    static func examples(_ shape: Shape = .card) -> [(label: String, address: String)] {
        RoomType.allCases.flatMap { type in
            (0..<(type == .entireHome ? 10 : type == .privateRoom ? 6 : 3)).map { number in
                let (town, id) = (Chance("town \(number % 6)"), "\(type)\(number * 7)")
                return (Drawing(type, shape, town: town, id: id).label, address(type, shape, town: town, id: id))
            }
        }
    }
}

/// One colour and everything that is painted with it.
struct Patch: Sendable {
    struct Point: Sendable {
        let x: Int
        let y: Int

        init(_ x: Int, _ y: Int) {
            self.x = x
            self.y = y
        }
    }

    enum Outline: Sendable {
        case polygon([Point])
        case circle(Point, radius: Int)

        /// The other way round, about the middle of 0 to 400.
        var mirrored: Outline {
            switch self {
            // Backwards: outlines of one patch that run opposite ways would cut holes into each other.
            case .polygon(let points): .polygon(points.reversed().map { Point(400 - $0.x, $0.y) })
            case .circle(let center, let radius): .circle(Point(400 - center.x, center.y), radius: radius)
            }
        }
    }

    /// `#rrggbb`.
    let fill: String
    let outlines: [Outline]

    var svg: String {
        let path = outlines.map { outline in
            switch outline {
            case .polygon(let points):
                "M" + points.map { "\($0.x) \($0.y)" }.joined(separator: "L") + "Z"
            case .circle(let center, let radius):
                "M\(center.x - radius) \(center.y)a\(radius) \(radius) 0 1 1 \(2 * radius) 0a\(radius) \(radius) 0 1 1 \(-2 * radius) 0"
            }
        }
        return "<path fill=\"\(fill)\" d=\"\(path.joined())\"/>"
    }
}

/// Choices that are always the same for the same text.
struct Chance: Sendable {
    private var state: UInt64

    /// FNV-1a, then steps of a linear congruence (Knuth): spread enough for pictures.
    init(_ text: String) {
        state = text.utf8.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    }

    /// - Parameter text: what `text` gave.
    init?(state text: String) {
        guard let state = UInt64(text, radix: 16), String(state, radix: 16) == text else { return nil }
        self.state = state
    }

    /// Where it stands, in hexadecimal digits.
    var text: String { String(state, radix: 16) }

    mutating func pick(_ count: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(count))
    }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[pick(values.count)] }

    mutating func between(_ low: Int, _ high: Int) -> Int { low + pick(high - low + 1) }
}

/// The light of a picture: sky, hills, ground, and what goes well with them.
struct Mood: Sendable {
    let name: String
    let sky: String
    let glow: String
    let sun: String
    let far: String
    let near: String
    let ground: String
    let tree: String
    let trunk: String
    let walls: [String]
    let roofs: [String]
    let window: String
    let isDark: Bool

    private static let doors = ["#0b6b5d", "#b3453c", "#c98a1b", "#33506b", "#6b4a7d"]

    static func door(_ chance: inout Chance) -> String { chance.pick(doors) }

    static let all = [
        Mood(
            name: "morning", sky: "#cfe6ec", glow: "#e9f3ee", sun: "#f7d78f", far: "#adcfc8", near: "#86b7a6",
            ground: "#649a80", tree: "#3f7a63", trunk: "#6a4f3c", walls: ["#fff7ea", "#f0d9bd", "#dfe7df", "#c9785c"],
            roofs: ["#8a4a38", "#41505a", "#2f5d62"], window: "#bfe0ea", isDark: false),
        Mood(
            name: "summer", sky: "#bcdff0", glow: "#e2f1f7", sun: "#ffe19a", far: "#aacdb4", near: "#87b690",
            ground: "#6ca074", tree: "#43805a", trunk: "#6f5440", walls: ["#ffffff", "#f6e3c8", "#e7cdb8", "#b9cdd6"],
            roofs: ["#a4523c", "#4a5763", "#7b5a44"], window: "#9fcfe2", isDark: false),
        Mood(
            name: "sunset", sky: "#f6c8a6", glow: "#fbe2c8", sun: "#ee8b5c", far: "#cf978b", near: "#a5727a",
            ground: "#74566c", tree: "#5a4460", trunk: "#463247", walls: ["#fbe9d6", "#e6b89c", "#c9837a", "#8f6b7d"],
            roofs: ["#5d3b4e", "#7c3f3a", "#43384f"], window: "#ffd98f", isDark: true),
        Mood(
            name: "dusk", sky: "#6a7bb0", glow: "#a9a2cd", sun: "#fdeecb", far: "#5b699c", near: "#475583",
            ground: "#364267", tree: "#2a3555", trunk: "#252c45", walls: ["#c9c5dd", "#9fa6c9", "#b79fb4", "#7d8ab5"],
            roofs: ["#2d3556", "#4a3c5c", "#33506b"], window: "#ffdf94", isDark: true),
        Mood(
            name: "autumn", sky: "#f2e4c8", glow: "#faf2e0", sun: "#ecbd55", far: "#dcbd88", near: "#c39a63",
            ground: "#97764f", tree: "#b8622f", trunk: "#5f4632", walls: ["#fffaf0", "#e9d3b4", "#b86f50", "#d8dccb"],
            roofs: ["#6f3d2c", "#4b4f4d", "#7d5a35"], window: "#cfe0dc", isDark: false),
        Mood(
            name: "winter", sky: "#d3deea", glow: "#eef3f7", sun: "#fbf2d9", far: "#c1cfdf", near: "#a6b9cd",
            ground: "#f1f5f9", tree: "#5b7f86", trunk: "#5a5560", walls: ["#b5533c", "#e5c9a8", "#6f8794", "#d9c7b0"],
            roofs: ["#f7fafc", "#3f4a56", "#5c4a48"], window: "#ffe6a6", isDark: false),
    ]
}
