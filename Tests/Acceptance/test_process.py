"""The server as a process: settings, one owner of the files, stopping, and starting again."""

import concurrent.futures
import signal
import subprocess
import time

import httpx
import pytest

from roost import engine, program
from roost.client import Client
from roost.program import Server, clean_environment
from roost.trade import PASSWORD, People, book, booking_of, eventually, pay, place, wish


def one_sentence(result, *words):
    """Errors go to standard error, in one clear sentence: no trace of the code behind it."""
    text = result.stderr.strip()
    assert text and len(text) < 1000, result.stderr
    assert "Fatal error" not in text and ".swift:" not in text and "Error(" not in text, text
    for word in words:
        assert word.lower() in text.lower(), f"no {word!r} in {text!r}"


WRONG_SETTINGS = [
    ("ROOST_PORT", "http"), ("ROOST_PORT", "70000"), ("ROOST_PORT", "-1"), ("ROOST_BASE_URL", "not an address"), ("ROOST_BASE_URL", "ftp://x"),
    ("ROOST_USERS_DATABASE", "mysql://localhost/roost"), ("ROOST_PROPERTIES_DATABASE", "sqlite:"), ("ROOST_BOOKINGS_DATABASE", "x"),
    ("ROOST_PAYMENTS_DATABASE", ":memory:"), ("ROOST_HOLD_MINUTES", "soon"), ("ROOST_HOLD_MINUTES", "-1"),
    ("ROOST_HOLD_MINUTES", "nan"), ("ROOST_HOLD_MINUTES", "1e300"), ("ROOST_REQUEST_HOURS", "never"), ("ROOST_REQUEST_HOURS", "-2"),
    ("ROOST_ACCEPTED_HOURS", "x"), ("ROOST_POLL_SECONDS", "x"), ("ROOST_POLL_SECONDS", "-5"), ("ROOST_CURRENCY", "GOLD"), ("ROOST_CURRENCY", "XYZ"), ("ROOST_SERVICE_FEE_PERCENT", "101"), ("ROOST_SERVICE_FEE_PERCENT", "a tenth"),
    ("ROOST_PAYMENT_PROVIDERS", "bitcoin"), ("ROOST_PAYMENT_PROVIDERS", "test,test,bitcoin"), ("ROOST_MAIL_PROVIDER", "pigeon"),
    ("ROOST_MAIL_FROM", "nobody"), ("ROOST_RATE_LIMITS", "maybe"), ("ROOST_TRUSTED_PROXIES", "proxy.example"), ("ROOST_TRUSTED_PROXIES", "10.0.0.0/64"), ("ROOST_LOG_LEVEL", "loud"),
]


@pytest.mark.parametrize("name, value", WRONG_SETTINGS)
def test_an_unusable_setting_stops_the_start_and_is_named(tmp_path, name, value):
    settings = {"ROOST_PORT": program.free_port(), name: value}
    result = program.run("serve", data=tmp_path / "data", settings=settings, cwd=tmp_path, seconds=60)
    assert result.returncode in (1, 2)
    one_sentence(result, name)


@engine.sqlite_only
def test_a_split_of_roles_is_refused_on_sqlite(tmp_path):
    for role in ("web", "worker"):
        result = program.run("serve", "--role", role, data=tmp_path / "data", settings={"ROOST_PORT": program.free_port()}, seconds=60)
        assert result.returncode in (1, 2)
        one_sentence(result, "role")


def test_a_file_of_settings_counts_and_the_environment_wins(tmp_path):
    port = program.free_port()
    file = tmp_path / "roost.conf"
    file.write_text(f"# The settings of this test\n\nROOST_PORT={port}\nROOST_HOLD_MINUTES=2\nROOST_DATA_DIR={tmp_path}/data\nROOST_RATE_LIMITS=off\n", "utf-8")
    process = subprocess.Popen(
        [str(program.binary()), "serve", "--config", str(file)], env=clean_environment({**engine.settings(tmp_path / "data"), "ROOST_HOLD_MINUTES": "7"}), cwd=tmp_path,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server = Server(tmp_path / "other")
    server.process, server.port, server.data = process, port, tmp_path / "data"
    try:
        server.wait_until_ready()
        people = People(server)
        from roost.trade import seconds_from_now
        held = book(people.anna, place(people.hana))
        assert 6 * 60 < seconds_from_now(held["holdExpiresAt"]) <= 7 * 60 + 1
        server.stop()
    finally:
        server.close()
    wrong = tmp_path / "wrong.conf"
    wrong.write_text("ROOST_HOLD_MINUTES=soon\n", "utf-8")
    result = program.run("serve", "--config", wrong, data=tmp_path / "data", seconds=60)
    assert result.returncode in (1, 2)
    one_sentence(result, "ROOST_HOLD_MINUTES")
    result = program.run("doctor", "--config", tmp_path / "nowhere.conf", data=tmp_path / "data", seconds=60)
    assert result.returncode in (1, 2)
    one_sentence(result, "nowhere.conf")


@engine.sqlite_only
def test_the_databases_are_where_the_operator_wants_them(fresh, tmp_path):
    names = ("USERS", "PROPERTIES", "BOOKINGS", "PAYMENTS")
    server = fresh(**{f"ROOST_{name}_DATABASE": f"sqlite:{tmp_path}/{name.lower()}.db" for name in names})
    people = People(server)
    pay(people.anna, book(people.anna, place(people.hana)))
    for name in names:
        assert (tmp_path / f"{name.lower()}.db").stat().st_size > 0
    assert not server.databases()


def test_a_taken_port_is_said(server, tmp_path):
    result = program.run("serve", data=tmp_path / "data", settings={"ROOST_PORT": server.port}, seconds=60)
    assert result.returncode == 1
    one_sentence(result, str(server.port))


@engine.sqlite_only
def test_one_process_owns_the_files_it_writes(server, people, tmp_path):
    listings = tmp_path / "listings.csv"
    listings.write_text("id,name\n", "utf-8")
    before = people.anna.get("/api/v1/me").json()
    for command in (
        ["serve"], ["import", "inside-airbnb", listings, "--currency", "USD", "--time-zone", "UTC"],
        ["user", "add", "second@example.com", "--password-stdin"], ["user", "password", people.anna.email, "--password-stdin"],
    ):
        result = program.run(*command, data=server.data, settings={"ROOST_PORT": program.free_port()}, text=PASSWORD, seconds=60)
        assert result.returncode == 1, f"{command}: {result.returncode} {result.stdout} {result.stderr}"
        one_sentence(result)
    assert people.anna.get("/api/v1/me").json() == before
    people.anyone.post("/api/v1/auth/login", {"email": "second@example.com", "password": PASSWORD}, expect=401)


def test_commands_that_only_read_run_beside_it(server):
    server.audit()
    assert server.done("doctor").strip()
    server.done("openapi")


def test_stopping_lets_those_inside_finish(fresh):
    server = fresh()
    people = People(server)
    home = place(people.hana)
    anna = people.anna.token
    started = []

    def ask(week):
        started.append(week)
        try:
            return httpx.post(f"{server.url}/api/v1/bookings", json=wish(home, start=30 + 7 * week), headers={"Authorization": f"Bearer {anna}"}, trust_env=False, timeout=30).status_code
        except httpx.TransportError:
            return None  # came too late: the door was closed, and nothing was said

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(ask, week) for week in range(80)]
        eventually(lambda: len(started), lambda count: count >= 20, every=0.005)
        server.process.send_signal(signal.SIGTERM)
        answers = [future.result() for future in asked]
    assert set(answers) <= {201, 429, 503, None}, set(answers)
    assert server.process.wait(program.STOP_SECONDS) == 0, server.tail()
    server.process = None
    server.audit()
    server.start()
    mine = Client(server).with_token(anna).everything("/api/v1/bookings", limit=100)
    assert len(mine) >= answers.count(201)


def test_an_idle_connection_keeps_nobody_from_stopping(fresh):
    import socket
    server = fresh()
    connections = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(5)]
    connections[0].sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    connections[1].sendall(b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{")
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < program.STOP_SECONDS
    for connection in connections:
        connection.close()


def test_what_was_booked_is_there_after_a_restart_and_sessions_last(fresh):
    server = fresh()
    people = People(server)
    home = place(people.hana, cancellationPolicy="flexible")
    booking = book(people.anna, home)
    pay(people.anna, booking)
    before = booking_of(people.anna, booking)
    property_before = people.anna.get(f"/api/v1/properties/{home['id']}").json()
    server.stop()
    server.start()
    assert booking_of(people.anna, booking) == before
    assert people.anna.get(f"/api/v1/properties/{home['id']}").json() == property_before
    people.berta.post("/api/v1/bookings", wish(home), expect="nights_unavailable")


def test_no_secret_and_no_person_is_in_the_log(fresh):
    server = fresh(ROOST_LOG_LEVEL="trace")
    people = People(server)
    pay(people.anna, book(people.anna, place(people.hana)))
    people.anyone.post("/api/v1/auth/login", {"email": people.anna.email, "password": "a-wrong-password-1"}, expect=401)
    server.stop()
    log = server.log.read_text("utf-8")
    for secret in (PASSWORD, "a-wrong-password-1", people.anna.token, people.anna.email, people.hana.token):
        assert secret not in log, f"{secret} is in the log"
