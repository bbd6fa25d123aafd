"""Changing a confirmed booking: proposed by one side, agreed by the other, the difference paid or given back."""

import threading

import pytest

from roost.mail import Post
from roost.trade import (
    People, act, booking_of, clock_near_now, day, eventually, is_free, later, place, quote, seconds_from_now, stay_at, steady_zone, usd,
    wait_for_status, wish)


def propose(person, booking, expect=201, headers=None, **changes):
    return person.post(f"/api/v1/bookings/{booking['id']}/alterations", changes, expect=expect, headers=headers).json()


def answer(person, alteration, what, body=None, expect=200):
    return person.post(f"/api/v1/alterations/{alteration['id']}/{what}", body, expect=expect).json()


def quoted(person, booking, expect=200, **changes):
    return person.get(f"/api/v1/bookings/{booking['id']}/alteration-quote", params=changes, expect=expect).json()


def alteration_of(person, alteration, expect=200):
    return person.get(f"/api/v1/alterations/{alteration['id']}", expect=expect).json()


def pay_difference(guest, alteration):
    payment = answer(guest, alteration, "payments", {"provider": "test"}, expect=(200, 201))
    act(guest, payment, "succeed")
    eventually(lambda: alteration_of(guest, alteration), lambda seen: seen["status"] == "applied", what="the change")
    return payment


def test_a_longer_stay_is_quoted_proposed_agreed_paid_and_then_counts(server, people):
    home = place(people.hana)
    booking = stay_at(people.anna, home)
    end = later(booking["checkOut"], 2)
    offer = quoted(people.anna, booking, checkOut=end)
    assert offer["available"] and offer["total"] == usd(40000) and offer["difference"] == usd(20000) and offer["nights"] == 4
    assert offer["total"] == quote(people.anna, home, start=later(booking["checkIn"], 30), nights=4)["total"]
    proposed = propose(people.anna, booking, checkOut=end, expectedTotal=offer["total"], message="May we stay on?")
    assert proposed["status"] == "proposed" and proposed["answeredBy"] == "host" and proposed["lines"] == offer["lines"]
    assert proposed["before"]["checkOut"] == booking["checkOut"] and proposed["message"] == "May we stay on?"
    assert 23.9 * 3600 < seconds_from_now(proposed["expiresAt"]) <= 24 * 3600 + 1
    assert is_free(people.berta, home, start=booking["checkOut"], nights=2), "a proposal claims nothing"

    agreed = answer(people.hana, proposed, "accept")
    assert agreed["status"] == "agreed" and agreed["agreedAt"] is not None
    assert not is_free(people.berta, home, start=booking["checkOut"], nights=1)
    people.berta.post("/api/v1/bookings", wish(home, booking["checkOut"], 1), expect="nights_unavailable")
    assert booking_of(people.anna, booking)["checkOut"] == booking["checkOut"], "it does not count before it is paid"

    payment = pay_difference(people.anna, agreed)
    assert payment["purpose"] == "alteration" and payment["amount"] == usd(20000)
    now = booking_of(people.anna, booking)
    assert (now["checkOut"], now["total"], now["paid"]) == (end, usd(40000), usd(40000)) and now["status"] == "confirmed"
    assert sum(line["amount"]["amount"] for line in now["lines"]) == 40000
    assert [item["purpose"] for item in people.anna.get(f"/api/v1/bookings/{booking['id']}/payments").json()["items"]] == ["booking", "alteration"]
    letters = Post(server).wait(people.anna, booking["code"], 5)
    applied = next(letter for letter in letters if letter.subject.startswith("Changed"))
    assert f"DTEND;VALUE=DATE:{end.replace('-', '')}" in str(applied.calendars[0]) and "SEQUENCE:1" in str(applied.calendars[0])
    assert any("pay the difference" in letter.subject and "200.00" in letter.text for letter in letters)
    assert any("is proposed" in letter.subject for letter in Post(server).to(people.hana, booking["code"]))
    server.audit()


def test_a_shorter_stay_counts_at_once_and_the_difference_goes_back(server, people):
    home = place(people.hana)
    booking = stay_at(people.anna, home, nights=3)
    end = later(booking["checkOut"], -1)
    proposed = propose(people.hana, booking, checkOut=end)
    assert proposed["proposedBy"] == "host" and proposed["answeredBy"] == "guest" and proposed["difference"] == usd(-10000)
    answer(people.hana, proposed, "accept", expect="forbidden")
    assert answer(people.anna, proposed, "accept")["status"] == "applied"
    now = eventually(lambda: booking_of(people.anna, booking), lambda seen: seen["refunded"] == usd(10000), what="the refund")
    assert now["total"] == usd(20000) and now["checkOut"] == end
    assert is_free(people.berta, home, start=end, nights=1)
    server.audit()


def test_guests_and_price_can_be_other_too(people):
    home = place(people.hana)
    people.hana.put(f"/api/v1/properties/{home['id']}/rules", {"fees": {"extraGuest": {"amount": usd(1500), "includedGuests": 2}}})
    booking = stay_at(people.anna, home)
    more = quoted(people.anna, booking, guests=3)
    assert more["difference"] == usd(3000) and more["guests"] == 3
    too_many = propose(people.anna, booking, guests=5, expect="validation_failed")
    assert [error["code"] for error in too_many["errors"]] == ["too_many_guests"]
    # A host may propose what their own rules refuse; the guest has to agree.
    offer = propose(people.hana, booking, guests=5, total=usd(19000))
    assert offer["lines"][-1]["kind"] == "adjustment" and sum(line["amount"]["amount"] for line in offer["lines"]) == 19000
    assert answer(people.anna, offer, "accept")["status"] == "applied"
    now = booking_of(people.anna, booking)
    assert now["guests"] == 5 and now["party"]["adults"] == 5 and now["total"] == usd(19000)
    # A change of the rules never changes what was agreed.
    people.hana.patch(f"/api/v1/properties/{home['id']}", {"nightlyPrice": usd(99900)})
    assert booking_of(people.anna, booking)["total"] == usd(19000)


def test_declining_withdrawing_and_one_at_a_time(people):
    home = place(people.hana)
    booking = stay_at(people.anna, home)
    end = later(booking["checkOut"], 1)
    first = propose(people.anna, booking, checkOut=end)
    propose(people.hana, booking, checkOut=end, expect="state_conflict")
    answer(people.anna, first, "decline", expect="forbidden")
    declined = answer(people.hana, first, "decline", {"reason": "The painters come."})
    assert declined["status"] == "declined" and declined["reason"] == "The painters come." and declined["endedAt"]
    answer(people.hana, first, "accept", expect="state_conflict")
    second = propose(people.anna, booking, checkOut=end)
    answer(people.hana, second, "withdraw", expect="forbidden")
    assert answer(people.anna, second, "withdraw")["status"] == "withdrawn"
    third = propose(people.anna, booking, checkOut=end)
    agreed = answer(people.hana, third, "accept")
    answer(people.hana, agreed, "decline", expect="state_conflict")
    # Who has to pay may still go back; the nights are free at once, and money that comes all the same goes back.
    payment = answer(people.anna, agreed, "payments", {"provider": "test"}, expect=201)
    assert answer(people.anna, agreed, "withdraw")["status"] == "withdrawn"
    assert is_free(people.berta, home, start=booking["checkOut"], nights=1)
    act(people.anna, payment, "succeed")
    eventually(lambda: people.anna.get(f"/api/v1/payments/{payment['id']}").json(), lambda seen: seen["status"] == "refunded", what="the refund")
    items = people.hana.get(f"/api/v1/bookings/{booking['id']}/alterations").json()["items"]
    assert [item["status"] for item in items] == ["withdrawn", "withdrawn", "declined"]
    assert [item["id"] for item in people.hana.get(f"/api/v1/bookings/{booking['id']}/alterations", params={"limit": 2}).json()["items"]] == [third["id"], second["id"]]


def test_what_is_not_yours_is_not_there_and_operators_act_for_the_host(people, operator):
    home = place(people.hana)
    booking = stay_at(people.anna, home)
    end = later(booking["checkOut"], 1)
    for person in (people.berta, people.carl):
        propose(person, booking, checkOut=end, expect="not_found")
        quoted(person, booking, checkOut=end, expect="not_found")
        person.get(f"/api/v1/bookings/{booking['id']}/alterations", expect="not_found")
    people.anyone.get(f"/api/v1/bookings/{booking['id']}/alterations", expect="unauthenticated")
    proposed = propose(people.anna, booking, checkOut=end)
    for what in ("accept", "decline", "withdraw"):
        answer(people.berta, proposed, what, expect="not_found")
        answer(people.anyone, proposed, what, expect="unauthenticated")
    answer(people.berta, proposed, "payments", {"provider": "test"}, expect="not_found")
    alteration_of(people.berta, proposed, expect="not_found")
    answer(people.anna, proposed, "payments", {"provider": "test"}, expect="state_conflict")
    assert answer(operator, proposed, "accept")["status"] == "agreed"
    answer(people.hana, proposed, "payments", {"provider": "test"}, expect="forbidden")


@pytest.mark.parametrize("changes, field, code", [
    ({}, "checkIn", "no_change"), ({"message": "Hello"}, "checkIn", "no_change"), ({"checkOut": "2027-02-30"}, "checkOut", None),
    ({"guests": 0}, "guests", None), ({"adults": 1, "guests": 3}, "guests", "contradiction"), ({"children": 1}, "guests", "required"),
    ({"total": 5}, "total", None), ({"total": {"amount": 5, "currency": "EUR"}}, "total", "wrong_currency"),
    ({"total": {"amount": -5, "currency": "USD"}}, "total.amount", None), ({"nights": 3}, "nights", "unknown"),
    ({"checkIn": "2020-01-01"}, "checkIn", None), ({"checkOut": "2020-01-01"}, "checkOut", None), ({"total": None}, "total", None),
])
def test_what_makes_no_sense_is_refused_with_the_field_named(people, changes, field, code):
    booking = stay_at(people.anna, place(people.hana))
    errors = propose(people.anna, booking, expect="validation_failed", **changes)["errors"]
    assert field in [error["field"] for error in errors], errors
    assert code is None or code in [error["code"] for error in errors], errors


def test_rules_refuse_a_guest_with_their_reasons_and_only_for_what_changes(people):
    home = place(people.hana, minimumNights=2, maximumNights=5)
    booking = stay_at(people.anna, home)
    short = propose(people.anna, booking, checkOut=later(booking["checkOut"], -1), expect="validation_failed")
    assert [error["code"] for error in short["errors"]] == ["below_minimum_nights"]
    offer = quoted(people.anna, booking, checkOut=later(booking["checkIn"], 6))
    assert not offer["available"] and offer["reasons"] == ["above_maximum_nights"] and offer["reasonDetails"][0]["message"]
    people.hana.patch(f"/api/v1/properties/{home['id']}", {"minimumNights": 4})
    assert quoted(people.anna, booking, checkOut=later(booking["checkOut"], 1))["available"], "longer is no worse than it was"
    assert quoted(people.anna, booking, guests=1, total=19000)["available"]
    assert not quoted(people.anna, booking, checkIn=later(booking["checkIn"], 1), checkOut=later(booking["checkOut"], 1))["available"]
    assert quoted(people.hana, booking, checkOut=later(booking["checkOut"], -1))["available"], "the host's own rule"
    propose(people.anna, booking, checkIn=booking["checkIn"], expect="validation_failed")


def test_a_quote_names_what_its_proposal_would_be_refused_for(people):
    """No price in the booking's currency any more; a stay that would have begun before anybody could answer; a day that is past."""
    home = place(people.hana)
    booking = stay_at(people.anna, home)
    people.hana.patch(f"/api/v1/properties/{home['id']}", {"nightlyPrice": {"amount": 9000, "currency": "EUR"}})
    wish = {"checkOut": later(booking["checkOut"], 1)}
    refused_alike(people.anna, booking, wish, "total", "no_price")
    assert quoted(people.anna, booking, total=25000, **wish)["available"], "what it is to cost can be said"
    assert propose(people.anna, booking, total=usd(25000), **wish)["status"] == "proposed"

    zone = steady_zone()
    begun = place(people.hana, timeZone=zone, checkInFrom=clock_near_now(zone, -30), nightlyPrice=usd(10000))
    booking = stay_at(people.anna, begun, start=9, nights=1)
    today = {"checkIn": day(0, zone), "checkOut": day(1, zone)}
    refused_alike(people.anna, booking, today, "checkIn", "in_the_past")
    refused_alike(people.hana, booking, today, "checkIn", "in_the_past")
    refused_alike(people.hana, booking, {"checkIn": day(-1, zone), "checkOut": day(1, zone)}, "checkIn", "in_the_past")


def refused_alike(person, booking, wish, field, code):
    offer = quoted(person, booking, **wish)
    assert not offer["available"] and offer["reasons"] == [code] == [detail["code"] for detail in offer["reasonDetails"]], offer
    errors = propose(person, booking, expect="validation_failed", **wish)["errors"]
    assert [(error["field"], error["code"]) for error in errors] == [(field, code)]


def test_nights_are_for_whoever_takes_them_first(server, people):
    """An agreed change against holds of the same night, at the same moment."""
    home = place(people.hana)
    booking = stay_at(people.anna, home)
    proposed = propose(people.anna, booking, checkOut=later(booking["checkOut"], 1))
    statuses = []
    rivals = [people.new("rival") for _ in range(6)]

    def hold(person):
        statuses.append(person.post("/api/v1/bookings", wish(home, booking["checkOut"], 1), expect=(201, "nights_unavailable")).status_code)

    def accept():
        statuses.append(people.hana.post(f"/api/v1/alterations/{proposed['id']}/accept", expect=(200, "nights_unavailable")).status_code)

    threads = [threading.Thread(target=hold, args=(person,)) for person in rivals] + [threading.Thread(target=accept)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses)[0] in (200, 201) and sorted(statuses)[1:] == [409] * 6
    server.audit()


def test_the_same_key_gives_the_first_answer_again(people):
    booking = stay_at(people.anna, place(people.hana))
    end, key = later(booking["checkOut"], 1), {"Idempotency-Key": "once"}
    first = propose(people.anna, booking, checkOut=end, headers=key)
    assert propose(people.anna, booking, checkOut=end, headers=key) == first
    propose(people.anna, booking, checkOut=later(end, 1), headers=key, expect="idempotency_key_reused")
    assert len(people.anna.get(f"/api/v1/bookings/{booking['id']}/alterations").json()["items"]) == 1


def test_the_price_that_was_shown_is_the_price_that_is_proposed(people):
    home = place(people.hana)
    booking = stay_at(people.anna, home)
    end = later(booking["checkOut"], 1)
    shown = quoted(people.anna, booking, checkOut=end)["total"]
    people.hana.patch(f"/api/v1/properties/{home['id']}", {"nightlyPrice": usd(20000)})
    propose(people.anna, booking, checkOut=end, expectedTotal=shown, expect="state_conflict")
    propose(people.anna, booking, checkOut=end, expectedTotal={"amount": 5, "currency": "EUR"}, expect="validation_failed")


def test_cancelling_ends_an_open_change_and_gives_everything_back(server, people):
    home = place(people.hana, cancellationPolicy="flexible")
    booking = stay_at(people.anna, home)
    agreed = answer(people.hana, propose(people.anna, booking, checkOut=later(booking["checkOut"], 1)), "accept")
    payment = answer(people.anna, agreed, "payments", {"provider": "test"}, expect=201)
    people.anna.post(f"/api/v1/bookings/{booking['id']}/cancel", expect=200)
    assert alteration_of(people.anna, agreed)["status"] == "ended"
    assert is_free(people.berta, home, nights=3)
    act(people.anna, payment, "succeed")
    now = eventually(lambda: booking_of(people.anna, booking), lambda seen: seen["refunded"] == usd(30000), what="the refunds")
    assert now["paid"] == usd(30000) and now["status"] == "cancelled"
    server.audit()


def test_a_change_nobody_pays_ends_and_its_nights_are_free(fresh):
    server = fresh(ROOST_ACCEPTED_HOURS="0.001", ROOST_POLL_SECONDS="1")
    people = People(server)
    home = place(people.hana)
    booking = stay_at(people.anna, home)
    agreed = answer(people.hana, propose(people.anna, booking, checkOut=later(booking["checkOut"], 1)), "accept")
    payment = answer(people.anna, agreed, "payments", {"provider": "test"}, expect=201)
    eventually(lambda: alteration_of(people.anna, agreed), lambda seen: seen["status"] == "expired", what="the end")
    assert is_free(people.berta, home, start=booking["checkOut"], nights=1)
    answer(people.anna, agreed, "payments", {"provider": "test"}, expect="hold_expired")
    # The money comes all the same, and the night is still free: the change counts after all.
    act(people.anna, payment, "succeed")
    eventually(lambda: alteration_of(people.anna, agreed), lambda seen: seen["status"] == "applied", what="the change")
    assert wait_for_status(people.anna, booking, "confirmed")["total"] == usd(30000)
    server.audit_at_rest()
