"""Moving house: `roost copy` between the engines and back, `roost backup` while guests book, `roost restore`."""

import json
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import threading
import time

import httpx
import pytest

import demo
from roost import postgres, program
from roost.client import Client
from roost.program import PROVE, clean_environment
from roost.trade import PASSWORD, People, book, booking_of, eventually, later, day, pay, place, stay_at, wish

BACKUPS = 20 if PROVE else 2
INTERRUPTIONS = 12 if PROVE else 3


@pytest.fixture(scope="module")
def pg():
    server = postgres.Postgres().start()
    try:
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="module")
def lived_in(module_servers):
    """A stopped server in whose databases something of everything happened."""
    server = module_servers(start=False, ROOST_RATE_LIMITS="off")
    server.done("user", "add", "host@example.com", "--name", "Hugo Höst", "--password-stdin", text=PASSWORD)
    server.done(*demo.ARGUMENTS, "--host", "host@example.com")
    server.start()
    people = People(server)
    home = place(people.hana, title="Zür Ümlaut 🏡 'quoted' \\ back", cancellationPolicy="flexible")
    stayed = stay_at(people.anna, home)
    cancelled = stay_at(people.anna, home, start=90)
    people.anna.post(f"/api/v1/bookings/{cancelled['id']}/cancel", expect=200)
    held = book(people.berta, home, start=120)
    requested = book(people.anna, place(people.hana, instantBook=False), start=30)
    server.seen = {"anna": people.anna, "bookings": [stayed, cancelled, held, requested], "home": home}
    time.sleep(2)
    server.stop()
    return server


def sentence(result, *words):
    text = result.stderr.strip().splitlines()[-1]
    assert result.returncode == 1, f"{result.returncode}: {result.stdout}{result.stderr}"
    assert text.startswith("roost: ") and "Error(" not in text and postgres.Postgres.PASSWORD not in result.stderr, text
    for word in words:
        assert word in text, f"no {word!r} in {text!r}"


def same(one, other):
    assert one == other, program.difference(one, other)


def contents(folder):
    """Every row but those that each database keeps about itself."""
    found = program.rows(folder, restless=program.re.compile("sqlite_"))
    return {key: rows for key, rows in found.items() if key[1] not in ("schema_migration", "migration_lock")}


def four(pg, name):
    for database in postgres.NAMES:
        pg.sql(f"CREATE DATABASE {name}_{database}")
    return pg.url(name), {f"ROOST_{database.upper()}_DATABASE": pg.url(f"{name}_{database}") for database in postgres.NAMES}


def test_a_house_moves_to_postgresql_and_back_with_every_row(lived_in, pg, tmp_path, fresh):
    before = contents(lived_in.data)
    url, settings = four(pg, "moved")
    told = program.done("copy", "--from", f"sqlite:{lived_in.data}", "--to", url)
    assert told.count("the same on both sides") == 4 and "Every promise holds." in told
    rows = sum(len(rows) for rows in before.values())
    assert sum(int(line.split()[1]) for line in told.splitlines() if "the same on both sides" in line) == rows > 500
    assert pg.sql("SELECT COUNT(*) FROM booking", "moved_bookings") == "4"
    same(contents(lived_in.data), before)

    # The same house, on the other engine: people sign in, see their stays, and go on.
    server = fresh(ROOST_RATE_LIMITS="off", **settings)
    anna = Client(server).with_token(lived_in.seen["anna"].token, lived_in.seen["anna"].user)
    for booking in lived_in.seen["bookings"]:
        if booking["guestId"] == anna.user["id"]:
            booking_of(anna, booking)
    people = People(server)
    anna.post("/api/v1/bookings", wish(lived_in.seen["home"]), expect="nights_unavailable")
    another = stay_at(people.clara, lived_in.seen["home"], start=200)
    time.sleep(2)
    server.stop()

    # And back, into files; what was booked there comes along.
    config = tmp_path / "there.conf"
    config.write_text("".join(f"{name}={value}\n" for name, value in settings.items()), "utf-8")
    told = program.done("copy", "--from", f"config:{config}", "--to", f"sqlite:{tmp_path}/back")
    assert "Every promise holds." in told
    back = fresh(start=False, ROOST_RATE_LIMITS="off")
    back.data = tmp_path / "back"
    back.start()
    seen = booking_of(Client(back).with_token(people.clara.token, people.clara.user), another)
    assert seen["status"] == "confirmed"
    back.stop()

    # The round trip of the untouched house gives the same rows.
    url, _ = four(pg, "round")
    program.done("copy", "--from", f"sqlite:{lived_in.data}", "--to", url)
    program.done("copy", "--from", url, "--to", f"sqlite:{tmp_path}/again")
    same(contents(tmp_path / "again"), before)


def test_a_target_with_rows_or_a_running_source_is_refused(lived_in, pg, tmp_path, fresh):
    source = f"sqlite:{lived_in.data}"
    url, _ = four(pg, "taken")
    pg.sql("CREATE DATABASE untouched_users")
    # Where a server has run, something of its own is there already.
    _, lived = four(pg, "served")
    fresh(ROOST_RATE_LIMITS="off", **lived).stop()
    sentence(program.run("copy", "--from", source, "--to", pg.url("served")), "is not empty")
    program.done("copy", "--from", source, "--to", url)
    sentence(program.run("copy", "--from", source, "--to", url), "ROOST_USERS_DATABASE", "not empty", "person")
    sentence(program.run("copy", "--from", source, "--to", source), "both source and target")
    program.done("copy", "--from", source, "--to", f"sqlite:{tmp_path}/one")
    sentence(program.run("copy", "--from", source, "--to", f"sqlite:{tmp_path}/one"), "not empty")
    sentence(program.run("copy", "--from", f"sqlite:{tmp_path}/nowhere", "--to", url), "no such file")
    sentence(program.run("copy", "--from", source, "--to", pg.url("nobody-made-these")), "does not exist")
    sentence(program.run("copy", "--from", source, "--to", pg.url("taken", password="wrong")), "password")
    nowhere = program.run("copy", "--from", "somewhere", "--to", url)
    assert nowhere.returncode == 2 and "--from takes" in nowhere.stderr

    running = fresh(ROOST_RATE_LIMITS="off")
    sentence(program.run("copy", "--from", f"sqlite:{running.data}", "--to", pg.url("untouched")), "another roost process", "stop it")


def test_a_source_that_changes_meanwhile_is_noticed(lived_in, pg, tmp_path):
    url, _ = four(pg, "busy")
    program.done("copy", "--from", f"sqlite:{lived_in.data}", "--to", url)
    # As a server that was forgotten would: rows that were not there when they were copied. In the database of the nights,
    # whose copy takes long enough that some come between.
    stop = threading.Event()

    def touch():
        while not stop.is_set():
            pg.sql("INSERT INTO retired_unit VALUES ('x' || random())", "busy_bookings")

    writer = threading.Thread(target=touch)
    writer.start()
    try:
        result = program.run("copy", "--from", url, "--to", f"sqlite:{tmp_path}/copied")
    finally:
        stop.set()
        writer.join()
    sentence(result, "changed meanwhile", "retired_unit")
    result = program.run("doctor", data=tmp_path / "copied")
    assert result.returncode == 1 and "FAILS house: ROOST_USERS_DATABASE: a copy into this database was never finished" in result.stdout
    for command in ("audit", "serve"):
        sentence(program.run(command, data=tmp_path / "copied", seconds=60), "never finished")


def test_what_comes_into_a_database_that_was_copied_already_is_noticed(lived_in, pg, tmp_path):
    url, _ = four(pg, "late")
    program.done("copy", "--from", f"sqlite:{lived_in.data}", "--to", url)
    # The copy waits in the database of the nights; somebody registers in that of the people, which was copied before.
    holder = "FROM pg_stat_activity WHERE datname = 'late_bookings' AND wait_event = 'PgSleep'"
    hold = "BEGIN; LOCK TABLE retired_unit; SELECT pg_sleep(600)"
    holding = threading.Thread(
        target=lambda: pg.tool("psql", "-h", "127.0.0.1", "-p", pg.port, "-U", "roost", "-d", "late_bookings", "-c", hold, check=False))
    holding.start()
    eventually(lambda: pg.sql(f"SELECT count(*) {holder}"), lambda count: count == "1", every=0.05, seconds=60)
    copying = subprocess.Popen(
        [str(program.binary()), "copy", "--from", url, "--to", f"sqlite:{tmp_path}/copied"],
        env=clean_environment(), cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'late_bookings' AND application_name = 'roost-copy' AND wait_event_type = 'Lock'"
    try:
        eventually(lambda: pg.sql(waiting), lambda count: count == "1", every=0.05, seconds=60)
        pg.sql("INSERT INTO person SELECT (json_populate_record(person, '{\"id\": \"late\", \"email\": \"late@example.com\", \"email_key\": \"late@example.com\"}')).* FROM person LIMIT 1", "late_users")
    finally:
        pg.sql(f"SELECT pg_terminate_backend(pid) {holder}")
        holding.join()
        stdout, stderr = copying.communicate(timeout=120)
    assert copying.returncode == 1, stdout + stderr
    assert "the source users was changed meanwhile" in stderr.splitlines()[-1] and "person" in stderr.splitlines()[-1], stderr


def test_a_server_that_runs_on_the_source_is_seen(pg, tmp_path, fresh):
    url, settings = four(pg, "running")
    server = fresh(ROOST_RATE_LIMITS="off", **settings)
    sentence(program.run("copy", "--from", url, "--to", f"sqlite:{tmp_path}/copied"), "ROOST_USERS_DATABASE", "sessions of Roost open", "stop every server")
    server.stop()
    program.done("copy", "--from", url, "--to", f"sqlite:{tmp_path}/copied")


def test_a_copy_that_is_killed_between_the_ends_of_two_databases_begins_anew(lived_in, pg, tmp_path):
    before = contents(lived_in.data)
    url, settings = four(pg, "ends")
    # The third database stops where its mark would be ended.
    pg.sql(
        """
        CREATE TABLE schema_migration (name TEXT PRIMARY KEY NOT NULL, applied_at BIGINT NOT NULL);
        CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NEW; END';
        CREATE TRIGGER wait BEFORE UPDATE ON schema_migration FOR EACH ROW WHEN (NEW.name = 'copied') EXECUTE FUNCTION wait();
        """, "ends_bookings")
    command = [str(program.binary()), "copy", "--from", f"sqlite:{lived_in.data}", "--to", url]
    copying = subprocess.Popen(command, env=clean_environment(), cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'ends_bookings' AND wait_event = 'PgSleep'"
    eventually(lambda: pg.sql(waiting), lambda count: count == "1", every=0.05, seconds=120)
    copying.kill()
    copying.wait()
    pg.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'ends_bookings'")
    pg.sql("DROP TRIGGER wait ON schema_migration", "ends_bookings")
    marks = [pg.sql("SELECT name FROM schema_migration WHERE name LIKE 'cop%'", f"ends_{name}") for name in postgres.NAMES]
    assert marks == ["copied", "copied", "copy-under-way", "copy-under-way"]

    sentence(program.run("serve", data=tmp_path / "data", settings={**settings, "ROOST_PORT": program.free_port()}, seconds=60), "`roost copy` begins anew")
    program.done("copy", "--from", f"sqlite:{lived_in.data}", "--to", url)
    # A house that somebody else lives in is not taken for what was left, though another of the four bears the mark.
    pg.sql("UPDATE schema_migration SET name = 'copy-under-way', applied_at = 1 WHERE name = 'copied'", "ends_payments")
    sentence(program.run("copy", "--from", f"sqlite:{lived_in.data}", "--to", url), "ROOST_USERS_DATABASE", "not empty")
    pg.sql("UPDATE schema_migration SET name = 'copied' WHERE name = 'copy-under-way'", "ends_payments")
    program.done("copy", "--from", url, "--to", f"sqlite:{tmp_path}/back")
    same(contents(tmp_path / "back"), before)


def test_a_copy_that_was_killed_begins_anew(lived_in, pg, tmp_path):
    before = contents(lived_in.data)
    url, settings = four(pg, "killed")
    command = [str(program.binary()), "copy", "--from", f"sqlite:{lived_in.data}", "--to", url]
    unfinished = 0
    for turn in range(INTERRUPTIONS):
        process = subprocess.Popen(command, env=clean_environment(), cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # Killed in the middle, whatever the machine's pace: once a table that comes late has rows, or a little later.
        table, database = [("person", "killed_users"), ("property", "killed_properties"), ("booking", "killed_bookings")][turn % 3]
        eventually(lambda: process.poll() is not None or has_rows(pg, database, table), bool, every=0.01, seconds=60)
        process.kill()
        process.wait()
        if has_rows(pg, "killed_users", "schema_migration", "name = 'copy-under-way'"):
            unfinished += 1
            sentence(program.run("serve", data=tmp_path / "data", settings={**settings, "ROOST_PORT": program.free_port()}, seconds=60), "never finished")
            sentence(program.run("copy", "--from", url, "--to", f"sqlite:{tmp_path}/x"), "never finished")
    assert unfinished, "no copy was killed before its end: nothing was tried"
    program.done("copy", "--from", f"sqlite:{lived_in.data}", "--to", url)
    program.done("copy", "--from", url, "--to", f"sqlite:{tmp_path}/back")
    same(contents(tmp_path / "back"), before)


def has_rows(pg, database, table, condition="true"):
    result = pg.tool("psql", "-h", "127.0.0.1", "-p", pg.port, "-U", "roost", "-d", database, "-Atqc", f"SELECT 1 FROM {table} WHERE {condition} LIMIT 1", check=False)
    return result.stdout.strip() == "1"


class Booker(threading.Thread):
    """Books and pays one stay after the other, and remembers when it was told what."""

    def __init__(self, server, token, homes, number):
        super().__init__(daemon=True)
        self.http = httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=60)
        self.homes, self.number = homes, number
        self.told = []   # (when, booking, state)
        self.wrong = []
        self.stopped = threading.Event()

    def run(self):
        step = 0
        while not self.stopped.is_set():
            home = self.homes[step % len(self.homes)]
            start = later(day(30), self.number * 60 + step // len(self.homes) * 2 % 60)
            answer = self.http.post("/api/v1/bookings", json={"propertyId": home["id"], "checkIn": start, "checkOut": later(start, 1), "guests": 1})
            step += 1
            if answer.status_code == 409:
                continue
            if answer.status_code != 201:
                self.wrong.append(answer.text)
                return
            booking = answer.json()
            self.told.append((time.monotonic(), booking["id"], "held"))
            payment = self.http.post(f"/api/v1/bookings/{booking['id']}/payments", json={"provider": "test"})
            if payment.status_code != 201:
                self.wrong.append(payment.text)
                return
            if self.http.post(payment.json()["checkoutUrl"], data={"outcome": "succeed"}).status_code == 303:
                self.told.append((time.monotonic(), booking["id"], "confirmed"))


@pytest.mark.timeout(3600 if PROVE else 300)
def test_a_backup_made_while_guests_book_can_be_restored(fresh, tmp_path):
    server = fresh(ROOST_RATE_LIMITS="off", ROOST_POLL_SECONDS="1")
    (server.data / "texts").mkdir(exist_ok=True)
    (server.data / "texts" / "help.md").write_text("# Help of our own\n", "utf-8")
    people = People(server)
    homes = [place(people.hana, unitCount=50) for _ in range(4)]
    people.anna  # registered before the first backup
    for turn in range(BACKUPS):
        bookers = [Booker(server, people.anna.token, homes, number) for number in range(6)]
        for booker in bookers:
            booker.start()
        time.sleep(1 + turn % 5 * 0.3)
        began = time.monotonic()
        told = program.done("backup", tmp_path / f"saved-{turn}", data=server.data)
        ended = time.monotonic()
        time.sleep(0.3)
        for booker in bookers:
            booker.stopped.set()
        for booker in bookers:
            booker.join(60)
            assert not booker.wrong, booker.wrong[0]
        assert "Saved " in told
        before = {id: state for booker in bookers for moment, id, state in booker.told if moment < began}
        assert before and any(began < moment < ended for booker in bookers for moment, _, _ in booker.told), "nobody booked while it was saved"

        # In a fresh folder, under a server of its own, everything that was told before is there.
        other = fresh(start=False, ROOST_RATE_LIMITS="off", ROOST_POLL_SECONDS="1")
        assert "Restored and verified" in other.done("restore", tmp_path / f"saved-{turn}")
        other.start()
        anna = Client(other).with_token(people.anna.token, people.anna.user)
        for id, state in before.items():
            seen = eventually(lambda: booking_of(anna, {"id": id}), lambda seen: seen["status"] in ("held", "confirmed"), what=id)
            if state == "confirmed":
                eventually(lambda: booking_of(anna, {"id": id}), lambda seen: seen["status"] == "confirmed", what=id)
        # The rest pays or runs out: here it is cancelled, so that nothing is in flight any more.
        for booking in anna.everything("/api/v1/bookings", limit=100):
            if booking["status"] == "held":
                anna.post(f"/api/v1/bookings/{booking['id']}/cancel", expect=(200, 409))
        other.audit_at_rest(seconds=60)
        assert (other.data / "texts" / "help.md").read_text("utf-8") == "# Help of our own\n"
        assert list((other.data / "mail").glob("*.eml"))
        other.stop()
        shutil.rmtree(tmp_path / f"saved-{turn}")


def test_nothing_is_written_over_and_damage_is_found(lived_in, tmp_path, pg):
    saved = tmp_path / "saved"
    program.done("backup", saved, data=lived_in.data)
    names = sorted(path.name for path in saved.iterdir())
    assert names == ["backup.json", "bookings.sqlite", "files", "payments.sqlite", "properties.sqlite", "users.sqlite"]
    paper = json.loads((saved / "backup.json").read_text("utf-8"))
    assert {database["name"] for database in paper["databases"]} == set(postgres.NAMES)
    assert {file["path"] for file in paper["files"]} == {str(path.relative_to(saved)) for path in (saved / "files").rglob("*") if path.is_file()}
    sentence(program.run("backup", saved, data=lived_in.data), "is there already")
    sentence(program.run("backup", lived_in.data / "inside", data=lived_in.data), "inside the data folder")
    sentence(program.run("restore", saved, data=lived_in.data), "is there already")
    sentence(program.run("restore", tmp_path, data=tmp_path / "new"), "is no backup")
    occupied = tmp_path / "occupied"
    (occupied / "mail").mkdir(parents=True)
    sentence(program.run("restore", saved, data=occupied), "not empty")
    _, settings = four(pg, "embedded")
    sentence(program.run("backup", tmp_path / "no", data=tmp_path / "d", settings=settings), "not embedded")
    sentence(program.run("backup", tmp_path / "no", data=tmp_path / "d"), "no such file")
    assert not list(tmp_path.glob("no*"))

    program.done("restore", saved, data=tmp_path / "whole")
    same(contents(tmp_path / "whole"), contents(lived_in.data))

    # One changed byte in the middle of each file in turn.
    for file in [*(database["file"] for database in paper["databases"]), paper["files"][0]]:
        path = saved / file["path"]
        good = path.read_bytes()
        path.write_bytes(good[:len(good) // 2] + bytes([good[len(good) // 2] ^ 1]) + good[len(good) // 2 + 1:])
        target = tmp_path / f"damaged-{pathlib.Path(file['path']).name}"
        sentence(program.run("restore", saved, data=target), "is not the file that was saved")
        # No command opens what is half there; with the file mended the same folder is restored.
        doctor = program.run("doctor", data=target)
        assert doctor.returncode == 1 and "FAILS data folder" in doctor.stdout and "never finished" in doctor.stdout
        for command in (["serve"], ["audit"], ["user", "add", "x@example.com"], ["backup", tmp_path / "y"]):
            sentence(program.run(*command, data=target, settings={"ROOST_PORT": program.free_port()}, seconds=60), "never finished")
        path.write_bytes(good)
        program.done("restore", saved, data=target)
        same(contents(target), contents(lived_in.data))


def test_links_to_the_data_folder_change_nothing(lived_in, tmp_path):
    real, link = tmp_path / "real", tmp_path / "link"
    shutil.copytree(lived_in.data, real)
    link.symlink_to(real)
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "help.md").write_text("# Help\n", "utf-8")
    (real / "texts").symlink_to(tmp_path / "texts")
    (real / "round").symlink_to(real)
    through = {f"ROOST_{name.upper()}_DATABASE": f"sqlite:{link}/{name}.sqlite" for name in postgres.NAMES}
    beside = sorted(real.iterdir())
    found = []
    for number, (data, settings) in enumerate([(real, {}), (link, {}), (real, through), (link, {name: path.replace("/link/", "/real/") for name, path in through.items()})]):
        saved = tmp_path / f"saved-{number}"
        program.done("backup", saved, data=data, settings=settings)
        found.append(sorted(file["path"] for file in json.loads((saved / "backup.json").read_text("utf-8"))["files"]))
        assert sorted(real.iterdir()) == beside, "the backup left something behind"
        sentence(program.run("backup", link / "inside", data=real), "inside the data folder")
    assert all(files == found[0] for files in found) and "files/texts/help.md" in found[0]
    assert any(file.startswith("files/mail/") for file in found[0]) and not any("sqlite" in file for file in found[0])

    # Into a link to a fresh volume; what was saved as a file may not lie on a database.
    volume = tmp_path / "volume"
    (volume / "lost+found").mkdir(parents=True)
    (tmp_path / "there").symlink_to(volume)
    program.done("restore", tmp_path / "saved-1", data=tmp_path / "there")
    same(contents(volume), contents(lived_in.data))
    assert (volume / "texts" / "help.md").read_text("utf-8") == "# Help\n"
    saved = tmp_path / "saved-2"
    paper = json.loads((saved / "backup.json").read_text("utf-8"))
    for name in ("bookings.sqlite", "users.sqlite-wal"):
        forged = {**paper, "files": [*paper["files"], {**paper["files"][0], "path": f"files/{name}"}]}
        shutil.copy(saved / paper["files"][0]["path"], saved / "files" / name)
        (saved / "backup.json").write_text(json.dumps(forged), "utf-8")
        sentence(program.run("restore", saved, data=tmp_path / "forged"), name, "written over a database")
        assert not (tmp_path / "forged").exists()


def test_a_backup_by_another_version_says_what_to_do(lived_in, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(lived_in.data, data)
    paper = tmp_path / "first" / "backup.json"
    program.done("backup", paper.parent, data=data)
    connection = sqlite3.connect(data / "payments.sqlite")
    applied = sorted(name for name, in connection.execute("SELECT name FROM schema_migration"))
    assert json.loads(paper.read_text("utf-8"))["databases"][3]["migrations"] == applied
    with connection:
        connection.execute("INSERT INTO schema_migration VALUES ('payment-9999-better', 1)")
    sentence(program.run("backup", tmp_path / "no", data=data), "ROOST_PAYMENTS_DATABASE", "newer Roost")
    with connection:
        connection.execute("DELETE FROM schema_migration WHERE name IN ('payment-9999-better', 'payment-0005-payments-by-age')")
    connection.close()
    sentence(program.run("backup", tmp_path / "no", data=data), "ROOST_PAYMENTS_DATABASE", "older Roost", "roost serve")
    assert not list(tmp_path.glob("no*"))


def test_a_folder_that_can_not_be_made_is_named(lived_in, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("no folder", "utf-8")
    program.done("backup", tmp_path / "saved", data=lived_in.data)
    port = {"ROOST_PORT": program.free_port()}
    for result in (
        program.run("serve", data=blocked / "data", settings=port, seconds=60),
        program.run("restore", tmp_path / "saved", data=blocked / "data"),
        program.run("backup", blocked / "saved", data=lived_in.data),
        program.run("copy", "--from", f"sqlite:{lived_in.data}", "--to", f"sqlite:{blocked}/data"),
    ):
        sentence(result, str(blocked), "no folder")
        assert "Error Domain" not in result.stderr and "NSCocoa" not in result.stderr


def test_a_damaged_database_is_not_saved_as_if_it_were_whole(lived_in, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(lived_in.data, data)
    path = data / "bookings.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    page, = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'booking_code' OR name LIKE 'sqlite_autoindex_booking_2' LIMIT 1").fetchone()
    size, = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    raw = bytearray(path.read_bytes())
    raw[(page - 1) * size:(page - 1) * size + 64] = bytes(64)
    path.write_bytes(raw)
    sentence(program.run("backup", tmp_path / "saved", data=data), "malformed")
    assert not list(tmp_path.glob("saved*"))
