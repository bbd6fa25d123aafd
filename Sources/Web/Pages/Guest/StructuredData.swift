import Core
import Foundation
import PropertyService

/// Facts for search engines, as schema.org names them; the same that can be read on the page.
enum StructuredData {
    static func property(_ property: Property, base: String, page: PageVisit) -> HTML? {
        let url = base + page.path("/properties/\(property.id)")
        let point = SearchMap.approximate(property)
        var rental: [String: Any] = [
            "@type": "VacationRental", "identifier": property.id.text, "name": property.title, "url": url,
            "description": Plain.line(property.description, longest: 5000),
            "image": [base + "/share/\(property.id).png"], "latitude": point.latitude, "longitude": point.longitude,
            "address": address(property.location), "checkinTime": property.checkInFrom.description,
            "checkoutTime": property.checkOutBy.description, "petsAllowed": property.amenities.contains("pets-allowed"),
            "containsPlace": accommodation(property),
        ]
        if let average = property.rating.average, property.rating.count > 0 {
            rental["aggregateRating"] =
                [
                    "@type": "AggregateRating", "ratingValue": average, "reviewCount": property.rating.count,
                    "bestRating": 5,
                ] as [String: Any]
        }
        let city = base + page.path("/search?location=" + PercentCoding.encode(property.location.city))
        let crumbs: [String: Any] = [
            "@type": "BreadcrumbList",
            "itemListElement": [
                ("Roost", base + page.path("/")), (property.location.city, city), (property.title, url),
            ]
            .enumerated().map { index, item in
                ["@type": "ListItem", "position": index + 1, "name": item.0, "item": item.1] as [String: Any]
            },
        ]
        return html(["@context": "https://schema.org", "@graph": [rental, crumbs]])
    }

    private static func address(_ location: Location) -> [String: Any] {
        ["@type": "PostalAddress", "addressLocality": location.city, "addressCountry": location.country]
    }

    private static func accommodation(_ property: Property) -> [String: Any] {
        [
            "@type": "Accommodation",
            "additionalType": property.roomType == .entireHome
                ? "EntirePlace" : property.roomType == .sharedRoom ? "SharedRoom" : "PrivateRoom",
            "occupancy": ["@type": "QuantitativeValue", "value": property.maximumGuests] as [String: Any],
            "numberOfBedrooms": property.bedrooms, "numberOfBathroomsTotal": property.bathrooms,
            "bed": [["@type": "BedDetails", "numberOfBeds": property.beds] as [String: Any]],
            "amenityFeature": property.amenities.map {
                ["@type": "LocationFeatureSpecification", "name": $0, "value": true] as [String: Any]
            },
        ]
    }

    /// JSON that may stand in a page: nothing in it can end the element.
    private static func html(_ value: [String: Any]) -> HTML? {
        guard
            let data = try? JSONSerialization.data(
                withJSONObject: value, options: [.sortedKeys, .withoutEscapingSlashes])
        else { return nil }
        return HTML(written: String(decoding: data, as: UTF8.self).replacing("<", with: "\\u003c"))
    }
}
