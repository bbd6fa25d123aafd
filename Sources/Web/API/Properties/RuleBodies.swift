import Core
import PropertyService

extension PropertyRules: JSONWritable {
    /// As it is read: what was answered may be put back.
    func write(to json: inout JSONWriter) {
        json.object { rules in
            rules.object("weekend") {
                $0.weekdays("days", weekend.days)
                $0.member("price", weekend.price)
            }
            rules.list("seasons", seasons) { $0.value($1) }
            rules.object("stays") { $0.members(of: stays) }
            rules.object("discounts") {
                $0.steps("lengthOfStay", "nights", discounts.lengthOfStay)
                $0.steps("earlyBird", "days", discounts.earlyBird)
                $0.steps("lastMinute", "days", discounts.lastMinute)
            }
            rules.object("fees") {
                $0.member("cleaning", fees.cleaning)
                $0.member("extraGuest", fees.extraGuest)
            }
            rules.list("taxes", taxes) { $0.value($1) }
            rules.object("preparation") {
                $0.member("daysBefore", preparation.daysBefore)
                $0.member("daysAfter", preparation.daysAfter)
            }
            rules.object("booking") {
                $0.member("noticeDays", booking.noticeDays)
                $0.member("cutOff", booking.cutOff)
                $0.member("windowMonths", booking.windowMonths)
                let instant: InstantBookFor =
                    booking.instantBookNeedsFinishedStay ? .guestsWithFinishedStay : .everyone
                $0.member("instantBookFor", instant.rawValue)
            }
            rules.object("party") {
                $0.member("countsChildren", party.countsChildren)
                $0.member("countsInfants", party.countsInfants)
                $0.member("maximumChildren", party.maximumChildren)
                $0.member("maximumInfants", party.maximumInfants)
                $0.member("maximumPets", party.maximumPets)
            }
            rules.object("cancellation") { section in
                if let steps = cancellation.steps {
                    section.list("steps", steps) { json, step in
                        json.object {
                            $0.member("daysBefore", step.daysBefore)
                            $0.member("percent", step.percent)
                        }
                    }
                } else {
                    section.member("steps", String?.none)
                }
                section.member("graceHours", cancellation.graceHours)
            }
        }
    }
}

extension Season: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { season in
            season.member("name", name)
            season.member("from", nights.checkIn)
            season.member("to", nights.checkOut)
            season.member("rank", rank)
            season.member("price", price)
            season.member("weekendPrice", weekendPrice)
            season.member("minimumNights", stays.minimumNights)
            season.member("maximumNights", stays.maximumNights)
            season.members(of: stays)
        }
    }
}

extension Fees.ExtraGuest: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.member("amount", amount)
            $0.member("includedGuests", includedGuests)
        }
    }
}

extension Tax: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { tax in
            tax.member("name", name)
            switch charge {
            case .percent(let percent, let parts):
                tax.member("percent", percent)
                tax.list("of", TaxedPart.allCases.filter { parts.contains($0.part) }) { $0.value($1.rawValue) }
                tax.member("amount", Money?.none)
                tax.member("per", String?.none)
            case .perNight(let amount):
                tax.members(amount, .night)
            case .perPersonAndNight(let amount):
                tax.members(amount, .personAndNight)
            }
            tax.member("mostNights", mostNights)
            tax.member("exemptUnderAge", exemptUnderAge)
            tax.member("exemptFromNights", exemptFromNights)
            tax.member("included", isIncluded)
        }
    }
}

extension Percent: JSONWritable {
    func write(to json: inout JSONWriter) { json.append(number: description) }
}

extension JSONWriter {
    fileprivate mutating func members(_ amount: Money, _ per: TaxCount) {
        member("percent", Percent?.none)
        member("of", String?.none)
        member("amount", amount)
        member("per", per.rawValue)
    }

    fileprivate mutating func members(of stays: StayLimits) {
        nights("minimumNightsByArrival", stays.minimumNightsByArrival)
        nights("maximumNightsByArrival", stays.maximumNightsByArrival)
        weekdays("arrivalDays", stays.arrivalDays)
        weekdays("departureDays", stays.departureDays)
    }

    /// Every day, null where it has none.
    private mutating func nights(_ name: StaticString, _ nights: NightsByWeekday) {
        object(name) { days in
            days.member("monday", nights[.monday])
            days.member("tuesday", nights[.tuesday])
            days.member("wednesday", nights[.wednesday])
            days.member("thursday", nights[.thursday])
            days.member("friday", nights[.friday])
            days.member("saturday", nights[.saturday])
            days.member("sunday", nights[.sunday])
        }
    }

    fileprivate mutating func weekdays(_ name: StaticString, _ days: WeekdaySet?) {
        guard let days else { return member(name, String?.none) }
        list(name, days.days) { $0.value($1.rawValue) }
    }

    fileprivate mutating func steps(_ name: StaticString, _ threshold: StaticString, _ steps: [Discounts.Step]) {
        list(name, steps) { json, step in
            json.object {
                $0.member(threshold, step.threshold)
                $0.member("percent", step.percent)
            }
        }
    }
}
