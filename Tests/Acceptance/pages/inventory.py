"""Every page in each of its states, and how it comes about: what the other tests of this folder look at."""

import functools
import html
import re

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

    def person(self, who):
        """Whom a page is for: nobody in particular, the guest, the host, the operator."""
        if who == "operator":
            return self.operator
        return {False: self.people.anyone, True: self.guest, "host": self.people.hella}[who]

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
    def changing(self):
        """A confirmed booking whose change is agreed: it waits for the payment of the difference."""
        booking = self.hold(7)
        self.pay(booking, "succeed")
        change = self.guest.post(
            f"/api/v1/bookings/{booking}/alterations", {"total": {"amount": 9999900, "currency": "USD"}, "message": "For the boat"}).json()
        self.people.sign_in("operator@example.com").post(f"/api/v1/alterations/{change['id']}/accept", expect=200)
        return booking

    @functools.cached_property
    def taken(self):
        found, check_in, check_out = self.free
        _ = self.confirmed
        return f"/properties/{found[3]['id']}?checkIn={check_in}&checkOut={check_out}&guests=2"

    @functools.cached_property
    def let(self):
        """A place of the host's with something in every part, and the host."""
        host = self.person("host")
        place = listing(host, "A house by the canal", description="Two floors.\n\nA garden.", amenities=["wifi", "kitchen", "Canoe"]).json()["id"]
        host.put(f"/api/v1/properties/{place}/rules", {
            "weekend": {"price": {"amount": 13000, "currency": "USD"}},
            "seasons": [{"name": "Summer", "from": day(120), "to": day(200), "price": {"amount": 18000, "currency": "USD"}, "minimumNights": 3}],
            "discounts": {"lengthOfStay": [{"nights": 7, "percent": 10}]},
            "fees": {"cleaning": {"amount": 4500, "currency": "USD"}},
            "taxes": [{"name": "Lodging tax", "percent": 8}],
            "booking": {"noticeDays": 1, "windowMonths": 12}, "party": {"maximumPets": 1}})
        return f"/host/properties/{place}"

    def stay(self, place, start, nights, outcome=None, guest=None):
        """A booking at a place of the host's, paid or not."""
        guest = guest or self.guest
        body = {"propertyId": place, "checkIn": day(start), "checkOut": day(start + nights), "guests": 2}
        booking = guest.post("/api/v1/bookings", body).json()["id"]
        if outcome:
            payment = guest.post(f"/api/v1/bookings/{booking}/payments", {"provider": "test"}).json()
            guest.connection.post(payment["checkoutUrl"], data={"outcome": outcome})
        return booking

    @functools.cached_property
    def calendar(self):
        """The calendar of a place of the host's with nights of every kind: (address, the stay's month)."""
        host = self.person("host")
        place = listing(host, "A loft with stays").json()["id"]
        usd = {"amount": 9900, "currency": "USD"}
        host.put(f"/api/v1/properties/{place}/calendar", {"nights": [
            {"date": day(12), "open": False}, {"date": day(13), "price": usd, "minimumNights": 3}]})
        self.host_stay = self.stay(place, 4, 2, "succeed")
        self.stay(place, 8, 2, guest=self.people.gerda)
        gone = self.stay(place, 20, 2, "succeed", guest=self.people.gerda)
        self.people.gerda.post(f"/api/v1/bookings/{gone}/cancel")
        self.host_gone = gone
        self.stay(place, 0, 2, "succeed", guest=self.people.greta)
        return f"/host/calendar/{place}"

    @functools.cached_property
    def many(self):
        place = listing(self.person("host"), "Five rooms alike", unitCount=5).json()["id"]
        self.stay(place, 3, 2, "succeed", guest=self.people.gerda)
        self.stay(place, 3, 3, "succeed", guest=self.people.greta)
        return f"/host/calendar/{place}"

    @functools.cached_property
    def request(self):
        place = listing(self.person("host"), "A room on request", instantBook=False).json()["id"]
        return f"/host/bookings/{self.stay(place, 30, 3)}"

    @functools.cached_property
    def host_changing(self):
        """A stay at a place of the host's that its guest would like to be another."""
        place = listing(self.person("host"), "A cabin by the pond").json()["id"]
        booking = self.stay(place, 40, 3, "succeed", guest=self.people.greta)
        self.people.greta.post(f"/api/v1/bookings/{booking}/alterations", {"checkOut": day(45), "message": "The skates are packed."})
        return f"/host/bookings/{booking}"

    @functools.cached_property
    def draft(self):
        return "/host/properties/" + listing(self.person("host"), "A draft", status="draft").json()["id"]

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
            "search-filters": (f"/search?{stay}&children=1&childAges=5&amenities=wifi&amenities=kitchen&bedrooms=1&sort=price", False, 200),
            "search-map": ("/search?bbox=-73.9,42.6,-73.7,42.7", False, 200),
            "search-none": (f"/search?{stay}&amenities=pool&bedrooms=9&q=zeppelin", False, 200),
            "search-unknown": ("/search?location=Nowherebury", False, 200),
            "search-past": ("/search?checkIn=2020-01-01&checkOut=2020-01-03", False, 200),
            "search-wrong": ("/search?checkIn=2030-01-05&checkOut=2030-01-03&guests=0&childAges=5&minPrice=x", False, 422),
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
            "change": (f"/trips/{self.confirmed}/change", True, 200),
            "change-offer": (f"/trips/{self.confirmed}/change?checkIn={check_in}&checkOut={later(check_out, 1)}&guests=1", True, 200),
            "change-wrong": (f"/trips/{self.confirmed}/change?checkIn={check_out}&checkOut={check_in}&guests=0", True, 422),
            "change-agreed": (f"/trips/{self.changing}/change", True, 200),
            "change-arabic": (f"/ar/trips/{self.changing}/change", True, 200),
            "trip-changing": (f"/trips/{self.changing}", True, 200),
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
            "operator-events-none": ("/operator/events", "operator", 200),
            "operator-events-retry": ("/operator/events/retry?event=bookings.payments.3.bkg_0", "operator", 200),
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
            "host-start": ("/host", True, 200),
            "host-listings": ("/host" if self.let else "", "host", 200),
            "host-listings-arabic": ("/ar/host", "host", 200),
            "host-new": ("/host/properties/new", "host", 200),
            "host-new-wrong": ("/host/properties/new", "host", 422, {"title": "", "town": "Nowherebury", "maximumGuests": "many", "nightlyPrice": "-1"}),
            "host-listing": (self.let, "host", 200),
            "host-listing-saved": (f"{self.let}?saved=price", "host", 200),
            "host-listing-arabic": (f"/ar{self.let}", "host", 200),
            "host-listing-german": (f"/de{self.let}", "host", 200),
            "host-listing-draft": (self.draft, "host", 200),
            "host-listing-foreign": (self.let, True, 403),
            "host-listing-draft-foreign": (self.draft, True, 403),
            **{f"host-edit-{section}": (f"{self.let}/{section}", "host", 200) for section in EDITOR},
            "host-edit-place-found": (f"{self.let}/place?find=Utrecht", "host", 200),
            "host-edit-place-unknown": (f"{self.let}/place?find=Nowherebury", "host", 200),
            "host-edit-wrong": (f"{self.let}/basics", "host", 422, {"title": " ", "unitCount": "9999"}),
            "host-edit-rules-wrong": (f"{self.let}/discounts", "host", 422, {
                "discounts-lengthOfStay-1-nights": "x", "discounts-earlyBird-0-days": "2", "discounts-earlyBird-0-percent": "500"}),
            "host-edit-meanwhile": (f"{self.let}/description", "host", 409, {"seen": "0", "description": "Mine"}),
            "host-edit-arabic": (f"/ar{self.let}/days", "host", 200),
            "host-seasons": (f"{self.let}/seasons", "host", 200),
            "host-season": (f"{self.let}/seasons?item=0", "host", 200),
            "host-season-new": (f"{self.let}/seasons?item=new", "host", 200),
            "host-season-wrong": (f"{self.let}/seasons?item=new", "host", 422, {"name": "Again", "from": day(130), "to": day(120), "minimumNights": "0"}),
            "host-taxes": (f"{self.let}/taxes", "host", 200),
            "host-tax": (f"{self.let}/taxes?item=0", "host", 200),
            "host-price-check": (f"{self.let}/price-check", "host", 200),
            "host-price-check-answer": (f"{self.let}/price-check?checkIn={day(118)}&checkOut={day(126)}&guests=2", "host", 200),
            "host-price-check-refused": (f"{self.let}/price-check?checkIn={day(125)}&checkOut={day(126)}&guests=9", "host", 200),
            "host-price-check-wrong": (f"{self.let}/price-check?checkIn={day(9)}&checkOut={day(8)}&guests=0", "host", 422),
            "host-calendar": (self.calendar, "host", 200),
            "host-calendar-changed": (f"{self.calendar}?changed=3", "host", 200),
            "host-calendar-past": (f"{self.calendar}?month={day(-40)[:7]}", "host", 200),
            "host-calendar-units": (f"{self.many}?month={day(3)[:7]}", "host", 200),
            "host-calendar-arabic": (f"/ar{self.calendar}", "host", 200),
            "host-calendar-german": (f"/de{self.calendar}", "host", 200),
            "host-calendar-wrong": (self.calendar, "host", 422, {"from": day(9), "to": day(8), "price": "much", "minimum": "0"}),
            "host-calendar-nothing": (self.calendar, "host", 422, {"from": day(9), "to": day(9)}),
            "host-calendar-conflict": (self.calendar, "host", 409, {"from": day(3), "to": day(7), "do": "close"}),
            "host-calendar-foreign": (self.calendar, True, 403),
            "host-bookings": ("/host/bookings" if self.request and self.host_changing else "", "host", 200),
            **{f"host-bookings-{part}": (f"/host/bookings?show={part}", "host", 200) for part in PARTS},
            "host-bookings-none": (f"/host/bookings?show=past&property={self.draft.split('/')[-1]}", "host", 200),
            "host-bookings-arabic": ("/ar/host/bookings?show=arriving", "host", 200),
            "host-booking": (f"/host/bookings/{self.host_stay}", "host", 200),
            "host-booking-german": (f"/de/host/bookings/{self.host_stay}", "host", 200),
            "host-booking-cancelled": (f"/host/bookings/{self.host_gone}", "host", 200),
            "host-booking-change": (self.host_changing, "host", 200),
            "host-booking-change-arabic": ("/ar" + self.host_changing, "host", 200),
            "host-change-offer": (f"/host/bookings/{self.host_stay}/change?checkIn={day(4)}&checkOut={day(5)}&guests=1", "host", 200),
            "host-change-wrong": (f"/host/bookings/{self.host_stay}/change?checkIn={day(6)}&checkOut={day(4)}", "host", 422),
            "host-booking-foreign": (f"/host/bookings/{self.host_stay}", True, 403),
            "host-request": (self.request, "host", 200),
            "host-request-arabic": (f"/ar{self.request}", "host", 200),
            "host-decline": (f"{self.request}/decline", "host", 200),
            "host-decline-wrong": (f"{self.request}/decline", "host", 422, {"reason": "long " * 300}),
            "host-cancel": (f"/host/bookings/{self.host_stay}/cancel", "host", 200),
            "host-earnings": (f"/host/earnings?year={day(4)[:4]}", "host", 200),
            "host-earnings-arabic": (f"/ar/host/earnings?year={day(4)[:4]}", "host", 200),
            "host-earnings-none": ("/host/earnings?year=2001", "host", 200),
            "host-preview-draft": (self.draft.removeprefix("/host"), "host", 200),
            "error-404": ("/nothing/here", True, 404),
            "error-404-place": ("/properties/prop_nothing", False, 404),
            **{f"error-{kind}": (f"/styleguide/errors/{kind}", False, status) for kind, status in {
                "forbidden": 403, "gone": 410, "rateLimited": 429, "fault": 500, "unavailable": 503, "conflict": 409}.items()},
        }


# The parts of the editor that are one form each.
EDITOR = [
    "basics", "place", "spaces", "amenities", "description", "times", "price", "weekend", "discounts", "fees", "nights", "days", "booking",
    "party", "policy", "refunds",
]


# The parts of a host's bookings.
PARTS = ["toAnswer", "arriving", "inStay", "past", "ended"]


def filled(page, changes):
    """Fills in the page's own form as it should not be, and sends it past the browser's checks."""
    with page.expect_navigation():
        page.evaluate("""changes => {
            const form = [...document.querySelectorAll('main form')].find(one => one.elements[Object.keys(changes)[0]]);
            form.noValidate = true;
            for (const [name, value] of Object.entries(changes)) { form.elements[name].type = 'text'; form.elements[name].value = value; }
            form.requestSubmit();
        }""", changes)


def fields_of(text, name):
    """Where the form with a field of that name is sent, and what it has."""
    for attributes, inner in re.findall(r"<form([^>]*)>(.*?)</form>", text, re.DOTALL):
        if f'name="{name}"' not in inner:
            continue
        data = {}
        for tag in re.findall(r"<input[^>]*>", inner):
            found = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
            if found.get("type") not in ("checkbox", "radio") or " checked" in tag:
                data.setdefault(html.unescape(found.get("name", "")), []).append(html.unescape(found.get("value", "")))
        for one, options in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', inner, re.DOTALL):
            chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
            data[html.unescape(one)] = [html.unescape(chosen.group(1))]
        for one, value in re.findall(r'<textarea[^>]* name="([^"]*)"[^>]*>(.*?)</textarea>', inner, re.DOTALL):
            data[html.unescape(one)] = [html.unescape(value)]
        return html.unescape(re.search(r'action="([^"]*)"', attributes).group(1)), data
    raise AssertionError(f"no form has a field {name}")


def sent(person, path, changes, headers=None):
    """What comes back when the form of a page is sent with changes: None takes a field away, a list sends it several times."""
    cookie = {"Cookie": f"roost_session={person.token}", "Accept": "text/html"} | (headers or {})
    page = person.connection.get(path, headers=cookie)
    assert page.status_code == 200, f"{path}: {page.status_code}\n{page.text[:500]}"
    address, data = fields_of(page.text, next(iter(changes)))
    data |= {name: value if isinstance(value, list) else [value] for name, value in changes.items() if value is not None}
    for name in [name for name, value in changes.items() if value is None]:
        data.pop(name, None)
    return person.connection.post(address, data=data, headers=cookie)


# Looked at in every run; the others where the tests run in full.
EVERYDAY = [
    "home", "search-dates", "search-none", "search-wrong", "search-arabic", "property-free", "property-taken", "login", "register",
    "book", "checkout", "trip-waiting", "trip-confirmed", "change-offer", "change-agreed", "cancel", "trips", "account", "help", "error-404", "styleguide",
    "operator", "operator-bookings", "operator-booking", "operator-cancel", "operator-payment", "operator-refund", "operator-person",
    "operator-listings", "operator-mail", "operator-log",
    "host-listings", "host-new-wrong", "host-listing", "host-edit-meanwhile", "host-season-wrong", "host-price-check-answer",
    "host-calendar", "host-calendar-conflict", "host-bookings-arriving", "host-request", "host-booking-change", "host-change-offer", "host-earnings",
]
