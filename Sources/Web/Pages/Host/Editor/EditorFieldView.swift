import Core
import Foundation
import PropertyService

/// A field of the editor as `parts/host-field` shows it. The parts of a group have names of their own: a template looks
/// for what a part does not have in the group around it.
struct EditorFieldView {
    let view: View

    /// - Parameter amenities: what amenities are called that the catalogue does not have, by code.
    init(
        _ field: EditorField, _ form: Form, _ problems: FormProblems?, amenities: [String: String] = [:],
        on page: PageVisit
    ) {
        let texts = page.texts
        let name = field.name
        func label(_ name: String) -> String { texts("host.field.\(name)") }
        func input(_ name: String, _ text: String) -> Field {
            var input = Field(name, text)
            input.value = form[name]
            input.error = problems?[name]
            return input
        }
        func typed(_ change: (inout Field) -> Void) -> View {
            var input = input(name, label(name))
            input.hint = texts.known("host.hint.\(name)")
            input.isOptional = field.isOptional
            change(&input)
            return ["inputHTML": input.html(texts)]
        }
        func group(_ kind: String, _ parts: [View] = [], inputs: [Field] = []) -> View {
            var group: View = ["groupId": name, "groupLabel": label(name), "parts": parts]
            if !inputs.isEmpty { group["inputsHTML"] = HTML(inputs.map(\.small), texts) }
            if let hint = texts.known("host.hint.\(name)") { group["groupHint"] = hint }
            if let error = problems?[name] { group["groupError"] = error }
            return [kind: group]
        }
        func whole(_ input: inout Field, _ range: ClosedRange<Int>) {
            input.type = "number"
            input.inputMode = range.lowerBound < 0 ? nil : "numeric"
            input.minimum = String(range.lowerBound)
            input.maximum = String(range.upperBound)
        }
        switch field.kind {
        case .line(let longest): view = typed { $0.longest = longest }
        case .prose:
            view = typed {
                $0.rows = 12
                $0.isOptional = true
            }
        case .whole(let range): view = typed { whole(&$0, range) }
        case .decimal: view = typed { $0.inputMode = "decimal" }
        case .money: view = typed { $0.inputMode = "decimal" }
        case .day, .lastDay: view = typed { $0.type = "date" }
        case .time: view = typed { $0.type = "time" }
        case .price:
            var amount = input(name, label("amount"))
            amount.inputMode = "decimal"
            var currency = input(name + "-currency", label("currency"))
            currency.longest = 3
            currency.autocomplete = "off"
            view = group("numbers", inputs: [amount, currency])
        case .flag:
            var flag: View = ["name": name, "id": name, "text": label(name), "isOn": form.has(name)]
            if let hint = texts.known("host.hint.\(name)") { flag["about"] = hint }
            view = ["flag": flag]
        case .choice(let values):
            let options = values.map { value -> View in
                ["value": value, "text": EditorFieldView.words(value, texts), "isChosen": form[name] == value]
            }
            view = group("choice", options)
        case .policy:
            let options = CancellationPolicy.allCases.map { policy -> View in
                [
                    "value": policy.rawValue, "id": policy == .flexible ? name : "\(name)-\(policy.rawValue)",
                    "text": texts("policy.\(policy.rawValue).name"), "isChosen": form[name] == policy.rawValue,
                    "about": texts("policy.\(policy.rawValue).text").replacing("|", with: " "),
                ]
            }
            view = group("radios", options)
        case .some(let values):
            view = group(
                "boxes", EditorFieldView.boxes(name, values.map { ($0, EditorFieldView.words($0, texts)) }, form))
        case .weekdays:
            let days = page.formats.weekdays.map { ($0.rawValue, page.formats.weekday($0).full) }
            view = group("boxes", EditorFieldView.boxes(name, days, form)).merging(["isShort": true])
        case .byWeekday(let range):
            let days = page.formats.weekdays.map { day -> Field in
                var input = input("\(name)-\(day.rawValue)", page.formats.weekday(day).full)
                whole(&input, range)
                return input
            }
            view = group("numbers", inputs: days)
        case .steps(let threshold):
            let filled = (field.filledRows(threshold, form).last ?? -1) + 1
            let rows = (0..<EditorField.rowCount(filled: filled)).map { row -> View in
                var first = input("\(name)-\(row)-\(threshold)", label("\(name)-\(threshold)"))
                whole(&first, 0...731)
                var percent = input("\(name)-\(row)-percent", label("percent"))
                percent.inputMode = "decimal"
                return [
                    "rowLabel": texts("host.step", ["number": String(row + 1)]),
                    "inputsHTML": HTML([first.small, percent.small], texts),
                ]
            }
            view = group("rows", rows)
        case .amenities:
            view = EditorFieldView.amenities(
                field, form, problems, amenities, { group($0, $1) }, on: page)
        }
    }

    /// What there is to choose from is what the catalogue names, and what this place has besides.
    private static func amenities(
        _ field: EditorField, _ form: Form, _ problems: FormProblems?, _ names: [String: String],
        _ group: (String, [View]) -> View, on page: PageVisit
    ) -> View {
        let known = page.texts.catalogue.entries.keys.filter { $0.hasPrefix("amenity.") }
            .map { String($0.dropFirst("amenity.".count)) }
        let chosen = form.all(field.name)
        let codes = Set(known + chosen)
        let named = codes.map { ($0, AmenityName($0, names[$0], page.texts).text) }
            .sorted { ($0.1.lowercased(), $0.0) < ($1.1.lowercased(), $1.0) }
        var view = group("boxes", boxes(field.name, named, form))
        var more = Field(field.name + "-more", page.texts("host.field.amenities-more"))
        more.hint = page.texts("host.hint.amenities-more")
        more.rows = 3
        more.isOptional = true
        more.value = form[more.name]
        more.error = problems?[more.name]
        view["inputHTML"] = more.html(page.texts)
        return view
    }

    /// The first box has the field's own id, so that an error can lead there.
    private static func boxes(_ name: String, _ values: [(value: String, text: String)], _ form: Form) -> [View] {
        let chosen = Set(form.all(name))
        return values.enumerated().map { index, option in
            [
                "value": option.value, "id": index == 0 ? name : "\(name)-\(option.value)", "text": option.text,
                "isOn": chosen.contains(option.value),
            ]
        }
    }

    /// A value's words; those of kinds of places are the catalogue's already.
    private static func words(_ value: String, _ texts: Texts) -> String {
        texts.known("roomType.\(value)") ?? texts("host.choice.\(value)")
    }
}

/// What is wrong with the fields of an editor, in words.
struct EditorWords {
    private let page: PageVisit
    /// The names of the form's fields, in their order on the page.
    private let names: [String]
    private let known: Set<String>

    init(_ page: PageVisit, known names: [String]) {
        self.page = page
        self.names = names
        known = Set(names)
    }

    func problems(_ errors: [Problem.FieldError]) -> FormProblems {
        let refusal = Problem(.validationFailed, "", errors: errors)
        guard refusal.ofWholeForm == nil else { return FormProblems(refusal, page.texts) }
        var problems = FormProblems(errors.map { (field(of: $0.field), message(of: $0)) }).inOrder(of: names)
        for (field, _) in problems.errors { problems.labels[field] = label(of: field) }
        return problems
    }

    /// What a field is called, else the group of fields that it is in.
    private func label(of field: String) -> String? {
        var name = field[...]
        while true {
            if let label = page.texts.known("host.field.\(name)") { return label }
            guard let dash = name.lastIndex(of: "-") else { return nil }
            name = name[..<dash]
        }
    }

    /// The field of the form that a member of the document is filled in by: itself, or what it is a part of.
    private func field(of path: String) -> String {
        var name = EditorField.name(ofPath: path)
        while !known.contains(name), let dash = name.lastIndex(of: "-") { name = String(name[..<dash]) }
        return name
    }

    private func message(of error: Problem.FieldError) -> String {
        let texts = page.texts
        if let own = texts.known("host.error.\(error.code)") { return own }
        switch error.code {
        case "out_of_range" where error.field.hasSuffix("amount"): return texts("host.error.amountRange")
        case "out_of_range":
            if let range = error.message.firstMatch(of: #/from (-?\d+(?:\.\d+)?) to (-?\d+(?:\.\d+)?)/#) {
                return texts("host.error.range", ["from": String(range.1), "to": String(range.2)])
            }
        case "too_long":
            if let most = error.message.firstMatch(of: #/at most (\d+) characters/#) {
                return texts("host.error.tooLong", ["count": String(most.1)])
            }
        default: break
        }
        let english = EditorWords.sentence(error.message)
        guard page.language != .english else { return english }
        return texts.known("problem.any.\(error.code)") ?? texts("host.error.other", ["detail": english])
    }

    /// "minimumNights is at most maximumNights" as a sentence.
    private static func sentence(_ text: String) -> String {
        let text = text.prefix(1).uppercased() + text.dropFirst()
        return text.hasSuffix(".") ? text : text + "."
    }
}
