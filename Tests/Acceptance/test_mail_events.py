"""What providers tell about mails: verified, applied once in any order, shown to operators, heeded."""

import json
import time

import pytest

from roost import carriers
from roost.trade import PASSWORD, People, book, eventually, number, pay, place


@pytest.fixture(params=["sendgrid", "mailgun"])
def carrier(request):
    fake = {"sendgrid": carriers.SendGrid, "mailgun": carriers.Mailgun}[request.param]()
    yield fake
    fake.close()


class House(People):
    """A server whose mails go through a carrier, and its operator."""

    def __init__(self, fresh, carrier, **settings):
        server = fresh(start=False, ROOST_RATE_LIMITS="off", **{**carrier.settings(), **settings})
        address = f"operator.{number()}@example.com"
        server.done("user", "add", address, "--name", "Otto", "--admin", "--password-stdin", text=PASSWORD)
        super().__init__(server.start())
        self.operator = self.sign_in(address)
        self.carrier = carrier

    def mail(self, person, kind="registered"):
        """The operator's view of a mail, once it is sent."""
        found = eventually(
            lambda: self.operator.get("/api/v1/operator/mails", params={"recipientId": person.id, "kind": kind}, expect=200).json()["items"],
            lambda items: items and items[0]["state"] == "sent", 30, what=f"the mail {kind}")
        return found[0]

    def sent(self, person):
        return eventually(lambda: self.carrier.to(person), bool, 30)[-1]

    def timeline(self, mail):
        return self.operator.get(f"/api/v1/operator/mails/{mail['id']}", expect=200).json()

    def tell(self, events, expect=200, **options):
        """Events as (mail, kind, members), posted as the provider does."""
        for mail, kind, members in events:
            made = self.carrier.event(mail, kind, **members)
            self.carrier.post(self.anyone, [made] if self.carrier.name == "sendgrid" else made, expect, **options)

    def bounce(self, mail):
        self.tell([(mail, "bounce", {"reason": "550 5.1.1 gone"}) if self.carrier.name == "sendgrid" else (
            mail, "failed", {"severity": "permanent", "delivery-status": {"code": 550, "message": "550 5.1.1 gone"}})])

    def waits_for(self, mail, outcome):
        return eventually(lambda: self.timeline(mail), lambda found: found["delivery"] == outcome, 20)

    def suppressed(self):
        return self.operator.get("/api/v1/operator/suppressed-addresses", expect=200).json()["items"]

    def counted(self, outcome):
        text = self.anyone.get("/metrics").text
        name = f'roost_mail_webhooks{{provider="{self.carrier.name}",outcome="{outcome}"}} '
        return next((float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(name)), 0)


@pytest.fixture
def house(fresh, carrier):
    return House(fresh, carrier)


def test_events_in_any_order_doubled_make_one_timeline(house):
    person = house.new("timeline")
    sent, mail = house.sent(person), house.mail(person)
    temporary = {} if house.carrier.name == "sendgrid" else {"severity": "temporary"}
    deferred = "deferred" if house.carrier.name == "sendgrid" else "failed"
    accepted, opened = ("processed", "open") if house.carrier.name == "sendgrid" else ("accepted", "opened")
    events = [(sent, "delivered", {}), (sent, deferred, temporary), (sent, accepted, {}), (sent, opened, {}), (sent, "delivered", {}), (sent, "a_new_kind", {})]
    house.tell(events)
    found = eventually(lambda: house.timeline(mail), lambda found: len(found["timeline"]) == 6, 20)
    assert found["delivery"] == "delivered" and found["state"] == "sent"
    assert [entry["what"] for entry in found["timeline"][:2]] == ["queued", "sent"]
    assert sorted(entry["what"] for entry in found["timeline"][2:]) == ["accepted", "deferred", "delivered", "opened"]
    assert {entry["provider"] for entry in found["timeline"][1:]} == {house.carrier.name}
    time.sleep(1.5)
    assert len(house.timeline(mail)["timeline"]) == 6 and not house.suppressed()


def test_a_bounce_suppresses_the_address_until_an_operator_lifts_it(house):
    person = house.new("bounce")
    sent, mail = house.sent(person), house.mail(person)
    house.bounce(sent)
    house.waits_for(mail, "bounced")
    [address] = house.suppressed()
    assert (address["address"], address["reason"], address["mailId"]) == (person.email, "bounce", mail["id"])
    assert "5.1.1" in address["detail"]
    house.operator.post(f"/api/v1/operator/mails/{mail['id']}/resend", expect="state_conflict")

    home = place(house.hana)
    booking = book(person, home)
    found = eventually(
        lambda: house.operator.get("/api/v1/operator/mails", params={"subject": booking["id"]}).json()["items"],
        lambda items: items and items[0]["state"] == "suppressed", 20)
    assert found[0]["kind"] == "held" and "come back" in found[0]["lastError"]
    assert len(house.carrier.to(person)) == 1

    lifted = house.operator.post("/api/v1/operator/suppressed-addresses/lift", {"address": person.email.upper()}, expect=200)
    assert lifted.json()["address"] == person.email and not house.suppressed()
    house.operator.post("/api/v1/operator/suppressed-addresses/lift", {"address": person.email}, expect=404)
    house.operator.post(f"/api/v1/operator/mails/{found[0]['id']}/resend", expect=200)
    again = eventually(lambda: house.carrier.to(person), lambda mails: len(mails) == 2, 20)
    assert again[1]["message-id"].startswith(f"<{found[0]['id']}.1@"), "a message id of its own"


def test_the_host_is_told_once_that_a_guest_gets_no_mails(house):
    person = house.new("unreachable")
    house.mail(person)
    booking = book(person, place(house.hana))
    pay(person, booking)
    confirmed = eventually(
        lambda: [mail for mail in house.carrier.to(person) if "onfirmed" in mail["subject"]], bool, 20)[0]
    house.bounce(confirmed)
    told = eventually(
        lambda: [mail for mail in house.carrier.to(house.hana) if "do not reach your guest" in mail["subject"]], bool, 20)
    assert booking["code"] in told[0]["text"] and person.email not in told[0]["text"]
    person.post(f"/api/v1/bookings/{booking['id']}/cancel", expect=200)
    house.server.audit_at_rest()
    time.sleep(1.5)
    assert len([mail for mail in house.carrier.to(house.hana) if "do not reach your guest" in mail["subject"]]) == 1
    assert len(house.carrier.to(person)) == 3, "welcome, held and confirmed, nothing after the bounce"


def test_a_complaint_suppresses_too(house):
    person = house.new("complaint")
    sent, mail = house.sent(person), house.mail(person)
    house.tell([(sent, "spamreport" if house.carrier.name == "sendgrid" else "complained", {}), (sent, "delivered", {})])
    house.waits_for(mail, "complained")
    assert [found["reason"] for found in house.suppressed()] == ["complaint"]


def test_what_is_temporary_suppresses_nobody(house):
    person = house.new("temporary")
    sent, mail = house.sent(person), house.mail(person)
    house.tell([(sent, "bounce", {"type": "blocked"}), (sent, "deferred", {})] if house.carrier.name == "sendgrid" else [
        (sent, "failed", {"severity": "temporary"})])
    eventually(lambda: house.timeline(mail), lambda found: found["delivery"], 20)
    assert not house.suppressed()


def test_forged_stale_and_replayed_posts_change_nothing_and_are_counted(house, carrier):
    person = house.new("forged")
    sent, mail = house.sent(person), house.mail(person)
    event = carrier.event(sent, "delivered")
    path = f"/webhooks/{carrier.name}"
    if carrier.name == "sendgrid":
        body = json.dumps([event]).encode()
        right = carrier.sign(body)
        forged = [
            (body, {}), (body + b" ", right), (body, {**right, "X-Twilio-Email-Event-Webhook-Signature": "AAAA"}),
            (body, carriers_sign(body)), (body, {**right, "X-Twilio-Email-Event-Webhook-Timestamp": str(int(time.time()) + 1)}),
            (b"", right)]
        stale = [(body, carrier.sign(body, time.time().__trunc__() + shift)) for shift in (-700, -86400, 700)]
        broken = [(content, carrier.sign(content)) for content in (b"{", b"{}", b"\xff\xfe", b'"x"')]
    else:
        def post(signature, **more):
            return json.dumps({"signature": signature, "event-data": event, **more}).encode()

        head = {"Content-Type": "application/json"}
        forged = [(content, head) for content in (
            b"", b"{}", b"{", b"[]", b"\xff", post({}), post(carrier.signature(key="another")),
            post({**carrier.signature(), "token": "x"}), post({**carrier.signature(), "signature": "00"}),
            post({**carrier.signature(), "timestamp": str(int(time.time()) + 1)}),
            # Numbers that no time is, before anything is known to be signed.
            post({**carrier.signature(), "timestamp": 1e300}), post({**carrier.signature(), "timestamp": -1.5}),
            post({**carrier.signature(), "timestamp": "-9223372036854775808"}))]
        stale = [(post(carrier.signature(int(time.time()) + shift)), head) for shift in (-700, -86400, 700)]
        broken = [(json.dumps({"signature": carrier.signature(), "event-data": 7}).encode(), head)]
    for number_, (body, headers) in enumerate(forged + stale + broken):
        answer = house.anyone.request("POST", path, 400, headers=headers, content=body)
        assert answer.json()["code"] == "malformed_request", number_
    assert house.counted("forged") == len(forged) and house.counted("stale") == len(stale)

    if carrier.name == "mailgun":
        once = carrier.signature()
        first = {"signature": once, "event-data": carrier.event(sent, "opened")}
        house.anyone.request("POST", path, 200, json=first)
        house.anyone.request("POST", path, 200, json=first)
        other = {"signature": once, "event-data": carrier.event(sent, "complained")}
        house.anyone.request("POST", path, 400, json=other)
        assert (house.counted("doubled"), house.counted("replayed"), house.counted("stored")) == (1, 1, 1)
    else:
        body = json.dumps([carrier.event(sent, "open")]).encode()
        headers = carrier.sign(body)
        for _ in range(2):
            house.anyone.request("POST", path, 200, headers=headers, content=body)
        assert (house.counted("doubled"), house.counted("stored")) == (1, 1)
    eventually(lambda: house.timeline(mail), lambda found: found["timeline"][-1]["what"] == "opened", 20)
    time.sleep(1.5)
    found = house.timeline(mail)
    assert found["delivery"] is None and not house.suppressed()
    assert [entry["what"] for entry in found["timeline"]] == ["queued", "sent", "opened"]


def carriers_sign(body):
    """Signed with a key that is not the provider's."""
    other = carriers.SendGrid()
    try:
        return other.sign(body)
    finally:
        other.close()


def test_a_post_about_nothing_of_ours_is_taken_and_a_large_one_is_refused_unread(house, carrier):
    stranger = {"id": "unknown", "to": "stranger@example.com", "message-id": "<someone@else.example>", "arguments": {}}
    house.tell([(stranger, "delivered", {})])
    headers = {"Content-Type": "application/json"}
    house.anyone.request("POST", f"/webhooks/{carrier.name}", 413, headers=headers, content=b" " * 5_000_000)
    time.sleep(1.5)
    assert not house.suppressed()
    assert house.operator.get("/api/v1/operator/mails", params={"delivery": "delivered"}).json()["items"] == []


def test_what_was_stored_before_a_kill_is_applied_after_it(house):
    person = house.new("killed")
    sent, mail = house.sent(person), house.mail(person)
    house.tell([(sent, "delivered", {})])
    house.server.kill()
    house.server.start()
    house.waits_for(mail, "delivered")


def test_a_provider_that_is_not_configured_is_not_found(anyone):
    for provider in ("sendgrid", "mailgun"):
        anyone.request("POST", f"/webhooks/{provider}", 404, json={})


def test_mails_are_for_operators(people, operator):
    person = people.new("nosy")
    mail = eventually(
        lambda: operator.get("/api/v1/operator/mails", params={"recipientId": person.id}).json()["items"],
        lambda items: items and items[0]["state"] == "sent", 20)[0]
    paths = [
        ("GET", "/api/v1/operator/mails"), ("GET", f"/api/v1/operator/mails/{mail['id']}"),
        ("POST", f"/api/v1/operator/mails/{mail['id']}/resend"), ("GET", "/api/v1/operator/suppressed-addresses"),
        ("POST", "/api/v1/operator/suppressed-addresses/lift")]
    for method, path in paths:
        people.anyone.request(method, path, 401)
        person.request(method, path, 403)
    operator.get("/api/v1/operator/mails/mail_unknown", expect=404)
    operator.post("/api/v1/operator/mails/mail_unknown/resend", expect=404)
    for wrong in ({"state": "lost"}, {"delivery": "x"}, {"kind": "x"}, {"recipientId": "x"}, {"subject": "x"}, {"cursor": "zzz"}, {"colour": "red"}):
        operator.get("/api/v1/operator/mails", params=wrong, expect="validation_failed")
    operator.post("/api/v1/operator/suppressed-addresses/lift", {"address": "no address"}, expect="validation_failed")
    operator.post("/api/v1/operator/suppressed-addresses/lift", {}, expect="validation_failed")


def test_the_list_of_mails_goes_page_by_page(people, operator):
    for person in [people.new("paged") for _ in range(3)]:
        eventually(lambda: operator.get("/api/v1/operator/mails", params={"recipientId": person.id}).json()["items"], bool, 20)
    seen, cursor = [], None
    while True:
        page = operator.get("/api/v1/operator/mails", params={"limit": 2, **({"cursor": cursor} if cursor else {})}, expect=200).json()
        seen += page["items"]
        cursor = page["nextCursor"]
        if cursor is None or len(seen) > 20:
            break
    assert len({mail["id"] for mail in seen}) == len(seen) >= 3
    assert [mail["createdAt"] for mail in seen] == sorted((mail["createdAt"] for mail in seen), reverse=True)


def test_a_mail_sent_again_counts_once_for_a_key(people, operator, post):
    person = people.new("twice")
    mail = eventually(
        lambda: operator.get("/api/v1/operator/mails", params={"recipientId": person.id}).json()["items"],
        lambda items: items and items[0]["state"] == "sent", 20)[0]
    for _ in range(2):
        answer = operator.post(
            f"/api/v1/operator/mails/{mail['id']}/resend", headers={"Idempotency-Key": f"again-{mail['id']}"}, expect=200)
        assert answer.json()["resends"] == 1
    eventually(
        lambda: operator.get(f"/api/v1/operator/mails/{mail['id']}").json(), lambda found: found["state"] == "sent", 20)
    assert operator.get(f"/api/v1/operator/mails/{mail['id']}").json()["tries"] == 2
