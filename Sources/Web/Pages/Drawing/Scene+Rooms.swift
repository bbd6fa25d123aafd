// What is let as a room, seen from inside.
extension Scene {
    mutating func drawRoom(beds: Int) {
        let wall = chance.pick(["#f3e7d8", "#e4ebe4", "#e6e3ee", "#f2ddd3", "#dfe9ee", "#efe6c9"])
        let wood = chance.pick(["#a9794f", "#8a6a4f", "#c19a6b"])
        let cloth = chance.pick(["#0b6b5d", "#b3594c", "#c48a2c", "#45637f", "#75588a", "#5e7f52"])
        paint(wall, [Scene.box(0, 0, 400, 300)])
        paint(Scene.shade(wood, 25), [Scene.box(0, 222, 400, 78)])
        paint(Scene.shade(wall, 45), [Scene.box(0, 214, 400, 9)])
        if beds == 1 { drawWindow(x: 26 + chance.pick(3) * 6, cloth) } else { drawWindow(x: 136, cloth) }
        if beds == 1 {
            drawPicture(x: 268, wood)
            drawBed(x: 214, width: 160, wood: wood, cloth: cloth)
            drawLamp(x: 194, cloth)
            if chance.pick(2) == 0 { drawPlant(x: 30) }
        } else {
            drawBunk(x: 24, wood: wood, cloth: cloth)
            drawBunk(x: 264, wood: wood, cloth: Scene.shade(cloth, 30))
        }
        paint(Scene.shade(cloth, 55), [Scene.polygon((118, 262), (282, 262), (306, 290), (94, 290))])
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
        paint(Scene.shade(mood.window, 45), [Scene.circle(x, 152, 26)])
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
