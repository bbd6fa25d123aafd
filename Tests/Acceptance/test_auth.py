"""Registering, signing in and out, and what stops those who guess."""

import httpx
import pytest

from roost.client import Client, code, fields
from roost.program import PROVE
from roost.trade import PASSWORD, number, place, seconds_from_now


def new_address():
    return f"newcomer.{number()}@example.com"


def register(anyone, expect=201, **changes):
    body = {"email": new_address(), "password": PASSWORD, "name": "Nora", **changes}
    return anyone.post("/api/v1/auth/register", {k: v for k, v in body.items() if v is not ...}, expect=expect)


def test_whoever_registers_is_a_guest_and_signed_in(anyone):
    email = new_address()
    answer = register(anyone, email=email, name="Nora Nobody").json()
    assert answer["user"] == {**answer["user"], "email": email, "name": "Nora Nobody", "roles": ["guest"]}
    assert answer["user"]["emailVerified"] is False
    assert seconds_from_now(answer["session"]["expiresAt"]) > 3600
    me = anyone.with_token(answer["session"]["token"]).get("/api/v1/me").json()
    assert me == answer["user"]


def test_a_session_counts_in_the_cookie_as_in_the_header(server, people):
    token = people.anna.token
    answer = httpx.get(f"{server.url}/api/v1/me", headers={"Cookie": f"roost_session={token}"}, trust_env=False)
    assert answer.status_code == 200 and answer.json()["id"] == people.anna.id


def test_an_address_in_use_is_a_conflict_and_the_first_account_stays(anyone, people):
    register(anyone, expect="state_conflict", email=people.anna.email, password="another-long-password")
    people.sign_in(people.anna.email)


@pytest.mark.parametrize("changes, field", [
    ({"email": ...}, "email"), ({"password": ...}, "password"), ({"name": ...}, "name"),
    ({"email": "no address"}, "email"), ({"email": "a@"}, "email"), ({"email": "n1@example"}, "email"), ({"email": ""}, "email"), ({"email": 7}, "email"),
    ({"email": None}, "email"), ({"email": "x" * 400 + "@example.com"}, "email"),
    ({"email": "a@example.com\r\nBcc: b@example.com"}, "email"),
    ({"password": "seven77"}, "password"), ({"password": "x7-" * 85 + "yz"}, "password"), ({"password": 12345678}, "password"),
    ({"password": "password"}, "password"), ({"password": "12345678"}, "password"), ({"password": "qwertyuiop"}, "password"),
    ({"name": 5}, "name"), ({"name": ["Nora"]}, "name"), ({"name": "n" * 10_000}, "name"),
    ({"roles": ["operator"]}, "roles"), ({"emailVerified": True}, "emailVerified"), ({"id": "usr_1"}, "id"),
])
def test_what_nobody_can_register_with_is_refused_and_named(anyone, changes, field):
    answer = register(anyone, expect="validation_failed", **changes)
    assert field in fields(answer), answer.text


def test_a_password_may_have_256_characters_also_of_other_scripts(anyone):
    password = "é" * 200 + "鳥" * 56
    email = register(anyone, password=password).json()["user"]["email"]
    anyone.post("/api/v1/auth/login", {"email": email, "password": password}, expect=200)


def test_signing_in_gives_another_session_and_both_are_good(people, anyone):
    again = people.sign_in(people.anna.email)
    assert again.token != people.anna.token
    assert again.get("/api/v1/me").json() == people.anna.get("/api/v1/me").json()


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(anyone, people):
    wrong = anyone.post("/api/v1/auth/login", {"email": people.anna.email, "password": "not the password"}, expect=401)
    unknown = anyone.post("/api/v1/auth/login", {"email": new_address(), "password": "not the password"}, expect=401)
    for part in ("type", "title", "status", "detail", "code"):
        assert wrong.json().get(part) == unknown.json().get(part)
    assert wrong.json()["code"] == "unauthenticated"
    assert set(wrong.headers) == set(unknown.headers)


def test_signing_out_ends_this_session_at_once_and_no_other(people):
    one, other = people.sign_in(people.anna.email), people.sign_in(people.anna.email)
    assert one.post("/api/v1/auth/logout", expect=204).content == b""
    one.get("/api/v1/me", expect="unauthenticated")
    one.post("/api/v1/auth/logout", expect="unauthenticated")
    other.get("/api/v1/me")


@pytest.mark.parametrize("header", [
    None, "", "Bearer", "Bearer x", "Bearer " + "a" * 5000, "Basic YTpi", "Bearer ' OR 1=1 --", "bearer\tx",
])
def test_without_a_good_token_nobody_is_known(anyone, header):
    anyone.get("/api/v1/me", expect="unauthenticated", headers={"Authorization": header} if header is not None else {})


def test_creating_a_place_makes_a_host(people):
    newcomer = people.new("maker")
    place(newcomer)
    assert newcomer.get("/api/v1/me").json()["roles"] == ["guest", "host"]


def tries_until_limited(ask, most):
    for count in range(1, most + 1):
        answer = ask()
        if code(answer) == "rate_limited":
            return count, answer
    raise AssertionError(f"never limited in {most} tries")


def test_guessing_at_one_account_is_slowed_down_from_wherever_it_comes(fresh):
    server = fresh()
    here, there = Client(server), Client(server, from_address="127.0.0.2")
    email = register(here).json()["user"]["email"]
    guess = {"email": email, "password": "a wrong guess"}
    _, limited = tries_until_limited(lambda: here.post("/api/v1/auth/login", guess, expect=(401, 429)), 60)
    assert 1 <= int(limited.headers["Retry-After"]) <= 86_400
    # The account is limited, not only the address: the same account from another one.
    there.post("/api/v1/auth/login", guess, expect="rate_limited")


@pytest.mark.skipif(not PROVE, reason="a hundred hashes of passwords take minutes in a debug build (make prove)")
def test_guessing_and_registering_from_one_address_are_slowed_down(fresh):
    server = fresh()
    here, there = Client(server), Client(server, from_address="127.0.0.2")
    email = register(here).json()["user"]["email"]
    taken = {"email": email, "password": PASSWORD, "name": "Nora"}
    tries_until_limited(lambda: here.post("/api/v1/auth/register", taken, expect=(409, 429)), 100)
    # Another account each time, one address: a list of stolen passwords.
    tries_until_limited(
        lambda: there.post("/api/v1/auth/login", {"email": new_address(), "password": "guess-guess"}, expect=(401, 429)), 200)
