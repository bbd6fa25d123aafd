"""The guest's journey from the first page to a cancelled stay: with a script, without one, and with the keyboard alone."""

import datetime

import pytest

from inventory import Inventory, listing
from roost.trade import PASSWORD, day, number


@pytest.fixture(scope="module")
def inventory(town, folk):
    return Inventory(town, folk)


def total(text):
    """$1,234.50 in cents."""
    digits = text.replace("$", "").replace(",", "").strip()
    return round(float(digits) * 100)


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_from_the_first_page_to_a_cancelled_stay(visit, folk, inventory, script):
    found, check_in, check_out = inventory.free
    visitor = visit(script=script)
    page = visitor.go("/")
    page.fill("#location", "Albany")
    page.fill("#checkIn", check_in)
    page.fill("#checkOut", check_out)
    page.get_by_role("button", name="Search", exact=True).last.click()
    assert visitor.path.startswith("/search?location=Albany")
    cards = page.locator(".card.place")
    assert cards.count() > 3
    # A place that is booked at once; the price is the whole price from here on.
    title = found[6]["title"]
    if page.locator(".card.place", has_text=title).count() == 0:
        page.goto(page.url + "&instantBook=true&q=" + title.split()[0])
    card = page.locator(f'.card.place[data-id="{found[6]["id"]}"]')
    shown = total(card.locator(".card-price b").inner_text())
    card.get_by_role("link").click()
    lines = [total(text) for text in page.locator("#book .price tbody td").all_inner_texts()]
    assert sum(lines) == total(page.locator("#book .price .sum td").inner_text()) == shown
    page.get_by_role("button", name="Reserve").click()

    # Signs up on the way and comes back to the same stay.
    assert visitor.path.startswith("/login?next=")
    page.fill("#new-name", "Nadia New")
    page.fill("#new-email", f"nadia.{number()}@example.com")
    page.fill("#new-password", "password123")
    page.get_by_role("button", name="Register").click()
    # Too common: said at the field, and nothing else has to be typed again.
    assert visitor.path == "/register" and page.title().startswith("Error: ") and page.input_value("#name") == "Nadia New"
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Register").click()
    assert "/book?" in visitor.path and check_in in visitor.path
    assert total(page.locator(".price .sum td").inner_text()) == shown
    page.get_by_role("button", name="Reserve").click()

    assert visitor.path.startswith("/checkout/")
    assert "Held for you until" in page.inner_text("main")
    page.get_by_role("button", name="I need more time").click()
    assert total(page.locator(".price .sum td").inner_text()) == shown
    button = page.get_by_role("button", name="and book")
    assert f"{shown / 100:,.2f}" in button.inner_text()
    button.click()

    assert "No money moves" in page.inner_text("main")
    page.get_by_role("button", name="Be declined").click()
    assert "declined" in page.inner_text("main")
    page.get_by_role("link", name="Pay now").click()
    page.get_by_role("button", name="and book").click()
    page.get_by_role("button", name="Pay", exact=True).click()
    assert visitor.path.startswith("/trips/") and "Confirmed" in page.inner_text("main")

    page.get_by_role("link", name="Trips").first.click()
    page.get_by_role("link", name=title).first.click()
    page.get_by_role("link", name="Cancel this stay").click()
    assert f"{shown / 100:,.2f}" in page.inner_text("main .notice")
    page.get_by_role("button", name="back").click()
    assert "cancelled" in page.inner_text("main") and f"${shown / 100:,.2f}" in page.inner_text("main")
    page.get_by_role("button", name="Sign out").click()
    assert visitor.path == "/" and page.get_by_role("link", name="Sign in").count()


def test_a_trip_that_waits_for_its_payment_offers_no_second_one(visit, inventory):
    booking, address = inventory.waiting
    page = visit(token=inventory.guest.token).go(f"/trips/{booking}")
    assert "Waiting for your payment of $" in page.inner_text(".notice.warn") and "held for you until" in page.inner_text(".notice.warn")
    assert page.get_by_role("link", name="Pay now").count() == 0
    page.get_by_role("link", name="Open the payment page (Test payment)").click()
    assert page.url.endswith(address)


def press_until(page, key, wanted, limit=80):
    """Presses a key until something with that name has the focus; each stop must be seen."""
    for _ in range(limit):
        page.keyboard.press(key)
        name = page.evaluate("""() => { const e = document.activeElement; const r = e.getBoundingClientRect();
            const seen = r.width > 0 && r.height > 0; const at = seen ? document.elementFromPoint(Math.min(innerWidth - 1, Math.max(0, r.x + r.width / 2)), Math.min(innerHeight - 1, Math.max(0, r.y + r.height / 2))) : null;
            return [(e.ariaLabel || e.innerText || e.labels?.[0]?.innerText || e.name || '').trim(), seen && (e.contains(at) || !!at?.contains(e) || !!at?.closest('label,a,form')), e.outerHTML.slice(0, 150)]; }""")
        assert name[1], f"the focus is where nobody sees it: {name}"
        if name[0].startswith(wanted):
            return
    raise AssertionError(f"{wanted!r} is not reached with {key}")


def test_with_the_keyboard_alone(visit, inventory):
    found, check_in, check_out = inventory.free
    visitor = visit(token=inventory.guest.token)
    page = visitor.go("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    press_until(page, "Tab", "Where")
    page.keyboard.type("Albany")
    page.keyboard.press("Escape")
    press_until(page, "Tab", "Search")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    page.goto(f"{inventory.server.url}/properties/{found[7]['id']}")
    # The dialog: arrows move by days, Enter chooses, and the fields have it.
    press_until(page, "Tab", "Choose dates", 200)
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open] .grid-day[tabindex='0']")
    start = datetime.date.fromisoformat(page.evaluate("document.activeElement.dataset.day"))
    wanted, end = datetime.date.fromisoformat(check_in), datetime.date.fromisoformat(check_out)
    for _ in range((wanted - start).days // 7):
        page.keyboard.press("ArrowDown")
    for _ in range((wanted - start).days % 7):
        page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.day") == check_in
    page.keyboard.press("Enter")
    for _ in range((end - wanted).days):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    press_until(page, "Tab", "Use these dates")
    page.keyboard.press("Enter")
    assert [page.input_value("#checkIn"), page.input_value("#checkOut")] == [check_in, check_out]
    assert page.evaluate("document.activeElement.innerText").startswith("Change dates")
    press_until(page, "Tab", "Check dates")
    page.keyboard.press("Enter")
    page.wait_for_url("**checkIn=**")
    press_until(page, "Tab", "Reserve", 250)
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout/**")
    press_until(page, "Tab", "Pay ")
    page.keyboard.press("Enter")
    page.wait_for_url("**/test-checkout/**")
    press_until(page, "Tab", "Pay")
    page.keyboard.press("Enter")
    page.wait_for_url("**/trips/**")
    assert "Confirmed" in page.inner_text("main")
    press_until(page, "Tab", "Cancel this stay")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cancel")
    press_until(page, "Tab", "Cancel and get")
    page.keyboard.press("Enter")
    page.wait_for_url("**/trips/bkg_*")
    assert "cancelled" in page.inner_text("main")


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_a_double_click_books_once(visit, folk, script):
    place = listing(folk.hilda, "A place to click at").json()["id"]
    person = folk.new("dora")
    visitor = visit(token=person.token, script=script)
    page = visitor.go(f"/properties/{place}?checkIn={day(9)}&checkOut={day(11)}&guests=2")
    page.get_by_role("button", name="Reserve").dblclick(no_wait_after=True)
    page.wait_for_url("**/checkout/**")
    bookings = person.get("/api/v1/bookings").json()["items"]
    assert len(bookings) == 1 and bookings[0]["id"] in visitor.path


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_what_is_booked_is_what_the_fields_say(visit, folk, script):
    place = listing(folk.hilda, "A place for other days").json()["id"]
    person = folk.new("vera")
    visitor = visit(token=person.token, script=script)
    page = visitor.go(f"/properties/{place}?checkIn={day(9)}&checkOut={day(11)}&guests=2")
    page.fill("#checkOut", day(12))
    page.fill("#guests", "1")
    # With a script the button says what it does now; without one it does no more than what the page has shown.
    page.get_by_role("button", name="Check price" if script else "Reserve").click()
    page.wait_for_url("**repriced**")
    assert person.get("/api/v1/bookings").json()["items"] == [] and "nothing is booked yet" in page.inner_text("#book")
    assert [page.input_value(f"#{name}") for name in ("checkIn", "checkOut", "guests")] == [day(9), day(12), "1"]
    page.get_by_role("button", name="Reserve").click()
    page.wait_for_url("**/checkout/**")
    booking = person.get("/api/v1/bookings").json()["items"][0]
    assert (booking["checkIn"], booking["checkOut"], booking["guests"]) == (day(9), day(12), 1)


def test_places_are_suggested_while_one_types(visit):
    visitor = visit()
    page = visitor.go("/")
    page.locator("#location").press_sequentially("alba")
    page.wait_for_selector("[role=option]")
    assert page.locator("[role=option]").first.inner_text().startswith("Albany")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.input_value("#location") == "Albany"


def test_a_payment_that_comes_in_is_seen_without_a_reload(visit, folk):
    place = listing(folk.hilda, "A place to wait for").json()["id"]
    person = folk.new("pia")
    booking = person.post("/api/v1/bookings", {"propertyId": place, "checkIn": day(9), "checkOut": day(11), "guests": 1}).json()["id"]
    payment = person.post(f"/api/v1/bookings/{booking}/payments", {"provider": "test"}).json()
    visitor = visit(token=person.token)
    page = visitor.go(f"/trips/{booking}")
    assert "Waiting for your payment" in page.inner_text("main")
    person.connection.post(payment["checkoutUrl"], data={"outcome": "succeed"})
    page.wait_for_selector(".badge.confirmed")
