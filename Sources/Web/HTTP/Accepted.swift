/// What a client says it would rather read: `Accept`, RFC 9110, 12.5.1.
enum Accepted {
    /// Whether it names pages, and nothing that JSON would fit, by name, with a higher quality. Browsers name pages; programs
    /// that take anything do not.
    static func prefersPage(_ header: String) -> Bool {
        var (page, json) = (0, 0)
        for range in header.split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
            guard let type = parts.first else { continue }
            let quality = quality(parts.dropFirst())
            switch type {
            case "text/html", "application/xhtml+xml": page = max(page, quality)
            case "application/json", "application/problem+json": json = max(json, quality)
            default: break
            }
        }
        return page > 0 && page >= json
    }

    /// In thousandths, as a quality has three digits; 1 where it is missing, 0 where it can't be read.
    private static func quality(_ parameters: some Sequence<String>) -> Int {
        guard let text = parameters.first(where: { $0.hasPrefix("q=") })?.dropFirst(2) else { return 1000 }
        guard let value = Double(text), (0...1).contains(value) else { return 0 }
        return Int((value * 1000).rounded())
    }
}
