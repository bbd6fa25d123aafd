import Core
import PropertyService

/// Who comes, as a form or an address asks for it: the same fields, read in the same way, wherever a page asks.
struct PartyAsked {
    /// Of its fields. `guests` are the adults.
    static let names = ["guests"] + others
    static let others = ["children", "childAges", "infants", "pets"]

    private let form: Form
    let party: Party
    /// What can't be read; the party has what it would be without.
    let errors: [(field: String, message: String)]

    /// - Parameter usual: who comes where the form says nothing.
    init(_ form: Form, otherwise usual: Party, _ texts: Texts) {
        var errors: [(field: String, message: String)] = []
        func count(_ name: String, _ usual: Int, least: Int = 0) -> Int {
            guard !form[name].isEmpty else { return usual }
            guard let count = Int(form[name]), (least...Party.most).contains(count) else {
                let isTooMany = Int(form[name]).map { $0 > Party.most } ?? false
                errors.append(
                    (
                        name,
                        isTooMany
                            ? texts("searchPage.error.tooManyGuests", ["most": "\(Party.most)"])
                            : texts("searchPage.error.\(least == 1 ? "guests" : "number")")
                    ))
                return usual
            }
            return count
        }
        let adults = count("guests", usual.adults, least: 1)
        let children = count("children", usual.children)
        var ages = children == usual.children ? usual.childAges : []
        if form.has("childAges") {
            let words = form["childAges"].split { ",،".contains($0) || $0.isWhitespace }
            ages = words.compactMap { Int($0) }.filter { Party.childAgeRange.contains($0) }
            if ages.count != words.count || !(words.isEmpty || ages.count == children) {
                let wrong =
                    children == 0
                    ? texts("searchPage.error.noChildren") : texts.count("searchPage.error.childAges", children)
                errors.append(("childAges", wrong))
                ages = []
            }
        }
        party = Party(
            adults: adults, children: children, childAges: ages, infants: count("infants", usual.infants),
            pets: count("pets", usual.pets))
        self.form = form
        self.errors = errors
    }

    /// Whether others come than adults.
    var hasOthers: Bool { party != Party(adults: party.adults) }

    /// The adults, and folded away who else comes.
    /// - Parameters:
    ///   - hint: about the adults.
    ///   - summary: what is read where the others are folded away.
    ///   - showsOthers: whether they are seen at once; with an error they always are.
    ///   - room: of the place, where it is one; more can't be chosen then.
    func html(
        _ texts: Texts, hint: String? = nil, summary: String? = nil, showsOthers: Bool, within room: PartyRoom? = nil
    ) -> HTML {
        var fields = fields(texts) { name in errors.first { $0.field == name }?.message }
        for index in fields.indices {
            (fields[index].isStepped, fields[index].isFolded) = (fields[index].type == "number", index > 0)
            if let room { PartyAsked.limit(&fields[index], to: room) }
        }
        fields[0].hint = hint
        let nobody = texts("property.othersComing")
        let isOpen = showsOthers || errors.contains { $0.field != "guests" }
        return """
            \(fields[0].html(texts))
            <details class="others" data-none="\(nobody)"\(isOpen ? " open" : "")><summary>\(summary ?? nobody)</summary>
            <div class="stack">
            \(HTML(Array(fields.dropFirst()), texts))
            </div>
            </details>
            """
    }

    private static func limit(_ field: inout Field, to room: PartyRoom) {
        let (most, counts): (Int, Bool)
        switch field.name {
        case "guests": (most, counts) = (room.guests, true)
        case "children": (most, counts) = (room.children, room.countsChildren)
        case "infants": (most, counts) = (room.infants, room.countsInfants)
        case "pets": (most, counts) = (room.pets, false)
        default: return
        }
        field.maximum = "\(most)"
        if counts { field.sharedMaximum = room.guests }
    }

    /// The fields of the form, with what was typed.
    /// - Parameter error: what is wrong with the field of a name.
    func fields(_ texts: Texts, error: (_ name: String) -> String?) -> [Field] {
        func field(_ name: String, _ label: String, _ value: String) -> Field {
            var field = Field(name, texts(label))
            field.value = form[name].isEmpty ? value : form[name]
            field.error = error(name)
            return field
        }
        func count(_ name: String, _ label: String, _ value: Int) -> Field {
            var field = field(name, label, "\(value)")
            (field.type, field.inputMode, field.hasDefault) = ("number", "numeric", true)
            (field.minimum, field.maximum) = (name == "guests" ? "1" : "0", "\(Party.most)")
            return field
        }
        var ages = field("childAges", "change.childAges", PartyAsked.text(party.childAges))
        (ages.isOptional, ages.hint) = (true, texts("change.childAgesHint"))
        return [
            count("guests", "change.adults", party.adults), count("children", "change.children", party.children), ages,
            count("infants", "property.infants", party.infants), count("pets", "property.pets", party.pets),
        ]
    }

    /// A party as the fields say it, for fields that are not seen and for addresses.
    static func pairs(_ party: Party) -> [(String, String)] {
        [
            ("guests", "\(party.adults)"), ("children", "\(party.children)"), ("childAges", text(party.childAges)),
            ("infants", "\(party.infants)"), ("pets", "\(party.pets)"),
        ]
    }

    /// The same for an address that has parameters already.
    static func query(_ party: Party) -> String {
        pairs(party).map { "&\($0.0)=\(PercentCoding.encode($0.1))" }.joined()
    }

    private static func text(_ ages: [Int]) -> String { ages.map(String.init).joined(separator: ", ") }
}
