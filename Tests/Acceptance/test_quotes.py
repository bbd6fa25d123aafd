"""What a stay costs, or why it is not possible."""

import pytest

from roost.client import error_codes, fields
from roost.trade import (
    book, day, draft_of, eventually, last_of_february, later, local_now, nights_of, place, quote, today, usd, wish)


def refused(person, home, start, nights, guests=1):
    """The reasons of a quote; asking for the stay all the same is refused for the same ones."""
    asked = quote(person, home, start, nights, guests)
    assert not asked["available"]
    answer = person.post("/api/v1/bookings", wish(home, start, nights, guests), expect="validation_failed")
    assert set(error_codes(answer)) == set(asked["reasons"]), answer.text
    return asked["reasons"]


def test_a_quote_names_every_night_and_sums_up(people, anyone):
    home = place(people.hana)
    answer = quote(anyone, home, start=30, nights=3, guests=2)
    assert answer == {
        **answer, "propertyId": home["id"], "checkIn": day(30), "checkOut": day(33), "guests": 2, "nights": 3,
        "available": True, "reasons": [], "reasonDetails": [], "total": usd(30000)}
    nights = [line for line in answer["lines"] if line["kind"] == "night"]
    assert [(line["date"], line["amount"]) for line in nights] == [(day(30 + n), usd(10000)) for n in range(3)]


def test_a_booking_costs_what_the_quote_said(people, anyone):
    home = place(people.hana)
    asked = quote(anyone, home, start=30, nights=3)
    booking = book(people.anna, home, start=30, nights=3, expectedTotal=asked["total"])
    assert (booking["lines"], booking["total"]) == (asked["lines"], asked["total"])


def test_too_short_too_long_and_too_many_guests(people):
    home = place(people.hana, minimumNights=3, maximumNights=5, maximumGuests=2)
    assert refused(people.anna, home, 30, 2) == ["below_minimum_nights"]
    assert refused(people.anna, home, 30, 6) == ["above_maximum_nights"]
    assert refused(people.anna, home, 30, 3, guests=3) == ["too_many_guests"]
    assert sorted(refused(people.anna, home, 30, 2, guests=3)) == ["below_minimum_nights", "too_many_guests"]
    details = quote(people.anna, home, 30, 2)["reasonDetails"]
    assert "3" in details[0]["message"] + (details[0]["suggestion"] or ""), "the smallest change that would do is named"


def test_yesterday_is_past_and_today_is_not(people):
    home = place(people.hana)
    assert refused(people.anna, home, -1, 2) == ["in_the_past"]
    assert quote(people.anna, home, 0, 1)["available"]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_today_is_the_day_at_the_place_not_here(people, zone):
    home = place(people.hana, timeZone=zone)
    here = today(zone).isoformat()
    assert quote(people.anna, home, here, 1)["available"]
    assert refused(people.anna, home, later(here, -1), 1) == ["in_the_past"]


def test_not_more_than_731_days_ahead(people):
    home = place(people.hana)
    assert quote(people.anna, home, 731, 1)["available"]
    assert refused(people.anna, home, 732, 1) == ["beyond_booking_window"]


def test_365_nights_are_the_longest_stay(people, anyone):
    home = place(people.hana)
    assert quote(anyone, home, 10, 365)["available"]
    assert "above_maximum_nights" in refused(people.anna, home, 10, 366)
    assert "above_maximum_nights" in quote(anyone, home, 10, 731)["reasons"]
    quote(anyone, home, 10, 732, expect="validation_failed")


@pytest.mark.parametrize("changes, field", [
    ({"checkIn": None}, "checkIn"), ({"checkOut": None}, "checkOut"), ({"guests": None}, "guests"),
    ({"checkIn": "2030-02-29"}, "checkIn"), ({"checkIn": "2030-13-01"}, "checkIn"), ({"checkIn": "soon"}, "checkIn"),
    ({"checkIn": "2030-01-01T00:00:00Z"}, "checkIn"), ({"checkIn": "20300101"}, "checkIn"), ({"checkIn": "٢٠٣٠-٠١-٠١"}, "checkIn"),
    ({"checkOut": "2030-01-01"}, "checkOut"), ({"checkOut": "2029-12-31"}, "checkOut"), ({"checkIn": "-2030-01-01"}, "checkIn"),
    ({"guests": "0"}, "guests"), ({"guests": "-1"}, "guests"), ({"guests": "two"}, "guests"), ({"guests": "1.5"}, "guests"),
    ({"guests": "99999999999999999999"}, "guests"), ({"guests": ""}, "guests"),
])
def test_a_malformed_question_is_refused_and_named(people, anyone, changes, field):
    home = place(people.hana)
    asked = {"checkIn": "2030-01-01", "checkOut": "2030-01-03", "guests": "2", **changes}
    answer = anyone.get(
        f"/api/v1/properties/{home['id']}/quote", expect="validation_failed",
        params={name: value for name, value in asked.items() if value is not None})
    assert field in fields(answer), answer.text


def test_the_29th_of_february_is_a_night_in_leap_years_only(people, anyone):
    home = place(people.hana)
    leap, common = last_of_february()
    path = f"/api/v1/properties/{home['id']}/quote"
    anyone.get(path, params={"checkIn": f"{common}-02-29", "checkOut": f"{common}-03-02", "guests": 1}, expect="validation_failed")
    there = anyone.get(path, params={"checkIn": f"{leap}-02-28", "checkOut": f"{leap}-03-01", "guests": 1}).json()
    assert there["nights"] == 2
    here = anyone.get(path, params={"checkIn": f"{common}-02-28", "checkOut": f"{common}-03-01", "guests": 1}).json()
    assert here["nights"] == 1


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago"])
def test_a_change_of_the_clocks_moves_no_night(people, anyone, zone):
    home = place(people.hana, timeZone=zone)
    noon = local_now(zone).replace(hour=12, minute=0, second=0, microsecond=0)
    import datetime
    offsets = [((noon + datetime.timedelta(n)).replace(fold=0).utcoffset(), (noon + datetime.timedelta(n)).date()) for n in range(2, 400)]
    changes = [before[1].isoformat() for before, after in zip(offsets, offsets[1:]) if before[0] != after[0]]
    assert changes, "this zone keeps no summer time any more: choose another"
    for last_before in changes[:2]:
        answer = quote(anyone, home, later(last_before, -1), 3)
        assert answer["nights"] == 3 and answer["total"] == usd(30000) and answer["available"]
        assert list(nights_of(anyone, home, later(last_before, -1), later(last_before, 2))) == [later(last_before, n) for n in (-1, 0, 1)]
        booking = book(people.anna, home, later(last_before, -1), 3)
        assert (booking["checkIn"], booking["checkOut"]) == (later(last_before, -1), later(last_before, 2))


def test_taken_nights_are_a_reason(people, anyone):
    home = place(people.hana)
    book(people.anna, home, start=30, nights=2)
    assert quote(anyone, home, 31, 2)["reasons"] == ["night_taken"]
    assert quote(anyone, home, 28, 2)["available"] and quote(anyone, home, 32, 2)["available"]


def test_every_night_free_on_some_unit_and_no_unit_for_the_whole_stay(people, anyone):
    home = place(people.hana, unitCount=2)
    first = book(people.anna, home, start=30, nights=1)
    second = book(people.berta, home, start=30, nights=1)
    book(people.clara, home, start=31, nights=1)
    cancel = lambda guest, booking: guest.post(f"/api/v1/bookings/{booking['id']}/cancel", expect=200)
    # Clara's night is beside Anna's or Berta's on the same unit: whoever is beside her must go, so that the units differ.
    cancel(people.anna, first)
    if quote(anyone, home, 30, 2)["available"]:
        book(people.anna, home, start=30, nights=1)
        cancel(people.berta, second)
    nights = nights_of(anyone, home, day(30), day(32))
    assert all(night["available"] for night in nights.values())
    answer = eventually(lambda: quote(anyone, home, 30, 2), lambda seen: not seen["available"])
    assert answer["reasons"] == ["no_unit_for_whole_stay"]
    book(people.dora, home, start=30, nights=2, expect="nights_unavailable")
    book(people.dora, home, start=30, nights=1)


def test_against_a_rule_and_taken_is_refused_by_the_rule(people):
    home = place(people.hana, minimumNights=2)
    book(people.anna, home, start=30, nights=2)
    answer = people.berta.post("/api/v1/bookings", wish(home, 30, 1), expect="validation_failed")
    assert "below_minimum_nights" in error_codes(answer)


def test_a_price_in_a_currency_without_minor_unit(people, anyone):
    home = place(people.hana, nightlyPrice={"amount": 12000, "currency": "JPY"}, timeZone="Asia/Tokyo")
    assert quote(anyone, home, 30, 3)["total"] == {"amount": 36000, "currency": "JPY"}


def test_an_unknown_place_has_no_quote(anyone):
    assert "propertyId" not in quote(anyone, {"id": "prop_00000000000000000000000000", "timeZone": "UTC"}, 30, 2, expect="not_found")


def test_the_host_may_quote_a_draft(people):
    draft = people.hana.post("/api/v1/properties", draft_of(), expect=201).json()
    assert quote(people.hana, draft, 30, 2)["total"] == usd(20000)
