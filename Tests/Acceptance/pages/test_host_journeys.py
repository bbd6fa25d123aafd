"""The host's journey from "become a host" to a cancelled stay: with a script, without one, and with the keyboard alone."""

import csv
import io
import re

import pytest

from inventory import listing, sent
from roost.trade import act, day, eventually, later, place, stay_at, usd
from test_journeys import press_until


def browser_day(page, field, value):
    """A date field is filled in as its own calendar would."""
    page.fill(f"#{field}", value)


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_from_becoming_a_host_to_a_cancelled_stay(visit, folk, script):
    host, guest = folk.new("hedda"), folk.new("gus")
    visitor = visit(token=host.token, script=script)
    page = visitor.go("/")
    page.get_by_role("link", name="Become a host").click()
    page.get_by_role("link", name="Create a listing").click()

    # Everything typed comes back with what to do.
    page.fill("#title", "The weaver's house")
    page.fill("#town", "Nowherebury")
    page.fill("#nightlyPrice", "80")
    page.get_by_role("button", name="Create draft").click()
    assert page.title().startswith("Error: ") and "know a town of that name" in page.inner_text("#problems")
    assert page.input_value("#title") == "The weaver's house" and page.input_value("#nightlyPrice") == "80"
    page.fill("#town", "Albany, NY")
    page.get_by_role("button", name="Create draft").click()
    assert re.fullmatch(r"/host/properties/prop_\w+\?saved=new", visitor.path)
    place = visitor.path.split("/")[3].split("?")[0]
    assert "Only you see it" in page.inner_text("main")
    guest.get(f"/api/v1/properties/{place}", expect=404)
    made = host.get(f"/api/v1/properties/{place}").json()
    assert made["status"] == "draft" and made["timeZone"] == "America/New_York" and made["nightlyPrice"] == usd(8000)

    # Each part is saved on its own.
    def edit(section, button="Save", **fields):
        page.get_by_role("link", name=f"Edit: {section}", exact=True).click()
        for name, value in fields.items():
            name = name.replace("__", "-")
            page.locator(f'[name="{name}"]').first.fill(value)
        page.get_by_role("button", name=button, exact=True).click()
        assert f"Saved: {section}" in page.inner_text("main"), page.inner_text("main")[:500]

    edit("Description", description="Two looms.\n\nA river.")
    edit("Price", nightlyPrice="90,50")
    edit("Weekend", weekend__price="120")
    edit("Fees", fees__cleaning="30")
    edit("Discounts", discounts__lengthOfStay__0__nights="7", discounts__lengthOfStay__0__percent="10")
    page.get_by_role("link", name="Edit: Amenities").click()
    page.get_by_label("Kitchen", exact=True).check()
    page.fill("#amenities-more", "Loom\nCanoe")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Edit: Seasons").click()
    page.get_by_role("link", name="Add a season").click()
    page.fill("#name", "Fair week")
    browser_day(page, "from", day(60))
    browser_day(page, "to", day(66))
    page.fill("#price", "200")
    page.get_by_role("button", name="Save").click()
    assert "Fair week" in page.inner_text("main")
    # From the first night to the last, in the list as in the form; the rules have the day after.
    page.get_by_role("link", name="Fair week").click()
    assert [page.input_value("#from"), page.input_value("#to")] == [day(60), day(66)]
    made = host.get(f"/api/v1/properties/{place}").json()
    assert made["description"] == "Two looms.\n\nA river." and made["nightlyPrice"] == usd(9050)
    assert set(made["amenities"]) == {"kitchen", "loom", "canoe"}
    rules = host.get(f"/api/v1/properties/{place}/rules").json()
    assert rules["weekend"]["price"] == usd(12000) and rules["fees"]["cleaning"] == usd(3000)
    assert rules["discounts"]["lengthOfStay"] == [{"nights": 7, "percent": 10}]
    assert [(one["name"], one["from"], one["to"], one["price"]) for one in rules["seasons"]] == [("Fair week", day(60), day(67), usd(20000))]

    # What a guest would pay, with the rule behind each line.
    page.goto(f"{visitor.server.url}/host/properties/{place}/price-check?checkIn={day(61)}&checkOut={day(63)}&guests=2")
    assert "$430" in page.inner_text("#answer") and page.get_by_role("link", name="Season", exact=True).count() == 1

    # Published, found by guests, paused and published again.
    page.goto(f"{visitor.server.url}/host/properties/{place}")
    page.get_by_role("button", name="Publish").click()
    assert "Published" in page.inner_text("main")
    guest.get(f"/api/v1/properties/{place}")
    page.get_by_role("button", name="Pause").click()
    assert guest.get(f"/api/v1/properties/{place}", expect=404) and "Paused" in page.inner_text("main")
    page.get_by_role("button", name="Publish").click()
    quoted = guest.get(f"/api/v1/properties/{place}/quote", params={"checkIn": day(61), "checkOut": day(63), "guests": 2}).json()
    assert quoted["total"] == usd(43000)

    # Nights: closed, priced, and never from under a guest.
    page.get_by_role("link", name="Calendar").first.click()
    if script:
        page.wait_for_selector("table[role=grid]")
    browser_day(page, "from", day(20))
    browser_day(page, "to", day(22))
    page.select_option("#do", "close")
    page.get_by_role("button", name="Change these nights").click()
    assert "3 nights changed" in page.inner_text("main")
    browser_day(page, "from", day(24))
    browser_day(page, "to", day(24))
    page.fill("#price", "75")
    page.fill("#minimum", "2")
    page.get_by_role("button", name="Change these nights").click()
    nights = {one["date"]: one for one in guest.get(f"/api/v1/properties/{place}/calendar", params={"from": day(19), "to": day(26)}).json()["items"]}
    assert [date for date, one in nights.items() if not one["available"]] == [day(20), day(21), day(22)]
    assert nights[day(24)]["price"] == usd(7500) and nights[day(24)]["minimumNights"] == 2

    # A request is answered.
    host.patch(f"/api/v1/properties/{place}", {"instantBook": False})
    wish = {"propertyId": place, "checkIn": day(30), "checkOut": day(32), "guests": 2}
    asked, unwanted = guest.post("/api/v1/bookings", wish).json(), folk.new("gil").post("/api/v1/bookings", wish).json()
    page.get_by_role("link", name="Hosting").first.click()
    page.get_by_role("link", name="Bookings", exact=True).first.click()
    assert page.locator("[aria-current=page]", has_text="To answer").count() == 1
    page.get_by_role("link", name="Gil").click()
    page.get_by_role("link", name="Decline").click()
    page.fill("#reason", "The loom is being mended")
    page.get_by_role("button", name="Decline this request").click()
    assert "was declined" in page.inner_text("main")
    page.goto(visitor.server.url + "/host/bookings")
    page.get_by_role("link", name="Gus").click()
    page.get_by_role("button", name="Accept").click()
    assert "nights are held" in page.inner_text("main")
    payment = guest.post(f"/api/v1/bookings/{asked['id']}/payments", {"provider": "test"}).json()
    guest.connection.post(payment["checkoutUrl"], data={"outcome": "succeed"})

    # The nights are the guest's now, in the calendar too.
    page.goto(f"{visitor.server.url}/host/calendar/{place}?month={day(30)[:7]}")
    assert asked["code"] in page.locator(f'td[data-day="{day(30)}"] a').get_attribute("aria-label")
    browser_day(page, "from", day(29))
    browser_day(page, "to", day(31))
    page.select_option("#do", "close")
    page.get_by_role("button", name="Change these nights").click()
    problems = page.inner_text("#problems")
    assert "nothing was changed" in problems and problems.count("20") >= 2 and page.input_value("#from") == day(29)
    assert guest.get(f"/api/v1/properties/{place}/calendar", params={"from": day(29), "to": day(30)}).json()["items"][0]["available"]

    # Cancelled by the host: everything goes back, and the earnings say so.
    page.goto(f"{visitor.server.url}/host/bookings/{asked['id']}")
    total = guest.get(f"/api/v1/bookings/{asked['id']}").json()["total"]["amount"]
    page.get_by_role("link", name="Cancel this booking").click()
    assert "full refund" in page.inner_text("main") and f"{total / 100:,.2f}" in page.inner_text("main")
    page.get_by_role("button", name="Cancel and refund").click()
    assert "cancelled" in page.inner_text("main")
    ended = guest.get(f"/api/v1/bookings/{asked['id']}").json()
    assert ended["status"] == "cancelled" and ended["refunded"]["amount"] == total
    page.goto(f"{visitor.server.url}/host/earnings?year={day(30)[:4]}")
    row = page.locator("tbody tr", has_text="weaver")
    assert [text.strip() for text in row.locator("td.number").all_inner_texts()][1:3] == [f"${total / 100:,.2f}"] * 2
    guest.get(f"/api/v1/bookings/{unwanted['id']}", expect=404)


def test_hosting_with_the_keyboard_alone(visit, folk):
    host, guest = folk.new("kay"), folk.new("gemma")
    visitor = visit(token=host.token)
    page = visitor.go("/host")
    press_until(page, "Tab", "Create a listing")
    page.keyboard.press("Enter")
    page.wait_for_url("**/host/properties/new")
    for label, text in (("Title", "A room by the mill"), ("Town", "Albany, NY"), ("Guests, at most", None), ("Amount", "60")):
        press_until(page, "Tab", label)
        if text:
            page.keyboard.type(text)
        if label == "Town":
            page.keyboard.press("Escape")
    press_until(page, "Tab", "Create draft")
    page.keyboard.press("Enter")
    page.wait_for_url("**?saved=new")
    place = visitor.path.split("/")[3].split("?")[0]
    press_until(page, "Tab", "Edit: Price")
    page.keyboard.press("Enter")
    page.wait_for_url("**/price")
    press_until(page, "Tab", "Amount")
    page.keyboard.press("Control+A")
    page.keyboard.type("66")
    press_until(page, "Tab", "Save")
    page.keyboard.press("Enter")
    page.wait_for_url("**saved=price**")
    press_until(page, "Shift+Tab", "Publish")
    page.keyboard.press("Enter")
    page.wait_for_url("**saved=listed")
    assert guest.get(f"/api/v1/properties/{place}").json()["nightlyPrice"] == usd(6600)

    # Arrows move over the nights, Shift chooses several, and the form has them.
    month = day(40)[:7]
    page.goto(f"{visitor.server.url}/host/calendar/{place}?month={month}")
    page.wait_for_selector("td[tabindex='0']")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('td[data-day]')"):
            break
    page.keyboard.press("Home")
    start = page.evaluate("document.activeElement.dataset.day")
    assert start == month + "-01"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    chosen = page.evaluate("document.activeElement.dataset.day")
    assert chosen == later(start, 8)
    page.keyboard.press(" ")
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
    assert [page.input_value("#from"), page.input_value("#to")] == [chosen, later(chosen, 3)]
    assert page.locator("td[aria-selected=true]").count() == 4
    press_until(page, "Tab", "Leave as it is")
    page.keyboard.type("Close")
    press_until(page, "Tab", "Change these nights")
    page.keyboard.press("Enter")
    page.wait_for_url("**changed=4")
    nights = guest.get(f"/api/v1/properties/{place}/calendar", params={"from": start, "to": later(start, 20)}).json()["items"]
    assert [one["date"] for one in nights if not one["available"]] == [later(chosen, n) for n in range(4)]

    # A request accepted, and cancelled.
    host.patch(f"/api/v1/properties/{place}", {"instantBook": False})
    booking = guest.post("/api/v1/bookings", {"propertyId": place, "checkIn": later(start, 20), "checkOut": later(start, 22), "guests": 1}).json()["id"]
    page.goto(f"{visitor.server.url}/host/bookings")
    press_until(page, "Tab", "Gemma")
    page.keyboard.press("Enter")
    page.wait_for_url("**/bkg_*")
    press_until(page, "Tab", "Accept")
    page.keyboard.press("Enter")
    page.wait_for_selector(".badge.held")
    press_until(page, "Tab", "Cancel this booking")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cancel")
    press_until(page, "Tab", "Cancel this booking")
    page.keyboard.press("Enter")
    page.wait_for_selector(".badge.cancelled")
    assert guest.get(f"/api/v1/bookings/{booking}").json()["status"] == "cancelled"


def test_nights_are_chosen_with_the_mouse(visit, folk):
    host = folk.new("mo")
    place = listing(host, "A place to click nights of").json()["id"]
    page = visit(token=host.token).go(f"/host/calendar/{place}?month={day(40)[:7]}")
    first = day(40)[:7] + "-10"
    page.locator(f'td[data-day="{first}"]').click()
    assert [page.input_value("#from"), page.input_value("#to")] == [first, first]
    page.locator(f'td[data-day="{later(first, 4)}"]').click()
    assert [page.input_value("#from"), page.input_value("#to")] == [first, later(first, 4)]
    page.locator(f'td[data-day="{later(first, 9)}"]').click()
    assert [page.input_value("#from"), page.input_value("#to")] == [later(first, 9)] * 2


def test_several_listings_change_at_once(folk):
    host, guest = folk.new("sol"), folk.new("gina")
    places = [listing(host, f"Twin {number}").json()["id"] for number in (1, 2)]
    guest.post("/api/v1/bookings", {"propertyId": places[1], "checkIn": day(50), "checkOut": day(51), "guests": 1})
    answer = sent(host, f"/host/calendar/{places[0]}", {"from": day(49), "to": day(52), "do": "close", "others": places[1]})
    assert answer.status_code == 409 and "left as they were" in answer.text and answer.text.count("a guest has it") == 1
    closed = [[night["date"] for night in guest.get(f"/api/v1/properties/{place}/calendar", params={"from": day(49), "to": day(53)}).json()["items"] if not night["available"]] for place in places]
    assert closed == [[day(n) for n in range(49, 53)]] * 2  # one night of the second is the guest's
    answer = sent(host, f"/host/calendar/{places[0]}", {"from": day(60), "to": day(66), "price": "77", "others": places[1], "weekdays": ["saturday"]})
    assert answer.status_code == 303
    for place in places:
        nights = guest.get(f"/api/v1/properties/{place}/calendar", params={"from": day(60), "to": day(67)}).json()["items"]
        assert sorted(night["price"]["amount"] for night in nights) == [7700] + [10000] * 6


def test_an_edit_never_overwrites_what_somebody_else_changed(visit, folk):
    host = folk.new("twyla")
    place = listing(host, "Before").json()["id"]
    visitor = visit(token=host.token)
    page = visitor.go(f"/host/properties/{place}/basics")
    host.patch(f"/api/v1/properties/{place}", {"title": "Meanwhile"})
    page.fill("#title", "Mine")
    page.get_by_role("button", name="Save").click()
    assert "changed this in the meantime" in page.inner_text("#problems") and "Meanwhile" in page.inner_text("main")
    assert page.input_value("#title") == "Mine" and host.get(f"/api/v1/properties/{place}").json()["title"] == "Meanwhile"
    # A change of another part is none of this one's business.
    host.patch(f"/api/v1/properties/{place}", {"bedrooms": 7})
    page.get_by_role("button", name="Save").click()
    assert host.get(f"/api/v1/properties/{place}").json()["title"] == "Mine"
    # The same for rules: a list that grew elsewhere is not put back.
    page = visitor.go(f"/host/properties/{place}/taxes?item=new")
    host.patch(f"/api/v1/properties/{place}/rules", {"taxes": [{"name": "Theirs", "percent": 5}]})
    page.fill("#name", "Ours")
    page.fill("#percent", "3")
    page.get_by_role("button", name="Save").click()
    assert "changed this in the meantime" in page.inner_text("#problems")
    page.get_by_role("button", name="Save").click()
    assert [tax["name"] for tax in host.get(f"/api/v1/properties/{place}/rules").json()["taxes"]] == ["Theirs", "Ours"]


def test_tables_for_programs_have_what_the_pages_show(folk):
    host, guest = folk.new("cleo"), folk.new("greg")
    place = listing(host, '=SUM("x"), a place').json()["id"]
    cookie = {"Cookie": f"roost_session={host.token}"}
    booking = guest.post("/api/v1/bookings", {"propertyId": place, "checkIn": day(70), "checkOut": day(72), "guests": 2}).json()
    payment = guest.post(f"/api/v1/bookings/{booking['id']}/payments", {"provider": "test"}).json()
    guest.connection.post(payment["checkoutUrl"], data={"outcome": "succeed"})

    def rows(path):
        answer = host.connection.get(path, headers=cookie)
        assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/csv") and answer.headers["cache-control"] == "no-store"
        return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))

    [row] = rows("/host/bookings.csv?show=arriving")
    assert row["code"] == booking["code"] and row["listing"] == "'=SUM(\"x\"), a place" and row["guest"] == "Greg"
    assert (row["checkIn"], row["nights"], row["total"], row["paid"], row["currency"]) == (day(70), "2", "200.00", "200.00", "USD")
    [row] = rows(f"/host/earnings.csv?year={day(70)[:4]}")
    assert (row["month"], row["listingId"], row["stays"], row["gross"], row["net"]) == (day(70)[:7], place, "1", "200.00", "200.00")
    assert guest.connection.get("/host/bookings.csv", headers={"Accept": "text/html"}).status_code == 303
    assert rows("/host/bookings.csv?show=past") == []


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_a_change_of_a_stay_is_answered_and_proposed_on_pages_for_hosts(visit, folk, script):
    host, guest = folk.new("hildegard"), folk.new("gwen")
    home = place(host, title="The boathouse")
    booking = stay_at(guest, home, start=80)
    address = f"/host/bookings/{booking['id']}"

    def propose(**changes):
        return guest.post(f"/api/v1/bookings/{booking['id']}/alterations", changes).json()

    def status(change):
        return guest.get(f"/api/v1/alterations/{change['id']}").json()["status"]

    visitor = visit(token=host.token, script=script)
    page = visitor.go("/host/bookings")
    assert "Changes that guests propose" not in page.inner_text("main")
    longer = propose(checkOut=later(booking["checkOut"], 2), message="May we stay <b>on</b>?")

    # It is the first thing that waits for an answer, with what would change and what it brings.
    page = visitor.go("/host/bookings")
    assert page.locator("[aria-current=page]", has_text="To answer").count() == 1
    row = page.locator("#proposals ~ table tbody tr")
    assert row.count() == 1 and "$200.00 more" in row.inner_text() and "Answer by" in row.inner_text()
    page.get_by_role("link", name="Gwen").click()
    panel = page.locator("section.change")
    assert "May we stay <b>on</b>?" in panel.inner_text() and "$200.00 more" in panel.inner_text() and "$400.00" in panel.inner_text()
    assert page.get_by_role("link", name="Change dates or guests").count() == 0  # one at a time
    panel.get_by_role("button", name="Decline").click()
    assert visitor.path == address and status(longer) == "declined" and page.locator("section.change").count() == 0
    assert "Changes that guests propose" not in visitor.go("/host/bookings").inner_text("main")

    # Agreed to, and paid by the guest.
    longer = propose(checkOut=later(booking["checkOut"], 1))
    page = visitor.go(address)
    page.locator("section.change").get_by_role("button", name="Agree").click()
    assert visitor.path == address and status(longer) == "agreed"
    assert "The guest has until" in page.inner_text("section.change") and page.locator("section.change button").count() == 0
    act(guest, guest.post(f"/api/v1/alterations/{longer['id']}/payments", {"provider": "test"}, expect=(200, 201)).json(), "succeed")
    eventually(lambda: status(longer), lambda now: now == "applied")

    # The host proposes: the price is seen first, what is wrong comes back, and it can be taken back.
    page = visitor.go(address)
    page.get_by_role("link", name="Change dates or guests").click()
    assert visitor.path == address + "/change"
    browser_day(page, "checkOut", booking["checkIn"])
    page.get_by_role("button", name="See the new price").click()
    assert page.title().startswith("Error: ") and page.input_value("#checkOut") == booking["checkIn"]
    browser_day(page, "checkOut", booking["checkOut"])
    page.get_by_role("button", name="See the new price").click()
    assert "$100.00 is refunded to the guest" in page.inner_text("#offer ~ .notice")
    page.fill("#message", "The roof needs mending.")
    page.get_by_role("button", name="Propose this change").click()
    assert visitor.path == address and "You proposed this change" in page.inner_text("section.change")
    assert "Changes that guests propose" not in visitor.go("/host/bookings").inner_text("main")
    page = visitor.go(address)
    page.get_by_role("button", name="Withdraw my proposal").click()
    assert visitor.path == address and page.locator("section.change").count() == 0
    assert [one["status"] for one in guest.get(f"/api/v1/bookings/{booking['id']}/alterations").json()["items"]] == ["withdrawn", "applied", "declined"]
    # The calendar file is later than the one of the confirmation: a calendar takes it in its place.
    file = guest.connection.get(f"/trips/{booking['id']}/stay.ics", headers={"Cookie": f"roost_session={guest.token}"})
    assert "\nSEQUENCE:2\r" in file.text, file.text

    # Each side has its own page; nobody answers for the other.
    assert visitor.go(f"/trips/{booking['id']}/change").url.endswith(address + "/change")
    def answer(person):
        cookie = {"Cookie": f"roost_session={person.token}", "Accept": "text/html"}
        token = re.search(r'name="token" value="(\w+)"', person.connection.get("/account", headers=cookie).text).group(1)
        return person.connection.post(address + "/change/answer", headers=cookie, data={"token": token, "key": "k", "alteration": longer["id"], "answer": "accept"})

    assert answer(guest).status_code == 403
    assert guest.connection.get(address + "/change", headers={"Cookie": f"roost_session={guest.token}"}).status_code == 403
    late = answer(host)
    assert late.status_code == 409 and "nothing to answer" in late.text

    # Who cancelled, and why.
    guest.post(f"/api/v1/bookings/{booking['id']}/cancel", {"reason": "A <i>cold</i>."})
    page = visitor.go(address)
    assert "Gwen cancelled this booking on" in page.inner_text("#state") and "A <i>cold</i>." in page.inner_text("main")
    other = stay_at(guest, home, start=100)
    host.post(f"/api/v1/bookings/{other['id']}/cancel")
    page = visitor.go(f"/host/bookings/{other['id']}")
    assert "You cancelled this booking on" in page.inner_text("#state") and "reason given" not in page.inner_text("main")
