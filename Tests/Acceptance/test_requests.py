"""Places that are not on instant book: the host answers first."""

import uuid

import pytest

from roost.trade import (
    book, booking_of, clock_near_now, day, is_free, moment, nights_of, pay, place, quote, seconds_from_now, start_payment, stay_at,
    steady_zone, usd, wait_for_status, wish)


def on_request(host, **changes):
    return place(host, instantBook=False, **changes)


def answer(person, booking, what, body=None, expect=200):
    return person.post(f"/api/v1/bookings/{booking['id']}/{what}", body, expect=expect).json()


def test_a_request_claims_nothing(people):
    home = on_request(people.hana)
    booking = book(people.anna, home)
    assert booking["status"] == "requested" and booking["holdExpiresAt"] is None
    assert is_free(people.berta, home)
    assert book(people.berta, home)["status"] == "requested"
    people.anna.post(f"/api/v1/bookings/{booking['id']}/payments", {"provider": "test"}, expect="state_conflict")


def test_accepting_holds_the_nights_and_paying_confirms(people):
    home = on_request(people.hana)
    booking = book(people.anna, home)
    held = answer(people.hana, booking, "accept")
    assert held["status"] == "held"
    assert all(held[name] == booking[name] for name in ("id", "code", "lines", "total", "createdAt", "checkIn", "checkOut", "guests"))
    assert 23.9 * 3600 < seconds_from_now(held["holdExpiresAt"]) <= 24 * 3600 + 1
    assert not is_free(people.berta, home)
    pay(people.anna, held)


def test_the_time_to_pay_ends_at_check_in(people):
    home = on_request(people.hana, timeZone="Pacific/Kiritimati", checkInFrom="23:59")
    booking = book(people.anna, home, start=0, nights=1)
    held = answer(people.hana, booking, "accept")
    # 23:59 in Kiritimati, 14 hours ahead of UTC without summer time, is 09:59 in UTC.
    assert moment(held["holdExpiresAt"]) <= moment(f"{booking['checkIn']}T09:59:00Z")
    assert seconds_from_now(held["holdExpiresAt"]) <= 24 * 3600


def test_the_price_is_the_one_that_was_requested(people):
    home = on_request(people.hana)
    booking = book(people.anna, home)
    people.hana.patch(f"/api/v1/properties/{home['id']}", {"nightlyPrice": usd(99900), "minimumNights": 5})
    held = answer(people.hana, booking, "accept")
    assert held["total"] == usd(20000)


def calendar(host, home, *nights):
    return host.put(f"/api/v1/properties/{home['id']}/calendar", {"nights": list(nights)}, expect=200)


def test_nights_gone_meanwhile_cannot_be_accepted_and_the_request_stays(people):
    """Gone otherwise than by accepting another: to a guest who booked at once, or closed."""
    home = on_request(people.hana)
    request = book(people.berta, home)
    people.hana.patch(f"/api/v1/properties/{home['id']}", {"instantBook": True})
    held = book(people.anna, home, nights=1)
    answer(people.hana, request, "accept", expect="nights_unavailable")
    assert booking_of(people.berta, request)["status"] == "requested"
    people.anna.post(f"/api/v1/bookings/{held['id']}/cancel", expect=200)
    calendar(people.hana, home, {"date": day(61), "open": False})
    answer(people.hana, request, "accept", expect="nights_unavailable")
    assert booking_of(people.berta, request)["status"] == "requested"
    calendar(people.hana, home, {"date": day(61), "open": True})
    answer(people.hana, request, "accept")


def test_accepting_one_declines_those_that_no_longer_fit(people, post):
    home = on_request(people.hana, unitCount=2)
    names = {"anna": (60, 3), "berta": (61, 3), "carla": (60, 2), "dora": (63, 2)}
    asked = {name: book(getattr(people, name), home, start, nights) for name, (start, nights) in names.items()}

    def states():
        return {name: booking_of(people.hana, booking)["status"] for name, booking in asked.items()}

    answer(people.hana, asked["anna"], "accept")
    assert states() == {"anna": "held", "berta": "requested", "carla": "requested", "dora": "requested"}
    answer(people.hana, asked["berta"], "accept")
    assert states() == {"anna": "held", "berta": "held", "carla": "declined", "dora": "requested"}
    declined = booking_of(people.carla, asked["carla"])
    assert declined["reason"] == "The nights went to another guest."
    assert declined["cancelledAt"] is None and declined["cancelledBy"] is None
    answer(people.hana, asked["carla"], "accept", expect="state_conflict")
    letter = post.wait(people.carla, asked["carla"]["code"], 2)[-1]
    assert "The nights went to another guest." in letter.text and "The host wrote" not in letter.text
    # The other unit is free for her nights, though not for those of the first two.
    answer(people.hana, asked["dora"], "accept")
    assert booking_of(people.dora, asked["dora"])["status"] == "held"


def test_whom_their_own_other_request_overtook_is_told_so(people, post):
    home = on_request(people.hana)
    first, second = book(people.dora, home, 60, 3), book(people.dora, home, 61, 3)
    answer(people.hana, first, "accept")
    declined = booking_of(people.dora, second)
    assert declined["status"] == "declined"
    assert declined["reason"] == "The guest's other request for these dates was accepted."
    letter = post.wait(people.dora, second["code"], 2)[-1]
    assert "Your other request for these dates was accepted." in letter.text and "another guest" not in letter.text


def test_a_reason_for_declining_can_be_read(people):
    booking = book(people.anna, on_request(people.hana))
    answer(people.hana, booking, "decline", {"reason": "The roof leaks."})
    assert booking_of(people.anna, booking)["reason"] == "The roof leaks."


def only_for_known_guests(host, **changes):
    home = place(host, **changes)
    host.patch(f"/api/v1/properties/{home['id']}/rules", {"booking": {"instantBookFor": "guestsWithFinishedStay"}}, expect=200)
    return home


def test_instant_book_for_known_guests_asks_the_host_for_all_others(people, anyone, operator):
    """Guests with a finished stay are tested inside, where the clock can be moved."""
    home = only_for_known_guests(people.hana, location={"country": "US", "city": "Knowntown", "latitude": 41.5, "longitude": -74.5})
    assert home["instantBook"]
    for person in (anyone, people.anna):
        assert quote(person, home)["instantBook"] is False and quote(person, home)["available"]
    assert book(people.anna, home)["status"] == "requested"
    assert quote(people.anna, place(people.hana))["instantBook"] is True
    assert quote(people.anna, on_request(people.hana))["instantBook"] is False
    # A confirmed stay is not a finished one.
    stay_at(people.anna, place(people.hana))
    assert quote(people.anna, home)["instantBook"] is False

    def found(**more):
        return anyone.get("/api/v1/properties", params={"location": "Knowntown", **more}).json()["totalCount"]

    assert (found(), found(instantBook="true")) == (1, 0), "nobody is promised what they may not have"
    people.hana.patch(f"/api/v1/properties/{home['id']}/rules", {"booking": None}, expect=200)
    assert (found(), found(instantBook="true")) == (1, 1)


def test_declining_ends_a_request(people):
    home = on_request(people.hana)
    one, two = book(people.anna, home), book(people.berta, home)
    assert answer(people.hana, one, "decline", {"reason": "The roof leaks."})["status"] == "declined"
    assert answer(people.hana, two, "decline")["status"] == "declined"
    for what in ("accept", "cancel"):
        person = people.hana if what == "accept" else people.anna
        answer(person, one, what, expect="state_conflict")
    people.anna.post(f"/api/v1/bookings/{one['id']}/payments", {"provider": "test"}, expect="state_conflict")


@pytest.mark.parametrize("body", [{"reason": 7}, {"reason": "r" * 1_000_000}, {"because": "x"}, [], "no"], ids=lambda body: f"{body!r:.30}")
def test_a_malformed_reason_is_refused(people, body):
    booking = book(people.anna, on_request(people.hana))
    answer(people.hana, booking, "decline", body, expect=("validation_failed", "payload_too_large"))
    assert booking_of(people.hana, booking)["status"] == "requested"


def test_only_the_host_and_operators_answer(people, anyone, operator):
    booking = book(people.anna, on_request(people.hana))
    for what in ("accept", "decline"):
        answer(anyone, booking, what, expect="unauthenticated")
        answer(people.berta, booking, what, expect="not_found")
        answer(people.anna, booking, what, expect="forbidden")
    assert answer(operator, booking, "accept")["status"] == "held"


def test_what_is_no_request_is_not_answered(people):
    held = book(people.anna, place(people.hana))
    answer(people.hana, held, "accept", expect="state_conflict")
    answer(people.hana, held, "decline", expect="state_conflict")
    assert booking_of(people.anna, held)["status"] == "held"


def test_a_guest_takes_a_request_back(people):
    home = on_request(people.hana)
    booking = book(people.anna, home)
    assert answer(people.anna, booking, "cancel")["status"] == "cancelled"
    answer(people.hana, booking, "accept", expect="state_conflict")


def test_a_request_nobody_answers_expires(hurried):
    home = on_request(hurried.hana)
    booking = book(hurried.anna, home)
    wait_for_status(hurried.anna, booking, "expired", seconds=15)
    answer(hurried.hana, booking, "accept", expect=("state_conflict", "hold_expired"))
    answer(hurried.anna, booking, "cancel", expect="state_conflict")


def test_an_accepted_request_nobody_pays_expires_and_frees_the_nights(hurried):
    home = on_request(hurried.hana)
    held = answer(hurried.hana, book(hurried.anna, home), "accept")
    start_payment(hurried.anna, held)
    assert seconds_from_now(held["holdExpiresAt"]) <= 4
    wait_for_status(hurried.anna, held, "expired", seconds=15)
    assert is_free(hurried.anna, home)


def test_a_request_against_a_rule_or_for_taken_nights_is_refused(people):
    home = on_request(people.hana, minimumNights=2)
    people.anna.post("/api/v1/bookings", wish(home, nights=1), expect="validation_failed")
    answer(people.hana, book(people.anna, home), "accept")
    people.berta.post("/api/v1/bookings", wish(home), expect="nights_unavailable")


@pytest.mark.parametrize("rules", [{"instantBook": False}, {"instantBook": True, "instantBookFor": "guestsWithFinishedStay"}])
def test_today_after_check_in_nobody_says_that_a_request_can_be_made(people, rules):
    zone = steady_zone()
    who = rules.pop("instantBookFor", None)
    home = place(people.hana, timeZone=zone, checkInFrom=clock_near_now(zone, -10), minimumNights=1, location={
        "country": "US", "city": f"Lateville {uuid.uuid4().hex[:6]}", "latitude": 44.2, "longitude": -74.4}, **rules)
    if who:
        people.hana.patch(f"/api/v1/properties/{home['id']}/rules", {"booking": {"instantBookFor": who}})
    today, tomorrow = day(0, zone), day(1, zone)
    dates = {"checkIn": today, "checkOut": tomorrow, "guests": 1}
    quoted = people.anna.get(f"/api/v1/properties/{home['id']}/quote", params=dates).json()
    assert quoted["reasons"] == ["too_short_notice"] and not quoted["available"], quoted
    nights = nights_of(people.anna, home, today, day(2, zone))
    assert [nights[date]["canArrive"] for date in (today, tomorrow)] == [False, True]
    city = home["location"]["city"]
    assert people.anna.get("/api/v1/properties", params={"location": city, **dates}).json()["items"] == []
    later_dates = {**dates, "checkIn": tomorrow, "checkOut": day(2, zone)}
    assert [item["id"] for item in people.anna.get("/api/v1/properties", params={"location": city, **later_dates}).json()["items"]] == [home["id"]]
    refused = people.anna.post("/api/v1/bookings", {"propertyId": home["id"], **dates}, expect="validation_failed").json()
    assert [error["code"] for error in refused["errors"]] == ["too_short_notice"]
