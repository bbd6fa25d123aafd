import PropertyService

extension Location {
    /// The neighbourhood as pages say it: `TENTH WARD` is said `Tenth Ward`. Some lists of places write the names of
    /// neighbourhoods in capitals only, and pages do not shout. A single word may be meant so (`DUMBO`) and stays.
    var calmNeighbourhood: String? {
        guard let neighbourhood, neighbourhood == neighbourhood.uppercased() else { return neighbourhood }
        let words = neighbourhood.split(separator: " ").filter { $0.count > 1 && $0.contains(where: \.isLetter) }
        guard words.count > 1 else { return neighbourhood }
        var said = ""
        for letter in neighbourhood {
            let isWithin = said.last.map { $0.isLetter || $0.isNumber || $0 == "'" || $0 == "’" } ?? false
            said += isWithin ? letter.lowercased() : String(letter)
        }
        return said
    }
}
