"""Four databases that belong together: one that is lost, mixed up or named twice is refused, and nothing is sold again."""

import shutil
import sqlite3

import pytest

from roost import program
from roost.client import Client
from roost.postgres import NAMES, Postgres
from roost.trade import People, booking_of, place, stay_at


def variable(name):
    return f"ROOST_{name.upper()}_DATABASE"


class Files:
    """Where the databases of several houses are files."""

    def __init__(self, folder):
        self.folder = folder

    def house(self, name):
        (self.folder / name).mkdir()
        return {variable(database): f"sqlite:{self.folder / name / database}.sqlite" for database in NAMES}

    def path(self, settings, name):
        return settings[variable(name)].removeprefix("sqlite:")

    def lose(self, settings, name):
        shutil.move(self.path(settings, name), self.path(settings, name) + ".elsewhere")

    def find(self, settings, name):
        shutil.move(self.path(settings, name) + ".elsewhere", self.path(settings, name))

    def is_untouched(self, settings, name):
        return not (self.folder / self.path(settings, name)).exists()

    def sql(self, settings, name, text):
        connection = sqlite3.connect(self.path(settings, name))
        with connection:
            rows = connection.execute(text).fetchall()
        connection.close()
        return "\n".join("|".join(map(str, row)) for row in rows)

    def another_name(self, url):
        folder, name = url.removeprefix("sqlite:").rsplit("/", 1)
        return f"sqlite:{folder}/../{folder.rsplit('/', 1)[1]}/{name}"

    def close(self):
        pass


class Servers:
    """Where they are on a PostgreSQL."""

    def __init__(self, folder):
        self.server = Postgres().start()

    def house(self, name):
        return self.server.databases()

    def name(self, settings, name):
        return settings[variable(name)].rsplit("/", 1)[1]

    def lose(self, settings, name):
        here = self.name(settings, name)
        self.server.sql(f"ALTER DATABASE {here} RENAME TO {here}_elsewhere")
        self.server.sql(f"CREATE DATABASE {here}")

    def find(self, settings, name):
        here = self.name(settings, name)
        self.server.sql(f"DROP DATABASE {here}")
        self.server.sql(f"ALTER DATABASE {here}_elsewhere RENAME TO {here}")

    def is_untouched(self, settings, name):
        return self.sql(settings, name, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "0"

    def sql(self, settings, name, text):
        return self.server.sql(text, self.name(settings, name))

    def another_name(self, url):
        return url.replace("127.0.0.1", "localhost")

    def close(self):
        self.server.remove()


@pytest.fixture(params=[Files, Servers], ids=["SQLite", "PostgreSQL"])
def engine(request, tmp_path):
    engine = request.param(tmp_path)
    try:
        yield engine
    finally:
        engine.close()


def ids(engine, house):
    return {engine.sql(house, name, "SELECT id FROM house") for name in NAMES}


def refused(server, settings, *words, commands=("serve", "audit", "user add x@example.com", "doctor")):
    """Each command ends with 1; the doctor says it on a line of its own, the others in one sentence."""
    for command in commands:
        result = program.run(*command.split(), data=server.data, settings={**server.settings, **settings, "ROOST_PORT": program.free_port()}, seconds=90)
        assert result.returncode == 1, f"{command}: {result.stdout}{result.stderr}"
        text = "\n".join(line for line in result.stdout.splitlines() if line.startswith("FAILS")) if command == "doctor" else result.stderr.strip()
        assert text and "\n" not in text and Postgres.PASSWORD not in text, text
        for word in words:
            assert word in text, f"{command}: no {word!r} in {text!r}"


def test_a_database_that_is_lost_is_missed_before_its_nights_are_sold_again(engine, fresh):
    house = engine.house("one")
    server = fresh(ROOST_RATE_LIMITS="off", **house)
    people = People(server)
    home = place(people.hana)
    stayed = stay_at(people.anna, home)
    server.stop()
    assert len(ids(engine, house)) == 1
    for name in NAMES:
        engine.lose(house, name)
        refused(server, {}, variable(name), "is empty", "restore all four")
        assert engine.is_untouched(house, name)
        engine.find(house, name)
    assert "ok    house" in server.done("doctor")
    server.start()
    assert booking_of(Client(server).with_token(people.anna.token, people.anna.user), stayed)["status"] == "confirmed"


def test_databases_of_two_houses_and_swapped_and_equal_ones_are_refused(engine, fresh):
    one, other = engine.house("one"), engine.house("other")
    server = fresh(ROOST_RATE_LIMITS="off", **one)
    People(server).anna
    server.stop()
    fresh(ROOST_RATE_LIMITS="off", **other).stop()
    assert ids(engine, one).isdisjoint(ids(engine, other))
    for name in NAMES:
        refused(server, {variable(name): other[variable(name)]}, "another house", commands=("serve", "doctor"))
    refused(server, {variable("users"): one[variable("bookings")], variable("bookings"): one[variable("users")]}, variable("users"), "tables of another one")
    again = {variable("bookings"): engine.another_name(one[variable("users")])}
    refused(server, again, variable("users"), variable("bookings"), "the same database")
    # Of an older house, which bears no id: it is no part of this one.
    forget(engine, other, "payments")
    engine.sql(other, "payments", "INSERT INTO inbox VALUES ('a', 'b', 'c', 1)")
    refused(server, {variable("payments"): other[variable("payments")]}, variable("payments"), commands=("serve", "doctor"))


def forget(engine, house, *names):
    """As a house is that an older Roost made."""
    for name in names:
        engine.sql(house, name, "DROP TABLE house")
        engine.sql(house, name, "DELETE FROM schema_migration WHERE name = '0003-house'")


def test_an_older_house_is_named_at_its_next_start_whenever_that_ends(engine, fresh):
    house = engine.house("one")
    server = fresh(ROOST_RATE_LIMITS="off", **house)
    people = People(server)
    stay_at(people.anna, place(people.hana))
    server.stop()
    before = ids(engine, house)
    forget(engine, house, *NAMES)
    server.start()
    server.stop()
    after = ids(engine, house)
    assert len(after) == 1 and after != before
    # It ended after one, two or three of the four were named.
    for count in (1, 2, 3):
        forget(engine, house, *NAMES[count:])
        engine.sql(house, "users", "UPDATE house SET is_settled = 0")
        server.start()
        server.stop()
        assert ids(engine, house) == after
        assert engine.sql(house, "users", "SELECT is_settled FROM house") == "1"


def test_an_empty_house_goes_on_with_a_new_database(engine, fresh):
    """Nothing can be lost where nothing is: the first start was interrupted, or is made again."""
    house = engine.house("one")
    server = fresh(ROOST_RATE_LIMITS="off", **house)
    server.stop()
    before = ids(engine, house)
    engine.lose(house, "bookings")
    server.start()
    place(People(server).hana)
    server.stop()
    assert ids(engine, house) == before


def test_a_schema_of_a_newer_program_is_told(engine, fresh):
    house = engine.house("one")
    server = fresh(ROOST_RATE_LIMITS="off", **house)
    server.stop()
    engine.sql(house, "bookings", "INSERT INTO schema_migration VALUES ('booking-9999-better', 1)")
    server.start()
    server.stop()
    assert "warning: ROOST_BOOKINGS_DATABASE has migrations of a newer Roost, booking-9999-better" in server.tail()
    assert "booking-9999-better" in server.done("doctor")


def test_who_may_make_no_tables_is_told_by_the_doctor_too(fresh, tmp_path):
    engine = Servers(tmp_path)
    try:
        house = engine.house("one")
        server = fresh(start=False, **house)
        engine.server.sql(f"CREATE ROLE reader LOGIN PASSWORD '{Postgres.PASSWORD}'")
        engine.sql(house, "users", "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        reader = {variable("users"): house[variable("users")].replace("//roost:", "//reader:")}
        refused(server, reader, variable("users"), "CREATE", commands=("serve", "doctor"))
    finally:
        engine.close()
