"""Lists of bookings: whose, in which state, page by page."""

import pytest

from roost.client import fields
from roost.trade import book, booking_of, pay, place


@pytest.fixture(scope="module")
def bookings(people):
    """Seven bookings of a guest of their own at a host of their own, and some of others."""
    guest, host = people.new("gustav"), people.new("hedwig")
    home = place(host)
    made = [book(guest, home, start=30 + 7 * week) for week in range(7)]
    pay(guest, made[0])
    guest.post(f"/api/v1/bookings/{made[1]['id']}/cancel", expect=200)
    book(people.anna, place(people.hana))
    theirs = book(people.anna, home, start=100)
    return guest, host, [booking["id"] for booking in made], theirs["id"]


def ids(person, **params):
    return [item["id"] for item in person.everything("/api/v1/bookings", **params)]


def test_a_guest_sees_their_own(bookings):
    guest, _, made, _ = bookings
    assert set(ids(guest)) == set(ids(guest, role="guest")) == set(made)


def test_a_host_sees_those_at_their_places(bookings):
    guest, host, made, theirs = bookings
    assert set(ids(host, role="host")) == {*made, theirs}
    assert ids(host) == [] and ids(guest, role="host") == []


def test_operators_see_all_and_nobody_else(bookings, operator, anyone):
    guest, host, made, theirs = bookings
    assert {*made, theirs} <= set(ids(operator, role="operator", limit=100))
    for person in (guest, host):
        person.get("/api/v1/bookings", params={"role": "operator"}, expect="forbidden")
    for role in ("guest", "host", "operator"):
        anyone.get("/api/v1/bookings", params={"role": role}, expect="unauthenticated")


def test_lists_by_status(bookings):
    guest, host, made, theirs = bookings
    assert ids(guest, status="confirmed") == [made[0]] and ids(guest, status="cancelled") == [made[1]]
    assert set(ids(guest, status="held")) == set(made[2:])
    assert set(ids(host, role="host", status="held")) == {*made[2:], theirs}
    assert ids(guest, status="completed") == []


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_pages_together_are_the_whole(bookings, limit):
    guest, _, made, _ = bookings
    assert ids(guest, limit=limit) == ids(guest, limit=100) and len(ids(guest, limit=limit)) == len(made)


def test_an_item_of_a_list_is_the_booking_itself(bookings):
    guest, *_ = bookings
    for item in guest.get("/api/v1/bookings").json()["items"]:
        assert item == booking_of(guest, item)


@pytest.mark.parametrize("params, field", [
    ({"role": "king"}, "role"), ({"status": "lost"}, "status"), ({"limit": "0"}, "limit"), ({"limit": "101"}, "limit"),
    ({"limit": "x"}, "limit"), ({"cursor": "nonsense"}, "cursor"), ({"cursor": "' OR 1=1"}, "cursor"), ({"cursor": "A" * 4000}, "cursor"),
])
def test_a_bad_parameter_is_named(bookings, params, field):
    guest, *_ = bookings
    assert fields(guest.get("/api/v1/bookings", params=params, expect="validation_failed")) == [field]


def test_the_amenities_come_in_pages(people, anyone):
    place(people.hana, amenities=["wifi", "kitchen", "sauna", "piano"])
    assert len(anyone.everything("/api/v1/amenities", limit=1)) == len(anyone.everything("/api/v1/amenities", limit=100)) >= 4


def test_a_cursor_is_of_its_list_and_whole(bookings):
    guest, host, *_ = bookings
    cursor = guest.get("/api/v1/bookings", params={"limit": 2}).json()["nextCursor"]
    guest.get("/api/v1/bookings", params={"limit": 2, "cursor": cursor})
    for params in ({"cursor": cursor[:-1]}, {"cursor": cursor + "a"}, {"cursor": cursor, "role": "host"}, {"cursor": cursor, "status": "held"}):
        refused = guest.get("/api/v1/bookings", params={"limit": 2, **params}, expect="validation_failed")
        assert fields(refused) == ["cursor"], params
