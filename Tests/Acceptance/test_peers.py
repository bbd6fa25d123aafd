"""The providers' own clients, which know nothing of us: that our fakes behave as theirs expect, and that their signatures are
ours. (`localstripe`, which would take Roost's place on the other side, has no Checkout Sessions; docs/payments.md.)"""

import json
import time

import paypalserversdk.configuration as paypal_configuration
import pytest
import stripe as official
from paypalserversdk.exceptions.api_exception import ApiException
from paypalserversdk.http.auth.o_auth_2 import ClientCredentialsAuthCredentials
from paypalserversdk.paypal_serversdk_client import PaypalServersdkClient
from sendgrid.helpers.eventwebhook import EventWebhook

import tills
from roost import carriers, fakes
from roost.trade import book, eventually, payment_of, place, wait_for_status


@pytest.fixture(scope="module")
def both():
    with tills.providers() as both:
        yield both


@pytest.fixture(scope="module")
def till(module_servers, both):
    return tills.Till(module_servers, *both)


def stripe_client(fake):
    return official.StripeClient("sk_test_heron", base_addresses={"api": fake.url}, max_network_retries=0)


def test_a_webhook_signed_by_stripe_s_own_library_is_taken(till):
    booking = book(till.anna, place(till.hana))
    payment = till.started(till.anna, booking, "stripe")
    body = json.dumps(till.stripe.event("checkout.session.completed", till.stripe.pay(payment)), indent=2)
    now = int(time.time())

    def post(secret, moment):
        signature = official.WebhookSignature._compute_signature(f"{moment}.{body}", secret)
        return till.anyone.connection.post("/webhooks/stripe", content=body.encode(), headers={
            "Stripe-Signature": f"t={moment},v1={signature}", "Content-Type": "application/json"}).status_code
    assert post("whsec_other", now) == 400
    assert post(fakes.HOOK_SECRET, now - 301) == 400
    assert post(fakes.HOOK_SECRET, now) == 200
    wait_for_status(till.anna, booking, "confirmed")


def test_what_our_fake_signs_stripe_s_own_library_takes(both):
    body, headers = both[0].signed(both[0].event("customer.created", {"id": "cus_1", "object": "customer"}))
    event = official.Webhook.construct_event(body, headers["Stripe-Signature"], fakes.HOOK_SECRET)
    assert event.type == "customer.created"
    with pytest.raises(official.SignatureVerificationError):
        official.Webhook.construct_event(body + b" ", headers["Stripe-Signature"], fakes.HOOK_SECRET)


def test_stripe_s_own_client_sees_at_our_fake_what_roost_did(till):
    booking, payment = till.paid(till.anna, "stripe")
    client = stripe_client(till.stripe)

    session = client.v1.checkout.sessions.retrieve(till.stripe.session_of(payment)["id"], {"expand": ["payment_intent"]})
    assert session.payment_status == "paid" and session.client_reference_id == payment["id"]
    assert session.metadata["booking_id"] == booking["id"] == session.payment_intent.metadata["booking_id"]
    assert session.payment_intent.amount_received == payment["amount"]["amount"]
    till.anna.post(f"/api/v1/bookings/{booking['id']}/cancel", expect=200)

    eventually(lambda: payment_of(till.anna, payment)["status"], lambda status: status == "refunded")
    refunds = client.v1.refunds.list({"payment_intent": session.payment_intent.id}).data
    assert [refund.amount for refund in refunds] == [payment["amount"]["amount"]]
    moves = client.v1.balance_transactions.list({"created": {"gte": 0, "lt": 4_000_000_000}, "expand": ["data.source"], "limit": 100})
    assert {"charge", "refund"} <= {move.type for move in moves.data if move.source.payment_intent == session.payment_intent.id}


def test_our_fake_keeps_stripe_s_promises_towards_its_own_client(both):
    fake = both[0]
    client = stripe_client(fake)
    asked = {"mode": "payment", "client_reference_id": "pay_peer", "success_url": "https://stay.example.com/", "metadata": {"payment_id": "pay_peer"},
             "line_items": [{"quantity": 1, "price_data": {"currency": "eur", "unit_amount": 1234, "product_data": {"name": "Stay"}}}]}
    first = client.v1.checkout.sessions.create(asked, {"idempotency_key": "peer-1"})
    again = client.v1.checkout.sessions.create(asked, {"idempotency_key": "peer-1"})
    assert first.id == again.id and first.url and first.amount_total == 1234
    assert client.v1.checkout.sessions.expire(first.id).status == "expired"
    with pytest.raises(official.InvalidRequestError):
        client.v1.checkout.sessions.expire(first.id)
    with pytest.raises(official.InvalidRequestError) as missing:
        client.v1.checkout.sessions.retrieve("cs_of_nobody")
    assert missing.value.http_status == 404 and missing.value.code == "resource_missing"
    with pytest.raises(official.AuthenticationError):
        official.StripeClient("sk_test_wrong", base_addresses={"api": fake.url}).v1.events.list({"limit": 1})


@pytest.fixture
def paypal_client(both, monkeypatch):
    """PayPal's own client knows two servers only; the sandbox is put on loopback."""
    places = paypal_configuration.Configuration.environments
    sandbox = paypal_configuration.Environment.SANDBOX
    monkeypatch.setitem(places[sandbox], paypal_configuration.Server.DEFAULT, both[1].url)
    return PaypalServersdkClient(
        environment=sandbox, timeout=20, max_retries=0,
        client_credentials_auth_credentials=ClientCredentialsAuthCredentials(o_auth_client_id="client", o_auth_client_secret="secret"))


def test_paypal_s_own_client_sees_at_our_fake_what_roost_did(till, paypal_client):
    booking, payment = till.paid(till.anna, "paypal")
    order = paypal_client.orders.get_order({"id": till.paypal.order_of(payment)["id"]}).body
    assert order.status == "COMPLETED" and order.purchase_units[0].custom_id == payment["id"]
    capture = order.purchase_units[0].payments.captures[0]
    assert capture.status == "COMPLETED" and capture.amount.value == "200.00" and capture.amount.currency_code == "USD"
    with pytest.raises(ApiException) as missing:
        paypal_client.orders.get_order({"id": "ORDER-OF-NOBODY"})
    assert missing.value.response_code == 404


def test_sendgrid_s_own_verifier_takes_what_our_fake_signs():
    fake = carriers.SendGrid()
    body = json.dumps([{"event": "delivered", "sg_event_id": "1"}]) + "\r\n"
    headers = fake.sign(body.encode())
    verifier = EventWebhook(fake.public_key)
    signature, moment = (headers[f"X-Twilio-Email-Event-Webhook-{name}"] for name in ("Signature", "Timestamp"))
    assert verifier.verify_signature(body, signature, moment)
    assert not verifier.verify_signature(body.strip(), signature, moment)
    fake.close()
