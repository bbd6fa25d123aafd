import Foundation

/// Reads the amenities of a listing: `["Wifi", "Hot tub"]` since 2020, `{Wifi,"Hot tub"}` before.
enum AmenityText {
    /// Each code once, in the order given; nothing where the text is neither.
    static func amenities(_ text: String) -> [ImportedAmenity]? {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard let names = text.isEmpty ? [] : text.hasPrefix("{") ? braced(text) : listed(text) else { return nil }
        var codes: Set<String> = []
        var amenities: [ImportedAmenity] = []
        for name in names where !name.hasPrefix(missingTranslation) {
            guard let amenity = ImportedAmenity(name: PlainText.collapsed(name)),
                amenity.code.count <= Amenity.longest, codes.insert(amenity.code).inserted
            else { continue }
            amenities.append(amenity)
        }
        return Array(amenities.prefix(Amenity.most))
    }

    /// What the site of 2017 to 2019 put where it had no words: no amenity that a guest could read.
    private static let missingTranslation = "translation missing"

    private static func listed(_ text: String) -> [String]? {
        try? JSONDecoder().decode([String].self, from: Data(text.utf8))
    }

    /// An array as PostgreSQL writes one: names with blanks or commas in quotes, a backslash before what is literal.
    private static func braced(_ text: String) -> [String]? {
        guard text.hasSuffix("}") else { return nil }
        var names: [String] = []
        var name = ""
        var isQuoted = false
        var isEscaped = false
        for character in text.dropFirst().dropLast() {
            if isEscaped {
                name.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                isQuoted.toggle()
            } else if character == ",", !isQuoted {
                names.append(name)
                name = ""
            } else {
                name.append(character)
            }
        }
        names.append(name)
        return isQuoted || isEscaped ? nil : names.filter { !$0.isEmpty }
    }
}
