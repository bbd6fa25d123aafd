import PropertyService

@testable import Web

/// Reads a listing as `POST /properties` does.
enum PropertyDraftReading {
    static func read(_ fields: inout Fields) -> PropertyDraft? { PropertyDraft(&fields) }
}
