"""A provider that is away or slow: known before the hold, the other one offered, and nobody else held up."""

import concurrent.futures
import contextlib
import threading
import time

import httpx
import pytest

import tills
from roost.trade import book, booking_of, eventually, is_free, payment_of, place, wait_for_status, wish


@pytest.fixture(scope="module")
def fakes():
    with tills.providers() as both:
        yield both


@pytest.fixture(scope="module")
def till(module_servers, fakes):
    return tills.Till(module_servers, *fakes)


@pytest.fixture(autouse=True)
def well(till, fakes):
    """Both are well again, and the server has seen it."""
    for fake in fakes:
        fake.calm()
    yield
    for fake in fakes:
        fake.calm()
    eventually(lambda: available(till), lambda seen: seen == {"stripe": True, "paypal": True}, 90)


def available(till):
    offers = till.anyone.get("/api/v1/payment-providers", params={"amount": 20_000, "currency": "USD"}).json()["items"]
    return {offer["provider"]: offer["available"] for offer in offers}


def away(fake):
    fake.fault = lambda method, path: "before"


def test_one_away_is_said_before_the_hold_and_the_other_is_offered(till, fakes):
    home = place(till.hana)
    away(fakes[0])
    eventually(lambda: available(till), lambda seen: seen == {"stripe": False, "paypal": True}, 60)
    # Nothing is begun: the nights stay free, and Stripe is not asked for a page.
    asked = fakes[0].asked("POST", "/v1/checkout/sessions")
    refused = till.anna.post("/api/v1/bookings", {**wish(home), "provider": "stripe"}, expect="provider_unavailable")
    assert int(refused.headers["retry-after"]) > 0 and "paypal" in refused.json()["detail"]
    assert is_free(till.anna, home) and not till.anna.get("/api/v1/bookings").json()["items"]
    assert fakes[0].asked("POST", "/v1/checkout/sessions") == asked
    # Everything else works: search, quotes, and a stay paid with the other one.
    booking, payment = till.paid(till.anna, "paypal", home)
    assert payment["status"] == "captured"
    other = book(till.berta, place(till.hana))
    till.berta.post(f"/api/v1/bookings/{other['id']}/payments", {"provider": "stripe"}, expect="provider_unavailable")
    till.started(till.berta, other, "paypal")


def test_both_away_no_hold_is_begun_and_the_rest_goes_on(till, fakes):
    home = place(till.hana)
    confirmed, _ = till.paid(till.carla, "paypal")
    for fake in fakes:
        away(fake)
    eventually(lambda: available(till), lambda seen: seen == {"stripe": False, "paypal": False}, 60)
    till.anna.post("/api/v1/bookings", wish(home), expect="provider_unavailable")
    assert is_free(till.anna, home)
    # Cancelling is stored and answered; the money follows when the provider is back.
    cancelled = till.carla.post(f"/api/v1/bookings/{confirmed['id']}/cancel", expect=200).json()
    assert cancelled["status"] == "cancelled"
    till.anyone.get("/api/v1/properties", params={"location": home["location"]["city"]})
    fakes[1].calm()
    payments = till.carla.get(f"/api/v1/bookings/{confirmed['id']}/payments").json()["items"]
    eventually(lambda: payment_of(till.carla, payments[0])["status"], lambda status: status == "refunded", 90)


def test_what_was_pending_in_an_outage_is_final_without_anyone_s_help(till, fakes):
    stays = []
    for provider in ("stripe", "paypal"):
        booking = book(till.anna, place(till.hana))
        payment = till.started(till.anna, booking, provider)
        till.takes(payment)
        away(fakes[0] if provider == "stripe" else fakes[1])
        stays.append(booking)
    time.sleep(6)
    for fake in fakes:
        fake.calm()
    for booking in stays:
        wait_for_status(till.anna, booking, "confirmed", seconds=120)


@contextlib.contextmanager
def thinking(fake, about):
    """Requests that `about(method, path)` likes are answered only once the block has ended."""
    answers = threading.Event()
    fake.delay = lambda method, path: 0 * (about(method, path) and answers.wait(60))
    try:
        yield
    finally:
        answers.set()


def test_no_transaction_is_open_while_a_provider_thinks(till, fakes):
    """Stripe thinks about a page: on SQLite an open transaction would keep everybody from the payments' books meanwhile."""
    slow = book(till.anna, place(till.hana))
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        with thinking(fakes[0], lambda method, path: (method, path) == ("POST", "/v1/checkout/sessions")):
            waits = pool.submit(till.started, till.anna, slow, "stripe")
            eventually(lambda: till.anna.get(f"/api/v1/bookings/{slow['id']}/payments").json()["items"], bool)
            booking = book(till.berta, place(till.hana))
            payment = till.started(till.berta, booking, "paypal")
            till.paypal.approve(payment)
            httpx.get(f"{till.server.url}/payments/{payment['id']}/return", trust_env=False, timeout=30)
            wait_for_status(till.berta, booking, "confirmed")
            assert not waits.done(), "Stripe has not answered yet"
        assert waits.result()["status"] == "pending"


def test_a_webhook_is_answered_before_the_provider_is_asked(till, fakes):
    """Stored and answered at once; what it is about is asked later."""
    booking = book(till.anna, place(till.hana))
    payment = till.started(till.anna, booking, "stripe")
    with thinking(fakes[0], lambda method, path: method == "GET"):
        session = fakes[0].pay(payment)
        assert fakes[0].tell(till.server, fakes[0].event("checkout.session.completed", session)).status_code == 200
        assert booking_of(till.anna, booking)["status"] == "held"
    wait_for_status(till.anna, booking, "confirmed", seconds=120)
