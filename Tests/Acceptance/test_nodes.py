"""Several nodes on one PostgreSQL: everything is sold, sent and told once, whichever node does it and however it ends."""

import collections
import concurrent.futures
import csv
import gzip
import http.client
import json
import random
import re
import threading
import time

import httpx
import pytest

import demo
from roost import carriers, program
from roost.client import Client
from roost.mail import Post
from roost.nodes import Caller, Cluster
from roost.postgres import Postgres
from roost.program import PROVE
from roost.proxy import Proxy
from roost.trade import PASSWORD, People, act, book, booking_of, day, eventually, is_free, later, place, start_payment, wish

ROLES = ("both",) * (4 if PROVE else 2)
CLIENTS = 200
ROUNDS = 20 if PROVE else 2


@pytest.fixture(scope="module")
def postgres():
    server = Postgres(max_connections=500).start()
    yield server
    server.remove()


@pytest.fixture
def cluster(postgres, tmp_path):
    """`cluster(roles, ROOST_X=…)`: nodes that start at the same moment; stopped, and the books checked, at the end."""
    made = []

    def make(roles=ROLES, start=True, **settings):
        made.append(Cluster(tmp_path, postgres, roles, **settings))
        return made[-1].start() if start else made[-1]

    try:
        yield make
        for nodes in made:
            nodes.stop()
    finally:
        for nodes in made:
            nodes.close()


@pytest.fixture
def mailgun():
    """A provider that counts what it is given, and takes its time to say that it has it."""
    fake = carriers.Mailgun()
    fake.pause = 0.1
    yield fake
    fake.close()


@pytest.mark.timeout(600)
def test_200_ask_for_one_night_on_all_nodes_and_one_gets_it(cluster):
    nodes = cluster()
    people = People(nodes.nodes[0])
    tokens = [people.new("racer").token for _ in range(8)]
    for turn in range(ROUNDS):
        home = place(people.hana)
        body = json.dumps(wish(home, start=30 + turn, nights=1))
        barrier = threading.Barrier(CLIENTS)

        def ask(number):
            connection = http.client.HTTPConnection("127.0.0.1", nodes.nodes[number % len(nodes.nodes)].port, timeout=120)
            connection.connect()
            barrier.wait(60)
            headers = {"Content-Type": "application/json", "Authorization": f"Bearer {tokens[number % len(tokens)]}"}
            connection.request("POST", "/api/v1/bookings", body, headers)
            answer = connection.getresponse()
            content = json.loads(answer.read())
            connection.close()
            return answer.status, content.get("code") if answer.status >= 400 else None

        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
            answers = list(pool.map(ask, range(CLIENTS)))
        assert collections.Counter(answers) == {(201, None): 1, (409, "nights_unavailable"): CLIENTS - 1}


def test_nodes_that_start_together_on_empty_databases_make_the_tables_once(cluster, postgres, tmp_path):
    for turn in range(10 if PROVE else 3):
        nodes = Cluster(tmp_path / str(turn), postgres, ("both",) * 4)
        try:
            nodes.start()
            for name in ("users", "properties", "bookings", "payments"):
                assert nodes.sql(name, "SELECT count(*) = count(DISTINCT name) FROM schema_migration") == "t"
            people = People(nodes.nodes[turn % 4])
            place(people.hana)
            nodes.stop()
        finally:
            nodes.close()


def letters_of(nodes):
    """How many letters each booking has of each subject line and reader."""
    counts = collections.Counter()
    for letter in Post(nodes.nodes[0]).all():
        counts[tuple(sorted(letter.recipients)), letter.subject, letter.text] += 1
    return counts


def expect_everything_once(nodes, callers, letters=letters_of):
    """Nothing acknowledged is lost, no key booked twice, every event and every mail went out once.

    What `letters_of` counts are files, and a mail written twice is one file; whoever has to see that gives a provider's count.
    """
    told = {key: what for caller in callers for key, what in caller.told.items()}
    paid = set().union(*(caller.paid for caller in callers))
    assert told and paid, "the nodes were gone before the first booking: nothing was tried"
    nodes.audit_at_rest(120)
    guest = Client(nodes.web[0]).with_token(callers[0].token)
    for id in paid:
        eventually(lambda: booking_of(guest, {"id": id})["status"], lambda status: status == "confirmed", 30)
    # Asking again with its key gives the same booking on another node.
    again = Client(nodes.web[-1]).with_token(callers[0].token)
    for key, (id, body) in random.Random(1).sample(sorted(told.items()), min(30, len(told))):
        assert again.post("/api/v1/bookings", body, 201, headers={"Idempotency-Key": key}).json()["id"] == id
    # What is in the books are the bookings that somebody was told of: each key has one.
    keys = int(nodes.sql("bookings", "SELECT count(*) FROM booking"))
    refused = int(nodes.sql("bookings", "SELECT count(*) FROM idempotency_record WHERE path = '/api/v1/bookings' AND outcome LIKE '%refused%'"))
    records = int(nodes.sql("bookings", "SELECT count(*) FROM idempotency_record WHERE path = '/api/v1/bookings'"))
    assert keys == records - refused == len(told)
    for name in ("users", "properties", "bookings", "payments"):
        assert nodes.sql(name, "SELECT count(*) FROM outbox") == "0"
    # One mail for each reader and kind of each event, each sent, and each once.
    assert nodes.sql("users", "SELECT count(*) FROM mail WHERE state <> 'sent'") == "0"
    assert nodes.sql("users", "SELECT count(*) FROM (SELECT subject, kind, recipient FROM mail GROUP BY 1, 2, 3 HAVING count(*) > 1) AS doubled") == "0"
    counts = letters(nodes)
    assert max(counts.values()) == 1, counts.most_common(3)
    assert sum(counts.values()) == int(nodes.sql("users", "SELECT count(*) FROM mail"))
    confirmed = int(nodes.sql("bookings", "SELECT count(*) FROM booking WHERE confirmed_at IS NOT NULL"))
    assert int(nodes.sql("users", "SELECT count(*) FROM mail WHERE kind = 'confirmed'")) == confirmed >= len(paid)


@pytest.mark.timeout(3600 if PROVE else 300)
def test_nodes_killed_at_random_lose_nothing_and_do_nothing_twice(cluster, mailgun):
    nodes = cluster(**mailgun.settings())
    people = People(nodes.nodes[0])
    homes = [place(people.hana, unitCount=60) for _ in range(4)]
    token, end, chance = people.anna.token, threading.Event(), random.Random(7)
    callers = [Caller(nodes, token, homes, number, end) for number in range(6)]
    for caller in callers:
        caller.start()
    for _ in range(40 if PROVE else 5):
        time.sleep(chance.uniform(0.3, 1.5))
        node = chance.choice(nodes.nodes)
        node.kill()
        time.sleep(chance.uniform(0, 0.6))
        node.start()
    end.set()
    for caller in callers:
        caller.join(120)
        assert not caller.is_alive() and not caller.wrong, caller.wrong
    assert sum((caller.retries for caller in callers), collections.Counter()), "no kill met a request"
    expect_everything_once(nodes, callers, lambda _: collections.Counter(mail["message-id"] for mail in mailgun.mails))


@pytest.mark.timeout(300)
def test_a_node_killed_before_it_hears_that_a_mail_was_taken_has_it_sent_once(cluster, mailgun):
    nodes = cluster(("web", "worker"), **mailgun.settings())
    web, worker = nodes.nodes
    hold = threading.Event()
    mailgun.faults.append(hold)
    people = People(web)
    people.anna, people.berta
    eventually(lambda: [asked for asked in mailgun.requests if asked[0] == "POST"], bool, 30)
    worker.kill()
    hold.set()  # it is taken, and nobody hears of it
    eventually(lambda: len(mailgun.mails), lambda count: count >= 1, 30)
    assert int(nodes.sql("users", "SELECT count(*) FROM mail WHERE state = 'sent'")) < len(mailgun.mails)
    worker.start()
    eventually(lambda: nodes.sql("users", "SELECT count(*) FROM mail WHERE state <> 'sent'"), lambda count: count == "0", 150)
    counts = collections.Counter(mail["message-id"] for mail in mailgun.mails)
    assert max(counts.values()) == 1, counts
    assert len(counts) == int(nodes.sql("users", "SELECT count(*) FROM mail")) >= 2


@pytest.mark.timeout(900)
def test_a_node_frozen_in_the_midst_of_its_work_does_no_harm_when_it_wakes(cluster):
    """It keeps its leases and its open transactions; others take over after a while, and what it does late counts for
    nothing."""
    nodes = cluster()
    people = People(nodes.nodes[0])
    homes = [place(people.hana, unitCount=60) for _ in range(4)]
    token, end = people.anna.token, threading.Event()
    callers = [Caller(nodes, token, homes, number, end) for number in range(6)]
    for caller in callers:
        caller.start()
    for turn in range(4 if PROVE else 1):
        time.sleep(1.5)
        node = nodes.nodes[-1 - turn % len(nodes.nodes)]
        node.freeze()
        # Longer than its sessions may idle in a transaction and than the lease of an event.
        time.sleep(65 if PROVE else 33)
        node.thaw()
    time.sleep(1)
    end.set()
    for caller in callers:
        caller.join(120)
        assert not caller.is_alive() and not caller.wrong, caller.wrong
    expect_everything_once(nodes, callers)


@pytest.mark.timeout(900)
def test_a_node_cut_off_from_its_databases_and_back_does_no_harm(cluster, postgres):
    nodes = cluster(start=False)
    proxy = Proxy(postgres.port)
    for name in nodes.databases:
        nodes.nodes[-1].settings[name] = nodes.databases[name].replace(f":{postgres.port}/", f":{proxy.port}/")
    try:
        nodes.start()
        people = People(nodes.nodes[0])
        homes = [place(people.hana, unitCount=60) for _ in range(4)]
        token, end = people.anna.token, threading.Event()
        callers = [Caller(nodes, token, homes, number, end) for number in range(6)]
        for caller in callers:
            caller.start()
        for _ in range(10 if PROVE else 2):
            time.sleep(1.5)
            proxy.cut()
            time.sleep(2)
            assert not nodes.nodes[-1].answers("/readyz") and nodes.nodes[-1].answers("/healthz")
            proxy.mend()
            eventually(lambda: nodes.nodes[-1].answers("/readyz"), bool, 20)
        end.set()
        for caller in callers:
            caller.join(120)
            assert not caller.is_alive() and not caller.wrong, caller.wrong
        assert sum((caller.retries for caller in callers), collections.Counter())[503], "no cut met a request"
        expect_everything_once(nodes, callers)
        nodes.stop()
    finally:
        proxy.close()


def test_web_nodes_leave_the_background_to_workers(cluster):
    nodes = cluster(("web", "worker", "worker"), start=False, ROOST_HOLD_MINUTES="0.05")
    web, *workers = nodes.nodes
    web.start()
    people = People(web)
    home = place(people.hana)
    held = book(people.anna, home)
    time.sleep(5)
    assert booking_of(people.anna, held)["status"] == "held", "nobody is there who could end the hold"
    assert not is_free(people.anna, home)
    post = Post(web)
    assert post.all() == [], "nobody is there who sends mails"
    for worker in workers:
        worker.start()
    eventually(lambda: booking_of(people.anna, held)["status"], lambda status: status == "expired", 30)
    eventually(lambda: is_free(people.anna, home), bool, 10)
    # A worker tells whoever runs it how it is doing, and nobody else anything.
    asked = [httpx.get(workers[0].url + path, trust_env=False).status_code for path in ("/healthz", "/readyz", "/metrics", "/api/v1/properties", "/")]
    assert asked == [200, 200, 200, 404, 404]
    post.wait(people.anna, held["code"], 2)
    assert sorted(collections.Counter(letter.subject for letter in post.to(people.anna, held["code"])).values()) == [1, 1]


def test_signing_out_on_one_node_counts_at_once_on_the_other(cluster):
    nodes = cluster()
    one, other = nodes.nodes[:2]
    people = People(one)
    anna = people.anna
    there = Client(other).with_token(anna.token, anna.user)
    there.get("/api/v1/me")
    anna.post("/api/v1/auth/logout", expect=204)
    there.get("/api/v1/me", expect=401)
    # A password changed on one node ends the other sessions on both.
    second = People(one).sign_in(anna.email)
    elsewhere = Client(other).with_token(people.sign_in(anna.email).token)
    elsewhere.get("/api/v1/me")
    nodes.nodes[0].done("user", "password", anna.email, "--password-stdin", text=PASSWORD + "-2")
    elsewhere.get("/api/v1/me", expect=401)
    second.get("/api/v1/me", expect=401)


def test_tries_are_counted_over_all_nodes(cluster):
    nodes = cluster(ROOST_RATE_LIMITS="on")
    people = People(nodes.nodes[0])
    anna = people.anna
    clients = [Client(node) for node in nodes.nodes]
    statuses = [
        clients[number % len(clients)].post("/api/v1/auth/login", {"email": anna.email, "password": "wrong"}, (401, 429)).status_code
        for number in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    # The cap on holds is one person's, not one node's.
    book(anna, place(people.hana), start=30)
    homes = [place(people.hana) for _ in range(5)]
    there = [Client(node).with_token(anna.token, anna.user) for node in nodes.nodes]
    answers = [book(there[number % len(there)], home, start=40, expect=(201, 429)) for number, home in enumerate(homes)]
    assert sum("id" in answer for answer in answers) == 4


def test_what_changes_on_one_node_is_found_on_the_other(cluster):
    nodes = cluster()
    people = People(nodes.nodes[0])
    there = Client(nodes.nodes[1]).with_token(people.anna.token, people.anna.user)
    home = place(people.hana, location={"country": "US", "city": "Nodeville", "latitude": 44.1, "longitude": -74.2})
    query = {"location": "Nodeville", "checkIn": day(60), "checkOut": later(day(60), 2), "guests": 2}

    def found():
        return [item["id"] for item in there.get("/api/v1/properties", params=query).json()["items"]]

    assert found() == [home["id"]]
    booking = book(people.anna, home)
    assert found() == []
    assert booking_of(there, booking)["status"] == "held"
    # Begun on one node, paid on the other.
    payment = start_payment(there, booking)
    act(people.anna, payment, "succeed")
    eventually(lambda: booking_of(there, booking)["status"], lambda status: status == "confirmed")
    there.post(f"/api/v1/bookings/{booking['id']}/cancel", expect=200)
    assert found() == [home["id"]]


def part_of_the_demo(folder, count):
    """The first listings of the demo city, with their calendars."""
    kept = set(list(demo.listings())[:count])
    for name, key in (("listings.csv", "id"), ("calendar.csv", "listing_id")):
        with gzip.open(program.DEMO / f"{name}.gz", "rt", encoding="utf-8", newline="") as whole, \
                open(folder / name, "w", encoding="utf-8", newline="") as part:
            rows = csv.DictReader(whole)
            written = csv.DictWriter(part, rows.fieldnames)
            written.writeheader()
            written.writerows(row for row in rows if row[key] in kept)
    return [folder / word.removesuffix(".gz").rpartition("/")[2] if str(word).endswith(".gz") else word for word in map(str, demo.ARGUMENTS)]


def test_two_imports_of_one_city_at_the_same_moment_load_it_once(cluster, tmp_path):
    nodes = cluster()
    count = 400 if PROVE else 40
    arguments = part_of_the_demo(tmp_path, count)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        said = list(pool.map(lambda node: node.done(*arguments), nodes.nodes[:2]))
    counted = [{word: int(number) for number, word in re.findall(r"(\d+) (new|changed|unchanged)\b", text)} for text in said]
    assert sum(counts["new"] for counts in counted) == count, said
    assert nodes.sql("properties", "SELECT count(*) FROM property").strip() == str(count)
    again = nodes.nodes[0].done(*arguments)
    assert f"0 new, 0 changed and {count} unchanged" in again and "0 calendars new or changed" in again, again
    nodes.audit_at_rest()
