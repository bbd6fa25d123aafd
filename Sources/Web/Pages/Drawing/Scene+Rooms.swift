// What is let as a room, seen from inside.
extension Scene {
    mutating func drawRoom(beds: Int) {
        let wall = chance.pick(["#f3e7d8", "#e4ebe4", "#e6e3ee", "#f2ddd3", "#dfe9ee", "#efe6c9"])
        let wood = chance.pick(["#a9794f", "#8a6a4f", "#c19a6b"])
        let cloth = chance.pick(["#0b6b5d", "#b3594c", "#c48a2c", "#45637f", "#75588a", "#5e7f52"])
        paint(wall, [band(0, 300)])
        paint(Scene.shade(wood, 25), [band(222, 78)])
        paint(Scene.shade(wall, 45), [band(214, 9)])
        if isWide { drawSides(wood: wood, cloth: cloth) }
        if beds == 1 {
            drawSingle(chance.pick(4), wood: wood, cloth: cloth)
            if chance.pick(2) == 0 { mirror() }
        } else {
            drawWindow(x: 136, cloth)
            drawBunk(x: 24, wood: wood, cloth: cloth)
            drawBunk(x: 264, wood: wood, cloth: Scene.shade(cloth, 30))
            drawRug(cloth)
        }
    }

    /// One bed, and the room about it: along the wall, across it, under a round window, or beside a desk.
    private mutating func drawSingle(_ style: Int, wood: String, cloth: String) {
        switch style {
        case 0:
            drawWindow(x: 26 + chance.pick(3) * 6, cloth)
            drawPicture(x: 268, wood)
            drawRug(cloth)
            drawBed(x: 214, width: 160, wood: wood, cloth: cloth)
            drawLamp(x: 194, cloth)
            if chance.pick(2) == 0 { drawPlant(x: 30) }
        case 1:
            drawWindow(x: 30, cloth)
            drawPicture(x: 250, wood)
            drawRug(cloth)
            drawWideBed(x: 196, wood: wood, cloth: cloth)
            drawTable(x: 160, wood, cloth)
            if chance.pick(2) == 0 { drawPlant(x: 104) }
        case 2:
            drawRoundWindow(x: 108, wood)
            drawShelf(x: 236, wood, cloth)
            drawRug(cloth)
            drawBed(x: 210, width: 164, wood: wood, cloth: cloth)
            drawPendant(x: 196, cloth)
            drawPlant(x: 40)
        default:
            drawRoundWindow(x: 292, wood)
            drawPicture(x: 120, wood)
            drawRug(cloth)
            drawWideBed(x: 40, wood: wood, cloth: cloth)
            drawDesk(x: 256, wood, cloth)
            drawPendant(x: 226, cloth)
        }
    }

    private mutating func drawRug(_ cloth: String) {
        paint(Scene.shade(cloth, 55), [Scene.polygon((118, 262), (282, 262), (306, 290), (94, 290))])
    }

    /// What stands to the left and to the right of the middle: books on one side, a chair on the other.
    private mutating func drawSides(wood: String, cloth: String) {
        paint(Scene.shade(wood, -8), [Scene.box(-132, 84, 92, 150)])
        paint(Scene.shade(wood, -28), [92, 140, 188].map { Scene.box(-126, $0, 80, 42) })
        let spines = [cloth, Scene.shade(cloth, 45), "#f6cf7a", "#c9785c", mood.near]
        for (row, top) in [92, 140, 188].enumerated() {
            for book in 0..<5 {
                let height = 26 + (book * 7 + row * 5) % 12
                paint(spines[(book + row * 2) % 5], [Scene.box(-122 + book * 13, top + 42 - height, 11, height)])
            }
        }
        let seat = Scene.shade(cloth, 25)
        paint(Scene.shade(wood, -15), [Scene.box(446, 236, 7, 16), Scene.box(513, 236, 7, 16)])
        paint(seat, [Scene.box(446, 152, 74, 66), Scene.circle(460, 154, 14), Scene.circle(506, 154, 14)])
        paint(
            Scene.shade(seat, -14),
            [Scene.box(438, 192, 90, 46), Scene.circle(440, 196, 10), Scene.circle(526, 196, 10)])
        paint(Scene.shade(seat, 22), [Scene.box(452, 190, 62, 22)])
    }

    /// A window with a round head onto the hills, without curtains.
    private mutating func drawRoundWindow(x: Int, _ wood: String) {
        paint("#fffdf8", [Scene.circle(x, 92, 60), Scene.box(x - 60, 92, 120, 78)])
        paint(mood.sky, [Scene.circle(x, 92, 54), Scene.box(x - 54, 92, 108, 76)])
        paint(mood.sun, [Scene.circle(x - 26 + chance.pick(52), 78, 14)])
        let peak = x - 30 + town.pick(60)
        paint(
            mood.far,
            [Scene.polygon((x - 54, 136), (peak, 100 + town.pick(16)), (x + 54, 140), (x + 54, 168), (x - 54, 168))])
        paint(
            mood.near,
            [Scene.polygon((x - 54, 150), (x, 132 + town.pick(12)), (x + 54, 148), (x + 54, 168), (x - 54, 168))])
        paint("#fffdf8", [Scene.box(x - 2, 38, 4, 132), Scene.box(x - 54, 108, 108, 4)])
        paint(Scene.shade(wood, 18), [Scene.box(x - 68, 168, 136, 8)])
    }

    private mutating func drawShelf(x: Int, _ wood: String, _ cloth: String) {
        let spines = [cloth, "#f6cf7a", Scene.shade(cloth, 45), "#c9785c", mood.near, cloth]
        for (book, spine) in spines.enumerated() {
            let height = 22 + book * 11 % 14
            paint(spine, [Scene.box(x + 10 + book * 12, 88 - height, 10, height)])
        }
        paint("#fffdf8", [Scene.circle(x + 100, 79, 9)])
        paint(wood, [Scene.box(x, 88, 124, 6)])
    }

    private mutating func drawPendant(x: Int, _ cloth: String) {
        paint(Scene.shade(cloth, -30), [Scene.box(x - 1, 0, 2, 36)])
        paint("#f6cf7a", [Scene.circle(x, 62, 9)])
        paint(Scene.shade(cloth, 15), [Scene.polygon((x - 9, 34), (x + 9, 34), (x + 22, 62), (x - 22, 62))])
    }

    /// A bed whose foot is towards us.
    private mutating func drawWideBed(x: Int, wood: String, cloth: String) {
        paint(wood, [Scene.box(x, 128, 176, 100)])
        paint(Scene.shade(wood, 16), [Scene.box(x + 8, 136, 160, 40)])
        paint(Scene.shade(wood, -18), [Scene.box(x - 2, 244, 10, 14), Scene.box(x + 168, 244, 10, 14)])
        paint("#fffdf8", [Scene.box(x, 186, 176, 30), Scene.box(x + 12, 160, 70, 30), Scene.box(x + 94, 160, 70, 30)])
        paint(Scene.shade(cloth, 55), [Scene.box(x + 58, 168, 60, 24)])
        paint(cloth, [Scene.polygon((x - 2, 200), (x + 178, 200), (x + 184, 248), (x - 8, 248))])
        paint(Scene.shade(cloth, 30), [Scene.box(x - 2, 198, 180, 11)])
    }

    /// A small table with a lamp.
    private mutating func drawTable(x: Int, _ wood: String, _ cloth: String) {
        paint("#fdeeca", [Scene.circle(x + 14, 168, 22)])
        paint(Scene.shade(cloth, -30), [Scene.box(x + 12, 172, 4, 34)])
        paint("#f6cf7a", [Scene.polygon((x + 6, 154), (x + 22, 154), (x + 29, 176), (x - 1, 176))])
        paint(Scene.shade(wood, -10), [Scene.box(x, 204, 28, 46)])
        paint(Scene.shade(wood, 12), [Scene.box(x + 4, 210, 20, 14), Scene.box(x + 4, 228, 20, 14)])
    }

    private mutating func drawDesk(x: Int, _ wood: String, _ cloth: String) {
        paint(Scene.shade(wood, -14), [Scene.box(x + 6, 206, 7, 46), Scene.box(x + 103, 206, 7, 46)])
        paint(wood, [Scene.box(x, 198, 116, 10)])
        paint("#fffdf8", [Scene.box(x + 18, 192, 34, 6)])
        paint(cloth, [Scene.box(x + 22, 187, 28, 5)])
        paint("#c9785c", [Scene.box(x + 84, 184, 14, 14)])
        paint(mood.isDark ? "#4f7f66" : mood.tree, [Scene.circle(x + 91, 176, 10)])
        paint(Scene.shade(cloth, 20), [Scene.box(x + 36, 214, 44, 8), Scene.box(x + 36, 178, 6, 44)])
        paint(Scene.shade(wood, -25), [Scene.box(x + 38, 222, 5, 34), Scene.box(x + 73, 222, 5, 34)])
    }

    /// A window onto the hills of the town, with curtains.
    private mutating func drawWindow(x: Int, _ cloth: String) {
        paint("#fffdf8", [Scene.box(x - 6, 34, 140, 136)])
        paint(mood.sky, [Scene.box(x, 40, 128, 124)])
        paint(mood.sun, [Scene.circle(x + 28 + chance.pick(70), 70, 15)])
        let peak = x + 30 + town.pick(60)
        paint(mood.far, [Scene.polygon((x, 132), (peak, 92 + town.pick(16)), (x + 128, 138), (x + 128, 164), (x, 164))])
        paint(
            mood.near,
            [Scene.polygon((x, 148), (x + 64, 128 + town.pick(12)), (x + 128, 146), (x + 128, 164), (x, 164))])
        paint("#fffdf8", [Scene.box(x + 62, 40, 4, 124), Scene.box(x, 98, 128, 4)])
        let fall = Scene.shade(cloth, 45)
        paint(
            fall,
            [
                Scene.polygon((x - 14, 26), (x + 24, 26), (x + 12, 108), (x - 6, 182), (x - 16, 182)),
                Scene.polygon((x + 142, 26), (x + 104, 26), (x + 116, 108), (x + 134, 182), (x + 144, 182)),
            ])
        paint(Scene.shade(cloth, 10), [Scene.box(x - 22, 22, 172, 6)])
    }

    private mutating func drawPicture(x: Int, _ wood: String) {
        paint(wood, [Scene.box(x, 52, 62, 48)])
        paint("#fffdf8", [Scene.box(x + 5, 57, 52, 38)])
        paint(mood.near, [Scene.polygon((x + 8, 92), (x + 26, 68), (x + 38, 82), (x + 46, 74), (x + 54, 92))])
    }

    private mutating func drawBed(x: Int, width: Int, wood: String, cloth: String) {
        paint(wood, [Scene.box(x + width - 12, 132, 12, 112), Scene.box(x, 206, width, 24), Scene.box(x, 190, 8, 54)])
        paint("#fffdf8", [Scene.box(x + 6, 178, width - 18, 30)])
        paint(Scene.shade(cloth, 60), [Scene.box(x + width - 66, 160, 50, 22), Scene.circle(x + width - 66, 171, 11)])
        paint(cloth, [Scene.polygon((x + 6, 176), (x + width - 72, 176), (x + width - 84, 212), (x + 6, 212))])
        paint(
            Scene.shade(cloth, -18),
            [Scene.polygon((x + width - 84, 176), (x + width - 72, 176), (x + width - 84, 212), (x + width - 96, 212))])
    }

    private mutating func drawBunk(x: Int, wood: String, cloth: String) {
        paint(wood, [Scene.box(x, 92, 8, 160), Scene.box(x + 104, 92, 8, 160)])
        paint("#fffdf8", [Scene.box(x + 8, 122, 96, 14), Scene.box(x + 8, 198, 96, 14)])
        paint(cloth, [Scene.box(x + 40, 116, 64, 20), Scene.box(x + 40, 192, 64, 20)])
        paint(Scene.shade(cloth, 60), [Scene.box(x + 10, 112, 28, 12), Scene.box(x + 10, 188, 28, 12)])
        paint(Scene.shade(wood, -12), [Scene.box(x, 136, 112, 9), Scene.box(x, 212, 112, 9)])
    }

    private mutating func drawLamp(x: Int, _ cloth: String) {
        paint("#fdeeca", [Scene.circle(x, 152, 26)])
        paint(Scene.shade(cloth, -30), [Scene.box(x - 2, 160, 4, 62), Scene.box(x - 12, 220, 24, 5)])
        paint("#f6cf7a", [Scene.polygon((x - 10, 138), (x + 10, 138), (x + 18, 164), (x - 18, 164))])
    }

    private mutating func drawPlant(x: Int) {
        paint(
            mood.isDark ? "#4f7f66" : mood.tree,
            [
                Scene.polygon((x, 214), (x - 22, 176), (x - 4, 196)),
                Scene.polygon((x, 214), (x - 6, 158), (x + 6, 190)),
                Scene.polygon((x, 214), (x + 24, 178), (x + 6, 198)),
                Scene.polygon((x, 216), (x - 26, 198), (x - 4, 208)),
                Scene.polygon((x, 216), (x + 26, 200), (x + 4, 208)),
            ])
        paint("#c9785c", [Scene.polygon((x - 16, 212), (x + 16, 212), (x + 11, 244), (x - 11, 244))])
    }
}
