"""Many at the same moment."""

import collections
import concurrent.futures
import http.client
import json
import threading

from roost.program import PROVE
from roost.trade import People, book, day, eventually, later, pay, place, wish

CLIENTS = 200
ROUNDS = 20 if PROVE else 2
GUESTS = 20 if PROVE else 6


def all_at_once(server, tokens, bodies):
    """Sends every body on a connection of its own, all at the same moment; gives (status, code or None) of each."""
    barrier = threading.Barrier(len(bodies))

    def ask(number):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        try:
            connection.connect()
            barrier.wait(60)
            connection.request("POST", "/api/v1/bookings", json.dumps(bodies[number]), {
                "Content-Type": "application/json", "Authorization": f"Bearer {tokens[number % len(tokens)]}"})
            answer = connection.getresponse()
            content = json.loads(answer.read())
            return answer.status, content.get("code") if answer.status >= 400 else None
        finally:
            connection.close()

    with concurrent.futures.ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(ask, range(len(bodies))))


def test_200_ask_for_one_night_and_one_gets_it(fresh):
    server = fresh(ROOST_RATE_LIMITS="off")
    people = People(server)
    tokens = [people.new("racer").token for _ in range(GUESTS)]
    for turn in range(ROUNDS):
        home = place(people.hana)
        answers = all_at_once(server, tokens, [wish(home, start=30 + turn, nights=1)] * CLIENTS)
        assert collections.Counter(answers) == {(201, None): 1, (409, "nights_unavailable"): CLIENTS - 1}


def test_overlapping_stays_are_sold_as_far_as_they_fit(fresh):
    """Stays of three nights that begin on every one of ten days, each asked for often: whoever wins, no night is sold twice."""
    server = fresh(ROOST_RATE_LIMITS="off")
    people = People(server)
    tokens = [people.new("racer").token for _ in range(4)]
    for _ in range(ROUNDS):
        home = place(people.hana, unitCount=2)
        bodies = [wish(home, start=30 + number % 10, nights=3) for number in range(80)]
        answers = all_at_once(server, tokens, bodies)
        assert {status for status, _ in answers} == {201, 409}
        sold = collections.Counter()
        for body, (status, _) in zip(bodies, answers):
            if status == 201:
                start = (__import__("datetime").date.fromisoformat(body["checkIn"])).toordinal()
                sold.update(range(start, start + 3))
        assert max(sold.values()) <= 2
    eventually(lambda: server.run("audit").returncode, lambda status: status == 0)


def test_a_host_closing_and_a_guest_booking_cannot_both_win(fresh):
    server = fresh(ROOST_RATE_LIMITS="off")
    people = People(server)
    host, guest = people.hana, people.anna
    for _ in range(ROUNDS * 5):
        home = place(host)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            closing = pool.submit(host.put, f"/api/v1/properties/{home['id']}/calendar", {"nights": [{"date": day(30), "open": False}]}, (200, 409))
            booking = pool.submit(guest.post, "/api/v1/bookings", wish(home, start=30, nights=1), (201, 409))
        assert sorted([closing.result().status_code, booking.result().status_code]) in ([200, 409], [201, 409])


def test_paying_and_running_out_at_the_same_moment_end_well(hurried):
    """The payer and the end of the hold race: confirmed with the nights, or expired with the money back."""
    from roost.trade import act, booking_of, seconds_from_now, start_payment, usd
    import time
    homes = [place(hurried.hana) for _ in range(6 if not PROVE else 40)]
    held = [(lambda booking: (booking, start_payment(hurried.anna, booking)))(book(hurried.anna, home)) for home in homes[:6]]
    for booking, payment in held:
        time.sleep(max(0, seconds_from_now(booking["holdExpiresAt"])))
        act(hurried.anna, payment, "succeed")
    for booking, _ in held:
        seen = eventually(
            lambda: booking_of(hurried.anna, booking), lambda seen: seen["status"] == "confirmed" or seen["status"] == "expired" and seen["refunded"] == seen["paid"] == usd(20000))
        assert seen["paid"] == usd(20000)


def test_a_rush_of_everything_leaves_sound_books(fresh):
    """Guests hold, pay, refuse, cancel; a host opens and closes; then everything comes to rest and the audit finds nothing."""
    import random
    from roost.trade import act, start_payment
    server = fresh(ROOST_RATE_LIMITS="off", ROOST_HOLD_MINUTES="0.05")
    people = People(server)
    homes = [place(people.hana, unitCount=2, cancellationPolicy="flexible") for _ in range(3)]
    guests = [people.anna, people.berta, people.clara]

    def rush(number):
        chance = random.Random(number)
        guest = guests[number % len(guests)]
        for _ in range(20 if PROVE else 6):
            home = chance.choice(homes)
            answer = guest.post("/api/v1/bookings", wish(home, start=30 + chance.randrange(12), nights=chance.randint(1, 4)), (201, 409, 422))
            if chance.random() < 0.2:
                people.hana.put(f"/api/v1/properties/{home['id']}/calendar", {"nights": [{"date": day(30 + chance.randrange(12)), "open": chance.random() < 0.6}]}, (200, 409))
            if answer.status_code != 201:
                continue
            booking = answer.json()
            started = guest.post(f"/api/v1/bookings/{booking['id']}/payments", {"provider": "test"}, (200, 201, 409))
            if started.status_code != 409 and chance.random() < 0.8:
                act(guest, started.json(), chance.choice(["succeed", "succeed", "decline", "abandon"]))
            if chance.random() < 0.4:
                guest.post(f"/api/v1/bookings/{booking['id']}/cancel", None, (200, 409))

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for outcome in [pool.submit(rush, number) for number in range(8)]:
            outcome.result()
    server.audit_at_rest()
    _ = start_payment, pay


def test_stays_never_come_nearer_than_the_days_to_prepare(fresh):
    """Stays next to each other on two units, all at once: between two on a unit lie two nights, and no more fit in."""
    server = fresh(ROOST_RATE_LIMITS="off")
    people = People(server)
    tokens = [people.new("racer").token for _ in range(4)]
    for _ in range(ROUNDS):
        home = place(people.hana, unitCount=2)
        rules = {"preparation": {"daysBefore": 1, "daysAfter": 2}}
        people.hana.put(f"/api/v1/properties/{home['id']}/rules", rules, expect=200)
        bodies = [wish(home, start=30 + number % 15, nights=1 + number % 3) for number in range(60)]
        answers = all_at_once(server, tokens, bodies)
        assert set(answers) == {(201, None), (409, "nights_unavailable")}
        held = [body for body, (status, _) in zip(bodies, answers) if status == 201]
        # Of stays that need two nights between them at most two may be near any day.
        for number in range(25, 55):
            near = [body for body in held if body["checkIn"] <= day(number) < later(body["checkOut"], 2)]
            assert len(near) <= 2, near
        server.audit()
        # What the claims refuse, quote and calendar refuse too.
        for body in bodies[:45]:
            asked = {"checkIn": body["checkIn"], "checkOut": body["checkOut"], "guests": 1}
            answer = people.anyone.get(f"/api/v1/properties/{home['id']}/quote", params=asked, expect=200).json()
            assert not answer["available"] and set(answer["reasons"]) <= {"night_taken", "no_unit_for_whole_stay"}


def test_accepting_the_same_nights_at_once(fresh):
    """One of ten requests for the same nights is held, all others are declined, and every guest has one letter about it."""
    server = fresh(ROOST_RATE_LIMITS="off")
    people = People(server)
    guests = [people.new("asker") for _ in range(5)]
    home = place(people.hana, instantBook=False)
    asked = [book(guests[number % 5], home, start=30, nights=2) for number in range(10)]
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda booking: people.hana.post(
            f"/api/v1/bookings/{booking['id']}/accept", expect=(200, "nights_unavailable", "state_conflict")).status_code, asked))
    assert answers.count(200) == 1
    states = collections.Counter(people.hana.get(f"/api/v1/bookings/{booking['id']}").json()["status"] for booking in asked)
    assert states == {"held": 1, "declined": 9}
    server.audit()
