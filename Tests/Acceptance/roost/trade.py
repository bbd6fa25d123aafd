"""Things of the trade: people, places, stays, bookings and payments, as short as a test wants to say them."""

import calendar
import datetime
import itertools
import threading
import time
import zoneinfo

from .client import Client

PASSWORD = "four-herons-by-the-lake"
ZONE = "America/New_York"
_numbers = itertools.count(1)
_registering = threading.Lock()


def number():
    """Another number each time: for names and addresses that nobody else has."""
    return next(_numbers)


class People:
    """The people of one server, registered when they are first asked for: hashing a password takes its time."""

    def __init__(self, server):
        self.server = server
        self.anyone = Client(server)
        self.known = {}

    def __getattr__(self, name):
        """`people.anna`: a person who is called so."""
        if name.startswith("_"):
            raise AttributeError(name)
        with _registering:
            if name not in self.known:
                self.known[name] = self.new(name)
        return self.known[name]

    def new(self, name="someone"):
        body = {"email": f"{name}.{number()}@example.com", "password": PASSWORD, "name": name.title()}
        answer = self.anyone.post("/api/v1/auth/register", body, expect=201).json()
        return self.anyone.with_token(answer["session"]["token"], answer["user"])

    def sign_in(self, email, password=PASSWORD):
        answer = self.anyone.post("/api/v1/auth/login", {"email": email, "password": password}, expect=200).json()
        return self.anyone.with_token(answer["session"]["token"], answer["user"])


def today(zone=ZONE):
    return datetime.datetime.now(zoneinfo.ZoneInfo(zone)).date()


def day(offset, zone=ZONE):
    """So many days from today, as the contract writes days."""
    return (today(zone) + datetime.timedelta(offset)).isoformat()


def later(text, days):
    return (datetime.date.fromisoformat(text) + datetime.timedelta(days)).isoformat()


def days_between(first, last):
    return (datetime.date.fromisoformat(last) - datetime.date.fromisoformat(first)).days


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def seconds_from_now(text):
    return (moment(text) - datetime.datetime.now(datetime.timezone.utc)).total_seconds()


def usd(amount):
    return {"amount": amount, "currency": "USD"}


def draft_of(**changes):
    """What the contract requires of a new place, no more."""
    return {
        "title": f"Cabin {number()}", "roomType": "entireHome",
        "location": {"country": "US", "city": "Saranac Lake", "latitude": 44.3295, "longitude": -74.1313},
        "maximumGuests": 4, "nightlyPrice": usd(10000), "timeZone": ZONE, **changes,
    }


def place(host, **changes):
    """A listed place of that host; its nightly price is 100 dollars where nothing else is said."""
    return host.post("/api/v1/properties", {"status": "listed", **draft_of(**changes)}, expect=201).json()


def wish(home, start=60, nights=2, guests=2, **more):
    """The body that asks for a stay; `start` is a day or so many days from today."""
    check_in = start if isinstance(start, str) else day(start, home["timeZone"])
    return {"propertyId": home["id"], "checkIn": check_in, "checkOut": later(check_in, nights), "guests": guests, **more}


def book(guest, home, start=60, nights=2, guests=2, expect=201, headers=None, **more):
    return guest.post("/api/v1/bookings", wish(home, start, nights, guests, **more), expect=expect, headers=headers).json()


def start_payment(guest, booking, expect=(200, 201)):
    return guest.post(f"/api/v1/bookings/{booking['id']}/payments", {"provider": "test"}, expect=expect).json()


def act(guest, payment, outcome):
    """Plays the payer on the provider's page, as a browser would, without signing in."""
    answer = guest.connection.post(payment["checkoutUrl"], data={"outcome": outcome})
    assert answer.status_code == 303, f"{answer.status_code} {answer.text[:500]}"
    return answer


def booking_of(person, booking):
    return person.get(f"/api/v1/bookings/{booking['id']}").json()


def payment_of(person, payment):
    return person.get(f"/api/v1/payments/{payment['id']}").json()


def eventually(look, accept, seconds=20, every=0.1, what="it"):
    """Looks again and again until `accept` likes what it sees; gives that."""
    end = time.monotonic() + seconds
    while True:
        seen = look()
        if accept(seen):
            return seen
        assert time.monotonic() < end, f"{what} did not come true within {seconds} s; last seen: {seen!r:.2000}"
        time.sleep(every)


def wait_for_status(person, booking, *statuses, seconds=20):
    return eventually(
        lambda: booking_of(person, booking), lambda seen: seen["status"] in statuses, seconds,
        what=f"booking {booking['code']} {' or '.join(statuses)}")


def pay(guest, booking):
    """Pays and waits until the booking is confirmed; gives the payment."""
    payment = start_payment(guest, booking)
    act(guest, payment, "succeed")
    wait_for_status(guest, booking, "confirmed")
    return payment_of(guest, payment)


def stay_at(guest, home, start=60, nights=2, guests=2):
    """A confirmed booking."""
    booking = book(guest, home, start, nights, guests)
    pay(guest, booking)
    return booking_of(guest, booking)


def quote(person, home, start=60, nights=2, guests=2, expect=200):
    asked = wish(home, start, nights, guests)
    asked.pop("propertyId")
    return person.get(f"/api/v1/properties/{home['id']}/quote", params=asked, expect=expect).json()


def is_free(person, home, start=60, nights=2):
    return quote(person, home, start, nights, 1)["available"]


def nights_of(person, home, start, end):
    """The calendar by date."""
    answer = person.get(f"/api/v1/properties/{home['id']}/calendar", params={"from": start, "to": end}).json()
    return {night["date"]: night for night in answer["items"]}


def local_now(zone):
    return datetime.datetime.now(zoneinfo.ZoneInfo(zone))


# Zones without daylight saving, around the world: in one of them it is a quiet time of the day.
STEADY_ZONES = ["Asia/Tokyo", "Asia/Dubai", "Africa/Lagos", "America/Phoenix", "Pacific/Honolulu", "America/Argentina/Buenos_Aires"]


def steady_zone(first_hour=6, last_hour=18):
    """A zone without daylight saving where it is now between these hours, so that minutes around now are today."""
    return next(zone for zone in STEADY_ZONES if first_hour <= local_now(zone).hour < last_hour)


def clock_near_now(zone, minutes):
    """A clock time so many minutes from now, today, in that zone."""
    return (local_now(zone) + datetime.timedelta(minutes=minutes)).strftime("%H:%M")


def last_of_february():
    """The next 29 February, and a 28 February whose year has none."""
    year = today().year
    leap = next(y for y in range(year + 1, year + 9) if calendar.isleap(y))
    common = next(y for y in range(year + 1, year + 9) if not calendar.isleap(y))
    return leap, common
