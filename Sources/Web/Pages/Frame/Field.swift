import Core

/// One field of a form as it stands on a page: label, hint, error, and their ties.
///
/// Written here and not in a template: a template would look for each of the dozen things that a field may have in all
/// that stands around it.
struct Field {
    var name: String
    var label: String
    var type = "text"
    var value = ""
    var hint: String?
    var error: String?
    var placeholder: String?
    var autocomplete: String?
    var isOptional = false
    /// It may be left empty and then means what it said; no word is lost about it.
    var hasDefault = false
    /// A number with buttons for one more and one less, where there is a script.
    var isStepped = false
    /// Inside what may be closed: without a script a browser would not send a form for a bound that nobody sees. The
    /// script sets them, and opens what is closed.
    var isFolded = false
    /// A place by name: the script suggests those there are.
    var suggestsPlaces = false
    /// Takes the room that others of its row leave.
    var isWide = false
    var longest: Int?
    var shortest: Int?
    /// `numeric`, `decimal`, `email`.
    var inputMode: String?
    var minimum: String?
    var maximum: String?
    var step: String?
    /// What this number and others of the form that have it may come to together.
    var sharedMaximum: Int?
    /// Lines of a larger field.
    var rows: Int?
    /// A page with two forms tells their fields apart.
    var idPrefix = ""

    init(_ name: String, _ label: String) {
        self.name = name
        self.label = label
    }

    /// The same as one of several small ones beside each other: there is no room for more than what is wrong with it.
    var small: Field {
        var small = self
        (small.hint, small.isOptional, small.hasDefault) = (nil, false, true)
        return small
    }

    func html(_ texts: Texts) -> HTML {
        let id = idPrefix + name
        let word: HTML = isOptional ? " <span class=\"muted\">\(texts("form.optional"))</span>" : ""
        let told: HTML = hint.map { "\n<p class=\"hint\" id=\"\(id)-hint\">\($0)</p>" } ?? ""
        let wrong: HTML =
            error.map {
                """

                <p class="error" id="\(id)-error"><svg class="icon" aria-hidden="true" focusable="false">\
                <use href="#i-warn"/></svg> \($0)</p>
                """
            } ?? ""
        let control: HTML =
            if let rows {
                "<textarea id=\"\(id)\" name=\"\(name)\" rows=\"\(rows)\" dir=\"auto\"\(attributes)>\(value)</textarea>"
            } else {
                """
                <input id="\(id)" name="\(name)" type="\(type)" value="\(value)"\(attributes)\
                \(isOptional || hasDefault ? "" : " required")>
                """
            }
        return """
            <div class="field\(isWide ? " wide-field" : "")\(error == nil ? "" : " has-error")">
            <label for="\(id)">\(label)\(word)</label>\(told)\(wrong)
            \(control)
            </div>
            """
    }

    private var attributes: HTML {
        let about = [hint.map { _ in "hint" }, error.map { _ in "error" }].compactMap {
            $0.map { "\(idPrefix)\(name)-\($0)" }
        }
        let all: [(String, String?)] = [
            ("placeholder", placeholder), ("autocomplete", autocomplete), ("maxlength", longest.map { String($0) }),
            ("minlength", shortest.map { String($0) }), ("inputmode", inputMode),
            (isFolded ? "data-min" : "min", minimum), (isFolded ? "data-max" : "max", maximum),
            ("step", isFolded && type == "number" ? "any" : step), ("data-stepper", isStepped ? "" : nil),
            ("data-together", sharedMaximum.map { String($0) }),
            ("data-suggest", suggestsPlaces ? "" : nil),
            ("aria-describedby", about.isEmpty ? nil : about.joined(separator: " ")),
            ("aria-invalid", error.map { _ in "true" }),
        ]
        return HTML(all.compactMap { name, value in value.map { " \(name)=\"\($0)\"" } }, separator: "")
    }
}

extension HTML {
    /// Fields one below the other.
    init(_ fields: [Field], _ texts: Texts) { self.init(fields.map { $0.html(texts) }) }

    /// Fields that are not seen.
    init(hidden fields: [(name: String, value: String)]) {
        self.init(fields.map { "<input type=\"hidden\" name=\"\($0.name)\" value=\"\($0.value)\">" })
    }
}
