import Core
import Hummingbird

/// What the pages of the operator share.
struct Desk {
    /// The parts of it, as the line at the top of each page leads to them.
    enum Part: String, CaseIterable {
        case overview, bookings, payments, cases, people, listings, mails, log

        var path: String { self == .overview ? "/operator" : "/operator/\(rawValue)" }
    }

    /// How many rows a page of a list has.
    static let rows = 25

    static func links(_ current: Part, on page: PageVisit) -> [View] {
        Part.allCases.map { part in
            [
                "text": page.texts("operator.part.\(part.rawValue)"), "href": page.path(part.path),
                "isCurrent": part == current,
            ]
        }
    }
}

extension PageVisit {
    /// - Throws: `Problem` `unauthenticated`, or `forbidden` for who is signed in and no operator.
    func requireOperator() throws(Problem) -> Caller {
        let caller = try requireCaller()
        guard caller.isOperator else { throw Problem(.forbidden, texts("operator.only")) }
        return caller
    }

    /// A reason as it was typed; the service, or the page where that takes none, wants one.
    func reason(in form: Form) throws(Problem) -> String { try OperatorAct.checked(form["reason"]) }
}

/// One cell of a table.
struct DeskCell {
    let text: String
    private(set) var href: String?
    private(set) var badge: String?
    private(set) var isNumber = false
    private(set) var isEnglish = false
    /// A class: `nowrap`, or `stamp` for what breaks between day and hour only.
    private(set) var look = ""

    static func text(_ text: String) -> DeskCell { DeskCell(text: text) }
    static func link(_ text: String, _ href: String?) -> DeskCell { DeskCell(text: text, href: href) }
    /// A code that people read out, or an amount that is a link: on one line.
    static func code(_ text: String, _ href: String?) -> DeskCell { DeskCell(text: text, href: href, look: "nowrap") }
    /// When something happened, or from when until when it lasts.
    static func stamp(_ text: String) -> DeskCell { DeskCell(text: text, look: "stamp") }
    static func number(_ text: String) -> DeskCell { DeskCell(text: text, isNumber: true) }
    /// - Parameter kind: the class of the badge: `ok`, `warn`, `bad`, or the status itself.
    static func badge(_ text: String, _ kind: String) -> DeskCell { DeskCell(text: text, badge: kind) }
    /// What a service says in English whatever the language of the page.
    static func english(_ text: String) -> DeskCell { DeskCell(text: text, isEnglish: true) }

    fileprivate func view(head: String, isFirst: Bool) -> View {
        var view: View = [
            "cellText": text, "head": head, "isFirst": isFirst, "isNumber": isNumber,
            "look": isNumber ? "number" : look,
            "isEnglish": isEnglish,
            "hasBadge": badge != nil, "hasLink": href != nil,
        ]
        if let href { view["cellHref"] = href }
        if let badge {
            view["badgeKind"] = badge
            view["badgeIcon"] = DeskCell.icon(badge)
        }
        return view
    }

    static func icon(_ kind: String) -> String {
        switch kind {
        case "ok", "listed", "confirmed", "completed": "check"
        case "bad", "cancelled", "declined", "expired": "cross"
        case "warn", "held", "requested", "draft": "clock"
        default: "info"
        }
    }
}

/// A table. Its first column names the row.
struct DeskTable {
    let caption: String
    let heads: [String]
    let rows: [[DeskCell]]

    var view: View {
        [
            "caption": caption,
            "heads": heads.enumerated().map { index, head in
                ["headText": head, "isNumber": rows.first.map { $0[index].isNumber } ?? false] as View
            },
            "rows": rows.map { cells in
                ["cells": zip(heads, cells).enumerated().map { $1.1.view(head: $1.0, isFirst: $0 == 0) }] as View
            },
        ]
    }
}

/// A list that is looked through page by page.
struct DeskList {
    let part: Desk.Part
    let title: String
    var about: String?
    /// What narrows the list: its words, its address, and whether it is on.
    var tabs: [(text: String, href: String, isOn: Bool)] = []
    /// A field to find one by: its label, its name in the address and what was asked.
    var find: (label: String, name: String, value: String)?
    var table: DeskTable
    /// What is said where there is nothing.
    var empty: String
    /// The rest of the list, as a plain address.
    var older: String?
    var more: (text: String, href: String)?
    /// A table of other things that belong here, under its caption.
    var also: DeskTable?

    func show(on page: PageVisit) throws -> Response {
        var head = Head(title)
        head.isWide = true
        var view: View = [
            "desk": Desk.links(part, on: page), "heading": title, "isEmpty": table.rows.isEmpty, "empty": empty,
            "tabs": tabs.map { ["text": $0.text, "href": page.path($0.href), "isCurrent": $0.isOn] as View },
            "hasTabs": !tabs.isEmpty,
        ]
        if let about { view["about"] = about }
        if let done = page.texts.known("operator.done.\(page.parameters["done"])") { view["done"] = done }
        if !table.rows.isEmpty { view["table"] = table.view }
        if let also {
            view["also"] = ["title": also.caption, "table": also.view] as View
        }
        if let older { view["olderHref"] = page.path(older) }
        if let more { view["more"] = ["text": more.text, "href": page.path(more.href)] as View }
        if let find {
            view["find"] = ["label": find.label, "name": find.name, "value": find.value] as View
            view["findAction"] = page.path(part.path)
            view["findRest"] = page.parameters.pairs
                .filter { ![find.name, "cursor"].contains($0.name) && !$0.value.isEmpty }.prefix(8)
                .map { ["name": $0.name, "value": $0.value] as View }
        }
        return try page.show("operator-list", head, view)
    }
}

extension PageVisit {
    /// This page's address with another value for a parameter; nothing takes it out. Paging begins again.
    func address(with name: String, _ value: String?) -> String {
        let kept = parameters.pairs.filter { ![name, "cursor", "done"].contains($0.name) && !$0.value.isEmpty }
        let pairs = kept.prefix(8) + (value.map { [(name: name, value: $0)] } ?? [])
        let query = pairs.map { "\(PercentCoding.encode($0.name))=\(PercentCoding.encode($0.value))" }
        return request.uri.path + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    }

    /// The address of the rest of this list.
    func older(_ cursor: String?) -> String? {
        guard let cursor else { return nil }
        let address = address(with: "cursor", nil)
        return address + (address.contains("?") ? "&" : "?") + "cursor=" + PercentCoding.encode(cursor)
    }

    /// Where the page before ended, if it is said.
    var cursor: String? { parameters["cursor"].isEmpty ? nil : parameters["cursor"] }

    /// A choice of the address, if it is one.
    func choice<Choice: RawRepresentable>(_ name: String) -> Choice? where Choice.RawValue == String {
        Choice(rawValue: parameters[name])
    }

    /// Links that narrow a list by one parameter; the first takes it out.
    func tabs(
        _ name: String, all: String, _ choices: [(value: String, text: String)]
    ) -> [(text: String, href: String, isOn: Bool)] {
        let chosen = choices.contains { $0.value == parameters[name] } ? parameters[name] : ""
        return [(all, address(with: name, nil), chosen.isEmpty)]
            + choices.map { ($0.text, address(with: name, $0.value), chosen == $0.value) }
    }
}
