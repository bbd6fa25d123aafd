/// A value that has one way to be written as JSON.
package protocol JSONWritable {
    func write(to json: inout JSONWriter)
}

/// Writes JSON by appending bytes, members in the order they are named.
///
/// There is no tree and no reflection: Foundation's encoder takes longer for one quote than all the rest of the answer.
package struct JSONWriter {
    @usableFromInline package internal(set) var bytes: [UInt8] = []

    package init(capacity: Int = 1024) { bytes.reserveCapacity(capacity) }

    /// An object, as the value that is due.
    @inlinable @inline(__always)
    package mutating func object(_ members: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "{"))
        members(&self)
        bytes.append(UInt8(ascii: "}"))
    }

    /// A list, as the value that is due.
    @inlinable @inline(__always)
    package mutating func list<Items: Sequence>(_ items: Items, _ each: (inout JSONWriter, Items.Element) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "["))
        for item in items { each(&self, item) }
        bytes.append(UInt8(ascii: "]"))
    }

    /// What has members or items.
    package enum Container: Sendable { case object, list }

    /// Begins a container, as the value that is due, for who cannot write it in one closure: `end` ends it.
    package mutating func begin(_ container: Container) {
        separate()
        bytes.append(container == .object ? UInt8(ascii: "{") : UInt8(ascii: "["))
    }

    package mutating func end(_ container: Container) {
        bytes.append(container == .object ? UInt8(ascii: "}") : UInt8(ascii: "]"))
    }

    @inlinable
    package mutating func value(_ value: some JSONWritable) { value.write(to: &self) }

    @inlinable
    package mutating func member(_ name: StaticString, _ value: some JSONWritable) {
        self.name(name)
        value.write(to: &self)
    }

    /// `null` where there is nothing: a member that the contract names is always there.
    @inlinable
    package mutating func member(_ name: StaticString, _ value: (some JSONWritable)?) {
        self.name(name)
        if let value { value.write(to: &self) } else { null() }
    }

    @inlinable
    package mutating func object(_ name: StaticString, _ members: (inout JSONWriter) -> Void) {
        self.name(name)
        object(members)
    }

    @inlinable
    package mutating func list<Items: Sequence>(
        _ name: StaticString, _ items: Items, _ each: (inout JSONWriter, Items.Element) -> Void
    ) {
        self.name(name)
        list(items, each)
    }

    @inlinable
    package mutating func null() {
        separate()
        append("null")
    }

    /// Names that are written in the source need no escape.
    @inlinable
    mutating func name(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        append(name)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    /// A member's name that is known at run time only.
    package mutating func name(_ name: String) {
        append(text: name)
        bytes.append(UInt8(ascii: ":"))
    }

    /// A comma, unless this is the first in its container or the value of a member. No value of ours ends in one of
    /// these bytes: strings end in a quotation mark.
    @inlinable @inline(__always)
    mutating func separate() {
        switch bytes.last {
        case nil, UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"): break
        default: bytes.append(UInt8(ascii: ","))
        }
    }

    @inlinable
    mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    package mutating func append(number text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
    }

    package mutating func append(text: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { append(escaping: $0) }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func append(escaping text: UnsafeBufferPointer<UInt8>) {
        var written = 0
        var at = 0
        while at < text.count {
            let byte = text[at]
            if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte != 0x7F, byte != 0xE2 {
                at += 1
                continue
            }
            if byte == 0xE2 {
                // U+2028 and U+2029 end a line in older JavaScript.
                guard at + 2 < text.count, text[at + 1] == 0x80, text[at + 2] & 0xFE == 0xA8 else {
                    at += 1
                    continue
                }
                bytes.append(contentsOf: text[written..<at])
                append(text[at + 2] == 0xA8 ? "\\u2028" : "\\u2029")
                at += 3
                written = at
                continue
            }
            bytes.append(contentsOf: text[written..<at])
            append(escaped: byte)
            at += 1
            written = at
        }
        bytes.append(contentsOf: text[written...])
    }

    private mutating func append(escaped byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        default:
            append("u00")
            for digit in [byte >> 4, byte & 15] { bytes.append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
        }
    }
}

extension String: JSONWritable {
    package func write(to json: inout JSONWriter) { json.append(text: self) }
}

extension Int: JSONWritable {
    package func write(to json: inout JSONWriter) { json.append(number: String(self)) }
}

extension Int64: JSONWritable {
    package func write(to json: inout JSONWriter) { json.append(number: String(self)) }
}

extension Double: JSONWritable {
    /// Numbers that are none become null; JSON has no word for them.
    package func write(to json: inout JSONWriter) { isFinite ? json.append(number: description) : json.null() }
}

extension Bool: JSONWritable {
    package func write(to json: inout JSONWriter) {
        json.separate()
        json.append(self ? "true" : "false")
    }
}

extension ID: JSONWritable {
    package func write(to json: inout JSONWriter) { json.append(text: text) }
}

extension LocalDay: JSONWritable {
    package func write(to json: inout JSONWriter) { json.append(text: description) }
}

extension Instant: JSONWritable {
    package func write(to json: inout JSONWriter) { json.append(text: description) }
}

extension TimeOfDay: JSONWritable {
    package func write(to json: inout JSONWriter) { json.append(text: description) }
}

extension Zone: JSONWritable {
    package func write(to json: inout JSONWriter) { json.append(text: name) }
}

extension Money: JSONWritable {
    package func write(to json: inout JSONWriter) {
        json.object {
            $0.member("amount", amount)
            $0.member("currency", currency.code)
        }
    }
}
