"""What hosts type and what is sent in their name: hostile text, tampered forms, posts from elsewhere, other people's places."""

import html
import re

import pytest

from inventory import EDITOR, fields_of, listing, sent
from roost.trade import day, usd
from test_bad_input import HOSTILE


@pytest.fixture(scope="module")
def host(folk):
    return folk.new("hiro")


@pytest.fixture(scope="module")
def other(folk):
    other = folk.new("olga")
    listing(other, "Elsewhere")
    return other


@pytest.fixture(scope="module")
def place(host):
    return listing(host, "A place for trouble").json()["id"]


def as_reader(person):
    return {"Cookie": f"roost_session={person.token}", "Accept": "text/html"}


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_typed_is_text_on_every_host_page(visit, folk, text):
    host = folk.new("nils")
    visitor = visit(token=host.token)
    page = visitor.go("/host/properties/new")
    page.evaluate("""text => { const f = document.querySelector('form[data-once]'); f.noValidate = true;
        for (const name of ['title', 'town', 'maximumGuests', 'nightlyPrice']) { f.elements[name].type = 'text'; f.elements[name].value = text; } f.requestSubmit(); }""", text)
    page.wait_for_selector("#problems")
    assert page.title().startswith("Error: ") and page.title() != "pwned" and page.evaluate("document.activeElement.id") == "problems"
    one = listing(host, text[:100], description=text, amenities=["wifi", re.sub(r"[^A-Za-z]", " ", text)[:60] or "x"]).json()["id"]
    host.put(f"/api/v1/properties/{one}/rules", {"taxes": [{"name": text[:100], "percent": 3}], "seasons": [
        {"name": text[:100], "from": day(10), "to": day(12), "price": usd(5000)}]})
    paths = ["/host", f"/host/properties/{one}", f"/host/properties/{one}/basics", f"/host/properties/{one}/description", f"/host/properties/{one}/amenities",
             f"/host/properties/{one}/taxes", f"/host/properties/{one}/seasons?item=0", f"/host/properties/{one}/price-check?checkIn={day(10)}&checkOut={day(12)}&guests=1",
             f"/host/calendar/{one}", f"/host/bookings?property={one}"]
    for path in paths:
        page = visitor.go(path)
        assert page.title() != "pwned" and page.locator("main img:not([src^='/drawings/']), main script").count() == 0, path
    assert page.locator("#property option", has_text=text[:20].strip()).count() or "\u202e" in text


def test_the_list_of_problems_says_which_field_each_is_about(host, place):
    answer = sent(host, f"/host/properties/{place}/basics", {"title": "", "unitCount": "9999"})
    assert answer.status_code == 422
    listed = html.unescape(re.search(r'id="problems".*?</div>', answer.text, re.DOTALL).group(0))
    assert "Title: This is needed." in listed and "How many of this kind: Enter a number from 1 to 500." in listed
    for prefix, words in (("", "This is too large. Enter $10,000,000,000.00 at most."), ("/de", "Das ist zu viel."), ("/ar", "هذا أكبر مما ينبغي.")):
        answer = sent(host, f"{prefix}/host/calendar/{place}", {"from": day(9), "to": day(9), "price": "9999999999999"})
        assert answer.status_code == 422 and words in html.unescape(answer.text)
    answer = sent(host, f"/host/calendar/{place}", {"from": day(9), "to": day(9), "price": "0"})
    assert answer.status_code == 422 and "Enter an amount above zero." in answer.text
    answer = sent(host, f"/host/properties/{place}/discounts", {"discounts-lengthOfStay-0-nights": "3", "discounts-lengthOfStay-0-percent": "500"})
    assert "Longer stays: Enter a number from 0 to 100." in html.unescape(answer.text)
    answer = sent(host, f"/host/calendar/{place}", {"from": day(9), "to": day(8), "price": "much"})
    assert "Price of a night (USD): Enter an amount" in html.unescape(answer.text)


def test_long_text_empty_names_and_emoji_are_kept_or_refused_with_words(host, place):
    many = "ü😀" * 5000  # 10,000 characters, 40 KB of UTF-8, 90 KB as a form
    assert sent(host, f"/host/properties/{place}/description", {"description": many}).status_code == 303
    assert host.get(f"/api/v1/properties/{place}").json()["description"] == many
    answer = sent(host, f"/host/properties/{place}/description", {"description": "x" * 20_001})
    assert answer.status_code == 422 and "20000 characters" in answer.text and "x" * 20_001 in answer.text
    for title, words in (("", "is needed"), (" \t ", "is needed"), ("y" * 201, "200 characters"), ("a\u0007b", "control characters")):
        answer = sent(host, f"/host/properties/{place}/basics", {"title": title})
        assert answer.status_code == 422 and words in answer.text, f"{title!r}: {answer.text[:3000]}"
    assert sent(host, f"/host/properties/{place}/basics", {"title": "😀👩‍👩‍👧‍👦"}).status_code == 303
    assert host.get(f"/api/v1/properties/{place}").json()["title"] == "😀👩‍👩‍👧‍👦"
    assert sent(host, f"/host/properties/{place}/description", {"description": "z" * 300_000}).status_code == 413


@pytest.mark.parametrize("section, changes", [
    ("basics", {"roomType": "castle"}), ("basics", {"unitCount": "0"}), ("basics", {"unitCount": "99999999999999999999"}), ("spaces", {"bathrooms": "1.3"}),
    ("spaces", {"maximumGuests": "-1"}), ("spaces", {"beds": "two"}), ("place", {"location-country": "USA"}), ("place", {"location-latitude": "91"}),
    ("place", {"location-longitude": "nan"}), ("place", {"timeZone": "Mars/Olympus"}), ("times", {"checkInFrom": "25:00"}), ("price", {"nightlyPrice": "0"}),
    ("price", {"nightlyPrice": "1,234"}), ("price", {"nightlyPrice-currency": "DOGE"}), ("price", {"nightlyPrice": ""}), ("weekend", {"weekend-price": "-5"}), ("weekend", {"weekend-days": "someday"}),
    ("discounts", {"discounts-lengthOfStay-0-nights": "7"}), ("discounts", {"discounts-lengthOfStay-0-nights": "7", "discounts-lengthOfStay-0-percent": "100"}),
    ("fees", {"fees-extraGuest-amount": "10"}), ("nights", {"minimumNights": "9", "maximumNights": "3"}), ("nights", {"openUntil": "2026-02-30"}),
    ("days", {"stays-minimumNightsByArrival-monday": "366"}), ("booking", {"booking-noticeDays": "400"}), ("booking", {"booking-windowMonths": "25"}),
    ("booking", {"preparation-daysBefore": "31"}), ("party", {"party-maximumPets": "many"}), ("policy", {"cancellationPolicy": "never"}), ("amenities", {"amenities-more": "!!!"}),
    ("description", {"description": "a\u0000b"}), ("refunds", {"cancellation-steps-0-daysBefore": "7"}), ("refunds", {"cancellation-graceHours": "9999"}),
    ("refunds", {"cancellation-steps-0-daysBefore": "7", "cancellation-steps-0-percent": "0"}),
])
def test_what_a_part_can_not_be_is_refused_at_its_field(host, place, section, changes):
    before = [host.get(f"/api/v1/properties/{place}").json(), host.get(f"/api/v1/properties/{place}/rules").json()]
    answer = sent(host, f"/host/properties/{place}/{section}", changes)
    assert answer.status_code == 422, f"{answer.status_code}\n{answer.text[:2000]}"
    assert "<title>Error: " in answer.text and 'class="error"' in answer.text
    fields = re.findall(r'<li><a href="#([^"]+)">', answer.text)
    assert fields and all(f'id="{field}"' in answer.text for field in fields), fields
    for name, value in changes.items():
        assert name in ("roomType", "weekend-days", "cancellationPolicy") or html.escape(value, quote=True).replace("&#x27;", "&#39;") in answer.text
    assert [host.get(f"/api/v1/properties/{place}").json(), host.get(f"/api/v1/properties/{place}/rules").json()] == before


def test_contradictions_are_told_by_name(host, place):
    base = f"/host/properties/{place}/seasons?item=new"
    assert sent(host, base, {"name": "First", "from": day(300), "to": day(310), "price": "50"}).status_code == 303
    answer = sent(host, base, {"name": "Second", "from": day(305), "to": day(320), "price": "60"})
    assert answer.status_code == 422 and "both cover" in answer.text and 'value="Second"' in answer.text
    assert sent(host, base, {"name": "Second", "from": day(305), "to": day(320), "price": "60", "rank": "1"}).status_code == 303
    answer = sent(host, f"/host/properties/{place}/taxes?item=new", {"name": "Both", "percent": "5", "amount": "2"})
    assert answer.status_code == 422 and "not both" in answer.text
    # One is taken out, and only that one.
    address, data = fields_of(host.connection.get(f"/host/properties/{place}/seasons?item=0", headers=as_reader(host)).text, "do")
    assert host.connection.post(address, data=data, headers=as_reader(host)).status_code == 303
    assert [one["name"] for one in host.get(f"/api/v1/properties/{place}/rules").json()["seasons"]] == ["Second"]


def test_forms_from_elsewhere_and_without_their_token_change_nothing(host, place):
    before = host.get(f"/api/v1/properties/{place}").json()
    for path, changes in [(f"/host/properties/{place}/{section}", {field: "1"}) for section, field in (("basics", "title"), ("price", "nightlyPrice"))] + [
            (f"/host/calendar/{place}", {"from": day(9), "to": day(9), "do": "close"}), ("/host/properties/new", {"title": "Mine", "town": "Albany, NY", "nightlyPrice": "50"})]:
        for bad, headers in (({"token": "0" * 64}, {}), ({"token": None}, {}), ({}, {"Sec-Fetch-Site": "cross-site"}), ({}, {"Origin": "https://evil.example"})):
            cookie = as_reader(host)
            address, data = fields_of(host.connection.get(path, headers=cookie).text, next(iter(changes)))
            data |= changes
            for name, value in bad.items():
                data.pop(name, None)
                if value is not None:
                    data[name] = value
            answer = host.connection.post(address, data=data, headers=cookie | headers)
            assert answer.status_code == 403 and "<h1>" in answer.text, f"{path} {bad} {headers}: {answer.status_code}"
    assert host.get(f"/api/v1/properties/{place}").json() == before
    assert all(night["available"] for night in host.get(f"/api/v1/properties/{place}/calendar", params={"from": day(9), "to": day(10)}).json()["items"])


def test_another_hosts_place_is_nobody_elses_to_change(host, other, place, folk):
    draft = listing(host, "Not yet", status="draft").json()["id"]
    parts = [*EDITOR, "seasons", "taxes", "price-check"]
    for one, status in ((place, 403), (draft, 404), ("prop_nothing", 404), ("%00", 404), ("prop_" + "x" * 2000, 404)):
        for path in [f"/host/properties/{one}", f"/host/calendar/{one}"] + [f"/host/properties/{one}/{part}" for part in parts]:
            answer = other.connection.get(path, headers=as_reader(other))
            assert answer.status_code in (status, 414, 400) and "<h1>" in answer.text, f"{path}: {answer.status_code}"
    token = re.search(r'name="token" value="(\w+)"', other.connection.get("/host/properties/new", headers=as_reader(other)).text).group(1)
    for path, data in ((f"/host/properties/{place}/basics", {"title": "Stolen"}), (f"/host/properties/{place}/status", {"status": "paused"}),
                       (f"/host/calendar/{place}", {"from": day(9), "to": day(9), "do": "close"}), (f"/host/properties/{place}/taxes", {"item": "new", "name": "x", "percent": "50"})):
        assert other.connection.post(path, data=data | {"token": token}, headers=as_reader(other)).status_code == 403, path
    assert host.get(f"/api/v1/properties/{place}").json()["status"] == "listed"
    # Someone else's place named beside one's own is left alone.
    mine = listing(other, "Olga's own").json()["id"]
    answer = sent(other, f"/host/calendar/{mine}", {"from": day(200), "to": day(200), "do": "close", "others": place})
    assert answer.status_code == 409
    assert host.get(f"/api/v1/properties/{place}/calendar", params={"from": day(200), "to": day(201)}).json()["items"][0]["available"]


def test_a_booking_is_its_hosts_to_answer(host, other, folk):
    place = listing(host, "On request", instantBook=False).json()["id"]
    guest = folk.new("gus")
    booking = guest.post("/api/v1/bookings", {"propertyId": place, "checkIn": day(20), "checkOut": day(22), "guests": 1}).json()["id"]
    for person, status in ((other, 404), (guest, 403)):
        token = re.search(r'name="token" value="(\w+)"', person.connection.get("/account", headers=as_reader(person)).text).group(1)
        for path in ("", "/decline", "/cancel"):
            assert person.connection.get(f"/host/bookings/{booking}{path}", headers=as_reader(person)).status_code == status
        for path in ("/accept", "/decline", "/cancel"):
            assert person.connection.post(f"/host/bookings/{booking}{path}", data={"token": token}, headers=as_reader(person)).status_code == status
    assert guest.get(f"/api/v1/bookings/{booking}").json()["status"] == "requested"
    answer = sent(host, f"/host/bookings/{booking}/decline", {"reason": "r" * 1001})
    assert answer.status_code == 422 and "1000 characters" in answer.text
    # What has lapsed or was answered elsewhere can't be answered again.
    guest.post(f"/api/v1/bookings/{booking}/cancel")
    token = re.search(r'name="token" value="(\w+)"', host.connection.get("/account", headers=as_reader(host)).text).group(1)
    assert host.connection.post(f"/host/bookings/{booking}/accept", data={"token": token}, headers=as_reader(host)).status_code == 422
    answer = host.connection.post(f"/host/bookings/{booking}/accept", data={"token": token, "key": "1"}, headers=as_reader(host))
    assert answer.status_code == 409 and "<title>Error: " in answer.text


def test_a_double_click_makes_one_draft(folk):
    host = folk.new("dot")
    cookie = as_reader(host)
    address, data = fields_of(host.connection.get("/host/properties/new", headers=cookie).text, "town")
    data |= {"title": "Once", "town": "Albany, NY", "nightlyPrice": "50"}
    first, again = (host.connection.post(address, data=data, headers=cookie) for _ in range(2))
    assert first.status_code == again.status_code == 303 and first.headers["location"] == again.headers["location"]
    assert host.connection.get("/host", headers=cookie).text.count('class="card listing"') == 1


def test_host_pages_are_nobodys_business(folk, host, place):
    for path in ("/host", "/host/properties/new", f"/host/properties/{place}", f"/host/calendar/{place}", "/host/bookings", "/host/earnings"):
        answer = folk.anyone.connection.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == 303 and answer.headers["location"] == f"/login?next={path}"
        answer = host.connection.get(path, headers=as_reader(host))
        assert answer.headers["cache-control"] == "no-store" and '<meta name="robots" content="noindex">' in answer.text
    guest = folk.new("gesine")
    for path in (f"/host/properties/{place}", f"/host/properties/{place}/price", f"/host/calendar/{place}", "/host/bookings", "/host/bookings.csv", "/host/earnings"):
        answer = guest.connection.get(path, headers=as_reader(guest))
        assert answer.status_code == 403 and 'href="/host/properties/new"' in answer.text, path
    for path in ("/host", "/host/properties/new"):
        assert guest.connection.get(path, headers=as_reader(guest)).status_code == 200, path
