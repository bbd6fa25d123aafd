import Core
import PropertyService

// The documents that the editor shows are those of the API: what stands there can be filled in here, and nothing else.
extension JSONValue {
    /// What the API answers.
    static func document(of value: some JSONWritable) -> JSONValue {
        var json = JSONWriter()
        json.value(value)
        // What our writer wrote our parser reads.
        return (try? JSONParser.parse(json.bytes)) ?? .null
    }

    /// The member of a path, `location.city`; nothing where there is none or it is null.
    func at(_ path: String) -> JSONValue? {
        var value = self
        for name in path.split(separator: ".") {
            guard let member = value[String(name)] else { return nil }
            value = member
        }
        if case .null = value { return nil }
        return value
    }

    /// This document with a member put in, and the objects on the way to it.
    func with(_ value: JSONValue, at path: some Collection<Substring>) -> JSONValue {
        guard let first = path.first else { return value }
        var members = members
        let place = members.firstIndex { $0.name == first }
        let inner = place.map { members[$0].value } ?? .object([])
        let changed = inner.with(value, at: path.dropFirst())
        if let place { members[place].value = changed } else { members.append((String(first), changed)) }
        return .object(members)
    }

    /// A text, a number or a flag as it is written.
    var plainText: String {
        switch self {
        case .text(let text), .number(let text): text
        case .flag(let flag): flag ? "true" : "false"
        case .null, .list, .object, .unusable: ""
        }
    }

    /// An amount of money in major units, as people type it.
    func amount(_ currency: Currency) -> String? {
        guard let amount = at("amount").flatMap({ Int64($0.plainText) }) else { return nil }
        return Money(amount, currency).decimalText
    }

    var isNothing: Bool {
        switch self {
        case .null: true
        case .object(let members): members.allSatisfy(\.value.isNothing)
        case .flag, .number, .text, .list, .unusable: false
        }
    }
}

extension Fields {
    /// What a reader of the API makes of a document, with everything that is wrong with it.
    static func read<Body>(_ document: JSONValue, _ make: (inout Fields) -> Body?) -> (body: Body?, Complaints) {
        guard case .object(let members) = document else { return (nil, Complaints()) }
        var fields = Fields(members)
        let body = make(&fields)
        fields.refuseUnknown()
        return (body, fields.complaints)
    }
}
