"""`kill -9` during bookings: what was acknowledged is there, and what was begun is finished."""

import shutil
import sqlite3
import threading
import time

import httpx
import pytest

from roost import engine
from roost.client import Client
from roost.program import PROVE
from roost.trade import People, booking_of, day, eventually, later, place, usd

KILLS = 50 if PROVE else 3
WORKERS = 6


class Worker(threading.Thread):
    """Books, pays and sometimes cancels, one stay after the other, and remembers what it was told."""

    def __init__(self, server, token, homes, number, turn):
        super().__init__(daemon=True)
        self.http = httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=30)
        self.homes, self.number, self.turn = homes, number, turn
        self.acknowledged = {}   # booking id → the last state that the server has told
        self.unknown = []        # (key, body) of what was asked and never answered
        self.wrong = []

    def run(self):
        step = 0
        while True:
            home = self.homes[step % len(self.homes)]
            start = later(day(30), (self.turn * WORKERS + self.number) % 60 * 10 + step // len(self.homes) * 2 % 10)
            body = {"propertyId": home["id"], "checkIn": start, "checkOut": later(start, 1), "guests": 1}
            key = f"{self.turn}-{self.number}-{step}"
            asked = False
            try:
                asked = True
                answer = self.http.post("/api/v1/bookings", json=body, headers={"Idempotency-Key": key})
                asked = False
                if answer.status_code == 201:
                    self.course(answer.json(), step)
                elif answer.status_code != 409:
                    self.wrong.append(answer.text)
            except httpx.TransportError:
                if asked:
                    self.unknown.append((key, body))
                return
            step += 1

    def course(self, booking, step):
        id = booking["id"]
        self.acknowledged[id] = "held"
        if step % 4 == 3:
            return
        payment = self.http.post(f"/api/v1/bookings/{id}/payments", json={"provider": "test"}).json()
        answer = self.http.post(payment["checkoutUrl"], data={"outcome": "succeed"})
        if answer.status_code == 303:
            self.acknowledged[id] = "paid"
        if step % 4 == 2:
            answer = self.http.post(f"/api/v1/bookings/{id}/cancel")
            if answer.status_code == 200:
                self.acknowledged[id] = "cancelled"


@pytest.mark.timeout(7200 if PROVE else 600)
def test_nothing_acknowledged_is_lost_and_everything_begun_is_finished(fresh):
    server = fresh(ROOST_RATE_LIMITS="off", ROOST_POLL_SECONDS="2")
    people = People(server)
    homes = [place(people.hana, cancellationPolicy="flexible", unitCount=50) for _ in range(4)]
    token = people.anna.token
    for turn in range(KILLS):
        workers = [Worker(server, token, homes, number, turn) for number in range(WORKERS)]
        for worker in workers:
            worker.start()
        time.sleep(0.4 + turn % 7 * 0.15)
        server.kill()
        for worker in workers:
            worker.join(60)
            assert not worker.is_alive() and not worker.wrong, worker.wrong
        server.start()

        guest = Client(server).with_token(token, people.anna.user)
        told = {id: state for worker in workers for id, state in worker.acknowledged.items()}
        assert told, "the kill came before the first booking: nothing was tried"
        for id, state in told.items():
            wanted = {"held": ("held", "confirmed", "cancelled"), "paid": ("confirmed", "cancelled"), "cancelled": ("cancelled",)}[state]
            seen = eventually(lambda: booking_of(guest, {"id": id}), lambda seen: seen["status"] in wanted, what=f"{id}, acknowledged as {state},")
            if state == "cancelled":
                eventually(lambda: booking_of(guest, {"id": id}), lambda seen: seen["refunded"] == seen["paid"] == usd(10000))
            assert state == "held" or seen["paid"] == usd(10000)
        # What was asked and not answered can be asked again with its key: it happens once, now or before.
        for worker in workers:
            for key, body in worker.unknown:
                first = guest.post("/api/v1/bookings", body, (201, 409), headers={"Idempotency-Key": key})
                again = guest.post("/api/v1/bookings", body, (201, 409), headers={"Idempotency-Key": key})
                assert first.json().get("id") == again.json().get("id")
        # Nobody waits for what the dead process had taken in hand; on PostgreSQL it might live, and its leases run out.
        server.audit_at_rest(seconds=120 if engine.IS_POSTGRESQL else 20)


def test_killed_while_starting_it_starts_again(fresh):
    server = fresh(start=False)
    for pause in (0.02, 0.05, 0.1, 0.2):
        server.launch()
        time.sleep(pause)
        server.kill()
    server.start()
    people = People(server)
    place(people.hana)


@pytest.mark.skipif(engine.IS_POSTGRESQL, reason="files of SQLite")
def test_a_journal_that_a_first_start_left_is_undone(fresh, tmp_path):
    """Killed before the log was begun: only a connection that may write undoes what the journal of that moment says."""
    server = fresh(start=False)
    file = tmp_path / "users.sqlite"
    half = sqlite3.connect(file, isolation_level=None)
    half.execute("PRAGMA cache_size = 1")
    half.execute("BEGIN")
    half.execute("CREATE TABLE half_made (text TEXT)")
    half.executemany("INSERT INTO half_made VALUES (?)", [("x" * 1000,)] * 500)
    server.data.mkdir(parents=True, exist_ok=True)
    for name in ("users.sqlite", "users.sqlite-journal"):
        shutil.copy(tmp_path / name, server.data / name)
    half.close()
    assert (server.data / "users.sqlite-journal").stat().st_size > 512
    server.start()
    place(People(server).hana)
    server.stop()
    tables = sqlite3.connect(server.data / "users.sqlite").execute("SELECT name FROM sqlite_master").fetchall()
    assert ("half_made",) not in tables and tables
