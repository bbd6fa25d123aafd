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


def test_a_refused_body_under_a_key_leaves_the_way_open_or_is_given_again(people):
    home, headers = place(people.hana), key()
    body = wish(home, guests=99)
    first = people.anna.post("/api/v1/bookings", body, expect="validation_failed", headers=headers).json()
    assert people.anna.post("/api/v1/bookings", body, expect="validation_failed", headers=headers).json()["errors"] == first["errors"]
