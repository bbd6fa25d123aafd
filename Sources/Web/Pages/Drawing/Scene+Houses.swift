// What is let as a whole, seen from outside.
extension Scene {
    mutating func drawHome() {
        let ground = 262
        drawLandscape(horizon: 240)
        drawBirds()
        let style = chance.pick(6)
        let left = chance.between(28, 60)
        let right = chance.between(338, 372)
        drawTrees(at: chance.pick(2) == 0 ? [left, right] : [left, left + 34, right], ground: ground - 6)
        switch style {
        case 0: drawCottage(ground)
        case 1: drawTownhouses(ground)
        case 2: drawCabin(ground)
        case 3: drawModern(ground)
        case 4: drawApartments(ground)
        default: drawFarmhouse(ground)
        }
    }

    /// Panes of a window with a cross, in the colour of the frame around it.
    private mutating func drawWindows(_ windows: [(x: Int, y: Int, width: Int, height: Int)], frame: String) {
        paint(frame, windows.map { Scene.box($0.x - 2, $0.y - 2, $0.width + 4, $0.height + 4) })
        paint(
            mood.window,
            windows.flatMap { window in
                let half = (window.width - 2) / 2
                return [
                    Scene.box(window.x, window.y, half, window.height),
                    Scene.box(window.x + half + 2, window.y, half, window.height),
                ]
            })
    }

    private mutating func drawPath(from x: Int, _ ground: Int, width: Int = 26) {
        paint(
            shadeOfGround,
            [Scene.polygon((x, ground), (x + width, ground), (x + width + 34, 300), (x - 8, 300))])
    }

    private var shadeOfGround: String { Scene.shade(mood.ground, 35) }

    private mutating func drawCottage(_ ground: Int) {
        let wall = chance.pick(mood.walls)
        let roof = chance.pick(mood.roofs)
        let door = Mood.door(&chance)
        drawPath(from: 188, ground)
        paint(Scene.shade(roof, -25), [Scene.box(258, 96, 20, 46)])
        paint(wall, [Scene.box(118, 160, 168, 102), Scene.polygon((128, 160), (178, 104), (228, 160))])
        paint(Scene.shade(wall, -9), [Scene.box(230, 160, 56, 102)])
        paint(
            roof,
            [Scene.polygon((104, 166), (178, 88), (302, 88), (302, 166), (232, 166), (178, 108), (124, 166))])
        drawWindows([(134, 188, 34, 34), (240, 188, 34, 34), (168, 134, 20, 22)], frame: Scene.shade(wall, 55))
        paint(door, [Scene.box(188, 196, 28, 66)])
        paint(mood.window, [Scene.box(193, 202, 18, 16)])
    }

    private mutating func drawTownhouses(_ ground: Int) {
        var walls: [(Int, String)] = []
        let first = chance.pick(mood.walls.count)
        for index in 0..<3 { walls.append((92 + index * 72, mood.walls[(first + index) % mood.walls.count])) }
        let roof = chance.pick(mood.roofs)
        var windows: [(x: Int, y: Int, width: Int, height: Int)] = []
        for (index, (x, wall)) in walls.enumerated() {
            let top = 88 + chance.pick(3) * 12
            paint(wall, [Scene.box(x, top, 72, ground - top)])
            paint(
                roof,
                index % 2 == 0
                    ? [Scene.box(x - 3, top - 9, 78, 10)]
                    : [Scene.polygon((x - 3, top), (x + 36, top - 30), (x + 75, top))])
            for row in 0..<2 {
                windows.append((x + 12, top + 18 + row * 44, 18, 28))
                windows.append((x + 42, top + 18 + row * 44, 18, 28))
            }
            windows.append((x + 12, ground - 52, 20, 26))
        }
        drawWindows(windows, frame: "#fbf6ec")
        paint(Mood.door(&chance), walls.map { Scene.box($0.0 + 42, ground - 54, 20, 54) })
        paint(Scene.shade(mood.ground, 30), [band(ground, 9)])
    }

    private mutating func drawCabin(_ ground: Int) {
        let roof = chance.pick(mood.roofs)
        let wall = Scene.shade(mood.trunk, 35)
        drawPath(from: 186, ground)
        paint(wall, [Scene.polygon((112, ground), (200, 84), (288, ground))])
        paint(
            Scene.shade(wall, -12),
            stride(from: 130, to: ground, by: 20).map { y in
                let half = (y - 84) * 88 / (ground - 84)
                return Scene.box(200 - half, y, 2 * half, 3)
            })
        paint(
            roof,
            [
                Scene.polygon((92, ground), (200, 64), (200, 88), (116, ground)),
                Scene.polygon((308, ground), (284, ground), (200, 88), (200, 64)),
            ])
        drawWindows([(178, 146, 44, 36)], frame: Scene.shade(wall, 60))
        paint(Mood.door(&chance), [Scene.box(186, 204, 28, 58)])
        paint(mood.window, [Scene.box(232, 212, 22, 24), Scene.box(146, 212, 22, 24)])
    }

    private mutating func drawModern(_ ground: Int) {
        let wall = mood.walls[chance.pick(2)]
        let dark = chance.pick(mood.roofs)
        drawPath(from: 236, ground)
        paint(wall, [Scene.box(104, 178, 196, 84)])
        paint(dark, [Scene.box(148, 112, 168, 66)])
        paint(Scene.shade(dark, -25), [Scene.box(140, 106, 184, 8), Scene.box(96, 172, 212, 8)])
        paint(
            mood.window,
            [Scene.box(162, 126, 62, 40), Scene.box(236, 126, 62, 40), Scene.box(118, 194, 100, 56)])
        paint(Scene.shade(dark, -25), [Scene.box(166, 194, 4, 56), Scene.box(192, 126, 3, 40)])
        paint(Mood.door(&chance), [Scene.box(238, 196, 28, 66)])
        paint(mood.tree, [Scene.circle(120, 262, 13), Scene.circle(138, 264, 10), Scene.circle(288, 264, 12)])
    }

    private mutating func drawApartments(_ ground: Int) {
        let wall = chance.pick(mood.walls)
        let trim = Scene.shade(wall, mood.isDark ? 40 : -22)
        paint(wall, [Scene.box(118, 72, 164, 190)])
        paint(Scene.shade(wall, -10), [Scene.box(240, 72, 42, 190)])
        paint(trim, [Scene.box(110, 64, 180, 11), Scene.box(118, 204, 164, 5)])
        var windows: [(x: Int, y: Int, width: Int, height: Int)] = []
        for row in 0..<3 { for column in 0..<4 { windows.append((132 + column * 37, 90 + row * 38, 22, 24)) } }
        drawWindows(windows, frame: Scene.shade(wall, 50))
        paint(
            chance.pick(mood.roofs),
            [Scene.box(128, 216, 60, 8), Scene.box(212, 216, 60, 8)]
                + windows.prefix(8).enumerated().compactMap {
                    $0.offset % 3 == 0 ? Scene.box($0.element.x - 5, $0.element.y + 24, 32, 6) : nil
                })
        paint(mood.window, [Scene.box(130, 224, 56, 30), Scene.box(250, 224, 22, 30)])
        paint(Mood.door(&chance), [Scene.box(214, 222, 26, 40)])
        paint(Scene.shade(mood.ground, 30), [band(ground, 9)])
    }

    private mutating func drawFarmhouse(_ ground: Int) {
        let wall = chance.pick(mood.walls)
        let roof = chance.pick(mood.roofs)
        drawPath(from: 178, ground)
        paint(Scene.shade(roof, -20), [Scene.box(136, 84, 16, 40)])
        paint(wall, [Scene.box(104, 140, 192, 122)])
        paint(roof, [Scene.polygon((92, 144), (130, 100), (270, 100), (308, 144))])
        paint(
            Scene.shade(roof, 14),
            [Scene.polygon((96, 206), (108, 188), (292, 188), (304, 206))])
        drawWindows(
            [(124, 154, 26, 26), (187, 154, 26, 26), (250, 154, 26, 26), (124, 216, 26, 30), (250, 216, 26, 30)],
            frame: Scene.shade(wall, 55))
        paint(Mood.door(&chance), [Scene.box(180, 212, 28, 50)])
        paint(Scene.shade(wall, 40), [108, 164, 222, 286].map { Scene.box($0, 206, 5, 56) })
    }

    /// A hotel: tall, with its name's light.
    mutating func drawHotel() {
        let ground = 264
        drawLandscape(horizon: 240)
        drawBirds()
        drawTrees(at: [chance.between(30, 60), chance.between(340, 370)], ground: 258)
        let wall = chance.pick(mood.walls)
        let trim = chance.pick(mood.roofs)
        let x = 128
        paint(wall, [Scene.box(x, 46, 144, 218), Scene.box(92, 178, 216, 86)])
        paint(Scene.shade(wall, -10), [Scene.box(236, 46, 36, 132), Scene.box(272, 178, 36, 86)])
        paint(trim, [Scene.box(x - 6, 40, 156, 9), Scene.box(86, 172, 228, 8), Scene.box(168, 212, 64, 10)])
        var lit: [Patch.Outline] = []
        var unlit: [Patch.Outline] = []
        for row in 0..<4 {
            for column in 0..<5 {
                let pane = Scene.box(140 + column * 25, 62 + row * 28, 15, 18)
                if chance.pick(4) == 0 { unlit.append(pane) } else { lit.append(pane) }
            }
        }
        for column in 0..<3 {
            lit.append(Scene.box(104 + column * 20, 194, 12, 46))
            lit.append(Scene.box(244 + column * 20, 194, 12, 46))
        }
        paint(mood.window, lit)
        paint(Scene.shade(mood.window, -35), unlit)
        paint(Mood.door(&chance), [Scene.box(178, 222, 44, 42)])
        paint(mood.window, [Scene.box(183, 228, 15, 36), Scene.box(202, 228, 15, 36)])
        paint(Scene.shade(mood.ground, 30), [band(ground, 9)])
    }
}
