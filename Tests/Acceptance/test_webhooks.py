"""What payment providers tell, over HTTP: doubled, reordered, delayed, lost, forged, stale, replayed, too large, unknown."""

import concurrent.futures
import random
import socket
import time

import httpx
import pytest

import tills
from roost.program import PROVE
from roost.trade import book, booking_of, eventually, payment_of, place, wait_for_status

STORED = ("stored", "repeated", "forged", "stale", "otherMode", "unverified")


@pytest.fixture(scope="module")
def fakes():
    with tills.providers() as both:
        yield both


@pytest.fixture(scope="module")
def till(module_servers, fakes):
    """A day between two questions about an open payment: what is learnt here is learnt from webhooks."""
    return tills.Till(module_servers, *fakes, ROOST_POLL_SECONDS="86400")


@pytest.fixture(autouse=True)
def calm(fakes):
    for fake in fakes:
        fake.calm()


def pending(till, provider):
    booking = book(till.anna, place(till.hana))
    return booking, till.started(till.anna, booking, provider)


def counts(till, provider):
    return {outcome: till.webhooks(provider, outcome) for outcome in STORED}


def grown(till, provider, before, **expected):
    """By how much the counts have grown since."""
    after = counts(till, provider)
    assert {name: after[name] - before[name] for name in STORED if after[name] != before[name]} == expected


def paypal_events(till, payment):
    """Approved, and completed once it is captured."""
    order = till.paypal.order_of(payment)
    capture = {"id": "CAP-NOT-YET", "custom_id": payment["id"], "amount": order["purchase_units"][0]["amount"], "status": "COMPLETED"}
    return [
        till.paypal.event("CHECKOUT.ORDER.APPROVED", "checkout-order", {"id": order["id"], "purchase_units": [{"custom_id": payment["id"]}]}),
        till.paypal.event("PAYMENT.CAPTURE.COMPLETED", "capture", capture)]


def stripe_events(till, payment):
    session = till.stripe.session_of(payment)
    intent = till.stripe.intents[session["payment_intent"]]
    charge = {"id": f"ch_{intent['id']}", "object": "charge", "payment_intent": intent["id"], "metadata": intent["metadata"]}
    return [till.stripe.event(kind, content) for kind, content in [
        ("payment_intent.created", {**intent, "status": "requires_payment_method"}), ("payment_intent.succeeded", intent),
        ("charge.succeeded", charge), ("checkout.session.completed", session)]]


@pytest.mark.parametrize("provider", ["stripe", "paypal"])
def test_doubled_at_the_same_moment_is_once(till, provider):
    booking, payment = pending(till, provider)
    till.takes(payment)
    before = counts(till, provider)
    event = (stripe_events if provider == "stripe" else paypal_events)(till, payment)[-1 if provider == "stripe" else 0]
    fake = till.stripe if provider == "stripe" else till.paypal
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: fake.tell(till.server, event).status_code, range(16)))
    assert answers == [200] * 16
    grown(till, provider, before, stored=1, repeated=15)
    wait_for_status(till.anna, booking, "confirmed")
    time.sleep(1.5)
    grown(till, provider, before, stored=1, repeated=15)
    assert len(till.anna.get(f"/api/v1/bookings/{booking['id']}/payments").json()["items"]) == 1
    if provider == "paypal":
        assert till.paypal.asked("POST", f"/v2/checkout/orders/{till.paypal.order_of(payment)['id']}/capture") == 1


@pytest.mark.parametrize("provider", ["stripe", "paypal"])
def test_in_any_order_and_doubled_the_end_is_the_same(till, provider):
    chance = random.Random(7)
    for _ in range(30 if PROVE else 3):
        booking, payment = pending(till, provider)
        till.takes(payment)
        events = (stripe_events if provider == "stripe" else paypal_events)(till, payment) * 2
        chance.shuffle(events)
        fake = till.stripe if provider == "stripe" else till.paypal
        for event in events:
            assert fake.tell(till.server, event).status_code == 200
        wait_for_status(till.anna, booking, "confirmed")
        assert payment_of(till.anna, payment)["status"] == "captured"


def test_those_of_a_refund_come_before_those_of_the_payment(till):
    """Told of the refund first, then of the payment, then of the refund again."""
    booking, payment = paid_by_return(till, "stripe")
    till.anna.post(f"/api/v1/bookings/{booking['id']}/cancel", expect=200)
    eventually(lambda: payment_of(till.anna, payment)["status"], lambda status: status == "refunded")
    refund = till.stripe.refunds_of(payment)[0]
    late = [till.stripe.event("refund.updated", refund), *stripe_events(till, payment)[::-1], till.stripe.event("refund.created", refund)]
    for event in late:
        assert till.stripe.tell(till.server, event).status_code == 200
    time.sleep(2)
    assert payment_of(till.anna, payment)["status"] == "refunded" and booking_of(till.anna, booking)["status"] == "cancelled"
    assert len(till.stripe.refunds_of(payment)) == 1


def paid_by_return(till, provider):
    """Nobody tells; the payer comes back."""
    booking, payment = pending(till, provider)
    till.takes(payment)
    back = httpx.get(f"{till.server.url}/payments/{payment['id']}/return", trust_env=False)
    assert back.status_code == 303 and back.headers["location"] == f"/trips/{booking['id']}"
    wait_for_status(till.anna, booking, "confirmed")
    return booking, payment_of(till.anna, payment)


def test_lost_and_never_told_it_is_found_by_asking(module_servers, fakes):
    till = tills.Till(module_servers, *fakes, ROOST_POLL_SECONDS="1")
    for provider in ("stripe", "paypal"):
        booking, payment = pending(till, provider)
        till.takes(payment)
        wait_for_status(till.anna, booking, "confirmed")
        assert till.webhooks(provider, "stored") == 0


@pytest.mark.parametrize("provider", ["stripe", "paypal"])
def test_delayed_until_long_after_the_end_it_changes_nothing(till, provider):
    booking, payment = paid_by_return(till, provider)
    made = (stripe_events if provider == "stripe" else paypal_events)(till, payment)
    till.anna.post(f"/api/v1/bookings/{booking['id']}/cancel", expect=200)
    eventually(lambda: payment_of(till.anna, payment)["status"], lambda status: status == "refunded")
    fake = till.stripe if provider == "stripe" else till.paypal
    for event in made:
        assert fake.tell(till.server, event).status_code == 200
    time.sleep(1.5)
    assert booking_of(till.anna, booking)["status"] == "cancelled" and payment_of(till.anna, payment)["status"] == "refunded"


def test_an_event_that_lies_is_not_believed(till):
    booking, payment = pending(till, "stripe")
    session = dict(till.stripe.session_of(payment), payment_status="paid", status="complete")
    assert till.stripe.tell(till.server, till.stripe.event("checkout.session.completed", session)).status_code == 200
    time.sleep(2)
    assert booking_of(till.anna, booking)["status"] == "held" and payment_of(till.anna, payment)["status"] == "pending"


def test_forged_stale_and_of_the_other_mode_are_refused_and_counted(till):
    booking, payment = pending(till, "stripe")
    session = till.stripe.pay(payment)
    event = till.stripe.event("checkout.session.completed", session)
    before = counts(till, "stripe")
    assert till.stripe.tell(till.server, event, secret="whsec_other").status_code == 400
    assert till.stripe.tell(till.server, event, at=time.time() - 400).status_code == 400
    assert till.stripe.tell(till.server, event, at=time.time() + 400).status_code == 400
    assert till.stripe.tell(till.server, dict(event, livemode=True)).status_code == 400
    body, headers = till.stripe.signed(event)
    for changed in ({}, {**headers, "Stripe-Signature": headers["Stripe-Signature"].replace("v1=", "v0=")}):
        assert httpx.post(f"{till.server.url}/webhooks/stripe", content=body, headers=changed, trust_env=False).status_code == 400
    assert httpx.post(f"{till.server.url}/webhooks/stripe", content=body + b" ", headers=headers, trust_env=False).status_code == 400
    # Old and of somebody else: forged, whatever time it names.
    assert till.stripe.tell(till.server, event, secret="whsec_other", at=time.time() - 400).status_code == 400
    # Numbers that no time is, before anything is known to be signed.
    for no_time in ("-9223372036854775808", "9223372036854775807", "1e300", "-1"):
        sent = {**headers, "Stripe-Signature": f"t={no_time},v1={'00' * 32}"}
        assert httpx.post(f"{till.server.url}/webhooks/stripe", content=body, headers=sent, trust_env=False).status_code == 400
    refused = {"forged": 9, "stale": 2, "otherMode": 1}
    grown(till, "stripe", before, **refused)
    time.sleep(1.5)
    assert booking_of(till.anna, booking)["status"] == "held", "nothing was believed"
    # The same bytes once more within the time: known already, and nothing happens twice.
    for _ in range(3):
        assert httpx.post(f"{till.server.url}/webhooks/stripe", content=body, headers=headers, trust_env=False).status_code == 200
    grown(till, "stripe", before, **refused, stored=1, repeated=2)
    wait_for_status(till.anna, booking, "confirmed")


def test_paypal_forged_without_headers_or_unverified(till):
    booking, payment = pending(till, "paypal")
    till.paypal.approve(payment)
    raw = paypal_events(till, payment)[0]
    before = counts(till, "paypal")
    assert till.paypal.tell(till.server, raw, genuine=False).status_code == 400
    for name in ("AUTH-ALGO", "CERT-URL", "TRANSMISSION-ID", "TRANSMISSION-SIG", "TRANSMISSION-TIME"):
        assert till.paypal.tell(till.server, raw, leave_out=(name,)).status_code == 400
    assert till.paypal.tell(till.server, b"[" + raw + b"]").status_code == 400
    grown(till, "paypal", before, forged=7)
    # Whoever verifies is away: that is not "forged". PayPal sends it again.
    till.paypal.fault = lambda method, path: 503 if path.endswith("verify-webhook-signature") else None
    assert till.paypal.tell(till.server, raw).status_code == 503
    grown(till, "paypal", before, forged=7, unverified=1)
    assert booking_of(till.anna, booking)["status"] == "held"
    till.paypal.calm()
    assert till.paypal.tell(till.server, raw).status_code == 200
    wait_for_status(till.anna, booking, "confirmed")


def test_unknown_types_and_unknown_objects_are_taken_and_ignored(till):
    before = counts(till, "stripe")
    for kind, content in [
            ("brand.new", {"id": "x_1", "object": "new"}), ("payment_intent.succeeded", {"id": "pi_theirs", "object": "payment_intent"}),
            ("checkout.session.completed", {"id": "cs_1", "object": "checkout.session", "client_reference_id": "pay_of_nobody"}),
            ("charge.refunded", {"id": "ch_1", "object": "charge", "payment_intent": "pi_theirs"}),
            ("account.updated", {"id": "acct_1", "object": "account"})]:
        assert till.stripe.tell(till.server, till.stripe.event(kind, content)).status_code == 200
    grown(till, "stripe", before, stored=5)
    raw = till.paypal.event("BRAND.NEW", "novelty", {"id": "X"})
    assert till.paypal.tell(till.server, raw).status_code == 200


def test_what_is_no_event_is_refused_signed_or_not(till):
    for event in ([], "text", {}, {"id": 7, "type": "x", "livemode": False}, {"id": "", "type": "x", "livemode": False}):
        assert till.stripe.tell(till.server, event).status_code == 400
    assert till.paypal.tell(till.server, b"\xff\xfe").status_code == 400


@pytest.mark.parametrize("provider", ["stripe", "paypal"])
def test_five_megabytes_are_refused_unread(till, provider):
    """Told its length it is refused before a byte of it has come; without, as soon as it is too much."""
    head = f"POST /webhooks/{provider} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    with socket.create_connection(("127.0.0.1", till.server.port), timeout=10) as connection:
        connection.sendall(f"{head}Content-Length: 5000000\r\n\r\n".encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 413 ")
    with socket.create_connection(("127.0.0.1", till.server.port), timeout=10) as connection:
        connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        chunk, sent, answer = b"10000\r\n" + b"x" * 65536 + b"\r\n", 0, b""
        connection.settimeout(0.05)
        while sent < 5_000_000 and not answer:
            try:
                connection.sendall(chunk)
                sent += 65536
            except OSError:
                break
            try:
                answer = connection.recv(4096)
            except TimeoutError:
                continue
            except OSError:
                break
        assert answer.startswith(b"HTTP/1.1 413 ") and sent < 1_500_000, (answer[:40], sent)
    assert till.anyone.get("/healthz").status_code == 200
