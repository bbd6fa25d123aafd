import Core

/// The amenities that most listings name have a bit each, so that a search compares one number.
enum CommonAmenities {
    /// The bits of the codes that have one, and the codes that have none: those are looked up in the text.
    static func split(_ codes: some Sequence<String>) -> (mask: Int64, rest: [String]) {
        var mask: Int64 = 0
        var rest: [String] = []
        for code in codes {
            if let bit = bits[code] { mask |= 1 << Int64(bit) } else { rest.append(code) }
        }
        return (mask, rest)
    }

    /// Counted in six cities of Inside Airbnb, 2021 to 2025. At most 63, so that the number stays positive; the places
    /// are in the database, so a code never moves: add at the end, with a migration that fills the entries anew.
    private static let bits: [String: Int] = {
        let codes = """
            wifi kitchen essentials hair-dryer hangers hot-water air-conditioning iron smoke-alarm \
            long-term-stays-allowed tv washer bed-linens refrigerator shampoo dishes-and-silverware fire-extinguisher \
            dedicated-workspace microwave cooking-basics heating first-aid-kit private-entrance self-check-in elevator \
            hot-water-kettle oven carbon-monoxide-alarm freezer stove dining-table toaster extra-pillows-and-blankets \
            free-parking-on-premises wine-glasses dishwasher shower-gel coffee-maker lockbox dryer cleaning-products \
            luggage-dropoff-allowed free-street-parking bathtub lock-on-bedroom-door room-darkening-shades body-soap \
            drying-rack-for-clothing outdoor-dining-area outdoor-furniture coffee pool bbq-grill crib clothing-storage \
            patio-or-balcony host-greets-you private-patio-or-balcony backyard pets-allowed hot-tub gym high-chair
            """
        return Dictionary(uniqueKeysWithValues: codes.split(separator: " ").enumerated().map { (String($1), $0) })
    }()
}
