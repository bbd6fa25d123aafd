"""Mail through SendGrid, Mailgun and SMTP: each on loopback, with the faults of real ones."""

import email.utils
import threading
import time

import pytest

from roost import carriers
from roost.program import free_port, run
from roost.trade import PASSWORD, People, book, eventually, number, pay, place


@pytest.fixture
def sendgrid():
    fake = carriers.SendGrid()
    yield fake
    fake.close()


@pytest.fixture
def mailgun():
    fake = carriers.Mailgun()
    yield fake
    fake.close()


@pytest.fixture(params=["sendgrid", "mailgun"])
def carrier(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def smtp_server():
    made = []

    def make(**options):
        made.append(carriers.SMTP(**options))
        return made[-1]

    yield make
    for server in made:
        server.close()


def house(fresh, *carriers_, **settings):
    """A server whose mails go through these."""
    merged = {}
    for carrier_ in carriers_:
        merged.update(carrier_.settings())
    if carriers_:
        merged["ROOST_MAIL_PROVIDER"] = ",".join(carrier_.name for carrier_ in carriers_)
    merged.update(settings)
    return People(fresh(ROOST_RATE_LIMITS="off", **merged))


def one(carrier, person, seconds=30):
    """The one mail to a person, and no second one while a few polls pass."""
    found = eventually(lambda: carrier.to(person), bool, seconds, what=f"a mail to {person.email}")
    assert len(found) == 1, [mail["id"] for mail in found]
    return found[0]




def test_a_booking_s_letters_go_out_with_ids_of_ours(fresh, carrier):
    people = house(fresh, carrier)
    title = f"Heron “Rest”, <b> {number()}"
    home = place(people.hana, title=title)
    booking = book(people.anna, home)
    pay(people.anna, booking)
    found = eventually(
        lambda: [mail for mail in carrier.to(people.anna) if booking["code"] in mail["text"]],
        lambda mails: len(mails) == 2)
    held, confirmed = found
    assert title in held["text"] and title[:20] in held["subject"] and "&lt;b&gt;" in held["html"]
    assert held["message-id"] != confirmed["message-id"]
    assert all(mail["message-id"].endswith("@roost.example.com>") for mail in found)
    assert not held["files"] and len(confirmed["files"]) == 1
    assert all("\r" not in mail["subject"] and "\n" not in mail["subject"] for mail in found)


def test_names_and_titles_add_no_header(fresh, carrier):
    people = house(fresh, carrier)
    for name in ('Ünal <x@evil.example>, "Q" 鳥', "a\\\"b, c", "=?utf-8?q?x?=", "Bcc: evil@evil.example"):
        body = {"email": f"name.{number()}@example.com", "password": PASSWORD, "name": name}
        answer = people.anyone.post("/api/v1/auth/register", body, expect=201).json()
        person = people.anyone.with_token(answer["session"]["token"], answer["user"])
        mail = one(carrier, person)
        raw = mail["raw"]
        if carrier.name == "sendgrid":
            assert raw["personalizations"][0]["to"] == [{"email": person.email, "name": name}]
        else:
            assert "\n" not in raw["to"][0] and raw["to"][0].isascii()
            assert email.utils.getaddresses(raw["to"])[0][1] == person.email
            assert len(email.utils.getaddresses(raw["to"])) == 1


@pytest.mark.parametrize("fault", [429, 500, 503, "reset", 401])
def test_what_was_not_taken_is_sent_again_once(fresh, carrier, fault):
    carrier.faults.append(fault)
    if fault == 429:
        carrier.headers_of_faults = {"Retry-After": "1"}
    people = house(fresh, carrier)
    person = people.new("again")
    one(carrier, person)
    time.sleep(2.5)
    one(carrier, person)
    sent = [request for request in carrier.requests if request[0] == "POST"]
    assert len(sent) == 2
    people.server.audit_at_rest()
    metrics = people.anyone.get("/metrics").text
    failed = "unknown" if fault == "reset" else "failed"
    for outcome in ("sent", failed):
        assert f'roost_mail_tries{{provider="{carrier.name}",outcome="{outcome}"}} 1.0' in metrics, metrics
    assert 'roost_mails{state="queued"} 0.0' in metrics


def test_a_refusal_for_good_is_not_tried_again(fresh, carrier):
    carrier.faults.append(400)
    people = house(fresh, carrier)
    person = people.new("refused")
    people.server.audit_at_rest()
    time.sleep(1.5)
    assert not carrier.to(person) and len(carrier.requests) == 1


def test_a_mail_of_unknown_fate_is_not_doubled_where_the_provider_can_tell(fresh, mailgun):
    """Mailgun took it and the answer was lost: asked, it says so."""
    mailgun.faults.append("lost")
    people = house(fresh, mailgun)
    person = people.new("lost")
    people.server.audit_at_rest()
    one(mailgun, person)
    assert [request[0] for request in mailgun.requests] == ["POST", "GET"]


def test_a_mail_of_unknown_fate_is_not_doubled_where_an_event_comes_first(fresh, sendgrid):
    """SendGrid can't be asked, but tells."""
    sendgrid.faults.append("lost")
    people = house(fresh, sendgrid, ROOST_POLL_SECONDS="6")
    person = people.new("lost")
    mail = one(sendgrid, person)
    sendgrid.post(people.anyone, [sendgrid.event(mail, "processed")])
    people.server.audit_at_rest()
    time.sleep(7)
    one(sendgrid, person)


def test_a_mail_of_unknown_fate_comes_again_with_the_same_id_where_nobody_tells(fresh, sendgrid):
    sendgrid.faults.append("lost")
    people = house(fresh, sendgrid)
    person = people.new("lost")
    found = eventually(lambda: sendgrid.to(person), lambda mails: len(mails) == 2, 30)
    assert found[0]["message-id"] == found[1]["message-id"]
    people.server.audit_at_rest()


def test_the_second_provider_takes_what_the_first_can_t(fresh, sendgrid, mailgun):
    people = house(fresh, sendgrid, mailgun)
    one(sendgrid, people.new("well"))
    sendgrid.faults.extend([503] * 20)
    for _ in range(7):
        person = people.new("away")
        one(mailgun, person)
        assert not sendgrid.to(person)
    asked = [request for request in sendgrid.requests if request[0] == "POST"]
    assert len(asked) <= 1 + 5 + 1, "a provider that fails is left alone"
    people.server.audit_at_rest()


def test_a_mail_that_its_provider_lets_wait_holds_up_no_other(fresh, carrier):
    people = house(fresh, carrier)
    answers = threading.Event()
    carrier.faults.append(answers)
    slow = people.new("slow")
    try:
        eventually(lambda: not carrier.faults, bool, 10, what="the slow mail's beginning")
        one(carrier, people.new("quick"), 15)
        assert not carrier.to(slow)
    finally:
        answers.set()
    one(carrier, slow)


def test_a_provider_that_is_not_there_harms_nobody(fresh, mailgun):
    people = house(
        fresh, mailgun, ROOST_MAIL_PROVIDER="sendgrid,mailgun", ROOST_SENDGRID_API_KEY="SG.k",
        ROOST_SENDGRID_API_BASE=f"http://127.0.0.1:{free_port()}")
    one(mailgun, people.new("there"))


def test_mail_by_smtp_with_starttls_and_sign_in(fresh, smtp_server, tmp_path):
    files = carriers.certificate(tmp_path)
    server = smtp_server(certificate=files)
    people = house(
        fresh, ROOST_MAIL_PROVIDER="smtp", ROOST_SMTP_URL=server.url(), ROOST_SMTP_CA_FILE=files[0],
        ROOST_MAIL_FROM="Roost <post@roost.example.com>")
    home = place(people.hana, title=f".Dot and “Heron” {number()}")
    booking = book(people.anna, home)
    pay(people.anna, booking)
    found = eventually(
        lambda: [mail for mail in server.to(people.anna) if booking["code"] in mail["message"].get_body(("plain",)).get_content()],
        lambda mails: len(mails) == 2)
    for mail in found:
        assert mail["tls"] and mail["user"] == "roost" and mail["from"] == "post@roost.example.com"
        assert not [defect for part in mail["message"].walk() for defect in part.defects]
        assert mail["message"]["Message-ID"].endswith("@roost.example.com>")
        assert all(len(line) <= 998 for line in mail["bytes"].split(b"\r\n")) and b"\n" not in mail["bytes"].replace(b"\r\n", b"")
    people.server.audit_at_rest()


def test_mail_by_smtps(fresh, smtp_server, tmp_path):
    files = carriers.certificate(tmp_path)
    server = smtp_server(certificate=files, from_the_start=True)
    people = house(fresh, ROOST_MAIL_PROVIDER="smtp", ROOST_SMTP_URL=server.url(), ROOST_SMTP_CA_FILE=files[0])
    assert one(server, people.new("tls"))["tls"]


def test_a_certificate_nobody_vouches_for_gets_no_mail_and_no_password(fresh, smtp_server, tmp_path):
    server = smtp_server(certificate=carriers.certificate(tmp_path))
    people = house(fresh, ROOST_MAIL_PROVIDER="smtp,file", ROOST_SMTP_URL=server.url())
    person = people.new("careful")
    people.server.audit_at_rest()
    assert not server.mails
    assert any(person.email.encode() in path.read_bytes() for path in (people.server.data / "mail").glob("*.eml"))


@pytest.mark.parametrize("reply, again", [
    ("451 4.3.0 Try later", True), ("550 5.7.1 Not today", False), ("552 5.2.2 Full", False)])
@pytest.mark.parametrize("stage", ["rcpt", "data"])
def test_smtp_refusals(fresh, smtp_server, stage, reply, again):
    server = smtp_server(wants_sign_in=False)
    server.faults.append((stage, reply))
    people = house(fresh, ROOST_MAIL_PROVIDER="smtp", ROOST_SMTP_URL=server.url(sign_in=False))
    person = people.new("refused")
    people.server.audit_at_rest()
    assert len(server.to(person)) == (1 if again else 0)


def test_a_line_cut_after_the_last_full_stop_sends_the_same_id_again(fresh, smtp_server):
    server = smtp_server(wants_sign_in=False)
    server.faults.append(("lost", None))
    people = house(fresh, ROOST_MAIL_PROVIDER="smtp", ROOST_SMTP_URL=server.url(sign_in=False))
    person = people.new("cut")
    found = eventually(lambda: server.to(person), lambda mails: len(mails) == 2, 30)
    assert found[0]["message"]["Message-ID"] == found[1]["message"]["Message-ID"]


def test_a_slow_smtp_server_gets_several_at_once_and_each_once(fresh, smtp_server):
    """So slow that, one after the other, the last would begin after its lease, and go out twice."""
    server = smtp_server(wants_sign_in=False)
    server.seconds = 4
    people = house(
        fresh, ROOST_MAIL_PROVIDER="smtp", ROOST_SMTP_URL=server.url(sign_in=False), ROOST_POLL_SECONDS="2")
    guests = [people.new("queue") for _ in range(28)]
    eventually(lambda: len(server.mails), lambda count: count >= len(guests), 60, what="all mails")
    people.server.audit_at_rest()
    assert [len(server.to(guest)) for guest in guests] == [1] * len(guests)
    assert 2 <= server.most <= 8
    metrics = people.anyone.get("/metrics").text
    assert f'roost_mail_tries{{provider="smtp",outcome="sent"}} {float(len(server.mails))}' in metrics, metrics


def test_the_doctor_checks_credentials_and_sends_nothing(sendgrid, mailgun, smtp_server, tmp_path):
    files = carriers.certificate(tmp_path)
    server = smtp_server(certificate=files)
    settings = {
        **sendgrid.settings(), **mailgun.settings(), "ROOST_MAIL_PROVIDER": "sendgrid,mailgun,smtp",
        "ROOST_SMTP_URL": server.url(), "ROOST_SMTP_CA_FILE": files[0]}
    well = run("doctor", data=tmp_path / "data", settings=settings)
    assert well.returncode == 0, well.stdout + well.stderr
    wrong = run("doctor", data=tmp_path / "data", settings={
        **settings, "ROOST_SENDGRID_API_KEY": "SG.wrong", "ROOST_MAILGUN_API_KEY": "wrong-key",
        "ROOST_SMTP_URL": server.url().replace("p%40ss", "wr0ng")})
    assert wrong.returncode == 1
    for provider in ("sendgrid", "mailgun", "smtp"):
        assert f"FAILS mail by {provider}: " in wrong.stdout, wrong.stdout
    for text in (well.stdout, well.stderr, wrong.stdout, wrong.stderr):
        for secret in (sendgrid.key, "SG.wrong", "wrong-key", "p@ss word", "p%40ss", "wr0ng"):
            assert secret not in text
    assert not sendgrid.mails and not mailgun.mails and not server.mails


def test_keys_stand_in_files_and_in_no_log(fresh, sendgrid, tmp_path):
    key = tmp_path / "key"
    key.write_text(sendgrid.key + "\n")
    settings = sendgrid.settings()
    del settings["ROOST_SENDGRID_API_KEY"]
    sendgrid.faults.extend([500, 401])
    people = People(fresh(**settings, ROOST_SENDGRID_API_KEY_FILE=key, ROOST_LOG_LEVEL="trace"))
    one(sendgrid, people.new("file"))
    assert sendgrid.key not in people.server.log.read_text()


@pytest.mark.parametrize("settings, sentence", [
    ({"ROOST_MAIL_PROVIDER": "sendgrid"}, "ROOST_SENDGRID_API_KEY is missing"),
    ({"ROOST_MAIL_PROVIDER": "mailgun", "ROOST_MAILGUN_API_KEY": "k"}, "ROOST_MAILGUN_DOMAIN is missing"),
    ({"ROOST_MAIL_PROVIDER": "file,smtp"}, "ROOST_SMTP_URL is missing"),
    ({"ROOST_MAIL_PROVIDER": "smtp,smtp", "ROOST_SMTP_URL": "smtp://127.0.0.1"}, "ROOST_MAIL_PROVIDER: expected"),
    ({"ROOST_MAIL_PROVIDER": "pigeon"}, "ROOST_MAIL_PROVIDER: expected"),
    ({"ROOST_SMTP_URL": "smtp://roost:geheim@127.0.0.1:0"}, "ROOST_SMTP_URL: expected"),
    ({"ROOST_SMTP_URL": "http://roost:geheim@127.0.0.1"}, "ROOST_SMTP_URL: expected"),
    ({"ROOST_SMTP_CA": "geheim"}, "ROOST_SMTP_CA: expected"),
    ({"ROOST_SENDGRID_API_KEY": "geheim\r\nX: y"}, "ROOST_SENDGRID_API_KEY: expected"),
    ({"ROOST_SENDGRID_API_BASE": "http://api.example.com"}, "ROOST_SENDGRID_API_BASE: expected"),
    ({"ROOST_SENDGRID_WEBHOOK_KEY": "AAAA"}, "ROOST_SENDGRID_WEBHOOK_KEY: expected"),
    ({"ROOST_MAILGUN_DOMAIN": "mg.example.com/../v4"}, "ROOST_MAILGUN_DOMAIN: expected"),
])
def test_settings_that_can_t_be_used_are_named(tmp_path, settings, sentence):
    result = run("doctor", data=tmp_path, settings=settings)
    assert result.returncode == 1 and sentence in result.stderr, result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    if "CA" not in sentence:
        assert "geheim" not in result.stderr
