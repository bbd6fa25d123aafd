import Foundation

/// A picture while it is painted: from the sky down, from far to near.
struct Scene {
    let mood: Mood
    /// What neighbours share: the line of the hills.
    var town: Chance
    var chance: Chance
    /// From the left edge to the right one. What the place is stands between 0 and 400.
    let span: ClosedRange<Int>
    private(set) var shapes: [Patch] = []

    init(mood: Mood, town: Chance, chance: Chance, span: ClosedRange<Int>) {
        self.mood = mood
        self.town = town
        self.chance = chance
        self.span = span
    }

    /// Whether what lies beside the middle is seen.
    var isWide: Bool { span.lowerBound < 0 }

    // MARK: Brushes

    mutating func paint(_ fill: String, _ outlines: [Patch.Outline]) {
        if !outlines.isEmpty { shapes.append(Patch(fill: fill, outlines: outlines)) }
    }

    static func polygon(_ points: (Int, Int)...) -> Patch.Outline { .polygon(points.map { Patch.Point($0.0, $0.1) }) }

    static func box(_ x: Int, _ y: Int, _ width: Int, _ height: Int) -> Patch.Outline {
        polygon((x, y), (x + width, y), (x + width, y + height), (x, y + height))
    }

    static func circle(_ x: Int, _ y: Int, _ radius: Int) -> Patch.Outline {
        .circle(Patch.Point(x, y), radius: radius)
    }

    /// From one edge to the other.
    func band(_ y: Int, _ height: Int) -> Patch.Outline {
        Scene.box(span.lowerBound, y, span.upperBound - span.lowerBound, height)
    }

    /// Everything the other way round.
    mutating func mirror() { shapes = shapes.map { Patch(fill: $0.fill, outlines: $0.outlines.map(\.mirrored)) } }

    /// The same colour, lighter (above 0) or darker, by so many hundredths.
    static func shade(_ color: String, _ percent: Int) -> String {
        let value = UInt32(color.dropFirst(), radix: 16) ?? 0
        let target: UInt32 = percent > 0 ? 255 : 0
        let weight = UInt32(abs(percent))
        let parts = [16, 8, 0].map { shift -> UInt32 in
            let part = value >> UInt32(shift) & 255
            return (part * (100 - weight) + target * weight) / 100
        }
        let text = String(parts[0] << 16 | parts[1] << 8 | parts[2], radix: 16)
        return "#" + String(repeating: "0", count: 6 - text.count) + text
    }

    // MARK: Outside

    /// Sky, sun or moon, two lines of hills and the ground the house stands on, which is at `horizon`.
    mutating func drawLandscape(horizon: Int) {
        paint(mood.sky, [band(0, 300)])
        paint(mood.glow, [hills(at: 150, 26, waves: 1)])
        let sunX = chance.between(50, 350)
        paint(mood.sun, [Scene.circle(sunX, chance.between(50, 95), mood.isDark ? 20 : 26)])
        let cloud = chance.between(30, 300)
        let height = chance.between(40, 80)
        paint(
            Scene.shade(mood.glow, 45),
            [
                Scene.circle(cloud, height, 11), Scene.circle(cloud + 17, height - 7, 15),
                Scene.circle(cloud + 36, height, 11), Scene.box(cloud, height, 36, 11),
            ])
        paint(mood.far, [hills(at: 178, 24, waves: 2)])
        paint(mood.near, [hills(at: 205, 16, waves: 3)])
        paint(mood.ground, [hills(at: horizon, 5, waves: 1)])
        if isWide { drawNeighbourhood(ground: horizon + 8) }
    }

    /// What stands to the left and to the right: trees, and a house far off.
    private mutating func drawNeighbourhood(ground: Int) {
        let (ofTheMiddle, line) = (chance, town)
        let house = chance.pick([-104, 446])
        let wall = Scene.shade(mood.near, mood.isDark ? 22 : 35)
        paint(wall, [Scene.box(house, ground - 44, 58, 44)])
        paint(
            Scene.shade(mood.tree, -5),
            [Scene.polygon((house - 8, ground - 42), (house + 29, ground - 70), (house + 66, ground - 42))])
        paint(mood.window, [Scene.box(house + 12, ground - 30, 12, 14), Scene.box(house + 34, ground - 30, 12, 14)])
        let places = house < 0 ? [-134, -24, 440, 476, 532] : [538, 424, -40, -78, -130]
        drawTrees(at: places, ground: ground + 8)
        (chance, town) = (ofTheMiddle, line)
    }

    /// A line of hills down to the lower edge.
    private mutating func hills(at level: Int, _ size: Int, waves: Int) -> Patch.Outline {
        let start = Double(town.pick(628)) / 100
        let second = Double(town.pick(628)) / 100
        let line = stride(from: span.lowerBound, through: span.upperBound, by: 20).map { x -> Patch.Point in
            let turn = Double(x) / 400 * 2 * Double.pi * Double(waves) * 0.6
            let rise = sin(turn + start) * 0.65 + sin(turn * 1.9 + second) * 0.35
            return Patch.Point(x, level - Int((rise * Double(size)).rounded()))
        }
        return .polygon(line + [Patch.Point(span.upperBound, 300), Patch.Point(span.lowerBound, 300)])
    }

    /// Trees beside the house, round or pointed as the place has them.
    mutating func drawTrees(at places: [Int], ground: Int) {
        let isPointed = town.pick(2) == 0
        var trunks: [Patch.Outline] = []
        var crowns: [Patch.Outline] = []
        for x in places {
            let height = chance.between(52, 88)
            trunks.append(Scene.box(x - 3, ground - height / 2, 6, height / 2 + 4))
            if isPointed {
                crowns.append(Scene.polygon((x - 22, ground - 14), (x, ground - height), (x + 22, ground - 14)))
                crowns.append(
                    Scene.polygon(
                        (x - 17, ground - height / 2 + 4), (x, ground - height - 14), (x + 17, ground - height / 2 + 4))
                )
            } else {
                crowns.append(Scene.circle(x, ground - height + 8, height / 3))
                crowns.append(Scene.circle(x - height / 5, ground - height * 2 / 3 + 6, height / 4))
                crowns.append(Scene.circle(x + height / 5, ground - height * 2 / 3 + 6, height / 4))
            }
        }
        paint(mood.trunk, trunks)
        paint(mood.tree, crowns)
    }

    /// Two birds: the house's sign.
    mutating func drawBirds() {
        let x = chance.between(60, 320)
        let y = chance.between(90, 125)
        func bird(_ x: Int, _ y: Int, _ size: Int) -> [Patch.Outline] {
            [
                Scene.polygon((x, y), (x - size, y - size / 2), (x - size / 3, y - 1)),
                Scene.polygon((x, y), (x + size, y - size / 2), (x + size / 3, y - 1)),
            ]
        }
        paint(Scene.shade(mood.tree, -20), bird(x, y, 13) + bird(x + 30, y - 12, 10))
    }
}
