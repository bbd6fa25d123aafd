import Core
import HTTPTypes
import Hummingbird
import PropertyService

/// Seasons and taxes: a list, and a page for each item, which is saved or taken out by itself.
struct EditorListPages {
    func add(to routes: inout Routes) {
        for list in EditorList.all {
            let path = "/host/properties/{id}/\(list.name)"
            routes.hostPage(path) { page in
                let (property, caller) = try await page.hostedProperty()
                let item = page.parameters["item"]
                return item.isEmpty
                    ? try await show(list, property, caller, on: page)
                    : try await edit(list, item, property, caller, on: page)
            }
            routes.hostForm(path) { try await save(list, $0, $1) }
        }
    }

    // MARK: The list

    private func show(
        _ list: EditorList, _ property: Property, _ caller: Caller, on page: PageVisit
    ) async throws -> Response {
        let rules = try await page.site.properties.rules(of: property.id, for: caller)
        let base = "/host/properties/\(property.id)/\(list.name)"
        let items = list.summaries(of: rules, on: page).enumerated().map { index, item -> View in
            ["title": item.title, "text": item.about, "href": page.path("\(base)?item=\(index)")]
        }
        var view: View = [
            "crumbs": page.hostCrumbs(property), "heading": page.texts("host.section.\(list.name).title"),
            "lead": page.texts("host.section.\(list.name).about"), "items": items, "hasItems": !items.isEmpty,
            "newHref": page.path("\(base)?item=new"), "newText": page.texts("host.section.\(list.name).add"),
            "none": page.texts("host.section.\(list.name).none"),
            "backHref": page.path("/host/properties/\(property.id)"),
        ]
        if ["saved", "removed"].contains(page.parameters["done"]) {
            view["saved"] = page.texts("host.saved.\(page.parameters["done"])")
        }
        let title = page.texts(
            "host.editTitle", ["what": page.texts("host.section.\(list.name).title"), "title": property.title])
        return try page.show("host-items", Head(title), view)
    }

    // MARK: An item

    private func save(_ list: EditorList, _ page: PageVisit, _ form: Form) async throws -> Response {
        let (property, caller) = try await page.hostedProperty()
        let currency = property.currency(page.site)
        let rules = try await page.site.properties.rules(of: property.id, for: caller)
        var items = JSONValue.document(of: rules).at(list.name)?.items ?? []
        let place = form["item"] == "new" ? items.count : Int(form["item"]) ?? -1
        guard (0...items.count).contains(place) else { throw Problem.notFound("page") }
        let isRemoved = form["do"] == "remove"
        do {
            var complaints = Complaints()
            if isRemoved {
                if place < items.count { items.remove(at: place) }
            } else {
                let (item, wrong) = list.document(from: form, currency: currency)
                complaints = wrong.prefixed("\(list.name)[\(place)]")
                if place < items.count { items[place] = item } else { items.append(item) }
            }
            let changes = try EditorPages.read(.object([(list.name, .list(items))]), complaints) {
                PropertyRulesChanges(&$0, whenAbsent: .keep)
            }
            let seen = form["seen"]
            _ = try await page.site.properties.changeRules(
                of: property.id, changes, for: caller, unlessChanged: { list.print(of: $0) == seen })
            return page.goTo(
                "/host/properties/\(property.id)/\(list.name)?done=\(isRemoved ? "removed" : "saved")")
        } catch let problem as Problem where problem.isAboutForm {
            return try await edit(list, form["item"], property, caller, on: page, typed: form, problem)
        }
    }

    private func edit(
        _ list: EditorList, _ item: String, _ property: Property, _ caller: Caller, on page: PageVisit,
        typed: Form? = nil, _ problem: Problem? = nil
    ) async throws -> Response {
        let texts = page.texts
        let currency = property.currency(page.site)
        let rules = try await page.site.properties.rules(of: property.id, for: caller)
        let items = JSONValue.document(of: rules).at(list.name)?.items ?? []
        let place = item == "new" ? items.count : Int(item) ?? -1
        // After a conflict the item may be gone; what was typed is kept as a new one.
        guard (0..<items.count).contains(place) || item == "new" || typed != nil else { throw Problem.notFound("page") }
        let isNew = place >= items.count || place < 0
        let form =
            typed ?? (isNew ? list.fresh() : list.item.form(of: items[place], currency: currency))
        var problems: FormProblems?
        if let problem {
            let names = list.item.fields.flatMap { $0.names(in: form) }
            problems =
                problem.isChangedMeanwhile
                ? FormProblems(detail: texts("host.changedMeanwhile"), status: .conflict)
                : EditorWords(page, known: names).problems(
                    problem.errors.map { $0.within("\(list.name)[\(place)]") }
                ).with(status: problem.statusAndTitle.0)
        }
        let base = "/host/properties/\(property.id)/\(list.name)"
        let heading = texts(isNew ? "host.section.\(list.name).add" : "host.section.\(list.name).one")
        let view: View = [
            "crumbs": page.hostCrumbs(property, [(texts("host.section.\(list.name).title"), base)]),
            "heading": heading, "lead": texts("host.section.\(list.name).oneAbout"),
            "action": page.path(base), "backHref": page.path(base), "item": isNew ? "new" : String(place),
            "seen": list.print(of: rules), "canRemove": !isNew, "removeText": texts("host.section.\(list.name).remove"),
            "currencyNote": texts("host.inCurrency", ["currency": currency.code]),
            "fields": list.item.fields.map { EditorFieldView($0, form, problems, on: page).view },
        ]
        return try page.show(
            "host-edit", Head(texts("host.editTitle", ["what": heading, "title": property.title])), view,
            problems: problems, status: problems?.status ?? .ok)
    }
}

extension EditorList {
    /// What the list is, as a number: another one where somebody changed it.
    func print(of rules: PropertyRules) -> String {
        let items = JSONValue.document(of: rules).at(name)?.items ?? []
        return Form(
            items.enumerated().flatMap { index, document in
                // Any currency: it is the same for both sides that are compared.
                item.fields.flatMap { $0.pairs(of: document, currency: .usd) }.map { ("\(index)-\($0.name)", $0.value) }
            }
        ).hash(without: [])
    }

    /// Each item in a line.
    func summaries(of rules: PropertyRules, on page: PageVisit) -> [(title: String, about: String)] {
        let (texts, formats) = (page.texts, page.formats)
        switch name {
        case "taxes":
            return rules.taxes.map { tax in
                switch tax.charge {
                case .percent(let percent, _): (tax.name, formats.percent(thousandths: percent.thousandths))
                case .perNight(let money):
                    (tax.name, texts("host.tax.perNight", ["amount": formats.money(money)]))
                case .perPersonAndNight(let money):
                    (tax.name, texts("host.tax.perPerson", ["amount": formats.money(money)]))
                }
            }
        default:
            return rules.seasons.map { season in
                var parts = [formats.nights(season.nights)]
                if let price = season.price { parts.append(formats.shortMoney(price)) }
                if let least = season.stays.minimumNights { parts.append(texts.count("host.atLeast", least)) }
                return (season.name, parts.joined(separator: " · "))
            }
        }
    }
}

extension Complaints {
    /// The same about a member that lies deeper.
    fileprivate func prefixed(_ path: String) -> Complaints {
        var complaints = Complaints()
        for error in errors { complaints.add("\(path).\(error.field)", error.code, error.message) }
        return complaints
    }
}

extension Problem.FieldError {
    /// About a member of an item, where it is about this item; else about the item as a whole, in words that say which.
    fileprivate func within(_ path: String) -> Problem.FieldError {
        Problem.FieldError(
            field.hasPrefix(path + ".") ? String(field.dropFirst(path.count + 1)) : "name", code, message)
    }
}
