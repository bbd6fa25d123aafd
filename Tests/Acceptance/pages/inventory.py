"""Every page in each of its states, and how it comes about: what the other tests of this folder look at."""

import functools

from roost.trade import day, eventually, later


def listing(host, title, **more):
    body = {
        "title": title, "roomType": "entireHome", "location": {"country": "US", "city": "Albany", "latitude": 42.65, "longitude": -73.75},
        "maximumGuests": 4, "nightlyPrice": {"amount": 10000, "currency": "USD"}, "timeZone": "America/New_York", "status": "listed", **more}
    return host.post("/api/v1/properties", body, expect=(201, 422))


class Inventory:
    """Makes each state once on a server and remembers the address."""

    def __init__(self, server, people):
        self.server = server
        self.people = people
        self.guest = people.gina

    def token(self, who):
        """The session of whom a page is for: True is the guest; nobody's for a page for everyone."""
        return {"operator": self.operator.token, True: self.guest.token}[who] if who else None

    @functools.cached_property
    def operator(self):
        return self.people.sign_in("operator@example.com")

    @functools.cached_property
    def welcome(self):
        """The mail to the guest when they registered, once it is sent."""
        return eventually(
            lambda: self.operator.get("/api/v1/operator/mails", params={"recipientId": self.guest.id, "kind": "registered"}).json()["items"],
            lambda items: items and items[0]["state"] == "sent", 30)[0]["id"]

    def payment_of(self, booking):
        return self.guest.get(f"/api/v1/bookings/{booking}/payments").json()["items"][-1]["id"]

    @functools.cached_property
    def free(self):
        """A place with a stay that can be booked at once: (property, check-in, check-out)."""
        check_in = day(40)
        for nights in (3, 4, 5, 2, 7):
            found = self.people.anyone.get("/api/v1/properties", params={
                "checkIn": check_in, "checkOut": later(check_in, nights), "guests": 2, "instantBook": "true", "limit": 20}).json()["items"]
            if len(found) >= 8:
                return found, check_in, later(check_in, nights)
        raise AssertionError("no eight places are free in the demo")

    def hold(self, number):
        found, check_in, check_out = self.free
        body = {"propertyId": found[number]["id"], "checkIn": check_in, "checkOut": check_out, "guests": 2}
        return self.guest.post("/api/v1/bookings", body).json()["id"]

    def pay(self, booking, outcome=None):
        payment = self.guest.post(f"/api/v1/bookings/{booking}/payments", {"provider": "test"}).json()
        if outcome:
            self.guest.connection.post(payment["checkoutUrl"], data={"outcome": outcome})
        return payment["checkoutUrl"].removeprefix(self.server.url)

    @functools.cached_property
    def held(self):
        return self.hold(0)

    @functools.cached_property
    def waiting(self):
        booking = self.hold(1)
        return booking, self.pay(booking)

    @functools.cached_property
    def declined(self):
        booking = self.hold(2)
        self.pay(booking, "decline")
        return booking

    @functools.cached_property
    def confirmed(self):
        booking = self.hold(3)
        self.pay(booking, "succeed")
        return booking

    @functools.cached_property
    def cancelled(self):
        booking = self.hold(4)
        self.pay(booking, "succeed")
        self.guest.post(f"/api/v1/bookings/{booking}/cancel")
        return booking

    @functools.cached_property
    def taken(self):
        found, check_in, check_out = self.free
        _ = self.confirmed
        return f"/properties/{found[3]['id']}?checkIn={check_in}&checkOut={check_out}&guests=2"

    def pages(self):
        """{name: (address, whether signed in, status)}, made one by one as they are asked for."""
        found, check_in, check_out = self.free
        place = f"/properties/{found[5]['id']}"
        stay = f"checkIn={check_in}&checkOut={check_out}&guests=2"
        return {
            "home": ("/", False, 200),
            "home-german": ("/de", False, 200),
            "home-arabic": ("/ar", False, 200),
            "search": ("/search?location=Albany", False, 200),
            "search-dates": (f"/search?location=Albany&{stay}", False, 200),
            "search-filters": (f"/search?{stay}&amenities=wifi&amenities=kitchen&bedrooms=1&sort=price", False, 200),
            "search-map": ("/search?bbox=-73.9,42.6,-73.7,42.7", False, 200),
            "search-none": (f"/search?{stay}&amenities=pool&bedrooms=9&q=zeppelin", False, 200),
            "search-unknown": ("/search?location=Nowherebury", False, 200),
            "search-past": ("/search?checkIn=2020-01-01&checkOut=2020-01-03", False, 200),
            "search-wrong": ("/search?checkIn=2030-01-05&checkOut=2030-01-03&guests=0&minPrice=x", False, 422),
            "search-arabic": (f"/ar/search?location=Albany&{stay}", False, 200),
            "property": (place, False, 200),
            "property-free": (f"{place}?{stay}", False, 200),
            "property-taken": (self.taken, False, 200),
            "property-half": (f"{place}?checkIn={check_in}", False, 200),
            "property-crowded": (f"{place}?checkIn={check_in}&checkOut={check_out}&guests=90", False, 200),
            "property-past": (f"{place}?checkIn=2020-01-01&checkOut=2020-01-03&guests=1", False, 200),
            "property-german": (f"/de{place}?{stay}", False, 200),
            "property-arabic": (f"/ar{place}?{stay}", False, 200),
            "photos": (f"{place}/photos", False, 200),
            "login": ("/login", False, 200),
            "login-next": (f"/login?next={place}/book?{stay.replace('&', '%26')}", False, 200),
            "register": ("/register", False, 200),
            "book": (f"{place}/book?{stay}&total=1", True, 200),
            "checkout": (f"/checkout/{self.held}", True, 200),
            "checkout-declined": (f"/checkout/{self.declined}", True, 200),
            "checkout-arabic": (f"/ar/checkout/{self.held}", True, 200),
            "test-checkout": (self.waiting[1], True, 200),
            "trips": ("/trips", True, 200),
            "trip-held": (f"/trips/{self.held}", True, 200),
            "trip-waiting": (f"/trips/{self.waiting[0]}", True, 200),
            "trip-confirmed": (f"/trips/{self.confirmed}", True, 200),
            "trip-cancelled": (f"/trips/{self.cancelled}", True, 200),
            "trip-german": (f"/de/trips/{self.confirmed}", True, 200),
            "cancel": (f"/trips/{self.confirmed}/cancel", True, 200),
            "cancel-held": (f"/trips/{self.held}/cancel", True, 200),
            "account": ("/account", True, 200),
            "operator": ("/operator", "operator", 200),
            "operator-arabic": ("/ar/operator", "operator", 200),
            "operator-forbidden": ("/operator", True, 403),
            "operator-bookings": (f"/operator/bookings?{'status=cancelled' if self.cancelled else ''}", "operator", 200),
            "operator-bookings-none": ("/operator/bookings?code=NONE-0000", "operator", 200),
            "operator-booking": (f"/operator/bookings/{self.cancelled}", "operator", 200),
            "operator-booking-arabic": (f"/ar/operator/bookings/{self.confirmed}", "operator", 200),
            "operator-cancel": (f"/operator/bookings/{self.confirmed}/cancel", "operator", 200),
            "operator-cancel-held": (f"/de/operator/bookings/{self.held}/cancel", "operator", 200),
            "operator-payments": ("/operator/payments", "operator", 200),
            "operator-payment": (f"/operator/payments/{self.payment_of(self.cancelled)}", "operator", 200),
            "operator-refund": (f"/operator/payments/{self.payment_of(self.confirmed)}/refund", "operator", 200),
            "operator-cases-none": ("/operator/cases", "operator", 200),
            "operator-people": ("/operator/people", "operator", 200),
            "operator-people-none": ("/operator/people?q=zeppelin", "operator", 200),
            "operator-person": (f"/operator/people/{self.guest.id}", "operator", 200),
            "operator-sign-out": (f"/operator/people/{self.guest.id}/sign-out", "operator", 200),
            "operator-listings": ("/operator/listings", "operator", 200),
            "operator-listings-paused": ("/operator/listings?status=paused", "operator", 200),
            "operator-listing": (f"/operator{place.replace('properties', 'listings')}", "operator", 200),
            "operator-pause": (f"/operator{place.replace('properties', 'listings')}/status", "operator", 200),
            "operator-mails": ("/operator/mails", "operator", 200),
            "operator-mail": (f"/operator/mails/{self.welcome}", "operator", 200),
            "operator-resend": (f"/operator/mails/{self.welcome}/resend", "operator", 200),
            "operator-addresses-none": ("/operator/addresses", "operator", 200),
            "operator-lift": ("/operator/addresses/lift?address=nobody%40example.com", "operator", 200),
            "operator-log": ("/operator/log", "operator", 200),
            "help": ("/help", False, 200),
            "terms": ("/terms", False, 200),
            "privacy-arabic": ("/ar/privacy", False, 200),
            "mails": ("/mail", False, 200),
            "docs": ("/api/docs", False, 200),
            "styleguide": ("/styleguide", False, 200),
            "error-404": ("/nothing/here", True, 404),
            "error-404-place": ("/properties/prop_nothing", False, 404),
            **{f"error-{kind}": (f"/styleguide/errors/{kind}", False, status) for kind, status in {
                "forbidden": 403, "gone": 410, "rateLimited": 429, "fault": 500, "unavailable": 503, "conflict": 409}.items()},
        }


# Looked at in every run; the others where the tests run in full.
EVERYDAY = [
    "home", "search-dates", "search-none", "search-wrong", "search-arabic", "property-free", "property-taken", "login", "register",
    "book", "checkout", "trip-waiting", "trip-confirmed", "cancel", "trips", "account", "help", "error-404", "styleguide",
    "operator", "operator-bookings", "operator-booking", "operator-cancel", "operator-payment", "operator-refund", "operator-person",
    "operator-listings", "operator-mail", "operator-log",
]
