import Core

/// What a request said of a member that may be left out or taken back.
enum Given<Value> {
    case absent
    case null
    case value(Value)
}

/// Reads the members of an object one by one, and keeps what is wrong with each. Members nobody asked for are errors.
///
/// A wrong member reads as nothing; whoever reads must look at the complaints before using what came out.
struct Fields {
    private let path: String
    private var members: [String: JSONValue] = [:]
    private var unread: [String] = []
    private(set) var complaints = Complaints()

    /// - Parameter path: what stands before a member's name in complaints: nothing, `location` or `nights[3]`.
    init(_ object: [(name: String, value: JSONValue)], path: String = "") {
        self.path = path
        for (name, value) in object {
            guard members[name] == nil else {
                complaints.add(full(name), "duplicate", "is there twice")
                continue
            }
            members[name] = value
            unread.append(name)
        }
    }

    mutating func required<Value>(_ name: String, _ shape: Shape<Value>) -> Value? {
        guard let value = take(name) else {
            complaints.add(full(name), "required", "is missing")
            return nil
        }
        return shape.read(value, full(name), &complaints)
    }

    /// Nothing where it is left out; null is wrong.
    mutating func optional<Value>(_ name: String, _ shape: Shape<Value>) -> Value? {
        guard let value = take(name) else { return nil }
        return shape.read(value, full(name), &complaints)
    }

    /// Null says something other than leaving it out.
    mutating func nullable<Value>(_ name: String, _ shape: Shape<Value>) -> Given<Value> {
        guard let value = take(name) else { return .absent }
        if case .null = value { return .null }
        return shape.read(value, full(name), &complaints).map { .value($0) } ?? .absent
    }

    /// Whether a member is there and was not read yet.
    func has(_ name: String) -> Bool { members[name] != nil }

    /// Complains of a member for a reason that no shape knows.
    mutating func complain(_ name: String, _ code: String, _ message: String) {
        complaints.add(full(name), code, message)
    }

    /// Complains of the members nobody asked for. To be called last.
    mutating func refuseUnknown() {
        for name in unread where members[name] != nil {
            complaints.add(full(name), "unknown", "is not known here")
        }
    }

    private mutating func take(_ name: String) -> JSONValue? { members.removeValue(forKey: name) }

    /// A name that a client made up is cut short before it is given back.
    private func full(_ name: String) -> String {
        let name = name.count > 64 ? String(name.prefix(64)) + "…" : name
        return path.isEmpty ? name : "\(path).\(name)"
    }
}
