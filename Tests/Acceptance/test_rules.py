"""Seasons, fees, taxes and limits of a place: set by its host, and the same for search, calendar, quote and booking."""

import pytest

from roost.client import error_codes, fields
from roost.trade import book, booking_of, day, later, place, quote, today, usd, wish

WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
SECTIONS = ["weekend", "seasons", "stays", "discounts", "fees", "taxes", "preparation", "booking", "party", "cancellation"]


def rules_of(person, home, expect=200):
    return person.get(f"/api/v1/properties/{home['id']}/rules", expect=expect).json()


def set_rules(person, home, expect=200, **rules):
    return person.put(f"/api/v1/properties/{home['id']}/rules", rules, expect=expect)


def change_rules(person, home, expect=200, **rules):
    return person.patch(f"/api/v1/properties/{home['id']}/rules", rules, expect=expect)


def ask(person, home, start, nights, **party):
    """A quote for any party."""
    stay = {"checkIn": day(start), "checkOut": day(start + nights)}
    return person.get(f"/api/v1/properties/{home['id']}/quote", params={**stay, **party}, expect=200).json()


def amounts(answer, kind):
    return [line["amount"]["amount"] for line in answer["lines"] if line["kind"] == kind]


def next_weekday(name, least=20):
    """So many days from today, at least, until that day of the week."""
    return next(n for n in range(least, least + 7) if WEEKDAYS[(today().toordinal() + n - 1) % 7] == name)


def test_a_new_place_has_no_rule(people):
    home = place(people.hana)
    rules = rules_of(people.hana, home)
    assert list(rules) == SECTIONS
    assert rules["seasons"] == rules["taxes"] == []
    assert rules["weekend"] == {"days": ["friday", "saturday"], "price": None}
    assert rules["fees"] == {"cleaning": None, "extraGuest": None}
    assert rules["booking"] == {"noticeDays": 0, "cutOff": None, "windowMonths": None, "instantBookFor": "everyone"}
    assert set_rules(people.hana, home, **rules).json() == rules, "what is read can be put back"


def test_every_rule_can_be_set_and_read(people):
    home = place(people.hana)
    rules = {
        "weekend": {"days": ["thursday", "friday"], "price": usd(15000)},
        "seasons": [{
            "name": "Summer", "from": day(40), "to": day(60), "rank": 2, "price": usd(20000), "weekendPrice": usd(25000),
            "minimumNights": 2, "maximumNights": 20, "minimumNightsByArrival": {"friday": 3},
            "maximumNightsByArrival": {"monday": 7}, "arrivalDays": ["friday", "monday"], "departureDays": ["sunday", "monday"]}],
        "stays": {"minimumNightsByArrival": {"friday": 2}, "arrivalDays": None},
        "discounts": {"lengthOfStay": [{"nights": 7, "percent": 10}, {"nights": 28, "percent": 22.5}],
                      "earlyBird": [{"days": 90, "percent": 5}], "lastMinute": [{"days": 3, "percent": 12.125}]},
        "fees": {"cleaning": usd(4000), "extraGuest": {"amount": usd(1500), "includedGuests": 2}},
        "taxes": [{"name": "Sales tax", "percent": 8.875, "of": ["nights", "cleaningFee"], "exemptFromNights": 30},
                  {"name": "City tax", "amount": usd(350), "per": "personAndNight", "mostNights": 7, "exemptUnderAge": 16},
                  {"name": "Fund", "amount": usd(100), "per": "night", "included": True}],
        "preparation": {"daysBefore": 1, "daysAfter": 2},
        "booking": {"noticeDays": 1, "cutOff": "18:00", "windowMonths": 12, "instantBookFor": "guestsWithFinishedStay"},
        "party": {"countsChildren": False, "countsInfants": True, "maximumChildren": 2, "maximumInfants": 1, "maximumPets": 0},
        "cancellation": {"steps": [{"daysBefore": 14, "percent": 100}, {"daysBefore": 2, "percent": 40}], "graceHours": 24},
    }
    answer = set_rules(people.hana, home, **rules).json()

    def holds(asked, got):
        if isinstance(asked, dict):
            return all(holds(value, got[name]) for name, value in asked.items())
        if isinstance(asked, list) and asked and isinstance(asked[0], dict):
            return len(asked) == len(got) and all(map(holds, asked, got))
        if isinstance(asked, list):
            return sorted(asked) == sorted(got)
        return asked == got

    assert holds(rules, answer), answer
    assert rules_of(people.hana, home) == answer
    assert set_rules(people.hana, home, **answer).json() == answer
    changed = change_rules(people.hana, home, fees=None, preparation={"daysAfter": 1}).json()
    assert changed["fees"]["cleaning"] is None and changed["preparation"] == {"daysBefore": 0, "daysAfter": 1}
    assert {name: changed[name] for name in SECTIONS if name not in ("fees", "preparation")} == {
        name: answer[name] for name in SECTIONS if name not in ("fees", "preparation")}
    assert set_rules(people.hana, home).json() == rules_of(people.hana, place(people.hana)), "left out is no rule"


def test_who_may_read_and_set_rules(people, anyone, operator):
    home = place(people.hana)
    set_rules(people.hugo, home, expect="forbidden", fees={"cleaning": usd(1)})
    rules_of(people.hugo, home, expect="forbidden")
    rules_of(anyone, home, expect="unauthenticated")
    set_rules(anyone, home, expect="unauthenticated", nonsense=1)
    draft = place(people.hana, status="draft")
    rules_of(people.hugo, draft, expect="not_found")
    assert set_rules(operator, home, fees={"cleaning": usd(100)}).json()["fees"]["cleaning"] == usd(100)


def test_search_calendar_quote_and_booking_reckon_alike(people, anyone, operator):
    home = place(people.hana, location={"country": "US", "city": "Rulesburg", "latitude": 41.0, "longitude": -74.0})
    friday = next_weekday("friday", 30)
    set_rules(
        people.hana, home, weekend={"price": usd(15000)},
        seasons=[{"name": "Fair", "from": day(friday + 1), "to": day(friday + 2), "price": usd(30000)}],
        discounts={"lengthOfStay": [{"nights": 3, "percent": 10}]},
        fees={"cleaning": usd(4000), "extraGuest": {"amount": usd(1000), "includedGuests": 2}},
        taxes=[{"name": "Sales tax", "percent": 8.875}])
    asked = ask(anyone, home, friday, 3, guests=3)
    nights = [15000, 30000, 10000]
    discount, extra = 5500, 3000
    tax = (2 * (sum(nights) - discount + 4000 + extra) * 8875 + 100_000) // 200_000
    assert amounts(asked, "night") == nights and amounts(asked, "discount") == [-discount]
    assert amounts(asked, "cleaningFee") == [4000] and amounts(asked, "extraGuestFee") == [extra]
    assert amounts(asked, "tax") == [tax] and asked["trace"] is None
    assert asked["total"] == usd(sum(nights) - discount + 4000 + extra + tax)
    for person in (people.hana, operator):
        trace = ask(person, home, friday, 3, guests=3)["trace"]
        assert [step["rule"] for step in trace] == [
            "weekend_price", "season_price", "nightly_price", "length_of_stay_discount", "cleaning_fee",
            "extra_guest_fee", "tax"]
        assert trace[1]["source"] == "rules.seasons[0].price" and "Fair" in trace[1]["words"]
    found = anyone.get("/api/v1/properties", params={
        "location": "Rulesburg", "checkIn": day(friday), "checkOut": day(friday + 3), "guests": 3}).json()["items"]
    assert [hit["total"] for hit in found] == [asked["total"]]
    days = anyone.get(f"/api/v1/properties/{home['id']}/calendar", params={"from": day(friday), "to": day(friday + 3)}).json()
    assert [night["price"]["amount"] for night in days["items"]] == nights
    booking = book(people.anna, home, friday, 3, guests=3, expectedTotal=asked["total"])
    assert (booking["lines"], booking["total"]) == (asked["lines"], asked["total"])
    set_rules(people.hana, home, fees={"cleaning": usd(99000)})
    after = booking_of(people.anna, booking)
    assert (after["lines"], after["total"]) == (booking["lines"], booking["total"]), "agreed is agreed"


def test_a_party_is_asked_for_by_its_parts(people, anyone):
    home = place(people.hana, maximumGuests=4)
    set_rules(people.hana, home, party={"maximumPets": 1}, taxes=[
        {"name": "City tax", "amount": usd(350), "per": "personAndNight", "exemptUnderAge": 16}])
    asked = ask(anyone, home, 30, 2, adults=2, children=2, childAges="9,16", infants=1, pets=1)
    assert asked["available"] and asked["guests"] == 4 and amounts(asked, "tax") == [3 * 2 * 350]
    assert asked["party"] == {"adults": 2, "children": 2, "childAges": [9, 16], "infants": 1, "pets": 1}
    assert ask(anyone, home, 30, 2, guests=4, children=1)["party"]["adults"] == 3
    assert ask(anyone, home, 30, 2, adults=2, pets=2)["reasons"] == ["too_many_pets"]
    body = wish(home, 30, 2)
    del body["guests"]
    booking = people.anna.post(
        "/api/v1/bookings", {**body, "adults": 2, "children": 1, "childAges": [3], "pets": 1}, expect=201).json()
    assert booking["guests"] == 3 and amounts(booking, "tax") == [2 * 2 * 350]
    assert booking_of(people.anna, booking)["party"] == {"adults": 2, "children": 1, "childAges": [3], "infants": 0, "pets": 1}


@pytest.mark.parametrize("party,field", [
    ({}, "guests"), ({"guests": 0}, "guests"), ({"adults": 0}, "adults"), ({"guests": 3, "adults": 2}, "guests"),
    ({"guests": 2, "children": 2}, "children"), ({"adults": 1, "children": 1, "childAges": [1]}, "childAges"),
    ({"adults": 1, "children": 2, "childAges": [5]}, "childAges"), ({"adults": 1, "pets": -1}, "pets"),
    ({"adults": 1000, "children": 1}, "children"),
])
def test_parties_that_make_no_sense(people, anyone, party, field):
    home = place(people.hana)
    body = {**wish(home, 30, 2), **party}
    if "guests" not in party:
        del body["guests"]
    named = fields(people.anna.post("/api/v1/bookings", body, expect="validation_failed"))
    assert {name.split("[")[0] for name in named} == {field}
    query = {**party, **({"childAges": ",".join(map(str, party["childAges"]))} if "childAges" in party else {})}
    asked = {"checkIn": day(30), "checkOut": day(32), **query}
    answer = anyone.get(f"/api/v1/properties/{home['id']}/quote", params=asked, expect="validation_failed")
    assert set(fields(answer)) == {field}


def test_three_nights_or_more_from_friday(people, anyone):
    home = place(people.hana)
    set_rules(people.hana, home, stays={"minimumNightsByArrival": {"friday": 3}})
    friday = next_weekday("friday")
    asked = ask(anyone, home, friday, 2, guests=2)
    assert asked["reasons"] == ["below_minimum_nights"] and not asked["available"]
    detail = asked["reasonDetails"][0]
    assert "Friday" in detail["message"] and "3 nights" in detail["message"]
    assert f"Monday {day(friday + 3)}" in detail["suggestion"]
    assert ask(anyone, home, friday + 1, 2, guests=2)["available"]
    assert [other["checkIn"] for other in asked["alternatives"]] == [day(friday - 1), day(friday + 1), day(friday - 2)]
    refused = people.anna.post("/api/v1/bookings", wish(home, friday, 2), expect="validation_failed")
    assert error_codes(refused) == ["below_minimum_nights"]


def test_saturday_to_saturday(people, anyone):
    home = place(people.hana)
    saturday = next_weekday("saturday")
    week = {"arrivalDays": ["saturday"], "departureDays": ["saturday"]}
    set_rules(people.hana, home, stays=week)
    assert ask(anyone, home, saturday, 7, guests=1)["available"]
    assert ask(anyone, home, saturday + 1, 7, guests=1)["reasons"] == ["no_arrival_on_this_day", "no_departure_on_this_day"]
    params = {"from": day(saturday - 1), "to": day(saturday + 2)}
    before, first, after = anyone.get(f"/api/v1/properties/{home['id']}/calendar", params=params).json()["items"]
    assert first["canArrive"] and first["canLeave"] and first["earliestDeparture"] == day(saturday + 7)
    assert first["latestDeparture"] == day(saturday + 364)
    for other in (before, after):
        assert not other["canArrive"] and not other["canLeave"] and other["earliestDeparture"] is None and other["available"]


def test_nights_are_kept_for_preparing(people, anyone):
    home = place(people.hana)
    set_rules(people.hana, home, preparation={"daysAfter": 1})
    book(people.anna, home, 40, 2)
    assert ask(anyone, home, 42, 1, guests=1)["reasons"] == ["night_taken"]
    assert ask(anyone, home, 39, 1, guests=1)["reasons"] == ["night_taken"]
    assert ask(anyone, home, 43, 1, guests=1)["available"] and ask(anyone, home, 38, 1, guests=1)["available"]
    nights = anyone.get(f"/api/v1/properties/{home['id']}/calendar", params={"from": day(38), "to": day(44)}).json()["items"]
    assert [night["available"] for night in nights] == [True, False, False, False, False, True]


def test_notice_and_window(people, anyone):
    home = place(people.hana)
    set_rules(people.hana, home, booking={"noticeDays": 3, "windowMonths": 2})
    assert ask(anyone, home, 2, 1, guests=1)["reasons"] == ["too_short_notice"]
    assert ask(anyone, home, 3, 1, guests=1)["available"]
    assert ask(anyone, home, 70, 1, guests=1)["reasons"] == ["beyond_booking_window"]


WRONG = [
    ({"fees": {"cleaning": usd(0)}}, "fees.cleaning.amount"),
    ({"fees": {"cleaning": {"amount": 100, "currency": "EUR"}}}, "fees.cleaning.currency"),
    ({"fees": {"extraGuest": {"amount": usd(100)}}}, "fees.extraGuest.includedGuests"),
    ({"weekend": {"days": ["funday"]}}, "weekend.days[0]"),
    ({"weekend": {"days": ["monday", "monday"]}}, "weekend.days"),
    ({"seasons": [{"name": "S", "from": "2027-02-30", "to": "2027-03-02"}]}, "seasons[0].from"),
    ({"seasons": [{"name": "S", "from": "2027-03-02", "to": "2027-03-02"}]}, "seasons[0].to"),
    ({"seasons": [{"name": " ", "from": "2027-03-01", "to": "2027-03-02"}]}, "seasons[0].name"),
    ({"seasons": [{"from": "2027-03-01", "to": "2027-03-02"}]}, "seasons[0].name"),
    ({"seasons": [{"name": "S", "from": "2027-03-01", "to": "2027-03-02", "minimumNights": 0}]}, "seasons[0].minimumNights"),
    ({"stays": {"minimumNightsByArrival": {"friday": 366}}}, "stays.minimumNightsByArrival.friday"),
    ({"stays": {"arrivalDays": "friday"}}, "stays.arrivalDays"),
    ({"discounts": {"lengthOfStay": [{"nights": 7, "percent": 100}]}}, "discounts.lengthOfStay[0].percent"),
    ({"discounts": {"lengthOfStay": [{"nights": 7, "percent": 1.2345}]}}, "discounts.lengthOfStay[0].percent"),
    ({"discounts": {"earlyBird": [{"days": 0, "percent": 5}]}}, "discounts.earlyBird[0].days"),
    ({"taxes": [{"name": "T"}]}, "taxes[0].percent"),
    ({"taxes": [{"name": "T", "percent": 5, "amount": usd(1), "per": "night"}]}, "taxes[0].amount"),
    ({"taxes": [{"name": "T", "amount": usd(1)}]}, "taxes[0].per"),
    ({"taxes": [{"name": "T", "percent": 5, "exemptUnderAge": 12}]}, "taxes[0].exemptUnderAge"),
    ({"taxes": [{"name": "T", "percent": "5"}]}, "taxes[0].percent"),
    ({"preparation": {"daysBefore": 31}}, "preparation.daysBefore"),
    ({"booking": {"cutOff": "25:00"}}, "booking.cutOff"),
    ({"booking": {"instantBookFor": "nobody"}}, "booking.instantBookFor"),
    ({"party": {"maximumPets": -1}}, "party.maximumPets"),
    ({"cancellation": {"steps": []}}, "cancellation.steps"),
    ({"cancellation": {"steps": [{"daysBefore": 732, "percent": 5}]}}, "cancellation.steps[0].daysBefore"),
    ({"cancellation": {"steps": [{"daysBefore": 3, "percent": 0}]}}, "cancellation.steps[0].percent"),
    ({"cancellation": {"steps": [{"daysBefore": 3, "percent": 50.5}]}}, "cancellation.steps[0].percent"),
    ({"cancellation": {"steps": [{"daysBefore": 3}]}}, "cancellation.steps[0].percent"),
    ({"cancellation": {"graceHours": 169}}, "cancellation.graceHours"),
    ({"cancellation": {"policy": "strict"}}, "cancellation.policy"),
    ({"nonsense": {}}, "nonsense"),
]


@pytest.mark.parametrize("rules,field", WRONG)
def test_what_is_wrong_is_named(people, rules, field):
    home = place(people.hana)
    before = rules_of(people.hana, home)
    assert fields(set_rules(people.hana, home, expect="validation_failed", **rules)) == [field]
    assert fields(change_rules(people.hana, home, expect="validation_failed", **rules)) == [field]
    assert rules_of(people.hana, home) == before


def season(name, start, end, **more):
    return {"name": name, "from": f"2028-{start}", "to": f"2028-{end}", **more}


CONTRADICTIONS = [
    ({"stays": {"arrivalDays": []}}, "stays.arrivalDays", "arrive"),
    ({"stays": {"departureDays": []}}, "stays.departureDays", "leave"),
    ({"stays": {"minimumNightsByArrival": {"friday": 15}}}, "stays.minimumNightsByArrival", "Friday"),
    ({"seasons": [season("Summer", "06-01", "09-01", minimumNights=7, maximumNights=5)]}, "seasons[0].minimumNights", "Summer"),
    ({"seasons": [season("Summer", "06-01", "09-01", minimumNights=20)]}, "seasons[0].minimumNights", "Summer"),
    ({"seasons": [season("Summer", "06-01", "09-01"), season("July", "07-01", "08-01")]}, "seasons[1].rank", "July and Summer"),
    ({"stays": {"arrivalDays": ["saturday"], "departureDays": ["saturday"],
                "maximumNightsByArrival": {"saturday": 5}}}, "stays.departureDays", "ends"),
    ({"discounts": {"earlyBird": [{"days": 5, "percent": 5}], "lastMinute": [{"days": 7, "percent": 5}]}},
     "discounts.lastMinute", "5 days"),
    ({"discounts": {"lengthOfStay": [{"nights": 7, "percent": 60}], "earlyBird": [{"days": 5, "percent": 40}]}},
     "discounts", "100 %"),
    ({"discounts": {"lengthOfStay": [{"nights": 7, "percent": 6}, {"nights": 7, "percent": 4}]}},
     "discounts.lengthOfStay[1].nights", "7"),
    ({"booking": {"noticeDays": 60, "windowMonths": 1}}, "booking.windowMonths", "60 days"),
    ({"taxes": [{"name": "A", "percent": 5, "of": ["nights"], "included": True},
                {"name": "B", "percent": 7, "of": ["nights", "cleaningFee"], "included": True}]}, "taxes[1].of", "A"),
    ({"cancellation": {"steps": [{"daysBefore": 3, "percent": 50}, {"daysBefore": 9, "percent": 50}]}},
     "cancellation.steps[0].percent", "9 days"),
    ({"cancellation": {"steps": [{"daysBefore": 3, "percent": 50}, {"daysBefore": 3, "percent": 40}]}},
     "cancellation.steps[1].daysBefore", "3 days"),
]


@pytest.mark.parametrize("rules,field,word", CONTRADICTIONS)
def test_contradictions_are_refused_by_name(people, rules, field, word):
    home = place(people.hana, maximumNights=14)
    answer = set_rules(people.hana, home, expect="validation_failed", **rules)
    assert fields(answer) == [field] and error_codes(answer) == ["contradiction"]
    assert word in answer.json()["errors"][0]["message"], answer.text


def test_the_listing_is_held_against_the_rules(people):
    home = place(people.hana)
    set_rules(people.hana, home, seasons=[season("Summer", "06-01", "09-01", minimumNights=7)], fees={"cleaning": usd(4000)})
    path = f"/api/v1/properties/{home['id']}"
    assert fields(people.hana.patch(path, {"maximumNights": 6}, expect="validation_failed")) == ["seasons[0].minimumNights"]
    people.hana.patch(path, {"nightlyPrice": {"amount": 9000, "currency": "EUR"}}, expect="state_conflict")
    people.hana.patch(path, {"maximumNights": 7, "nightlyPrice": usd(9000)}, expect=200)


def test_the_operators_fee(fresh):
    from roost.trade import People
    people = People(fresh(ROOST_RATE_LIMITS="off", ROOST_SERVICE_FEE_PERCENT="12.5"))
    home = place(people.hana)
    asked = ask(people.anyone, home, 30, 2, guests=2)
    assert amounts(asked, "serviceFee") == [2500] and asked["total"] == usd(22500)
    found = people.anyone.get("/api/v1/properties", params={"checkIn": day(30), "checkOut": day(32), "guests": 2}).json()["items"]
    assert [hit["total"] for hit in found] == [usd(22500)]
    assert book(people.anna, home, 30, 2)["total"] == usd(22500)
