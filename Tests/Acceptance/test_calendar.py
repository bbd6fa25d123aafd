"""Nights opened, closed and priced by the host."""

import pytest

from roost.client import fields
from roost.trade import book, day, later, nights_of, place, quote, stay_at, today, usd


def put(person, home, nights, expect=200):
    return person.put(f"/api/v1/properties/{home['id']}/calendar", {"nights": nights}, expect=expect)


def test_the_calendar_goes_up_to_not_including_its_end(people, anyone):
    home = place(people.hana, minimumNights=2)
    nights = nights_of(anyone, home, day(10), day(13))
    assert list(nights) == [day(10), day(11), day(12)]
    for night in nights.values():
        assert night == {**night, "available": True, "price": usd(10000), "minimumNights": 2}


@pytest.mark.parametrize("start, end, field", [
    (10, 742, "to"), (10, 9, "to"), (None, 9, "from"), (10, None, "to"), ("2030-02-30", "2030-03-02", "from"),
    ("tomorrow", "2030-03-02", "from"), ("2030-3-1", "2030-03-02", "from"), ("99999-01-01", "99999-01-02", "from"),
])
def test_a_calendar_of_no_possible_days_is_refused(people, anyone, start, end, field):
    home = place(people.hana)
    asked = {"from": day(start) if isinstance(start, int) else start, "to": day(end) if isinstance(end, int) else end}
    answer = anyone.get(
        f"/api/v1/properties/{home['id']}/calendar", expect="validation_failed",
        params={name: value for name, value in asked.items() if value is not None})
    assert set(fields(answer)) & {"from", "to"}, answer.text


def test_731_nights_are_not_too_many(people, anyone):
    home = place(people.hana)
    assert len(nights_of(anyone, home, day(0), day(731))) == 731


def test_a_host_closes_prices_and_opens_nights(people, anyone):
    home = place(people.hana)
    answer = put(people.hana, home, [
        {"date": day(30), "open": False}, {"date": day(32), "price": usd(15050)}, {"date": day(33), "minimumNights": 3}]).json()
    assert [night["date"] for night in answer["items"]] == [day(30), day(32), day(33)]
    seen = nights_of(anyone, home, day(29), day(34))
    assert [night["available"] for night in seen.values()] == [True, False, True, True, True]
    assert seen[day(32)]["price"] == usd(15050) and seen[day(33)]["minimumNights"] == 3
    assert quote(anyone, home, start=29, nights=2)["reasons"] == ["night_taken"]
    assert quote(anyone, home, start=31, nights=2)["total"] == usd(25050)
    book(people.anna, home, start=29, expect="nights_unavailable")

    put(people.hana, home, [
        {"date": day(30), "open": True}, {"date": day(32), "price": None}, {"date": day(33), "minimumNights": None}])
    for night in nights_of(anyone, home, day(29), day(34)).values():
        assert night == {**night, "available": True, "price": usd(10000), "minimumNights": 1}
    book(people.anna, home, start=29)


def test_one_change_of_a_night_leaves_the_others_of_that_night(people, anyone):
    home = place(people.hana)
    put(people.hana, home, [{"date": day(30), "price": usd(5000), "minimumNights": 4}])
    put(people.hana, home, [{"date": day(30), "open": False}])
    put(people.hana, home, [{"date": day(30), "minimumNights": None}])
    night = nights_of(anyone, home, day(30), day(31))[day(30)]
    assert night == {**night, "available": False, "price": usd(5000), "minimumNights": 1}


def test_a_nights_minimum_counts_for_arrivals_on_it_and_wins_over_the_places(people, anyone):
    home = place(people.hana, minimumNights=3)
    put(people.hana, home, [{"date": day(30), "minimumNights": 1}, {"date": day(40), "minimumNights": 5}])
    assert quote(anyone, home, start=30, nights=1)["reasons"] == []
    assert quote(anyone, home, start=29, nights=2)["reasons"] == ["below_minimum_nights"]
    assert quote(anyone, home, start=40, nights=4)["reasons"] == ["below_minimum_nights"]
    assert quote(anyone, home, start=39, nights=4)["available"]


@pytest.mark.parametrize("confirmed", [False, True])
def test_a_night_that_a_guest_has_cannot_be_closed_and_nothing_else_of_the_change_happens(people, anyone, confirmed):
    home = place(people.hana)
    (stay_at if confirmed else book)(people.anna, home, start=30)
    before = nights_of(anyone, home, day(25), day(40))
    put(people.hana, home, [
        {"date": day(27), "open": False}, {"date": day(31), "open": False}, {"date": day(33), "price": usd(1)}],
        expect=("state_conflict", "nights_unavailable"))
    assert nights_of(anyone, home, day(25), day(40)) == before
    # The price of a night that a guest has may change: it is agreed already.
    put(people.hana, home, [{"date": day(31), "price": usd(77700)}])


def test_closing_with_several_units_closes_the_free_ones_and_is_refused_where_none_is_free(people, anyone):
    home = place(people.hana, unitCount=2)
    book(people.anna, home, start=30, nights=1)
    put(people.hana, home, [{"date": day(30), "open": False}])
    assert not nights_of(anyone, home, day(30), day(31))[day(30)]["available"]
    book(people.berta, home, start=30, nights=1, expect="nights_unavailable")
    full = place(people.hana, unitCount=2)
    book(people.anna, full, start=30, nights=1)
    book(people.berta, full, start=30, nights=1)
    put(people.hana, full, [{"date": day(30), "open": False}], expect=("state_conflict", "nights_unavailable"))


def test_a_night_closed_beneath_a_guest_who_lets_go_stays_closed(people, anyone):
    home = place(people.hana, unitCount=2)
    booking = book(people.anna, home, start=30, nights=1)
    put(people.hana, home, [{"date": day(30), "open": False}])
    people.anna.post(f"/api/v1/bookings/{booking['id']}/cancel", expect=200)
    book(people.berta, home, start=30, nights=1)
    book(people.clara, home, start=30, nights=1, expect="nights_unavailable")


def test_only_the_host_and_operators_change_a_calendar(people, anyone, operator):
    home = place(people.hana)
    change = [{"date": day(30), "open": False}]
    put(anyone, home, change, expect="unauthenticated")
    put(people.anna, home, change, expect="forbidden")
    put(people.anna, {"id": "prop_00000000000000000000000000"}, change, expect="not_found")
    put(people.anna, home, "nonsense", expect="forbidden")
    assert nights_of(anyone, home, day(30), day(31))[day(30)]["available"]
    put(operator, home, change)


@pytest.mark.parametrize("nights", [
    None, {}, "all", [1], [{}], [{"open": False}], [{"date": "2030-02-30", "open": False}], [{"date": 5}],
    [{"date": "2030-01-01", "open": "no"}], [{"date": "2030-01-01", "open": None}], [{"date": "2030-01-01", "price": usd(-1)}],
    [{"date": "2030-01-01", "price": usd(1.5)}], [{"date": "2030-01-01", "price": usd(2**63)}], [{"date": "2030-01-01", "price": 9}],
    [{"date": "2030-01-01", "price": {"amount": 9, "currency": "EUR"}}], [{"date": "2030-01-01", "price": {"amount": 9}}],
    [{"date": "2030-01-01", "minimumNights": 0}], [{"date": "2030-01-01", "minimumNights": 366}],
    [{"date": "2030-01-01", "colour": "green"}],
], ids=repr)
def test_a_malformed_change_is_refused_and_changes_nothing(people, anyone, nights):
    home = place(people.hana)
    path = f"/api/v1/properties/{home['id']}/calendar"
    good = [{"date": day(50), "open": False}]
    sent = {"nights": good + nights} if isinstance(nights, list) else {} if nights is None else {"nights": nights}
    answer = people.hana.put(path, sent, expect="validation_failed")
    assert any(field.startswith("nights") for field in fields(answer)), answer.text
    people.hana.put(path, {"nights": good, "comment": "hello"}, expect="validation_failed")
    assert nights_of(anyone, home, day(50), day(51))[day(50)]["available"]


def test_731_nights_at_once_and_no_more(people):
    home = place(people.hana)
    nights = [{"date": later(today().isoformat(), n), "price": usd(100 + n)} for n in range(732)]
    put(people.hana, home, nights, expect="validation_failed")
    assert len(put(people.hana, home, nights[:731]).json()["items"]) == 731
