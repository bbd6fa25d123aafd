import Core

/// Values as JSON text in a column or an event: any `Codable` type, members in the order of their declaration.
///
/// A booking is written three times and read once for each that is made, which Foundation's coders took a tenth of all
/// its time for. These write and read the same JSON. A dictionary has no order of its own: where the text must be the same
/// each time, keep none.
package enum StoredJSON {
    /// - Throws: `EncodingError` for a floating-point value that JSON has no number for.
    package static func text(of value: some Encodable) throws -> String {
        let sheet = Sheet()
        try sheet.write(value)
        return String(decoding: sheet.json.bytes, as: UTF8.self)
    }

    /// - Throws: `DecodingError` where it is not JSON, or not of this type.
    package static func value<Value: Decodable>(_ type: Value.Type = Value.self, from text: String) throws -> Value {
        let value: JSONValue
        do throws(JSONSyntaxError) {
            value = try JSONParser.parse(Array(text.utf8))
        } catch {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: [], debugDescription: "byte \(error.offset): \(error.reason)"))
        }
        return try Value(from: Found(value: value, codingPath: []))
    }
}

// MARK: Writing

/// What is written so far, and which containers are open in it: one ends when its value does, or when the one around it
/// goes on.
private final class Sheet {
    var json = JSONWriter()
    private(set) var open: [JSONWriter.Container] = []

    func write(_ value: some Encodable) throws {
        let depth = open.count
        try value.encode(to: Pen(sheet: self))
        end(to: depth)
    }

    /// - Returns: its depth.
    func begin(_ container: JSONWriter.Container) -> Int {
        json.begin(container)
        open.append(container)
        return open.count
    }

    func end(to depth: Int) {
        while open.count > depth { json.end(open.removeLast()) }
    }

    func write(floating value: Double) throws {
        guard value.isFinite else {
            throw EncodingError.invalidValue(
                value, EncodingError.Context(codingPath: [], debugDescription: "JSON has no number for \(value)"))
        }
        json.value(value)
    }
}

private struct Pen: Encoder {
    let sheet: Sheet

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(Members(sheet: sheet, depth: sheet.begin(.object)))
    }
    func unkeyedContainer() -> any UnkeyedEncodingContainer { Values(sheet: sheet, depth: sheet.begin(.list)) }
    func singleValueContainer() -> any SingleValueEncodingContainer { Values(sheet: sheet, depth: sheet.open.count) }
}

/// The members of an object.
private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let sheet: Sheet
    let depth: Int

    var codingPath: [any CodingKey] { [] }

    /// The value that is due then.
    private func values(for key: some CodingKey) -> Values {
        sheet.end(to: depth)
        sheet.json.name(key.stringValue)
        return Values(sheet: sheet, depth: depth)
    }

    func encodeNil(forKey key: Key) { values(for: key).encodeNil() }
    func encode(_ value: Bool, forKey key: Key) { values(for: key).encode(value) }
    func encode(_ value: String, forKey key: Key) { values(for: key).encode(value) }
    func encode(_ value: Double, forKey key: Key) throws { try values(for: key).encode(value) }
    func encode(_ value: Float, forKey key: Key) throws { try values(for: key).encode(value) }
    func encode<T: BinaryInteger & Encodable>(_ value: T, forKey key: Key) { values(for: key).encode(value) }
    func encode<T: Encodable>(_ value: T, forKey key: Key) throws { try values(for: key).encode(value) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key)
        -> KeyedEncodingContainer<Nested>
    {
        values(for: key).nestedContainer(keyedBy: type)
    }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        values(for: key).nestedUnkeyedContainer()
    }
    func superEncoder() -> any Encoder { values(for: AnyName("super")).superEncoder() }
    func superEncoder(forKey key: Key) -> any Encoder { values(for: key).superEncoder() }
}

/// The values of a list, or the one value that something is.
private struct Values: UnkeyedEncodingContainer, SingleValueEncodingContainer {
    let sheet: Sheet
    let depth: Int
    private(set) var count = 0

    var codingPath: [any CodingKey] { [] }

    func encodeNil() {
        sheet.end(to: depth)
        sheet.json.null()
    }
    func encode(_ value: Bool) {
        sheet.end(to: depth)
        sheet.json.value(value)
    }
    func encode(_ value: String) {
        sheet.end(to: depth)
        sheet.json.append(text: value)
    }
    func encode(_ value: Double) throws {
        sheet.end(to: depth)
        try sheet.write(floating: value)
    }
    func encode(_ value: Float) throws {
        sheet.end(to: depth)
        try sheet.write(floating: Double(value))
    }
    func encode<T: BinaryInteger & Encodable>(_ value: T) {
        sheet.end(to: depth)
        sheet.json.append(number: String(value))
    }
    func encode<T: Encodable>(_ value: T) throws {
        sheet.end(to: depth)
        try sheet.write(value)
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        sheet.end(to: depth)
        return Pen(sheet: sheet).container(keyedBy: type)
    }
    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        sheet.end(to: depth)
        return Pen(sheet: sheet).unkeyedContainer()
    }
    func superEncoder() -> any Encoder {
        sheet.end(to: depth)
        return Pen(sheet: sheet)
    }
}

// MARK: Reading

/// A value that stands somewhere in the JSON.
private struct Found: Decoder, SingleValueDecodingContainer {
    let value: JSONValue
    let codingPath: [any CodingKey]

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let members) = value else { throw isNot([String: Any].self) }
        return KeyedDecodingContainer(FoundMembers(members: members, codingPath: codingPath))
    }
    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .list(let items) = value else { throw isNot([Any].self) }
        return FoundValues(items: items, codingPath: codingPath)
    }
    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    func decodeNil() -> Bool { if case .null = value { true } else { false } }
    func decode(_ type: Bool.Type) throws -> Bool {
        guard case .flag(let flag) = value else { throw isNot(type) }
        return flag
    }
    func decode(_ type: String.Type) throws -> String {
        guard case .text(let text) = value else { throw isNot(type) }
        return text
    }
    func decode(_ type: Double.Type) throws -> Double {
        guard case .number(let text) = value, let number = Double(text), number.isFinite else { throw isNot(type) }
        return number
    }
    func decode(_ type: Float.Type) throws -> Float {
        guard case .number(let text) = value, let number = Float(text), number.isFinite else { throw isNot(type) }
        return number
    }
    func decode<T: FixedWidthInteger & Decodable>(_ type: T.Type) throws -> T {
        guard case .number(let text) = value, let number = T(text) else { throw isNot(type) }
        return number
    }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try T(from: self) }

    func isNot(_ type: Any.Type) -> DecodingError {
        let context = DecodingError.Context(codingPath: codingPath, debugDescription: "it is \(value.kind)")
        return decodeNil() ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }
}

private struct FoundMembers<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let members: [(name: String, value: JSONValue)]
    let codingPath: [any CodingKey]

    var allKeys: [Key] { members.compactMap { Key(stringValue: $0.name) } }
    func contains(_ key: Key) -> Bool { value(named: key.stringValue) != nil }

    private func value(named name: String) -> JSONValue? { members.first { $0.name == name }?.value }

    private func found(_ key: some CodingKey) throws -> Found {
        guard let value = value(named: key.stringValue) else {
            throw DecodingError.keyNotFound(
                key, DecodingError.Context(codingPath: codingPath, debugDescription: "there is no \(key.stringValue)"))
        }
        return Found(value: value, codingPath: codingPath + [key])
    }

    func decodeNil(forKey key: Key) throws -> Bool { try found(key).decodeNil() }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try found(key).decode(type) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try found(key).decode(type) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try found(key).decode(type) }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try found(key).decode(type) }
    func decode<T: FixedWidthInteger & Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        try found(key).decode(type)
    }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try found(key).decode(type) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws
        -> KeyedDecodingContainer<Nested>
    {
        try found(key).container(keyedBy: type)
    }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try found(key).unkeyedContainer()
    }
    func superDecoder() throws -> any Decoder { try found(AnyName("super")) }
    func superDecoder(forKey key: Key) throws -> any Decoder { try found(key) }
}

private struct FoundValues: UnkeyedDecodingContainer {
    let items: [JSONValue]
    let codingPath: [any CodingKey]
    private(set) var currentIndex = 0

    var count: Int? { items.count }
    var isAtEnd: Bool { currentIndex == items.count }

    /// Takes the next where it is read without complaint.
    private mutating func next<T>(_ read: (Found) throws -> T) throws -> T {
        let path = codingPath + [AnyName(currentIndex)]
        guard !isAtEnd else {
            throw DecodingError.valueNotFound(
                T.self, DecodingError.Context(codingPath: path, debugDescription: "the list has ended"))
        }
        let value = try read(Found(value: items[currentIndex], codingPath: path))
        currentIndex += 1
        return value
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, case .null = items[currentIndex] else { return false }
        currentIndex += 1
        return true
    }
    mutating func decode(_ type: Bool.Type) throws -> Bool { try next { try $0.decode(type) } }
    mutating func decode(_ type: String.Type) throws -> String { try next { try $0.decode(type) } }
    mutating func decode(_ type: Double.Type) throws -> Double { try next { try $0.decode(type) } }
    mutating func decode(_ type: Float.Type) throws -> Float { try next { try $0.decode(type) } }
    mutating func decode<T: FixedWidthInteger & Decodable>(_ type: T.Type) throws -> T {
        try next { try $0.decode(type) }
    }
    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try next { try $0.decode(type) } }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws
        -> KeyedDecodingContainer<Nested>
    {
        try next { try $0.container(keyedBy: type) }
    }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try next { try $0.unkeyedContainer() }
    }
    mutating func superDecoder() throws -> any Decoder { try next { $0 } }
}

/// A name or a place in a list that no type declares.
private struct AnyName: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(_ name: String) { (stringValue, intValue) = (name, nil) }
    init(_ index: Int) { (stringValue, intValue) = (String(index), index) }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { self.init(intValue) }
}
