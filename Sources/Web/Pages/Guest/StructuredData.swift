import Core
import PropertyService

/// Facts for search engines, as schema.org names them; the same that can be read on the page.
enum StructuredData {
    static func property(_ property: Property, base: String, page: PageVisit) -> HTML {
        let url = base + page.path("/properties/\(property.id)")
        let city = base + page.path("/search?location=" + PercentCoding.encode(property.location.city))
        let crumbs = [("Roost", base + page.path("/")), (property.location.city, city), (property.title, url)]
        let parts: [(inout JSONWriter) -> Void] = [
            { $0.rental(property, base: base, url: url) }, { $0.breadcrumbs(crumbs) },
        ]
        var json = JSONWriter(capacity: 4096)
        json.object { graph in
            graph.member("@context", "https://schema.org")
            graph.list("@graph", parts) { $1(&$0) }
        }
        // JSON may stand in a page as it is once nothing in it can end the element. Looked for by bytes: a mark before a
        // `<` makes one character with it, and the browser sees the `<`.
        var bytes: [UInt8] = []
        bytes.reserveCapacity(json.bytes.count + 32)
        for byte in json.bytes {
            if byte == UInt8(ascii: "<") { bytes += "\\u003c".utf8 } else { bytes.append(byte) }
        }
        return HTML(written: String(decoding: bytes, as: UTF8.self))
    }
}

extension JSONWriter {
    fileprivate mutating func rental(_ property: Property, base: String, url: String) {
        let point = SearchMap.approximate(property)
        object { rental in
            rental.member("@type", "VacationRental")
            rental.member("identifier", property.id.text)
            rental.member("name", property.title)
            rental.member("url", url)
            rental.member("description", Plain.line(property.description, longest: 5000))
            rental.list("image", [base + "/share/\(property.id).png"]) { $0.value($1) }
            rental.member("latitude", point.latitude)
            rental.member("longitude", point.longitude)
            rental.object("address") {
                $0.member("@type", "PostalAddress")
                $0.member("addressLocality", property.location.city)
                $0.member("addressCountry", property.location.country)
            }
            rental.member("checkinTime", property.checkInFrom.description)
            rental.member("checkoutTime", property.checkOutBy.description)
            rental.member("petsAllowed", property.amenities.contains("pets-allowed"))
            rental.object("containsPlace") { $0.accommodation(property) }
            if let average = property.rating.average, property.rating.count > 0 {
                rental.object("aggregateRating") {
                    $0.member("@type", "AggregateRating")
                    $0.member("ratingValue", average)
                    $0.member("reviewCount", property.rating.count)
                    $0.member("bestRating", 5)
                }
            }
        }
    }

    private mutating func accommodation(_ property: Property) {
        let kind =
            switch property.roomType {
            case .entireHome: "EntirePlace"
            case .sharedRoom: "SharedRoom"
            case .privateRoom, .hotelRoom: "PrivateRoom"
            }
        member("@type", "Accommodation")
        member("additionalType", kind)
        object("occupancy") {
            $0.member("@type", "QuantitativeValue")
            $0.member("value", property.maximumGuests)
        }
        member("numberOfBedrooms", property.bedrooms)
        member("numberOfBathroomsTotal", property.bathrooms)
        list("bed", [property.beds]) { json, beds in
            json.object {
                $0.member("@type", "BedDetails")
                $0.member("numberOfBeds", beds)
            }
        }
        list("amenityFeature", property.amenities) { json, amenity in
            json.object {
                $0.member("@type", "LocationFeatureSpecification")
                $0.member("name", amenity)
                $0.member("value", true)
            }
        }
    }

    fileprivate mutating func breadcrumbs(_ crumbs: [(name: String, address: String)]) {
        object { list in
            list.member("@type", "BreadcrumbList")
            list.list("itemListElement", crumbs.enumerated()) { json, crumb in
                json.object {
                    $0.member("@type", "ListItem")
                    $0.member("position", crumb.offset + 1)
                    $0.member("name", crumb.element.name)
                    $0.member("item", crumb.element.address)
                }
            }
        }
    }
}
