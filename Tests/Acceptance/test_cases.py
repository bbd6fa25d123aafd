"""What a person must look at about money: found by webhook, by answers that fit no contract, and by comparing with the providers'
own lists; listed, resolved, tried again, by address and by command."""

import json
import re
import sqlite3
import time

import pytest

import tills
from roost.trade import People, book, booking_of, eventually, payment_of, place, usd, wait_for_status


@pytest.fixture(scope="module")
def fakes():
    with tills.providers() as both:
        yield both


@pytest.fixture(scope="module")
def till(module_servers, fakes):
    return tills.Till(module_servers, *fakes)


@pytest.fixture(autouse=True)
def calm(fakes):
    for fake in fakes:
        fake.calm()
    fakes[0].age = 0


def refund_that_came_back(till):
    """A cancelled stay whose refund the bank sent back; gives booking, payment and the case."""
    booking, payment = till.paid(till.anna, "stripe")
    till.anna.post(f"/api/v1/bookings/{booking['id']}/cancel", expect=200)
    eventually(lambda: payment_of(till.anna, payment)["status"], lambda status: status == "refunded")
    refund = till.stripe.refunds_of(payment)[0]
    refund["status"] = "failed"
    assert till.stripe.tell(till.server, till.stripe.event("refund.failed", refund)).status_code == 200
    return booking, payment, till.case_of("refundFailed", payment)


def test_only_operators_see_and_resolve_them(till):
    _, payment, case = refund_that_came_back(till)
    for path in ("/api/v1/operator/cases", f"/api/v1/operator/cases/{case['id']}"):
        till.anyone.get(path, expect="unauthenticated")
        till.anna.get(path, expect="forbidden")
        till.hana.get(path, expect="forbidden")
    till.anna.post(f"/api/v1/operator/cases/{case['id']}/resolve", {"note": "mine"}, expect="forbidden")
    till.operator.get("/api/v1/operator/cases/case_of_nobody", expect="not_found")
    till.operator.post("/api/v1/operator/cases/case_of_nobody/resolve", {"note": "x"}, expect="not_found")
    for wrong in ({}, {"note": ""}, {"note": "x" * 1001}, {"note": "x", "tryAgain": "yes"}, {"note": "x", "more": 1}):
        till.operator.post(f"/api/v1/operator/cases/{case['id']}/resolve", wrong, expect="validation_failed")
    for wrong in ({"state": "closed"}, {"limit": 0}, {"limit": 101}, {"cursor": "x"}):
        till.operator.get("/api/v1/operator/cases", params=wrong, expect="validation_failed")
    assert till.operator.get(f"/api/v1/operator/cases/{case['id']}").json() == case
    assert case["state"] == "open" and case["resolvedAt"] is None and case["amount"] == payment["amount"]


def test_a_refund_that_came_back_is_tried_again_once(till):
    booking, payment, case = refund_that_came_back(till)
    assert payment_of(till.anna, payment)["status"] == "captured", "the money is here again"
    assert case["bookingId"] == booking["id"] and "did not" in case["detail"]
    path = f"/api/v1/operator/cases/{case['id']}/resolve"
    answers = [till.operator.post(path, {"note": "The guest has a new card.", "tryAgain": True}, expect=200,
                                  headers={"Idempotency-Key": f"again-{case['id']}"}).json() for _ in range(2)]
    assert answers[0] == answers[1] and answers[0]["state"] == "resolved" and answers[0]["resolvedBy"] == till.operator.id
    eventually(lambda: payment_of(till.anna, payment)["status"], lambda status: status == "refunded")
    assert [refund["status"] for refund in till.stripe.refunds_of(payment)] == ["failed", "succeeded"]
    till.operator.post(path, {"note": "again"}, expect="state_conflict")
    assert case["id"] not in [found["id"] for found in till.cases(limit=100)]
    assert case["id"] in [found["id"] for found in till.cases(state="resolved", limit=100)]
    till.server.audit()


def test_given_back_another_way_it_is_resolved_and_the_books_are_sound(till):
    _, payment, case = refund_that_came_back(till)
    printed = till.server.audit()
    assert "Cases that wait for a person" in printed
    till.operator.post(f"/api/v1/operator/cases/{case['id']}/resolve", {"note": "Sent by bank."}, expect=200)
    till.server.audit()
    assert payment_of(till.anna, payment)["status"] == "captured"
    assert len(till.stripe.refunds_of(payment)) == 1


def test_the_list_has_pages_newest_first(till):
    for _ in range(3):
        refund_that_came_back(till)
    every = till.operator.everything("/api/v1/operator/cases", state="all", limit=2)
    assert len(every) >= 3 and len({case["id"] for case in every}) == len(every)
    assert [case["openedAt"] for case in every] == sorted((case["openedAt"] for case in every), reverse=True)


@pytest.mark.parametrize("provider, part", [("stripe", "/v1/checkout/sessions/"), ("paypal", "/v2/checkout/orders/")])
def test_an_answer_that_fits_no_contract_is_a_case_and_no_crash(till, fakes, provider, part):
    booking = book(till.anna, place(till.hana))
    payment = till.started(till.anna, booking, provider)
    till.takes(payment)
    fake = fakes[0] if provider == "stripe" else fakes[1]
    fake.fault = lambda method, path: "nonsense" if method == "GET" and path.startswith(part) else None
    case = till.case_of("badAnswer", payment)
    assert case["provider"] == provider and "does not fit its contract" in case["detail"]
    assert booking_of(till.anna, booking)["status"] == "held"
    assert len([found for found in till.cases(limit=100) if found["paymentId"] == payment["id"]]) == 1, "one, however often it is asked"
    fake.calm()
    wait_for_status(till.anna, booking, "confirmed", seconds=40)
    till.operator.post(f"/api/v1/operator/cases/{case['id']}/resolve", {"note": "It is well again."}, expect=200)


def test_a_dispute_stops_refunds_until_it_is_decided(till):
    for end in ("won", "lost"):
        booking, payment = till.paid(till.anna, "stripe")
        dispute = till.stripe.dispute(payment)
        assert till.stripe.tell(till.server, till.stripe.event("charge.dispute.created", dispute)).status_code == 200
        case = till.case_of("disputeOpened", payment)
        till.operator.post(f"/api/v1/payments/{payment['id']}/refunds", {}, expect="state_conflict")
        till.anna.post(f"/api/v1/bookings/{booking['id']}/cancel", expect=200)
        till.server.audit()
        assert not till.stripe.refunds_of(payment)
        # Its end is told before its course, and doubled.
        till.stripe.decide(dispute, end)
        for kind in ("closed", "updated", "closed"):
            assert till.stripe.tell(till.server, till.stripe.event(f"charge.dispute.{kind}", dispute)).status_code == 200
        eventually(lambda: till.operator.get(f"/api/v1/operator/cases/{case['id']}").json(), lambda seen: seen["state"] == "resolved")
        if end == "lost":
            assert till.case_of("disputeLost", payment)["amount"] == payment["amount"]
        till.server.audit()


def test_a_dispute_at_paypal_that_nobody_told_us_of_is_found_every_day(module_servers):
    with tills.providers() as fakes:
        till = tills.Till(module_servers, *fakes)
        _, payment = till.paid(till.anna, "paypal")
        dispute = till.paypal.dispute(payment)
        found = till.server.run("audit", "--providers")
        assert found.returncode == 1 and dispute["dispute_id"] in found.stdout, found.stdout + found.stderr
        daily_job(till.server)
        till.case_of("disputeOpened", payment)
        till.operator.post(f"/api/v1/payments/{payment['id']}/refunds", {}, expect="state_conflict")
        till.server.audit("--providers")
        till.paypal.dispute(payment, "RESOLVED_BUYER_FAVOUR")
        daily_job(till.server)
        assert till.case_of("disputeLost", payment)["amount"] == payment["amount"]
        till.operator.post(f"/api/v1/payments/{payment['id']}/refunds", {}, expect="state_conflict")
        assert not till.paypal.refunds
        till.server.audit("--providers")


def test_a_refund_made_at_the_provider_is_in_the_books(till):
    booking, payment = till.paid(till.anna, "stripe")
    intent = till.stripe.session_of(payment)["payment_intent"]
    status, refund, _ = till.stripe.refund({"payment_intent": intent, "amount": "2500", "metadata": {}})
    assert status == 200
    for _ in range(2):
        assert till.stripe.tell(till.server, till.stripe.event("refund.created", refund)).status_code == 200
    case = till.case_of("unknownRefund", payment)
    assert case["amount"] == usd(2500)
    assert payment_of(till.anna, payment)["refunded"] == usd(2500) and booking_of(till.anna, booking)["refunded"] == usd(2500)
    till.server.audit()


def daily_job(server):
    """Makes the daily comparison due, as the next day would; the server is stopped, and looks at its start."""
    server.stop()
    with sqlite3.connect(server.data / "payments.sqlite") as database:
        assert database.execute("UPDATE provider_check SET due_at = 0").rowcount == 2
    server.start()


def test_the_providers_lists_are_compared_by_command_and_every_day(module_servers):
    with tills.providers() as fakes:
        till = tills.Till(module_servers, *fakes)
        till.stripe.age = 3600
        booking, payment = till.paid(till.anna, "stripe")
        till.paid(till.berta, "paypal")
        till.anna.post(f"/api/v1/bookings/{booking['id']}/cancel", expect=200)
        eventually(lambda: payment_of(till.anna, payment)["status"], lambda status: status == "refunded")
        assert "Every promise holds." in till.server.audit("--providers")

        with till.stripe.lock:
            stranger = till.stripe.charge(777, "usd", "pi_theirs", {})["source"]["id"]
            mine = next(move for move in till.stripe.moves if move["type"] == "refund")
            mine["source"] = {**mine["source"], "amount": mine["source"]["amount"] - 1}
        found = till.server.run("audit", "--providers")
        assert found.returncode == 1 and "the audit found 2 broken promises" in found.stderr, found.stdout + found.stderr
        assert f"stripe took 7.77 USD ({stranger}) that no payment here knows." in found.stdout
        assert re.search(r"stripe gave 199\.99 USD back \(re_\d+\), the books say 200\.00 USD\.", found.stdout), found.stdout
        assert not till.cases(), "an audit only looks"

        daily_job(till.server)
        cases = eventually(lambda: till.cases(limit=100), lambda cases: len(cases) == 2)
        assert {case["kind"] for case in cases} == {"unknownCharge", "refundDiffers"}
        by_kind = {case["kind"]: case for case in cases}
        assert by_kind["unknownCharge"]["amount"] == usd(777) and by_kind["refundDiffers"]["paymentId"] == payment["id"]
        # The command sees the same beside the server.
        printed = till.server.done("cases")
        assert all(case["id"] in printed and case["detail"] in printed for case in cases)
        assert 'roost_cases_open 2.0' in till.anyone.get("/metrics").text

        first = by_kind["unknownCharge"]["id"]
        till.operator.post(f"/api/v1/operator/cases/{first}/resolve", {"note": "A painting."}, expect=200)
        refused = till.server.run("cases", "resolve", by_kind["refundDiffers"]["id"], "--note", "Typed wrong.")
        assert refused.returncode != 0, "a server owns the books"
        till.server.stop()
        assert "resolved" in till.server.done("cases", "resolve", by_kind["refundDiffers"]["id"], "--note", "Typed wrong.")
        assert till.server.run("cases", "resolve", first, "--note", "again").returncode == 1
        assert till.server.run("cases", "resolve", first, "--note", " ").returncode == 2
        assert till.server.run("cases", "resolve", "case_of_nobody", "--note", "x").returncode == 1
        assert till.server.done("cases") == "No case waits.\n"
        everything = till.server.done("cases", "list", "--all")
        assert "by command: Typed wrong." in everything and f"by {till.operator.id}: A painting." in everything
        till.server.audit("--providers")
        with sqlite3.connect(till.server.data / "payments.sqlite") as database:
            fees = dict(database.execute("SELECT account, SUM(amount) FROM ledger_entry WHERE kind = 'fee' GROUP BY account"))
        # A fiftieth and 25 of 200.00 and of the 7.77 of somebody else, as the fake keeps them.
        assert fees == {"fees:stripe": -(425 + 40), "provider:stripe": 425 + 40}
        till.server.start()
        daily_job(till.server)
        assert not till.cases(), "what was resolved is not opened again"

        # Silence is said, and is no difference.
        till.stripe.fault = lambda method, path: 500 if path == "/v1/balance_transactions" else None
        found = till.server.run("audit", "--providers")
        assert found.returncode == 1 and "stripe: its lists can't be read" in found.stdout


def test_events_that_were_given_up_are_cases_too_and_are_tried_again_by_command(fresh):
    server = fresh()
    hana = People(server).hana
    server.stop()
    assert "No case waits." in server.done("cases")
    events = [f"properties.accounts.7.prop_lost{number}" for number in range(3)]
    # Given up within hours: what has failed for a day waits for a person even while it is tried.
    happened = int(time.time() * 1000) - 2 * 3600 * 1000
    with sqlite3.connect(server.data / "properties.sqlite") as database:
        for number in range(3):
            body = json.dumps({"propertyId": f"prop_lost{number}", "hostId": hana.id})
            database.execute(
                "INSERT INTO outbox VALUES ('accounts', ?, 7, 'property.created', ?, ?, 1, 20, 'The cellar floods')",
                (f"prop_lost{number}", body if number else "{", happened + number))
    printed = server.done("cases")
    assert [line.split()[1] for line in printed.splitlines() if line.startswith("event ")] == events
    assert "The cellar floods" in printed and "roost cases retry" in printed and "No case waits." not in printed
    assert server.run("cases", "retry").returncode == 2
    assert server.run("cases", "retry", "--all", events[0]).returncode == 2
    assert server.run("cases", "retry", "properties.accounts.7.prop_nobody").returncode == 1
    assert server.done("cases", "retry", events[1]) == f"{events[1]} was delivered\n"
    lines = server.done("cases", "retry", "--all").splitlines()
    assert lines == [f"{events[0]} failed again, and is tried again by the server", f"{events[2]} was delivered"]
    assert "No case waits." in server.done("cases")
    with sqlite3.connect(server.data / "properties.sqlite") as database:
        assert database.execute("SELECT subject, tries FROM outbox").fetchall() == [("prop_lost0", 1)]
        database.execute("UPDATE outbox SET created_at = created_at - 86400000")
    printed = server.done("cases")
    assert f"event {events[0]} " in printed and "has not reached accounts for a day and is tried on" in printed
    with sqlite3.connect(server.data / "properties.sqlite") as database:
        database.execute("DELETE FROM outbox")
    server.start()
    assert "host" in hana.get("/api/v1/me").json()["roles"]
