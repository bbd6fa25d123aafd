"""Keys: in files, checked without moving money, and shown nowhere."""

import json

import httpx
import pytest

import tills
from roost import carriers, fakes
from roost.program import free_port, run
from roost.trade import PASSWORD, People, book, eventually, place, wait_for_status


@pytest.fixture(scope="module")
def providers():
    with tills.providers() as both:
        yield both


@pytest.fixture(autouse=True)
def calm(providers):
    for fake in providers:
        fake.calm()


def doctor(folder, settings):
    return run("doctor", data=folder / "data", settings=settings)


def line(result, name):
    """What the doctor says of one thing."""
    found = [text for text in result.stdout.splitlines() if f" {name}: " in text]
    assert len(found) == 1, result.stdout + result.stderr
    return found[0]


@pytest.mark.parametrize("provider, good, bad", [
    ("stripe", {}, {"ROOST_STRIPE_SECRET_KEY": "sk_test_wrong_key"}),
    ("paypal", {}, {"ROOST_PAYPAL_CLIENT_SECRET": "wrong_secret"}),
])
def test_the_doctor_says_whether_keys_are_good_and_moves_no_money(providers, tmp_path, provider, good, bad):
    fake = providers[0] if provider == "stripe" else providers[1]
    settings = fake.settings()
    well = doctor(tmp_path, settings)
    assert well.returncode == 0 and line(well, f"payments by {provider}").startswith("ok"), well.stdout
    wrong = doctor(tmp_path, {**settings, **bad})
    assert wrong.returncode == 1 and line(wrong, f"payments by {provider}").startswith("FAILS")
    assert "401" in wrong.stdout or "no token" in wrong.stdout
    base = f"ROOST_{provider.upper()}_API_BASE"
    gone = doctor(tmp_path, {**settings, base: f"http://127.0.0.1:{free_port()}"})
    assert gone.returncode == 1 and "not reached" in line(gone, f"payments by {provider}"), gone.stdout
    fake.fault = lambda method, path: 503
    ill = doctor(tmp_path, settings)
    assert ill.returncode == 1 and line(ill, f"payments by {provider}").startswith("FAILS")
    made = [asked for asked in fake.log if asked.startswith("POST") and not asked.endswith(("/oauth2/token", "verify-webhook-signature"))]
    assert not made, "no money moves"
    for result in (well, wrong, gone, ill):
        for secret in [*settings.values(), *bad.values()]:
            if not secret.startswith("http") and secret not in ("client", "secret", "WH-1"):
                assert secret not in result.stdout + result.stderr


SECRETS = {
    "ROOST_STRIPE_SECRET_KEY": "sk_test_heron", "ROOST_STRIPE_WEBHOOK_SECRET": f"{fakes.HOOK_SECRET},whsec_the_one_before",
    "ROOST_PAYPAL_CLIENT_ID": "client", "ROOST_PAYPAL_CLIENT_SECRET": "secret",
    "ROOST_SENDGRID_API_KEY": carriers.Fake.key, "ROOST_MAILGUN_API_KEY": carriers.Fake.key,
    "ROOST_MAILGUN_WEBHOOK_KEY": carriers.Mailgun.webhook_key, "ROOST_SMTP_URL": None,
}
# Words that stand in texts for other reasons can't be looked for: PayPal's client and secret as its token request carries them.
SHOWN_NOWHERE = ["sk_test_heron", fakes.HOOK_SECRET, "whsec_the_one_before", carriers.Fake.key, carriers.Mailgun.webhook_key,
                 "Y2xpZW50OnNlY3JldA", "p%40ss", "p@ss word", "Bearer A1"]


def test_all_keys_stand_in_files_and_are_shown_nowhere(providers, fresh, tmp_path):
    stripe, paypal = providers
    sendgrid, mailgun = carriers.SendGrid(), carriers.Mailgun()
    settings = {**stripe.settings(), **paypal.settings(), **sendgrid.settings(), **mailgun.settings(),
                "ROOST_MAIL_PROVIDER": "sendgrid,mailgun,smtp", "ROOST_SMTP_URL": f"smtp://roost:p%40ss%20word@127.0.0.1:{free_port()}",
                "ROOST_LOG_LEVEL": "trace"}
    for name, value in SECRETS.items():
        file = tmp_path / name
        file.write_text((value or settings[name]) + "\n")
        settings.pop(name, None)
        settings[f"{name}_FILE"] = file
    server = fresh(start=False, ROOST_RATE_LIMITS="off", **settings)
    server.done("user", "add", "otto@example.com", "--name", "Otto", "--admin", "--password-stdin", text=PASSWORD)
    people = People(server.start())
    operator = people.sign_in("otto@example.com")
    # Every kind of trouble that could be tempted to say what it tried.
    troubles = iter([401, 500, "nonsense", "before", 403, 429, 404] * 3)
    stripe.fault = lambda method, path: next(troubles, None)
    sendgrid.faults.extend([401, 400, 500, "reset"])
    mailgun.faults.extend([401, 500])
    for number in range(6):
        guest = people.new("shown")
        booking = book(guest, place(people.hana))
        for provider in ("stripe", "paypal"):
            guest.connection.post(f"/api/v1/bookings/{booking['id']}/payments", json={"provider": provider},
                                  headers={"Authorization": f"Bearer {guest.token}"})
    stripe.tell(server, stripe.event("x", {"id": "1", "object": "x"}), secret="whsec_wrong")
    # Both secrets are good while one is rolled.
    for secret in (fakes.HOOK_SECRET, "whsec_the_one_before"):
        assert stripe.tell(server, stripe.event("x", {"id": "1", "object": "x"}), secret=secret).status_code == 200
    httpx.post(f"{server.url}/webhooks/paypal", content=b"{}", trust_env=False)
    stripe.calm()
    booking = book(people.anna, place(people.hana))
    payment = people.anna.post(f"/api/v1/bookings/{booking['id']}/payments", {"provider": "paypal"}, expect=(200, 201)).json()
    paypal.approve(payment)
    wait_for_status(people.anna, booking, "confirmed", seconds=60)

    seen = {"log": server.log.read_text("utf-8", errors="replace"), "metrics": people.anyone.get("/metrics").text}
    for path in ("/api/openapi.json", "/api/v1/operator/cases", "/api/v1/operator/mails", "/api/v1/payment-providers?amount=5&currency=USD",
                 "/api/v1/bookings?role=operator", "/readyz", "/healthz"):
        seen[path] = operator.get(path).text
    for mail in json.loads(seen["/api/v1/operator/mails"])["items"]:
        seen[f"mail {mail['id']}"] = operator.get(f"/api/v1/operator/mails/{mail['id']}").text
    for command in (["doctor"], ["cases", "--all"], ["audit", "--providers"]):
        result = server.run(*command)
        seen[" ".join(command)] = result.stdout + result.stderr
    assert "payments by stripe: the key is good" in seen["doctor"] and "payments by paypal: it gives a token" in seen["doctor"]
    server.stop(audit=False)
    for path in server.data.rglob("*"):
        if path.is_file():
            seen[path.name] = path.read_bytes().decode("latin-1")
    for where, text in seen.items():
        for secret in SHOWN_NOWHERE:
            assert secret not in text, f"{secret} stands in {where}"
    for fake in (sendgrid, mailgun):
        fake.server.shutdown()
        fake.server.server_close()


@pytest.mark.parametrize("settings, sentence", [
    ({"ROOST_PAYMENT_PROVIDERS": "stripe"}, "ROOST_STRIPE_SECRET_KEY is not set"),
    ({"ROOST_PAYMENT_PROVIDERS": "paypal"}, "ROOST_PAYPAL_CLIENT_ID and ROOST_PAYPAL_CLIENT_SECRET are not set"),
    ({"ROOST_PAYPAL_CLIENT_ID": "half"}, "PayPal needs both"),
    ({"ROOST_STRIPE_WEBHOOK_SECRET": "whsec_geheim"}, "ROOST_STRIPE_SECRET_KEY is not"),
    ({"ROOST_STRIPE_SECRET_KEY": "sk geheim"}, "ROOST_STRIPE_SECRET_KEY: expected"),
    ({"ROOST_STRIPE_SECRET_KEY": "sk_test_geheim", "ROOST_STRIPE_API_BASE": "http://api.example.com"}, "ROOST_STRIPE_API_BASE: expected"),
    ({"ROOST_STRIPE_SECRET_KEY": "sk_test_geheim", "ROOST_STRIPE_REQUESTS_PER_SECOND": "0"}, "ROOST_STRIPE_REQUESTS_PER_SECOND: expected"),
    ({"ROOST_STRIPE_SECRET_KEY_FILE": "/nowhere/key"}, "ROOST_STRIPE_SECRET_KEY_FILE: expected"),
    ({"ROOST_PAYMENT_PROVIDERS": "test,test"}, "ROOST_PAYMENT_PROVIDERS: expected"),
    ({"ROOST_PAYMENT_PROVIDERS": "pigeon"}, "ROOST_PAYMENT_PROVIDERS: expected"),
])
def test_settings_that_can_t_be_used_are_named(tmp_path, settings, sentence):
    result = run("doctor", data=tmp_path, settings=settings)
    assert result.returncode == 1 and sentence in result.stderr, result.stderr
    assert len(result.stderr.strip().splitlines()) == 1 and "geheim" not in result.stderr
