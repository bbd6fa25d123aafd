"""The commands beside `serve`: people, audit, doctor, help."""

import re
import shutil
import sqlite3

import pytest

from roost import engine, program
from roost.trade import PASSWORD, People, book, pay, place, stay_at


@pytest.fixture
def empty(tmp_path):
    """A data folder nobody has used yet."""
    return tmp_path / "data"


def add(data, *arguments, text=PASSWORD):
    return program.run("user", "add", *arguments, data=data, text=text)


def test_people_are_added_once_with_a_password_or_without(empty, fresh):
    server = fresh(start=False)
    assert add(server.data, "ada@example.com", "--name", "Ada", "--admin", "--password-stdin").returncode == 0
    assert add(server.data, "bob@example.com", "--password-stdin", text=PASSWORD + "\n").returncode == 0
    assert add(server.data, "nobody@example.com", text="").returncode == 0
    again = add(server.data, "ada@example.com", "--password-stdin")
    assert again.returncode == 1 and "already" in again.stderr
    people = People(server.start())
    assert "operator" in people.sign_in("ada@example.com").user["roles"]
    assert people.sign_in("ada@example.com").user["name"] == "Ada"
    assert "operator" not in people.sign_in("bob@example.com").user["roles"]
    for guess in ("", PASSWORD, "nobody@example.com"):
        people.anyone.post("/api/v1/auth/login", {"email": "nobody@example.com", "password": guess}, expect=(401, 422))


@pytest.mark.parametrize("arguments, text", [
    (["no-address", "--password-stdin"], PASSWORD), (["ada@example.com", "--password-stdin"], "short"),
    (["ada@example.com", "--password-stdin"], ""), (["ada@example.com", "--password-stdin"], "password"),
    (["ada@example.com", "--password-stdin"], "x" * 5000),
], ids=repr)
def test_who_could_not_register_is_not_added(empty, arguments, text):
    result = add(empty, *arguments, text=text)
    assert result.returncode in (1, 2) and result.stderr.strip()
    assert add(empty, "ada@example.com", "--password-stdin").returncode == 0


def test_a_new_password_ends_all_sessions_of_that_person_only(fresh):
    server = fresh()
    people = People(server)
    anna, berta = people.anna, people.berta
    server.stop()
    server.done("user", "password", anna.email, "--password-stdin", text="a-new-password-1")
    missing = server.run("user", "password", "nobody@example.com", "--password-stdin", text="a-new-password-1")
    assert missing.returncode == 1 and missing.stderr.strip()
    server.start()
    anna.get("/api/v1/me", expect="unauthenticated")
    berta.get("/api/v1/me")
    people.anyone.post("/api/v1/auth/login", {"email": anna.email, "password": PASSWORD}, expect=401)
    people.sign_in(anna.email, "a-new-password-1")


@pytest.mark.parametrize("arguments", [
    ["frobnicate"], ["serve", "--bogus"], ["import", "nothing"], ["import", "inside-airbnb"], ["import", "inside-airbnb", "x.csv"], ["user", "remove"], ["user", "add"],
    ["user", "add", "not-an-address"], ["user", "password", "a@example.com"], ["audit", "now"], ["simulate", "--seed", "x"], ["simulate", "--days", "-1"], ["serve", "--role", "king"],
], ids=" ".join)
def test_wrong_usage_ends_with_2_and_a_word_about_it(empty, arguments):
    result = program.run(*arguments, data=empty, seconds=60)
    assert result.returncode == 2, result.stdout + result.stderr
    assert result.stderr.strip()


def test_help_reads_well():
    text = program.done("--help")
    for command in ("serve", "import", "user", "audit", "simulate", "doctor", "openapi"):
        assert re.search(rf"^\s+{command}\s+\S", text, re.MULTILINE), f"no word on {command}"
        assert len(program.done(command, "--help")) > 80
    assert all(len(line) <= 120 for line in text.splitlines())


def test_doctor_says_one_line_each_and_finds_what_is_wrong(empty, tmp_path):
    lines = [line for line in program.done("doctor", data=empty).splitlines() if line.strip()]
    assert len(lines) >= 5
    blocked = tmp_path / "blocked"
    blocked.write_text("no folder", "utf-8")
    assert program.run("doctor", data=blocked / "data").returncode == 1


def test_an_empty_house_is_in_order(empty):
    result = program.run("audit", "--at-rest", data=empty)
    assert result.returncode in (0, 1)
    if result.returncode == 1:
        assert result.stderr.strip(), "no databases yet may be an error, but one that says so"


@pytest.fixture(scope="module")
def sold(module_servers):
    """A stopped server's data with a confirmed, a cancelled and a held booking, at rest."""
    server = module_servers(ROOST_RATE_LIMITS="off")
    people = People(server)
    home = place(people.hana, cancellationPolicy="flexible")
    stay_at(people.anna, home, start=30)
    cancelled = stay_at(people.berta, home, start=40)
    people.berta.post(f"/api/v1/bookings/{cancelled['id']}/cancel", expect=200)
    book(people.clara, home, start=50)
    server.audit_at_rest()
    server.stop()
    return server


def tampered(sold, tmp_path, table, statement):
    """A copy of the data with one row changed behind Roost's back; gives what the audit says."""
    copy = tmp_path / "data"
    shutil.copytree(sold.data, copy)
    changed = 0
    for path in program.databases(copy):
        connection = sqlite3.connect(path)
        try:
            if connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", [table]).fetchone():
                changed = connection.execute(statement).rowcount
                connection.commit()
        finally:
            connection.close()
    assert changed == 1, f"{statement} changed {changed} rows"
    return program.run("audit", data=copy)


@engine.sqlite_only
@pytest.mark.parametrize("table, statement", [
    ("claimed_night", "DELETE FROM claimed_night WHERE (unit_id, night) IN (SELECT unit_id, night FROM claimed_night WHERE booking_id IS NOT NULL LIMIT 1)"),
    ("claimed_night", "INSERT INTO claimed_night (unit_id, night, booking_id) SELECT unit_id, night + 1000, booking_id FROM claimed_night WHERE booking_id IS NOT NULL LIMIT 1"),
    ("ledger_entry", "UPDATE ledger_entry SET amount = amount + 1 WHERE rowid = (SELECT min(rowid) FROM ledger_entry)"),
    ("ledger_entry", "DELETE FROM ledger_entry WHERE rowid = (SELECT min(rowid) FROM ledger_entry)"),
])
def test_the_audit_finds_what_was_tampered_with(sold, tmp_path, table, statement):
    result = tampered(sold, tmp_path, table, statement)
    assert result.returncode == 1, result.stdout + result.stderr
    assert result.stdout.strip(), "one line for each broken promise"


def test_the_audit_needs_nothing_to_be_in_flight_when_at_rest(sold):
    assert program.run("audit", data=sold.data).returncode == 0
    assert program.run("audit", "--at-rest", data=sold.data).returncode == 0
