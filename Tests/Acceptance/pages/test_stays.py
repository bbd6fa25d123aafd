"""What a guest takes along and looks at closely: the stay for the calendar, the pictures, why a stay is not possible, the dates."""

import contextlib
import datetime
import html
import json
import re
import sqlite3
import urllib.parse

import icalendar
import pytest

from inventory import Inventory
from roost.mail import Post
from roost.trade import act, book, booking_of, day, eventually, later, number, pay, place, stay_at, usd
from test_every_page import violations


@pytest.fixture(scope="module")
def inventory(town, folk):
    return Inventory(town, folk)


def page_for(folk, person, path):
    headers = {"Accept": "text/html"} | ({"Cookie": f"roost_session={person.token}"} if person else {})
    return folk.anyone.connection.get(path, headers=headers)


def test_a_confirmed_stay_goes_into_the_calendar_as_the_mail_brings_it(town, folk, inventory):
    booking = stay_at(folk.gina, place(folk.hilda))
    path = f"/trips/{booking['id']}/stay.ics"
    assert f'href="{path}"' in page_for(folk, folk.gina, f"/trips/{booking['id']}").text
    answer = page_for(folk, folk.gina, path)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/calendar")
    assert answer.headers["content-disposition"] == f'attachment; filename="stay-{booking["code"]}.ics"' and "no-store" in answer.headers["cache-control"]
    letters = Post(town).wait(folk.gina, booking["code"], 2)
    mailed = next(text for letter in letters for text in letter.calendars)
    events = [icalendar.Calendar.from_ical(text).walk("VEVENT")[0] for text in (answer.text, mailed)]
    for name in ("UID", "SUMMARY", "DTSTART", "DTEND", "LOCATION", "DESCRIPTION", "URL"):
        assert events[0][name] == events[1][name], name
    german = page_for(folk, folk.gina, "/de" + path).text
    assert "Aufenthalt" in german and icalendar.Calendar.from_ical(german).walk("VEVENT")[0]["UID"] == events[0]["UID"]
    # Nobody else's, and nothing before it is confirmed or after it is cancelled.
    assert page_for(folk, None, path).status_code == 303
    for person in (folk.hilda, folk.wim, inventory.operator):
        assert page_for(folk, person, path).status_code == 404
    for other in (inventory.held, inventory.cancelled):
        assert page_for(folk, folk.gina, f"/trips/{other}/stay.ics").status_code == 404
        assert "stay.ics" not in page_for(folk, folk.gina, f"/trips/{other}").text


def test_the_picture_is_seen_large_on_a_page_and_in_a_dialog(visit, inventory):
    path = f"/properties/{inventory.free[0][5]['id']}"
    plain = visit(script=False)
    page = plain.go(path)
    page.get_by_role("link", name="View larger").click()
    assert plain.path == path + "/photos" and page.locator(".photo img.drawing").count() == 1
    page.get_by_role("link", name="Back to the place").click()
    assert plain.path == path
    visitor = visit()
    page = visitor.go(path)
    link = page.get_by_role("link", name="View larger")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog.viewer[open] img.drawing")
    assert not violations(page)
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.viewer", state="hidden")
    assert visitor.path == path and page.evaluate("document.activeElement.dataset.viewer") == ""


def test_a_drawing_is_a_file_that_a_browser_keeps_for_ever(folk, inventory):
    get = folk.anyone.connection.get
    address = re.search(r'src="(/drawings/[^"]+)"', page_for(folk, None, f"/properties/{inventory.free[0][5]['id']}").text).group(1)
    answer = get(address)
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/svg+xml" and "immutable" in answer.headers["cache-control"]
    assert answer.text.startswith("<svg ") and get(address).text == answer.text
    edition, shape, kind, town, place_id, _ = address.removeprefix("/drawings/").split(".")
    other = "hotelRoom" if kind != "hotelRoom" else "entireHome"
    assert get(f"/drawings/{edition}.{shape}.{other}.{town}.{place_id}.svg").text != answer.text
    assert shape == "wide" and get(f"/drawings/{edition}.card.{kind}.{town}.{place_id}.svg").text != answer.text
    for wrong in (f"0.{shape}.{kind}.{town}.{place_id}.svg", f"{edition}.tall.{kind}.{town}.{place_id}.svg",
                  f"{edition}.{shape}.castle.{town}.{place_id}.svg", f"{edition}.{shape}.{kind}.xyz.{place_id}.svg",
                  f"{edition}.{shape}.{kind}.{town}.{'x' * 65}.svg", f"{edition}.{shape}.{kind}.{town}.{place_id}.png", "x.svg"):
        assert get("/drawings/" + wrong).status_code == 404, wrong


def test_photos_are_seen_with_their_captions_one_after_another(town, visit, folk):
    home = place(folk.hilda)
    # Photos are neither uploaded nor given by address yet: written where the server keeps them. Only pictures of this server
    # are let through to a browser (content security policy), so they are such.
    photos = [{"url": f"/share/{home['id']}.png?{number}", "alt": alt} for number, alt in enumerate(["The kitchen", ""], 1)]
    files = town.databases()
    if not files:
        pytest.skip("the house is not in files")
    changed = 0
    for path in files:
        with contextlib.closing(sqlite3.connect(path, timeout=10)) as database, database:
            if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'property'").fetchone():
                changed += database.execute("UPDATE property SET photos = ? WHERE id = ?", (json.dumps(photos), home["id"])).rowcount
    assert changed == 1
    path = f"/properties/{home['id']}"
    plain = visit(script=False)
    page = plain.go(path)
    assert page.locator(".hero-picture img").get_attribute("alt") == "The kitchen" and page.locator("img.drawing").count() == 0
    page.get_by_role("link", name="See all 2 photos").click()
    assert plain.path == path + "/photos" and [one.get_attribute("alt") for one in page.locator(".photo img").all()] == ["The kitchen", "Photo 2 of 2"]
    page.wait_for_load_state("load")
    assert page.locator(".photo img").first.evaluate("image => image.naturalWidth") == 1200
    for width, dark in ((375, False), (1440, True)):
        visitor = visit(width=width, dark=dark)
        page = visitor.go(path)
        page.get_by_role("link", name="See all 2 photos").click()
        page.wait_for_selector("dialog.viewer[open]")
        first, second = page.locator("dialog.viewer .photo").all()
        assert first.is_visible() and not second.is_visible() and "1 / 2" in page.inner_text("dialog.viewer")
        eventually(lambda: page.locator("dialog.viewer .photo img").first.evaluate("image => image.naturalWidth"), lambda size: size > 0, seconds=10, what="a picture")
        assert not violations(page)
        page.keyboard.press("ArrowRight")
        assert second.is_visible() and not first.is_visible() and "2 / 2" in page.inner_text("dialog.viewer")
        box = page.locator("dialog.viewer").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        page.get_by_role("button", name="Close").click()
        page.wait_for_selector("dialog.viewer", state="hidden")


def test_why_a_stay_is_not_possible_is_said_in_the_language_of_the_page(folk):
    home = place(folk.hilda, maximumGuests=2, minimumNights=2, maximumNights=10)
    folk.hilda.patch(f"/api/v1/properties/{home['id']}/rules", {"stays": {"arrivalDays": ["saturday"], "departureDays": ["saturday"]}})
    taken = place(folk.hilda)
    book(folk.gina, taken, start=31, nights=2)
    start = next(day(n) for n in range(30, 37) if datetime.date.fromisoformat(day(n)).weekday() == 2)
    asked = [
        f"/properties/{home['id']}?checkIn={start}&checkOut={later(start, 1)}&guests=5", f"/properties/{home['id']}?checkIn={start}&checkOut={later(start, 20)}&guests=1",
        f"/properties/{home['id']}?checkIn=2020-01-04&checkOut=2020-01-11&guests=1", f"/properties/{home['id']}?checkIn={day(740)}&checkOut={day(747)}&guests=1",
        f"/properties/{taken['id']}?checkIn={day(30)}&checkOut={day(34)}&guests=1"]
    english = re.compile(r"\b(Stays|begins?|nights?|place|takes|Taken|Leave|Begin|Choose|stay|can|earlier|later|most|least)\b")
    seen = 0
    for prefix, language in (("", "en"), ("/de", "de"), ("/ar", "ar")):
        for path in asked:
            text = page_for(folk, None, prefix + path).text
            reasons = re.findall(r'<p class="notice bad">(.*?)</p>', text, re.DOTALL)
            assert reasons, path
            for reason in reasons:
                reason = re.sub(r"<[^>]*>", "", reason)
                seen += 1
                assert "reason." not in reason and "{" not in reason and not re.search(r"\d{4}-\d\d-\d\d", reason), reason
                assert bool(english.search(reason)) == (language == "en"), reason
    assert seen > 20


def test_why_a_price_is_what_it_is_and_why_a_request_was_declined_are_said_so_too(folk):
    """The rule behind each line, for the host, and the one reason that Roost gives itself, for the guest."""
    home = place(folk.hilda, instantBook=False)
    folk.hilda.patch(f"/api/v1/properties/{home['id']}/rules", {
        "weekend": {"price": usd(15000)}, "discounts": {"lengthOfStay": [{"nights": 7, "percent": 12.5}]},
        "fees": {"cleaning": usd(4000), "extraGuest": {"amount": usd(1500), "includedGuests": 1}},
        "taxes": [{"name": "Kurtaxe", "amount": usd(250), "per": "personAndNight"}]})
    asked = [book(guest, home, start=40, nights=2) for guest in (folk.gina, folk.gus)]
    folk.hilda.post(f"/api/v1/bookings/{asked[0]['id']}/accept", expect=200)
    said = {"": ("your price", "once a stay", "12.5% of the nights", "2 persons × 7 nights", "The nights went to another guest."),
            "/de": ("Ihr Preis", "einmal je Aufenthalt", "12,5 % der Nächte", "2 Personen × 7 Nächte", "Die Nächte gingen an einen anderen Gast."),
            "/ar": ("سعرك", "مرة واحدة لكل إقامة", "من الليالي", "شخصان", "ذهبت الليالي إلى ضيف آخر.")}
    for prefix, (*words, why) in said.items():
        text = page_for(folk, folk.hilda, f"{prefix}/host/properties/{home['id']}/price-check?checkIn={day(30)}&checkOut={day(37)}&guests=2").text
        text = html.unescape(text).replace("\u00a0", " ").replace("\u202f", " ").replace("\u2068", "").replace("\u2069", "")
        for word in words:
            assert word in text, (prefix, word)
        assert "rounded" not in text or not prefix
        assert why in page_for(folk, folk.gus, f"{prefix}/trips/{asked[1]['id']}").text


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_who_comes_can_be_changed_to_the_last_pet(visit, folk, script):
    home = place(folk.hilda, maximumGuests=6)
    folk.hilda.patch(f"/api/v1/properties/{home['id']}/rules", {
        "taxes": [{"name": "City tax", "amount": usd(300), "per": "personAndNight", "exemptUnderAge": 12}]})
    booking = stay_at(folk.gina, home, start=50, nights=2)
    path = f"/trips/{booking['id']}/change"
    visitor = visit(script=script, token=folk.gina.token)
    page = visitor.go(path)
    assert [page.input_value(f"#{name}") for name in ("guests", "children", "childAges", "infants", "pets")] == ["2", "0", "", "0", "0"]
    page.fill("#children", "2")
    page.fill("#childAges", "5")
    page.get_by_role("button", name="See the new price").click()
    assert "Enter the ages of 2 children" in page.inner_text("#childAges-error") and page.input_value("#children") == "2"
    page.fill("#childAges", "5, 12")
    page.fill("#infants", "1")
    page.fill("#pets", "1")
    page.get_by_role("button", name="See the new price").click()
    offer = page.inner_text("section[aria-labelledby=offer]")
    assert "2 adults · 2 children (5, 12) · 1 infant · 1 pet" in offer and "$218.00" in offer
    assert not script or not violations(page)
    page.get_by_role("button", name="Propose this change").click()
    proposed = folk.gina.get(f"/api/v1/bookings/{booking['id']}/alterations").json()["items"][0]
    assert proposed["party"] == {"adults": 2, "children": 2, "childAges": [5, 12], "infants": 1, "pets": 1}
    assert proposed["difference"] == usd(600) and "2 children (5, 12)" in page.inner_text("main")
    # The host is told who would come in the list of what waits for an answer.
    whole = "2 adults · 2 children (5, 12) · 1 infant · 1 pet"
    assert whole in page_for(folk, folk.hilda, "/host/bookings?show=toAnswer").text
    hosting = f"/host/bookings/{booking['id']}/change"

    def may_leave(person, path):
        """Whether the form of a page may lead to a provider's."""
        answer = page_for(folk, person, path)
        assert answer.status_code == 200
        return "form-action 'self' https:" in answer.headers["content-security-policy"]

    assert not may_leave(folk.gina, path) and not may_leave(folk.hilda, hosting)
    # The other side sees the same; once it counts, it is what the form begins with.
    folk.hilda.post(f"/api/v1/alterations/{proposed['id']}/accept", expect=200)
    assert may_leave(folk.gina, path) and not may_leave(folk.hilda, hosting)
    payment = folk.gina.post(f"/api/v1/alterations/{proposed['id']}/payments", {"provider": "test"}).json()
    act(folk.gina, payment, "succeed")
    eventually(lambda: booking_of(folk.gina, booking), lambda seen: seen["party"]["pets"] == 1, what="the change")
    page = visitor.go(path)
    assert [page.input_value(f"#{name}") for name in ("guests", "children", "childAges", "infants", "pets")] == ["2", "2", "5, 12", "1", "1"]
    assert whole in page_for(folk, folk.hilda, "/host/bookings?show=arriving").text
    # Other ages alone are a change too, with the comma of each language.
    for ages in ("5, 13", "5، 13"):
        page = visitor.go(f"{path}?childAges={urllib.parse.quote(ages)}")
        assert "2 adults · 2 children (5, 13) · 1 infant · 1 pet" in page.inner_text("section[aria-labelledby=offer]"), ages
    for wrong in ("guests=0", "children=-1", "children=x", "infants=1001", "pets=1.5", "childAges=5,18", "childAges=5", "childAges=a,b"):
        visitor.go(f"{path}?{wrong}&checkIn={booking['checkIn']}", expect=422)


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_a_child_is_told_from_the_page_of_a_place_to_the_booking(visit, folk, script):
    home = place(folk.hilda, maximumGuests=3)
    folk.hilda.patch(f"/api/v1/properties/{home['id']}/rules", {
        "taxes": [{"name": "City tax", "amount": usd(300), "per": "personAndNight", "exemptUnderAge": 12}]})
    guest = folk.new("carla")
    path = f"/properties/{home['id']}"
    visitor = visit(script=script, token=guest.token)
    page = visitor.go(f"{path}?checkIn={day(20)}&checkOut={day(22)}")
    assert [page.input_value(f"#{name}") for name in ("guests", "children", "childAges", "infants", "pets")] == ["2", "0", "", "0", "0"]
    page.get_by_text("Children, infants and pets").click()
    # No more can be chosen than the place takes: adults and children together, three.
    assert page.get_attribute("#guests", "max") == "3"
    if script:
        more = {kind: page.get_by_role("button", name=f"One more: {kind}") for kind in ("Adults", "Children from 2 to 17", "Infants under 2")}
        assert all(button.is_enabled() for button in more.values())
        more["Children from 2 to 17"].click()
        assert not more["Adults"].is_enabled() and not more["Children from 2 to 17"].is_enabled() and more["Infants under 2"].is_enabled()
        page.get_by_role("button", name="One less: Children from 2 to 17").click()
        assert more["Adults"].is_enabled()
    # An age that belongs to no child is not passed over.
    page.fill("#childAges", "5")
    page.locator(".dates-form > button").click()
    assert "Add the children first" in page.inner_text("#childAges-error") and page.get_by_role("button", name="Reserve").count() == 0
    assert page.input_value("#childAges") == "5"
    page.fill("#children", "1")
    page.locator(".dates-form > button").click()
    assert page.input_value("#children") == "1" and page.input_value("#childAges") == "5" and page.locator("#children").is_visible()
    # Two adults pay the tax for two nights, the child does not.
    assert "$212.00" in page.inner_text("#book .price .sum")
    assert not script or not violations(page)
    page.get_by_role("button", name="Reserve").click()
    assert visitor.path.startswith("/checkout/") and "2 adults · 1 child (5)" in page.inner_text("main") and "$212.00" in page.inner_text("main")
    booking = guest.get("/api/v1/bookings").json()["items"][0]
    assert booking["party"] == {"adults": 2, "children": 1, "childAges": [5], "infants": 0, "pets": 0} and booking["total"] == usd(21200)
    # Who signs in on the way comes back with the child; the same goes for the dates of the calendar, and a host's check of the price.
    stranger = visit(script=script)
    page = stranger.go(f"{path}?checkIn={day(30)}&checkOut={day(32)}&guests=1&children=2&childAges=5,%2014")
    assert "children=2&childAges=5%2C%2014" in html.unescape(page.locator(".months a[href]").last.get_attribute("href"))
    page.get_by_role("button", name="Reserve").click()
    assert "children%3D2%26childAges%3D5" in page.url
    page = visit(script=script, token=folk.hilda.token).go(
        f"/host/properties/{home['id']}/price-check?checkIn={day(30)}&checkOut={day(32)}&guests=1&children=2&childAges=5,14")
    assert "$212.00" in page.inner_text("#answer") and page.input_value("#childAges") == "5,14"
    for wrong in ("guests=0", "children=-1", "children=x", "children=1001", "childAges=5,18", "childAges=5", "children=1&childAges=a"):
        page = visitor.go(f"{path}?{wrong}&checkIn={day(30)}&checkOut={day(32)}", expect=422)
        assert page.title().startswith("Error: ") and page.get_by_role("button", name="Reserve").count() == 0, wrong
    page = visitor.go(f"{path}?children=2&checkIn={day(30)}&checkOut={day(32)}")
    assert page.get_by_role("button", name="Reserve").count() == 0 and "3 guests" in page.inner_text("#book .notice.bad")


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_who_comes_is_told_from_the_search_to_the_booking(visit, folk, script):
    name = f"Heron {number()}"
    home = place(folk.hilda, title=f"{name} house", maximumGuests=4)
    crowded = place(folk.hilda, title=f"{name} nook", maximumGuests=3)
    petless = place(folk.hilda, title=f"{name} loft", maximumGuests=4)
    folk.hilda.patch(f"/api/v1/properties/{petless['id']}/rules", {"party": {"maximumPets": 0}})
    guest = folk.new("fenna")
    visitor = visit(script=script, token=guest.token)
    page = visitor.go("/")
    who = ("guests", "children", "childAges", "infants", "pets")
    assert [page.input_value(f"#{name}") for name in who] == ["2", "0", "", "0", "0"] and not page.locator("#children").is_visible()
    button = page.get_by_role("button", name="Search", exact=True).last
    summary = page.locator("details.others > summary")
    summary.click()
    # An age that belongs to no child is not passed over, and is seen at once.
    page.fill("#childAges", "5")
    button.click()
    assert page.title().startswith("Error: ") and "Add the children first" in page.inner_text("#childAges-error")
    assert page.locator("#childAges").is_visible() and page.input_value("#childAges") == "5"
    assert not script or not violations(page)
    page.fill("#children", "2")
    page.fill("#childAges", "5, 12")
    page.fill("#infants", "1")
    page.fill("#pets", "1")
    page.fill("#checkIn", day(20))
    page.fill("#checkOut", day(22))
    button.click()
    assert not page.title().startswith("Error: ") and summary.inner_text() == "2 children (5, 12) · 1 infant · 1 pet"
    assert [page.input_value(f"#{name}") for name in who] == ["2", "2", "5, 12", "1", "1"] and not page.locator("#children").is_visible()

    def found(more):
        answer = visitor.go(f"/search?q={name.replace(' ', '+')}&checkIn={day(20)}&checkOut={day(22)}{more}")
        return {card.get_attribute("data-id") for card in answer.locator(".card.place").all()}

    everyone = "&guests=2&children=2&childAges=5,%2012&infants=1&pets=1"
    assert found("&guests=2") == {home["id"], crowded["id"], petless["id"]}
    assert found("&guests=2&pets=1") == {home["id"], crowded["id"]} and found("&guests=2&children=2&pets=0") == {home["id"], petless["id"]}
    assert found(everyone) == {home["id"]}
    # What the next page, the map and other days lead to has all of them, and none that do not come.
    links = [html.unescape(link.get_attribute("href")) for link in page.locator(".card.place a, .map .pin").all()]
    assert len(links) > 1 and all("guests=2&children=2&childAges=5%2C%2012&infants=1&pets=1" in link for link in links), links
    page.locator(".card.place").get_by_role("link").click()
    assert visitor.path.startswith(f"/properties/{home['id']}?") and [page.input_value(f"#{name}") for name in who] == ["2", "2", "5, 12", "1", "1"]
    page.get_by_role("button", name="Reserve").click()
    assert visitor.path.startswith("/checkout/") and "2 adults · 2 children (5, 12) · 1 infant · 1 pet" in page.inner_text("main")
    assert guest.get("/api/v1/bookings").json()["items"][0]["party"] == {"adults": 2, "children": 2, "childAges": [5, 12], "infants": 1, "pets": 1}

    # A search that finds nothing says that it is the party, and leaves it out of nothing that it offers.
    page = visitor.go(f"/search?guests=900&children=2&pets=3&q={name.replace(' ', '+')}")
    assert "No place takes 900 adults · 2 children · 3 pets together" in page.inner_text("section.none")
    assert not found("&guests=2&children=2&pets=1&bedrooms=30")
    offers = [html.unescape(link.get_attribute("href")) for link in page.locator("section.none ul a").all()]
    assert offers and all("guests=2&children=2&pets=1" in link for link in offers), offers
    for wrong in ("guests=0", "children=-1", "children=x", "infants=1001", "pets=1.5", "children=2&childAges=5,18", "children=2&childAges=5", "childAges=a"):
        page = visitor.go(f"/search?{wrong}", expect=422)
        assert page.locator(f"#{wrong.split('&')[-1].split('=')[0]}[aria-invalid=true]").is_visible(), wrong


def test_who_else_comes_lies_over_the_page_until_one_turns_elsewhere(visit):
    visitor = visit(width=1440)
    page = visitor.go("/")
    summary, children = page.locator("details.others > summary"), page.locator("#children")
    place = page.locator("#featured").bounding_box()
    summary.press("Enter")
    assert children.is_visible() and page.locator("#featured").bounding_box() == place
    page.get_by_role("button", name="One more: Children from 2 to 17").click()
    page.get_by_role("button", name="One more: Pets").click()
    assert summary.inner_text() == "Children from 2 to 17: 1 · Pets: 1"
    children.press("Escape")
    assert not children.is_visible() and page.evaluate("document.activeElement.tagName") == "SUMMARY"
    summary.press("Enter")
    page.locator("#location").click()
    assert not children.is_visible()
    # On a narrow screen it is a part of the form and stays, so that no button moves away from under the finger.
    page = visit(width=375).go("/de/")
    page.locator("details.others > summary").click()
    page.locator("#location").click()
    assert page.locator("#children").is_visible() and page.evaluate("document.documentElement.scrollWidth") <= 375
    page.locator(".party input[type=number]").first.fill("3")
    with page.expect_navigation():
        page.get_by_role("button", name="Suchen", exact=True).last.click()
    assert "guests=3" in page.url


def test_a_guest_reads_who_cancelled_a_stay(folk, inventory):
    words = {
        "": ("You cancelled this booking on", "The host cancelled this booking on", "The operator of this site cancelled this booking on"),
        "/de": ("Sie haben diese Buchung storniert:", "Der Gastgeber hat diese Buchung storniert:", "Der Betreiber dieser Seite hat diese Buchung storniert:"),
        "/ar": ("ألغيت هذا الحجز:", "ألغى المضيف هذا الحجز:", "ألغى مشغّل هذا الموقع هذا الحجز:"),
    }
    for who, person in enumerate((folk.gina, folk.hilda, inventory.operator)):
        booking = stay_at(folk.gina, place(folk.hilda))
        person.post(f"/api/v1/bookings/{booking['id']}/cancel", {}, expect=200)
        for prefix, sentences in words.items():
            state = re.search(r'id="state">(.*?)</p>', page_for(folk, folk.gina, f"{prefix}/trips/{booking['id']}").text, re.DOTALL).group(1)
            assert [sentence in html.unescape(state) for sentence in sentences] == [index == who for index in range(3)], state
        # An operator who looks at it reads the guest's name, as on the host's page.
        if who == 0:
            assert "cancelled this booking on" in page_for(folk, inventory.operator, f"/host/bookings/{booking['id']}").text
            assert "You cancelled" not in page_for(folk, inventory.operator, f"/host/bookings/{booking['id']}").text


def open_dates(visit, path):
    visitor = visit(width=1024)
    page = visitor.go(path)
    page.locator("#book .choose-dates").click()
    page.wait_for_selector("dialog[open] .grid-day[tabindex='0']")
    return visitor, page


def focused(page):
    return page.evaluate("document.activeElement.dataset.day")


def test_the_calendar_is_moved_through_by_keys_and_says_what_each_day_is(visit, folk):
    home = place(folk.hilda)
    check_in = day(40)
    book(folk.gina, home, start=42, nights=1)
    visitor, page = open_dates(visit, f"/properties/{home['id']}?checkIn={check_in}&checkOut={later(check_in, 1)}&guests=1")
    page.locator("dialog .grid-day[aria-label*='$']").first.wait_for()
    assert focused(page) == check_in and page.locator("dialog .grid-day[tabindex='0']").count() == 1
    for key, days in (("ArrowRight", 1), ("ArrowLeft", -1), ("ArrowDown", 7), ("ArrowUp", -7)):
        before = focused(page)
        page.keyboard.press(key)
        assert focused(page) == later(before, days), key
    page.keyboard.press("PageDown")
    assert focused(page)[:7] > check_in[:7]
    page.keyboard.press("PageUp")
    page.keyboard.press("Shift+PageDown")
    assert int(focused(page)[:4]) == int(check_in[:4]) + 1
    page.keyboard.press("Shift+PageUp")
    assert focused(page) == check_in
    page.keyboard.press("Home")
    first = focused(page)
    page.keyboard.press("End")
    assert later(first, 6) == focused(page)
    # A taken night can be reached and says so; choosing it changes nothing.
    while focused(page) != later(check_in, 2):
        page.keyboard.press("ArrowRight" if focused(page) < later(check_in, 2) else "ArrowLeft")
    label = page.evaluate("document.activeElement.ariaLabel")
    assert "taken" in label and page.evaluate("document.activeElement.ariaDisabled") == "true"
    page.keyboard.press("Enter")
    assert page.locator("dialog [role=status]").inner_text() == "taken"
    assert not violations(page)
    # Two nights before it: said with the nights, the days and the whole price.
    page.get_by_role("button", name="Clear").click()
    page.locator(f"dialog [data-day='{day(38)}']").click()
    page.locator(f"dialog [data-day='{day(40)}']").click()
    page.locator("dialog [role=status]", has_text="$200.00").wait_for()
    page.get_by_role("button", name="Use these dates").click()
    assert page.input_value("#checkIn") == day(38)
    opener = page.locator("#book .choose-dates")
    assert opener.inner_text().startswith("Change dates, ") and page.evaluate("document.activeElement.className").endswith("choose-dates")
    opener.click()
    page.get_by_role("button", name="Any dates").click()
    assert page.input_value("#checkIn") == page.input_value("#checkOut") == ""


def test_left_and_right_swap_where_one_reads_from_right_to_left(visit, folk):
    home = place(folk.hilda)
    check_in = day(40)
    visitor, page = open_dates(visit, f"/ar/properties/{home['id']}?checkIn={check_in}&checkOut={later(check_in, 1)}&guests=1")
    page.keyboard.press("ArrowLeft")
    assert focused(page) == later(check_in, 1)
    page.keyboard.press("ArrowRight")
    assert focused(page) == check_in
