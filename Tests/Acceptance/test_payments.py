"""Paying with the built-in test provider: in time, refused, too late, twice."""

import concurrent.futures

import pytest

from roost.trade import (
    act, book, booking_of, day, eventually, is_free, pay, payment_of, place, start_payment, stay_at, usd, wait_for_status)


def test_paying_confirms_the_stay(people, anyone):
    home = place(people.hana)
    booking = book(people.anna, home)
    payment = start_payment(people.anna, booking, expect=201)
    assert payment == {
        **payment, "bookingId": booking["id"], "provider": "test", "status": "pending", "amount": usd(20000), "refunded": usd(0)}
    assert payment["checkoutUrl"].startswith(people.server.url + "/")
    page = anyone.connection.get(payment["checkoutUrl"])
    assert page.status_code == 200 and "text/html" in page.headers["content-type"] and "test" in page.text.lower()

    answer = act(people.anna, payment, "succeed")
    assert answer.headers["location"].rstrip("/").endswith(f"/trips/{booking['id']}")
    confirmed = wait_for_status(people.anna, booking, "confirmed")
    assert confirmed == {
        **booking, "status": "confirmed", "paid": usd(20000), "holdExpiresAt": None, "confirmedAt": confirmed["confirmedAt"]}
    captured = payment_of(people.anna, payment)
    assert captured["status"] == "captured" and captured["refunded"] == usd(0)
    assert not is_free(anyone, home)


def test_while_one_is_pending_the_same_is_given(people):
    booking = book(people.anna, place(people.hana))
    payment = start_payment(people.anna, booking, expect=201)
    assert start_payment(people.anna, booking, expect=200) == payment
    listed = people.anna.get(f"/api/v1/bookings/{booking['id']}/payments").json()["items"]
    assert listed == [payment]


def test_many_who_start_at_once_get_one_payment(people):
    booking = book(people.anna, place(people.hana))
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        started = list(pool.map(lambda _: start_payment(people.anna, booking), range(8)))
    assert len({payment["id"] for payment in started}) == 1


def test_a_card_refused_may_be_followed_by_another(people):
    home = place(people.hana)
    booking = book(people.anna, home)
    first = start_payment(people.anna, booking, expect=201)
    act(people.anna, first, "decline")
    eventually(lambda: payment_of(people.anna, first)["status"], lambda status: status == "failed")
    assert booking_of(people.anna, booking)["status"] == "held"
    second = start_payment(people.anna, booking, expect=201)
    assert second["id"] != first["id"]
    act(people.anna, second, "succeed")
    wait_for_status(people.anna, booking, "confirmed")
    assert [payment["status"] for payment in people.anna.get(f"/api/v1/bookings/{booking['id']}/payments").json()["items"]] == ["failed", "captured"]


def test_pressing_pay_twice_pays_once(people):
    booking = book(people.anna, place(people.hana))
    payment = start_payment(people.anna, booking)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: people.anna.connection.post(payment["checkoutUrl"], data={"outcome": "succeed"}).status_code, range(8)))
    confirmed = wait_for_status(people.anna, booking, "confirmed")
    assert confirmed["paid"] == usd(20000) and confirmed["refunded"] == usd(0)


def test_what_is_paid_is_not_paid_again(people):
    booking = book(people.anna, place(people.hana))
    address = start_payment(people.anna, booking)["checkoutUrl"]
    payment = pay(people.anna, booking)
    people.anna.post(f"/api/v1/bookings/{booking['id']}/payments", {"provider": "test"}, expect="state_conflict")
    for outcome in ("decline", "abandon", "succeed"):
        assert people.anna.connection.post(address, data={"outcome": outcome}).status_code < 500
    assert payment_of(people.anna, payment) == payment


def test_who_pays_and_who_sees(people, anyone, operator):
    booking = book(people.anna, place(people.hana))
    path = f"/api/v1/bookings/{booking['id']}/payments"
    anyone.post(path, {"provider": "test"}, expect="unauthenticated")
    people.berta.post(path, {"provider": "test"}, expect="not_found")
    people.hana.post(path, {"provider": "test"}, expect="forbidden")
    payment = start_payment(people.anna, booking)
    for person in (people.anna, people.hana, operator):
        assert person.get(path).json()["items"] == [payment]
        assert payment_of(person, payment) == payment
    anyone.get(f"/api/v1/payments/{payment['id']}", expect="unauthenticated")
    people.berta.get(f"/api/v1/payments/{payment['id']}", expect="not_found")
    people.anna.get("/api/v1/payments/pay_00000000000000000000000000", expect="not_found")
    people.anna.get("/api/v1/payments/nonsense", expect="not_found")


@pytest.mark.parametrize("body", [{}, {"provider": 1}, {"provider": "bitcoin"}, {"provider": "stripe"}, {"provider": ""}, {"provider": None},
                                  {"provider": "test", "amount": usd(1)}, [], "test", None], ids=repr)
def test_a_malformed_or_unknown_provider_is_refused(people, body):
    booking = book(people.anna, place(people.hana))
    sent = {"content": b"null", "headers": {"Content-Type": "application/json"}} if body is None else {"json": body}
    people.anna.request("POST", f"/api/v1/bookings/{booking['id']}/payments", "validation_failed", **sent)
    assert people.anna.get(f"/api/v1/bookings/{booking['id']}/payments").json()["items"] == []


def checkout(people, payment, content, kind="application/x-www-form-urlencoded"):
    answer = people.anna.connection.post(payment["checkoutUrl"], content=content, headers={"Content-Type": kind})
    assert 400 <= answer.status_code < 500, f"{answer.status_code} {answer.text[:300]}"


def test_the_providers_page_takes_no_nonsense(people):
    booking = book(people.anna, place(people.hana))
    payment = start_payment(people.anna, booking)
    for content in (b"", b"outcome=", b"outcome=steal", b"outcome=%ff", b"succeed", b"outcome=succeed&" + b"x" * 3_000_000):
        checkout(people, payment, content)
    checkout(people, payment, b'{"outcome": "succeed"}', "application/json")
    unknown = payment["checkoutUrl"][:-4] + "0000"
    assert people.anna.connection.get(unknown).status_code == 404
    assert people.anna.connection.post(unknown, data={"outcome": "succeed"}).status_code == 404
    assert payment_of(people.anna, payment)["status"] == "pending"


# Money that comes too late.

def expired_with_an_open_page(people, home):
    booking = book(people.anna, home)
    payment = start_payment(people.anna, booking)
    wait_for_status(people.anna, booking, "expired")
    return booking, payment


def test_late_money_confirms_where_the_nights_are_still_free(hurried):
    home = place(hurried.hana)
    booking, payment = expired_with_an_open_page(hurried, home)
    act(hurried.anna, payment, "succeed")
    confirmed = wait_for_status(hurried.anna, booking, "confirmed")
    assert confirmed["paid"] == usd(20000) and confirmed["refunded"] == usd(0)
    assert payment_of(hurried.anna, payment)["status"] == "captured"
    book(hurried.berta, home, expect="nights_unavailable")


def test_late_money_goes_back_where_the_nights_are_gone(hurried):
    home = place(hurried.hana)
    booking, payment = expired_with_an_open_page(hurried, home)
    others = stay_at(hurried.berta, home)
    act(hurried.anna, payment, "succeed")
    eventually(lambda: payment_of(hurried.anna, payment)["status"], lambda status: status == "refunded")
    seen = eventually(lambda: booking_of(hurried.anna, booking), lambda seen: seen["refunded"] == usd(20000))
    assert seen["status"] == "expired" and seen["paid"] == usd(20000)
    assert payment_of(hurried.anna, payment)["refunded"] == usd(20000)
    assert booking_of(hurried.berta, others) == others


def test_late_money_goes_back_where_check_in_has_passed(hurried):
    home = place(hurried.hana, checkInFrom="00:00")
    booking = book(hurried.anna, home, start=day(0), nights=1)
    payment = start_payment(hurried.anna, booking)
    wait_for_status(hurried.anna, booking, "expired")
    act(hurried.anna, payment, "succeed")
    eventually(lambda: payment_of(hurried.anna, payment)["status"], lambda status: status == "refunded")
    assert booking_of(hurried.anna, booking)["status"] == "expired"


def test_money_for_a_cancelled_hold_goes_back_in_full(people):
    home = place(people.hana, cancellationPolicy="nonRefundable")
    booking = book(people.anna, home)
    payment = start_payment(people.anna, booking)
    people.anna.post(f"/api/v1/bookings/{booking['id']}/cancel", expect=200)
    act(people.anna, payment, "succeed")
    eventually(lambda: payment_of(people.anna, payment)["status"], lambda status: status == "refunded")
    seen = booking_of(people.anna, booking)
    assert seen["status"] == "cancelled" and seen["refunded"] == usd(20000)
    assert is_free(people.anna, home)


def test_money_for_a_refused_payment_is_taken_once_and_the_second_goes_back(people):
    """The provider may tell of a success after all, and another payment may have been made meanwhile."""
    booking = book(people.anna, place(people.hana))
    first = start_payment(people.anna, booking)
    act(people.anna, first, "decline")
    eventually(lambda: payment_of(people.anna, first)["status"], lambda status: status == "failed")
    second = start_payment(people.anna, booking)
    act(people.anna, second, "succeed")
    wait_for_status(people.anna, booking, "confirmed")
    act(people.anna, first, "succeed")
    eventually(lambda: payment_of(people.anna, first)["status"], lambda status: status == "refunded")
    assert payment_of(people.anna, second)["status"] == "captured"
    seen = booking_of(people.anna, booking)
    assert seen["status"] == "confirmed" and seen["paid"]["amount"] - seen["refunded"]["amount"] == 20000
