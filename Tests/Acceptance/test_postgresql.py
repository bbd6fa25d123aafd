"""What goes wrong between Roost and a PostgreSQL: each ends in one clear sentence, a clean wait, or a 503 to come again."""

import concurrent.futures
import subprocess
import threading
import time

import httpx
import pytest

from roost import program
from roost.nodes import Cluster
from roost.postgres import Postgres
from roost.program import PROVE
from roost.proxy import Proxy
from roost.trade import People, book, booking_of, eventually, place, wish


@pytest.fixture(scope="module")
def postgres():
    server = Postgres().start()
    yield server
    server.remove()


@pytest.fixture
def node(postgres, tmp_path):
    """`node(ROOST_X=…)`: one node on fresh databases; stopped, and its books checked, at the end."""
    made = []

    def make(server=None, start=True, **settings):
        made.append(Cluster(tmp_path / str(len(made)), server or postgres, ("both",), **settings))
        return (made[-1].start() if start else made[-1])

    try:
        yield make
        for cluster in made:
            cluster.stop()
    finally:
        for cluster in made:
            cluster.close()


def refused(settings, tmp_path, *words, seconds=60):
    """`serve` ends with 1 and one sentence that has these words, and none of the password."""
    result = program.run("serve", data=tmp_path / "data", settings={"ROOST_PORT": program.free_port(), **settings}, seconds=seconds)
    text = result.stderr.strip()
    assert result.returncode == 1, f"{result.returncode}: {text}"
    assert text and "\n" not in text and len(text) < 1000 and ".swift" not in text, text
    assert Postgres.PASSWORD not in text and "a-wrong-secret" not in text, text
    for word in words:
        assert word.lower() in text.lower(), f"no {word!r} in {text!r}"


# A start that can't be.

def test_a_wrong_address_is_named(postgres, tmp_path):
    good = postgres.databases()
    port = program.free_port()
    for url, *words in [
        ("postgresql://127.0.0.1:port/users", "ROOST_USERS_DATABASE"),
        ("postgresql://roost@127.0.0.1/users?no_such_option=1", "ROOST_USERS_DATABASE", "no_such_option"),
        (f"postgresql://roost:a-wrong-secret@127.0.0.1:{port}/users", "ROOST_USERS_DATABASE", str(port), "refused"),
        ("postgresql://roost:a-wrong-secret@nowhere.invalid/users", "ROOST_USERS_DATABASE", "nowhere.invalid"),
    ]:
        refused({**good, "ROOST_USERS_DATABASE": url}, tmp_path, *words)


def test_a_wrong_password_and_a_missing_database_are_named(postgres, tmp_path):
    good = postgres.databases()
    wrong = postgres.url("users_0", password="a-wrong-secret")  # noqa: S106 nobody's
    refused({**good, "ROOST_PAYMENTS_DATABASE": wrong}, tmp_path, "ROOST_PAYMENTS_DATABASE", "password authentication failed")
    refused({**good, "ROOST_BOOKINGS_DATABASE": postgres.url("nowhere")}, tmp_path, "ROOST_BOOKINGS_DATABASE", '"nowhere" does not exist')
    mixed = {**good, "ROOST_USERS_DATABASE": good["ROOST_BOOKINGS_DATABASE"]}
    refused(mixed, tmp_path, "ROOST_USERS_DATABASE", "two of them are the same")


def test_someone_who_may_not_make_tables_is_told(postgres, tmp_path):
    good = postgres.databases()
    postgres.sql(f"CREATE ROLE reader LOGIN PASSWORD '{Postgres.PASSWORD}'")
    name = good["ROOST_USERS_DATABASE"].rsplit("/", 1)[1]
    postgres.sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC", name)
    url = good["ROOST_USERS_DATABASE"].replace("//roost:", "//reader:")
    refused({**good, "ROOST_USERS_DATABASE": url}, tmp_path, "permission denied")


def test_the_tables_of_another_database_are_noticed(postgres, node, tmp_path):
    cluster = node()
    cluster.stop()
    swapped = dict(cluster.databases)
    swapped["ROOST_USERS_DATABASE"], swapped["ROOST_BOOKINGS_DATABASE"] = swapped["ROOST_BOOKINGS_DATABASE"], swapped["ROOST_USERS_DATABASE"]
    refused(swapped, tmp_path, "ROOST_USERS_DATABASE", "tables of another one")


def test_a_standby_is_refused_and_its_primary_is_found_beside_it(tmp_path, node):
    primary = Postgres(wal_level="replica", max_wal_senders=4).start()
    standby = None
    try:
        standby = primary.standby().start()
        first = primary.databases()
        eventually(lambda: standby.sql("SELECT count(*) FROM pg_database"), lambda count: int(count) >= 7)
        only = {name: standby.url(url.rsplit("/", 1)[1]) for name, url in first.items()}
        refused(only, tmp_path, "ROOST_USERS_DATABASE", "read-only")
        both = {
            name: f"postgresql://roost:{Postgres.PASSWORD}@127.0.0.1:{standby.port},127.0.0.1:{primary.port}/{url.rsplit('/', 1)[1]}"
            for name, url in first.items()}
        cluster = node(primary, start=False, **both)
        cluster.start()
        people = People(cluster.nodes[0])
        home = place(people.hana)
        booking = book(people.anna, home)
        # The primary goes, the standby takes over: the node finds it without being started again.
        eventually(lambda: standby.sql("SELECT count(*) FROM booking", booking_database(first)), lambda count: count == "1")
        primary.kill()
        standby.sql("SELECT pg_promote()")
        eventually(lambda: patient(cluster.nodes[0], people.anna, booking), lambda seen: seen == (200, "held"), 60)
        book(people.anna, home, start=80)
        cluster.stop()
        cluster.close()
    finally:
        for server in (standby, primary):
            if server:
                server.remove()


def booking_database(settings):
    return settings["ROOST_BOOKINGS_DATABASE"].rsplit("/", 1)[1]


def patient(server, person, booking):
    """What a GET of a booking is answered, also where that is to come again."""
    answer = httpx.get(f"{server.url}/api/v1/bookings/{booking['id']}", headers={"Authorization": f"Bearer {person.token}"}, timeout=60, trust_env=False)
    return answer.status_code, answer.json().get("status") if answer.status_code == 200 else answer.headers.get("Retry-After")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """An authority, another one, and a certificate of the first for `localhost`."""
    folder = tmp_path_factory.mktemp("certificates")

    def openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], cwd=folder, check=True, capture_output=True)

    for name in ("authority", "stranger"):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr")
    (folder / "san").write_text("subjectAltName=DNS:localhost\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial", "-days", "2", "-extfile", "san", "-out", "server.pem")
    return folder


def test_tls_is_verified(certificates, tmp_path, node):
    server = Postgres()
    try:
        server.use_tls(certificates / "server.pem", certificates / "server.key")
        server.start()
        good = server.databases()

        def with_tls(host, authority, mode="verify-full"):
            return {
                name: f"{url.replace('127.0.0.1', host)}?sslmode={mode}&sslrootcert={certificates / authority}.pem" for name, url in good.items()}

        refused(with_tls("localhost", "stranger"), tmp_path, "ROOST_USERS_DATABASE", "certificate verify failed")
        refused(with_tls("127.0.0.1", "authority"), tmp_path, "ROOST_USERS_DATABASE", "does not match host name")
        refused(with_tls("localhost", "nothing"), tmp_path, "ROOST_USERS_DATABASE", "does not exist")
        refused(with_tls("localhost", "authority", "disable"), tmp_path, "ROOST_USERS_DATABASE", "no encryption")
        cluster = node(server, start=False, **with_tls("localhost", "authority"))
        cluster.start()
        place(People(cluster.nodes[0]).hana)
        assert int(server.sql("SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE ssl AND application_name = 'roost'")) > 0
        cluster.stop()
        cluster.close()
    finally:
        server.remove()


# Migrations.

def test_a_migration_that_can_not_be_applied_is_named_and_nothing_of_it_stays(node, tmp_path):
    cluster = node(start=False)
    # In the way of the second of its statements.
    cluster.sql("bookings", "CREATE TABLE night_block (nothing BIGINT)")
    refused(cluster.databases, tmp_path, "booking-0001-nights", "night_block")
    assert cluster.sql("bookings", "SELECT count(*) FROM information_schema.tables WHERE table_name = 'claimed_night'") == "0"
    cluster.sql("bookings", "DROP TABLE night_block")
    cluster.start()


def test_a_node_killed_while_it_migrates_leaves_nothing_half_done(node):
    cluster = node(start=False)
    for number in range(30 if PROVE else 6):
        cluster.nodes[0].launch()
        time.sleep(0.05 + number % 6 * 0.04)
        cluster.nodes[0].kill()
    cluster.start()
    place(People(cluster.nodes[0]).hana)


def test_a_node_waits_for_another_that_migrates(node):
    """Somebody has the row that all migrating nodes want: the others wait for it, and then find nothing to do."""
    cluster = node(start=False)
    cluster.sql("bookings", "CREATE TABLE migration_lock (id BIGINT PRIMARY KEY NOT NULL); INSERT INTO migration_lock VALUES (1)")
    database = booking_database(cluster.databases)
    holding = threading.Thread(target=cluster.postgres.sql, args=("BEGIN; UPDATE migration_lock SET id = 1; SELECT pg_sleep(3); COMMIT", database))
    holding.start()
    time.sleep(0.5)
    began = time.monotonic()
    cluster.start()
    assert time.monotonic() - began > 2
    holding.join()


# While it serves.

def test_a_database_that_restarts_is_waited_for(node):
    server = Postgres().start()
    try:
        # The first of the two hosts is nobody.
        def beside_nobody(url):
            return url.replace(f"127.0.0.1:{server.port}", f"127.0.0.1:{program.free_port()},127.0.0.1:{server.port}")

        cluster = node(server, start=False)
        cluster.databases = {name: beside_nobody(url) for name, url in cluster.databases.items()}
        cluster.nodes[0].settings.update(cluster.databases)
        cluster.start()
        people = People(cluster.nodes[0])
        home = place(people.hana)
        booking = book(people.anna, home)
        server.kill()
        status, again = patient(cluster.nodes[0], people.anna, booking)
        assert status == 503 and int(again) >= 1
        assert not cluster.nodes[0].answers("/readyz") and cluster.nodes[0].answers("/healthz")
        server.start()
        eventually(lambda: patient(cluster.nodes[0], people.anna, booking), lambda seen: seen == (200, "held"), 20)
        book(people.anna, home, start=80)
        cluster.stop()
        cluster.close()
    finally:
        server.remove()


def ask_for(cluster, person, body, key, seconds=90):
    return httpx.post(
        f"{cluster.nodes[0].url}/api/v1/bookings", json=body, headers={"Authorization": f"Bearer {person.token}", "Idempotency-Key": key},
        timeout=seconds, trust_env=False)


def test_a_booking_whose_commit_nobody_heard_of_is_found_again_by_its_key(postgres, node):
    proxy = Proxy(postgres.port)
    try:
        cluster = node(start=False)
        url = cluster.databases["ROOST_BOOKINGS_DATABASE"]
        cluster.nodes[0].settings["ROOST_BOOKINGS_DATABASE"] = url.replace(f":{postgres.port}/", f":{proxy.port}/")
        cluster.start()
        people = People(cluster.nodes[0])
        home = place(people.hana)
        for number in range(5):
            body, key = wish(home, start=60 + 3 * number), f"unheard-{number}"
            proxy.armed.set()
            first = ask_for(cluster, people.anna, body, key)
            assert first.status_code == 503 and int(first.headers["Retry-After"]) >= 1, first.text
            assert cluster.sql("bookings", "SELECT count(*) FROM booking") == str(number + 1), "it was committed"
            second = ask_for(cluster, people.anna, body, key)
            assert second.status_code == 201, second.text
            assert cluster.sql("bookings", "SELECT count(*) FROM booking") == str(number + 1)
            assert booking_of(people.anna, second.json())["status"] == "held"
        assert proxy.lost == 5
        cluster.audit_at_rest()
        cluster.stop()
    finally:
        proxy.close()


def test_a_cancelled_commit_is_not_told_as_success(node):
    """Under synchronous replication the server commits here, cancels the wait for the standby and reports success with a
    warning: what the standby never had can be lost, so it is unknown. Nothing of ours cancels; an operator may."""
    server = Postgres(synchronous_commit="on").start()
    try:
        cluster = node(server, start=False)
        cluster.start()
        people = People(cluster.nodes[0])
        home = place(people.hana)
        people.anna  # noqa: B018 registered while commits still pass
        server.sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        server.sql("SELECT pg_reload_conf()")
        time.sleep(0.5)
        waits = f"SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND datname = '{booking_database(cluster.databases)}'"
        body = wish(home)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            answer = pool.submit(ask_for, cluster, people.anna, body, "cancelled")
            pid = eventually(lambda: server.sql(waits), bool)
            assert cluster.sql("bookings", "SELECT count(*) FROM booking") == "0", "not seen before its standby has it"
            server.sql(f"SELECT pg_cancel_backend({pid.split()[0]})")
            assert answer.result().status_code == 503, answer.result().text
        server.sql("ALTER SYSTEM RESET synchronous_standby_names")
        server.sql("SELECT pg_reload_conf()")
        eventually(lambda: server.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"), lambda count: count == "0")
        again = ask_for(cluster, people.anna, body, "cancelled")
        assert again.status_code == 201, again.text
        assert cluster.sql("bookings", "SELECT count(*) FROM booking") == "1"
        cluster.audit_at_rest()
        cluster.stop()
        cluster.close()
    finally:
        server.remove()


def test_who_waits_too_long_for_a_connection_is_told_to_come_again(node):
    cluster = node(ROOST_DATABASE_CONNECTIONS="1")
    people = People(cluster.nodes[0])
    booking = book(people.anna, place(people.hana))
    statement = "BEGIN; LOCK TABLE booking IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(8); ROLLBACK"
    holding = threading.Thread(target=cluster.sql, args=("bookings", statement))
    holding.start()
    time.sleep(0.5)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = [future.result() for future in [pool.submit(patient, cluster.nodes[0], people.anna, booking) for _ in range(8)]]
    assert (503, "1") in answers and set(answers) <= {(503, "1"), (200, "held")}, answers
    holding.join()
    assert patient(cluster.nodes[0], people.anna, booking) == (200, "held")


def test_a_full_disk_is_said_and_survived(node, tmp_path):
    server = Postgres(disk_megabytes=120)
    try:
        server.start()
        cluster = node(server, start=False)
        cluster.start()
        people = People(cluster.nodes[0])
        home = place(people.hana, unitCount=20)
        booking = book(people.anna, home)
        server.fill_disk()
        statuses = {ask_for(cluster, people.anna, wish(home, start=60 + number % 30), f"full-{number}").status_code for number in range(40)}
        assert statuses <= {201, 503} and 503 in statuses, statuses
        assert cluster.nodes[0].process.poll() is None
        server.free_disk()
        eventually(lambda: ask_for(cluster, people.anna, wish(home, start=100), "room").status_code, lambda status: status == 201, 60)
        assert booking_of(people.anna, booking)["status"] == "held"
        cluster.audit_at_rest()
        cluster.stop()
        cluster.close()
    finally:
        server.remove()

