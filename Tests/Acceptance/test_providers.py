"""Stripe and PayPal over loopback: paid, told by webhook, found by asking, closed, given back, away."""

import httpx
import pytest

from roost import fakes
from roost.trade import PASSWORD, People, book, eventually, payment_of, place, usd, wait_for_status, wish

OPERATOR = "operator@example.com"


@pytest.fixture(scope="module")
def stripe():
    fake = fakes.Stripe()
    yield fake
    fake.close()


@pytest.fixture(scope="module")
def paypal():
    fake = fakes.PayPal()
    yield fake
    fake.close()


@pytest.fixture(scope="module")
def people(module_servers, stripe, paypal):
    server = module_servers(start=False, ROOST_RATE_LIMITS="off", **stripe.settings(), **paypal.settings())
    server.done("user", "add", OPERATOR, "--name", "Otto", "--admin", "--password-stdin", text=PASSWORD)
    return People(server.start())


@pytest.fixture(autouse=True)
def calm(stripe, paypal):
    stripe.calm()
    paypal.calm()


def started(guest, booking, provider):
    return guest.post(f"/api/v1/bookings/{booking['id']}/payments", {"provider": provider}, expect=(200, 201)).json()


def test_paid_with_stripe_and_told_by_webhook(people, stripe):
    booking = book(people.anna, place(people.hana))
    payment = started(people.anna, booking, "stripe")
    assert payment["status"] == "pending" and payment["checkoutUrl"].startswith(stripe.url)
    session = stripe.pay(payment)
    event = stripe.event("checkout.session.completed", session)
    for _ in range(3):
        assert stripe.tell(people.server, event).status_code == 200
    wait_for_status(people.anna, booking, "confirmed")
    assert payment_of(people.anna, payment)["status"] == "captured"


def test_paid_with_paypal_and_come_back(people, paypal):
    booking = book(people.anna, place(people.hana))
    payment = started(people.anna, booking, "paypal")
    paypal.approve(payment)
    back = httpx.get(f"{people.server.url}/payments/{payment['id']}/return?token=X&PayerID=Y", trust_env=False)
    assert back.status_code == 303 and back.headers["location"] == f"/trips/{booking['id']}"
    wait_for_status(people.anna, booking, "confirmed")


@pytest.mark.parametrize("provider", ["stripe", "paypal"])
def test_found_by_asking_where_nobody_tells(people, stripe, paypal, provider):
    booking = book(people.anna, place(people.hana))
    payment = started(people.anna, booking, provider)
    stripe.pay(payment) if provider == "stripe" else paypal.approve(payment)
    wait_for_status(people.anna, booking, "confirmed")


@pytest.mark.parametrize("provider", ["stripe", "paypal"])
def test_cancelling_gives_back_and_an_operator_may_give_more(people, stripe, paypal, provider):
    booking = book(people.anna, place(people.hana, cancellationPolicy="flexible"))
    payment = started(people.anna, booking, provider)
    stripe.pay(payment) if provider == "stripe" else paypal.approve(payment)
    wait_for_status(people.anna, booking, "confirmed")
    path = f"/api/v1/payments/{payment['id']}/refunds"
    people.anna.post(path, {}, expect="forbidden")
    people.berta.post(path, {}, expect="not_found")
    operator = people.sign_in(OPERATOR)
    operator.post(path, {"amount": usd(-1)}, expect="validation_failed")
    operator.post(path, {"amount": usd(99_999_999)}, expect="state_conflict")
    given = operator.post(path, {"amount": usd(2500), "reason": "The heating was out."}, expect=201).json()
    assert given["status"] == "partiallyRefunded" and given["refunded"] == usd(2500)
    people.anna.post(f"/api/v1/bookings/{booking['id']}/cancel", expect=200)
    eventually(lambda: payment_of(people.anna, payment)["status"], lambda status: status == "refunded")


@pytest.mark.parametrize("fault", [429, 500, "before", "after"])
@pytest.mark.parametrize("provider", ["stripe", "paypal"])
def test_a_fault_on_the_way_is_made_good(people, stripe, paypal, provider, fault):
    fake, hits = (stripe if provider == "stripe" else paypal), []

    def once_per_path(method, path):
        kind = (method, path.rsplit("/", 1)[-1] if method == "POST" else "read")
        if kind in hits:
            return None
        hits.append(kind)
        return fault
    fake.fault = once_per_path
    booking = book(people.anna, place(people.hana))
    payment = started(people.anna, booking, provider)
    stripe.pay(payment) if provider == "stripe" else paypal.approve(payment)
    wait_for_status(people.anna, booking, "confirmed", seconds=40)


def test_a_sum_that_a_provider_cant_take_is_known_before_the_hold(people):
    # 0.20 USD is below Stripe's minimum, and PayPal takes it.
    home = place(people.hana, nightlyPrice=usd(10))
    refused = people.anna.request("POST", "/api/v1/bookings", "validation_failed", json={**wish(home), "provider": "stripe"}).json()
    assert refused["errors"][0]["field"] == "provider" and "paypal" in refused["detail"]
    offers = people.anyone.get("/api/v1/payment-providers", params={"amount": 20, "currency": "USD"}).json()["items"]
    assert [(offer["provider"], offer["available"]) for offer in offers] == [("stripe", False), ("paypal", True)]
    booking = book(people.anna, home, provider="paypal")
    people.anna.post(f"/api/v1/bookings/{booking['id']}/payments", {"provider": "stripe"}, expect="validation_failed")
    started(people.anna, booking, "paypal")
