import Core
import PropertyService

/// Who comes, in words.
enum PartyWords {
    /// `2 adults · 1 child (5) · 1 pet`.
    static func text(_ party: Party, _ texts: Texts) -> String {
        let others = others(party, texts)
        return texts.count("host.booking.adults", party.adults) + (others.isEmpty ? "" : " · " + others)
    }

    /// Those besides the adults, as `1 child (5) · 1 pet`; empty where nobody is.
    static func others(_ party: Party, _ texts: Texts) -> String {
        var parts: [String] = []
        if party.children > 0 {
            let ages = party.childAges.isEmpty ? "" : " (\(party.childAges.map(String.init).joined(separator: ", ")))"
            parts.append(texts.count("host.booking.children", party.children) + ages)
        }
        if party.infants > 0 { parts.append(texts.count("host.booking.infants", party.infants)) }
        if party.pets > 0 { parts.append(texts.count("host.booking.pets", party.pets)) }
        return parts.joined(separator: " · ")
    }

    /// The same where others come than adults, else `2 guests`.
    static func short(_ party: Party, _ texts: Texts) -> String {
        party == Party(adults: party.adults) ? texts.count("count.guests", party.adults) : text(party, texts)
    }
}
