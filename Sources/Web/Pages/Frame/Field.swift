/// One field of a form, as `parts/field` shows it.
struct Field {
    var name: String
    var label: String
    var type = "text"
    var value = ""
    var hint: String?
    var error: String?
    var autocomplete: String?
    var isOptional = false
    /// It may be left empty and then means what it said; no word is lost about it.
    var hasDefault = false
    /// A number with buttons for one more and one less, where there is a script.
    var isStepped = false
    /// Inside what may be closed: without a script a browser would not send a form for a bound that nobody sees. The
    /// script sets them, and opens what is closed.
    var isFolded = false
    var longest: Int?
    var shortest: Int?
    /// `numeric`, `decimal`, `email`.
    var inputMode: String?
    var minimum: String?
    var maximum: String?
    var step: String?
    /// Lines of a larger field.
    var rows: Int?
    var isMuted = false

    init(_ name: String, _ label: String) {
        self.name = name
        self.label = label
    }

    /// A page with two forms tells their fields apart.
    var idPrefix = ""

    var view: View {
        let id = idPrefix + name
        var view: View = [
            "name": name, "id": id, "label": label, "type": type, "value": value, "isOptional": isOptional,
            "isRequired": !isOptional && !hasDefault,
        ]
        var about: [String] = []
        if let hint {
            view["hint"] = hint
            about.append("\(id)-hint")
        }
        if let error {
            view["error"] = error
            about.append("\(id)-error")
        }
        if !about.isEmpty { view["describedBy"] = about.joined(separator: " ") }
        let more: [(String, String?)] = [
            ("autocomplete", autocomplete), ("maxlength", longest.map { String($0) }),
            ("minlength", shortest.map { String($0) }), ("inputmode", inputMode),
            (isFolded ? "data-min" : "min", minimum), (isFolded ? "data-max" : "max", maximum),
            ("step", isFolded && type == "number" ? "any" : step), ("data-stepper", isStepped ? "" : nil),
        ]
        view["attributes"] = more.compactMap { name, value in value.map { ["name": name, "value": $0] as View } }
        if let rows { view["rows"] = rows }
        return view
    }
}
