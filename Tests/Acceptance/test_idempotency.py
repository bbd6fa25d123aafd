"""Asking again with the same key gives the first answer again, and does nothing twice."""

import concurrent.futures
import uuid

import pytest

from roost.client import code
from roost.trade import act, book, booking_of, draft_of, eventually, is_free, place, start_payment, usd, wait_for_status, wish


def key():
    return {"Idempotency-Key": str(uuid.uuid4())}


def test_a_wish_repeated_is_one_booking(people):
    home, headers = place(people.hana), key()
    first = people.anna.post("/api/v1/bookings", wish(home), expect=201, headers=headers)
    again = people.anna.post("/api/v1/bookings", wish(home), expect=201, headers=headers)
    assert again.json() == first.json()
    assert [item["id"] for item in people.anna.everything("/api/v1/bookings", limit=100) if item["propertyId"] == home["id"]] == [first.json()["id"]]


def test_the_first_answer_stays_though_the_world_moves_on(people):
    home, headers = place(people.hana), key()
    first = people.anna.post("/api/v1/bookings", wish(home), expect=201, headers=headers).json()
    people.hana.patch(f"/api/v1/properties/{home['id']}", {"nightlyPrice": usd(1)})
    people.anna.post(f"/api/v1/bookings/{first['id']}/cancel", expect=200)
    assert people.anna.post("/api/v1/bookings", wish(home), expect=201, headers=headers).json()["id"] == first["id"]
    assert is_free(people.anna, home)


def test_a_refusal_is_an_answer_too(people):
    home, headers = place(people.hana), key()
    booking = book(people.berta, home)
    people.anna.post("/api/v1/bookings", wish(home), expect="nights_unavailable", headers=headers)
    people.berta.post(f"/api/v1/bookings/{booking['id']}/cancel", expect=200)
    people.anna.post("/api/v1/bookings", wish(home), expect="nights_unavailable", headers=headers)
    book(people.anna, home)


def test_another_body_under_the_same_key_is_refused(people):
    home, headers = place(people.hana), key()
    people.anna.post("/api/v1/bookings", wish(home), expect=201, headers=headers)
    people.anna.post("/api/v1/bookings", wish(home, start=90), expect="idempotency_key_reused", headers=headers)
    people.anna.post("/api/v1/bookings", wish(home, guests=1), expect="idempotency_key_reused", headers=headers)
    assert is_free(people.anna, home, start=90)


def test_a_key_is_for_one_person_and_one_path(people):
    home, headers = place(people.hana), key()
    first = people.anna.post("/api/v1/bookings", wish(home), expect=201, headers=headers).json()
    other = people.berta.post("/api/v1/bookings", wish(home, start=90), expect=201, headers=headers).json()
    assert other["id"] != first["id"]
    people.anna.post(f"/api/v1/bookings/{first['id']}/payments", {"provider": "test"}, expect=201, headers=headers)
    people.anna.post(f"/api/v1/bookings/{first['id']}/extend", expect=200, headers=headers)


@pytest.mark.parametrize("length, expect", [(1, 201), (255, 201), (256, "malformed_request"), (5000, "malformed_request")])
def test_a_key_has_at_most_255_characters(people, length, expect):
    home = place(people.hana)
    people.anna.post("/api/v1/bookings", wish(home), expect=expect, headers={"Idempotency-Key": uuid.uuid4().hex[0] * length})
    assert is_free(people.anna, home) == (expect != 201)


def test_a_key_means_nothing_to_a_change_or_to_whoever_is_not_signed_in(people, anyone):
    home, headers = place(people.hana), key()
    path = f"/api/v1/properties/{home['id']}"
    people.hana.patch(path, {"title": "First"}, headers=headers)
    assert people.hana.patch(path, {"title": "Second"}, headers=headers).json()["title"] == "Second"
    people.hana.patch(path, {"title": "Third"}, headers={"Idempotency-Key": "k" * 300})
    sign_in = {"email": people.anna.email, "password": "wrong-wrong"}
    anyone.post("/api/v1/auth/login", sign_in, expect="unauthenticated", headers=headers)
    anyone.post("/api/v1/auth/login", {**sign_in, "password": "other-wrong"}, expect="unauthenticated", headers=headers)


def test_a_place_is_made_once(people):
    headers, body = key(), draft_of(title="Once only")
    first = people.hana.post("/api/v1/properties", body, expect=201, headers=headers).json()
    assert people.hana.post("/api/v1/properties", body, expect=201, headers=headers).json() == first


def test_a_payment_is_started_once_and_given_again(people):
    booking, headers = book(people.anna, place(people.hana)), key()
    path = f"/api/v1/bookings/{booking['id']}/payments"
    first = people.anna.post(path, {"provider": "test"}, expect=201, headers=headers).json()
    act(people.anna, first, "succeed")
    wait_for_status(people.anna, booking, "confirmed")
    again = people.anna.post(path, {"provider": "test"}, expect=201, headers=headers).json()
    assert again["id"] == first["id"]


def test_extending_with_a_key_extends_once(people):
    booking, headers = book(people.anna, place(people.hana)), key()
    path = f"/api/v1/bookings/{booking['id']}/extend"
    first = people.anna.post(path, expect=200, headers=headers).json()
    for _ in range(5):
        assert people.anna.post(path, expect=200, headers=headers).json() == first
    assert booking_of(people.anna, booking)["holdExpiresAt"] == first["holdExpiresAt"]


def test_accepting_and_cancelling_can_be_repeated(people):
    home = place(people.hana, instantBook=False)
    booking, headers = book(people.anna, home), key()
    first = people.hana.post(f"/api/v1/bookings/{booking['id']}/accept", expect=200, headers=headers).json()
    assert people.hana.post(f"/api/v1/bookings/{booking['id']}/accept", expect=200, headers=headers).json() == first
    headers = key()
    first = people.anna.post(f"/api/v1/bookings/{booking['id']}/cancel", expect=200, headers=headers).json()
    assert people.anna.post(f"/api/v1/bookings/{booking['id']}/cancel", expect=200, headers=headers).json() == first


def test_twins_at_the_same_moment_are_one_booking(people):
    for _ in range(5):
        home, headers = place(people.hana), key()
        ask = lambda _: people.anna.post("/api/v1/bookings", wish(home), expect=(201, "idempotency_key_in_use"), headers=headers)
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(ask, range(16)))
        made = {answer.json()["id"] for answer in answers if answer.status_code == 201}
        assert len(made) == 1
        mine = [item["id"] for item in people.anna.everything("/api/v1/bookings", limit=100) if item["propertyId"] == home["id"]]
        assert mine == list(made)


def test_what_was_refused_for_coming_too_often_may_be_asked_again(fresh):
    from roost.trade import People
    people = People(fresh())
    home = place(people.hana)
    first = book(people.anna, home)
    headers = key()
    people.anna.post("/api/v1/bookings", wish(home, start=90), expect="rate_limited", headers=headers)
    people.anna.post(f"/api/v1/bookings/{first['id']}/cancel", expect=200)
    answer = eventually(
        lambda: people.anna.post("/api/v1/bookings", wish(home, start=90), expect=(201, "rate_limited"), headers=headers), lambda seen: code(seen) is None)
    assert answer.status_code == 201


def again(person, path, body, expect, change, headers=None):
    """Asks twice under one key; between the two `change` makes the refusal untrue. The answer must be the first."""
    headers = key()
    first = person.post(path, body, expect=expect, headers=headers)
    change()
    second = person.post(path, body, expect=expect, headers=headers)
    assert (second.status_code, second.json()) == (first.status_code, first.json())
    return headers


def test_a_booking_of_a_place_that_was_paused_since_gives_the_first_answer(people):
    home, headers = place(people.hana), key()
    first = people.anna.post("/api/v1/bookings", wish(home), expect=201, headers=headers).json()
    people.hana.patch(f"/api/v1/properties/{home['id']}", {"status": "paused"})
    assert people.anna.post("/api/v1/bookings", wish(home), expect=201, headers=headers).json() == first


def test_no_such_place_stays_the_answer_though_it_is_listed_now(people):
    home = people.hana.post("/api/v1/properties", draft_of(), expect=201).json()
    listed = lambda: people.hana.patch(f"/api/v1/properties/{home['id']}", {"status": "listed"})
    again(people.anna, "/api/v1/bookings", wish(home), "not_found", listed)


def test_no_such_place_stays_the_answer_though_the_body_is_wrong_as_well(people):
    home = people.hana.post("/api/v1/properties", draft_of(), expect=201).json()
    listed = lambda: people.hana.patch(f"/api/v1/properties/{home['id']}", {"status": "listed"})
    headers = again(people.anna, "/api/v1/bookings", wish(home, guests=0), "not_found", listed)
    people.anna.post("/api/v1/bookings", wish(home), expect="idempotency_key_reused", headers=headers)


def test_a_rule_that_refused_stays_the_answer_though_it_is_gone(people):
    home = place(people.hana, minimumNights=5)
    gone = lambda: people.hana.patch(f"/api/v1/properties/{home['id']}", {"minimumNights": 1})
    again(people.anna, "/api/v1/bookings", wish(home), "validation_failed", gone)


def test_another_price_stays_the_answer(people):
    home = place(people.hana)
    cheaper = lambda: people.hana.patch(f"/api/v1/properties/{home['id']}", {"nightlyPrice": usd(50)})
    again(people.anna, "/api/v1/bookings", wish(home, expectedTotal=usd(100)), "state_conflict", cheaper)


def test_nothing_to_pay_stays_the_answer_though_it_was_accepted_since(people):
    booking = book(people.anna, place(people.hana, instantBook=False))
    accept = lambda: people.hana.post(f"/api/v1/bookings/{booking['id']}/accept", expect=200)
    again(people.anna, f"/api/v1/bookings/{booking['id']}/payments", {"provider": "test"}, "state_conflict", accept)


def test_what_was_forbidden_or_not_found_stays_so(people):
    booking = book(people.anna, place(people.hana, instantBook=False))
    path = f"/api/v1/bookings/{booking['id']}"
    nothing = lambda: None
    again(people.anna, f"{path}/accept", None, "forbidden", nothing)
    again(people.berta, f"{path}/cancel", None, "not_found", nothing)
    again(people.hana, f"{path}/payments", {"provider": "test"}, "forbidden", nothing)


def test_a_wrong_place_stays_wrong_and_its_key_is_used(people):
    headers = again(people.hana, "/api/v1/properties", draft_of(maximumGuests=0), "validation_failed", lambda: None)
    people.hana.post("/api/v1/properties", draft_of(), expect="idempotency_key_reused", headers=headers)


@pytest.mark.parametrize("status", ["draft", "paused"])
def test_ones_own_place_is_ones_own_also_where_nobody_else_sees_it(people, status):
    home = place(people.hana) if status == "paused" else people.hana.post("/api/v1/properties", draft_of(), expect=201).json()
    if status == "paused":
        people.hana.patch(f"/api/v1/properties/{home['id']}", {"status": "paused"})
    people.hana.post("/api/v1/bookings", wish(home), expect="forbidden")
    people.anna.post("/api/v1/bookings", wish(home), expect="not_found")


def test_a_refused_body_under_a_key_leaves_the_way_open_or_is_given_again(people):
    home, headers = place(people.hana), key()
    body = wish(home, guests=99)
    first = people.anna.post("/api/v1/bookings", body, expect="validation_failed", headers=headers).json()
    assert people.anna.post("/api/v1/bookings", body, expect="validation_failed", headers=headers).json()["errors"] == first["errors"]
