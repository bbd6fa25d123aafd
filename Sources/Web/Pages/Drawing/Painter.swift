import CZlib
import Core

/// A drawing as a picture file, for where pages are shared: those who show it there take no SVG.
struct Painter {
    static let width = 1200
    static let height = 630
    private static let scale = Double(height) / Double(Drawing.height)
    /// Each line is looked at so often, so that slanting edges are smooth.
    private static let steps = 4

    private var pixels = [UInt8](repeating: 255, count: width * height * 3)

    /// - Parameter drawing: a wide one, whose whole height is seen; its edges are cut a little.
    static func png(_ drawing: Drawing) -> [UInt8] {
        var painter = Painter()
        for shape in drawing.shapes { painter.fill(shape) }
        return PNG.bytes(painter.pixels, width: width, height: height)
    }

    private mutating func fill(_ shape: Patch) {
        let value = UInt32(shape.fill.dropFirst(), radix: 16) ?? 0
        let color = [UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
        for outline in shape.outlines {
            switch outline {
            case .polygon(let points): fill(points.map { ($0.x, $0.y) }.map(Painter.place), color)
            case .circle(let center, let radius):
                let corners = (0..<48).map { step -> (Double, Double) in
                    let (x, y) = Painter.unit[step]
                    return Painter.place((Double(center.x) + x * Double(radius), Double(center.y) + y * Double(radius)))
                }
                fill(corners, color)
            }
        }
    }

    /// From the drawing to the picture, which is as many times as high: its middle.
    private static func place(_ point: (Int, Int)) -> (Double, Double) { place((Double(point.0), Double(point.1))) }
    private static func place(_ point: (Double, Double)) -> (Double, Double) {
        ((point.0 - 200) * scale + 600, point.1 * scale)
    }

    /// A circle's corners, found by turning step by step.
    private static let unit: [(Double, Double)] = {
        // The cosine and sine of 7.5 degrees.
        let (c, s) = (0.991_444_861_373_810_4, 0.130_526_192_220_051_6)
        var point = (1.0, 0.0)
        return (0..<48).map { _ in
            defer { point = (point.0 * c - point.1 * s, point.0 * s + point.1 * c) }
            return point
        }
    }()

    /// Between the crossings of each line with the outline, as the even-odd rule has it.
    private mutating func fill(_ points: [(Double, Double)], _ color: [UInt8]) {
        let top = max(0, Int((points.map(\.1).min() ?? 0).rounded(.down)))
        let bottom = min(Painter.height - 1, Int((points.map(\.1).max() ?? 0).rounded(.up)))
        guard top <= bottom else { return }
        var cover = [Int](repeating: 0, count: Painter.width)
        for row in top...bottom {
            for index in cover.indices { cover[index] = 0 }
            for step in 0..<Painter.steps {
                let y = Double(row) + (Double(step) + 0.5) / Double(Painter.steps)
                var crossings: [Double] = []
                for (index, one) in points.enumerated() {
                    let other = points[(index + 1) % points.count]
                    guard (one.1 <= y) != (other.1 <= y) else { continue }
                    crossings.append(one.0 + (y - one.1) / (other.1 - one.1) * (other.0 - one.0))
                }
                crossings.sort()
                for pair in stride(from: 0, to: crossings.count - 1, by: 2) {
                    let from = min(max(Int(crossings[pair].rounded()), 0), Painter.width)
                    let to = min(max(Int(crossings[pair + 1].rounded()), 0), Painter.width)
                    for x in from..<max(from, to) { cover[x] += 1 }
                }
            }
            for x in cover.indices where cover[x] > 0 {
                let at = (row * Painter.width + x) * 3
                for part in 0..<3 {
                    let (old, new) = (Int(pixels[at + part]), Int(color[part]))
                    pixels[at + part] = UInt8((old * (Painter.steps - cover[x]) + new * cover[x]) / Painter.steps)
                }
            }
        }
    }
}

/// The least of PNG (RFC 2083) that a picture of plain colours needs.
enum PNG {
    /// - Parameter rgb: three bytes a pixel, line by line.
    static func bytes(_ rgb: [UInt8], width: Int, height: Int) -> [UInt8] {
        var lines: [UInt8] = []
        lines.reserveCapacity(rgb.count + height)
        for line in 0..<height {
            lines.append(0)  // no filter
            lines += rgb[line * width * 3..<(line + 1) * width * 3]
        }
        let head = word(UInt32(width)) + word(UInt32(height)) + [8, 2, 0, 0, 0]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", head) + chunk("IDAT", packed(lines))
            + chunk("IEND", [])
    }

    private static func packed(_ bytes: [UInt8]) -> [UInt8] {
        let room = compressBound(UInt(bytes.count))
        return [UInt8](unsafeUninitializedCapacity: Int(room)) { output, count in
            var length = room
            let status = compress2(output.baseAddress, &length, bytes, UInt(bytes.count), 6)
            count = status == Z_OK ? Int(length) : 0
        }
    }

    private static func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
        let named = Array(name.utf8) + body
        return word(UInt32(body.count)) + named + word(UInt32(crc32(0, named, UInt32(named.count))))
    }

    private static func word(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24 & 255), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
    }
}
