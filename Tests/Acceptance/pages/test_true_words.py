"""Pages say what is so: of the reader's own holds and requests, of prices that changed, of refunds and declined payments."""

import datetime
import html
import re

import pytest

from inventory import sent
from roost.trade import act, book, booking_of, day, eventually, later, pay, place, stay_at, today, usd
from test_bad_input import form_of, problem_text


def page_of(person, path, expect=200, **headers):
    answer = person.connection.get(path, headers={"Cookie": f"roost_session={person.token}", "Accept": "text/html"} | headers)
    assert answer.status_code == expect, f"{path}: {answer.status_code}\n{answer.text[:500]}"
    return answer


def main_of(answer):
    """What the main part says, as text, without the signs that keep directions apart."""
    text = re.search(r"<main.*?</main>", answer.text, re.DOTALL).group(0)
    return re.sub(r"\s+", " ", re.sub("[\u2066-\u2069\u200e\u200f]", "", html.unescape(re.sub(r"<[^>]+>", "", text)))).replace("\u00a0", " ")


def reserve(guest, home, start=20, nights=2, language="", **changes):
    path = f"{language}/properties/{home['id']}"
    fields = form_of(page_of(guest, f"{path}?checkIn={day(start)}&checkOut={day(start + nights)}&guests=2").text, f"{path}/book")
    return lambda: guest.connection.post(f"{path}/book", data=fields | changes, headers={"Cookie": f"roost_session={guest.token}", "Accept": "text/html"})


def test_a_declined_payment_shows_no_refund_of_another(folk):
    guest = folk.new("dana")
    booking = book(guest, place(folk.hilda), start=70)
    act(guest, guest.post(f"/api/v1/bookings/{booking['id']}/payments", {"provider": "test"}).json(), "decline")
    pay(guest, booking)
    guest.post(f"/api/v1/bookings/{booking['id']}/cancel", {})
    eventually(lambda: booking_of(guest, booking)["refunded"]["amount"], lambda amount: amount > 0, what="the refund")
    items = re.search(r'aria-labelledby="payments".*?</ul>', page_of(guest, f"/trips/{booking['id']}").text, re.DOTALL).group(0).split("<li>")[1:]
    assert ["Refunded" in item.split("<br>", 1)[1] for item in items] == [False, True], items


def test_who_is_confirmed_sees_the_exact_position_and_nobody_before(folk):
    home = place(folk.hilda, location={"country": "US", "city": "Albany", "latitude": 42.65123, "longitude": -73.75004})
    guest = folk.new("moira")
    assert "The exact position is shown once your stay is confirmed." in main_of(page_of(guest, f"/properties/{home['id']}"))
    held, confirmed = book(guest, home, start=75), stay_at(guest, home, start=80)
    path = f"/trips/{confirmed['id']}"
    assert 'href="geo:42.65123,-73.75004"' in page_of(guest, path).text
    for prefix, words in (("", "42.65123, -73.75004"), ("/de", "Genaue Lage"), ("/ar", "الموقع الدقيق")):
        assert words in main_of(page_of(guest, prefix + path))
    guest.post(f"/api/v1/bookings/{confirmed['id']}/cancel", {})
    for other in (held, confirmed):
        assert "geo:" not in page_of(guest, f"/trips/{other['id']}").text


def test_a_guests_own_hold_is_told_as_theirs(folk):
    guest, home = folk.new("otis"), place(folk.hilda)
    again = reserve(guest, home)
    held = again()
    assert held.status_code == 303 and "/checkout/" in held.headers["location"]
    path = f"/properties/{home['id']}?checkIn={day(20)}&checkOut={day(22)}&guests=2"
    for prefix, words in (("", "You hold these nights yourself until"), ("/de", "für Sie selbst zurückgehalten"), ("/ar", "محجوزة لك أنت")):
        own = page_of(guest, prefix + path)
        assert words in main_of(own) and f'href="{prefix}{held.headers["location"]}"' in own.text
    assert "Taken" not in main_of(page_of(guest, path)) and "Taken" in main_of(page_of(folk.gina, path))
    # Back and pressed again, with a key that is new: on to the payment of the same hold.
    answer = guest.connection.post(f"/properties/{home['id']}/book", data=form_data(guest, path) , headers={"Cookie": f"roost_session={guest.token}", "Accept": "text/html"})
    assert answer.status_code == 303 and answer.headers["location"] == held.headers["location"]
    assert len(guest.get("/api/v1/bookings").json()["items"]) == 1


def form_data(guest, path):
    """What the form of a place's page would send, made for nights that the page no longer has a price of."""
    token = re.search(r'name="token" value="([^"]*)"', page_of(guest, "/account").text).group(1)
    return {"token": token, "key": "again", "total": "20000", "guests": "2"} | dict(re.findall(r"(checkIn|checkOut)=([\d-]+)", path))


def test_a_host_is_asked_once(folk):
    guest, home = folk.new("rhea"), place(folk.hilda, instantBook=False)
    first, second = reserve(guest, home), reserve(guest, home)
    asked, again = first(), second()
    assert asked.status_code == again.status_code == 303 and "/trips/" in asked.headers["location"]
    assert again.headers["location"] == asked.headers["location"] and len(guest.get("/api/v1/bookings").json()["items"]) == 1


def test_an_accepted_request_is_held_until_a_day_that_is_named(folk):
    guest, home = folk.new("abel"), place(folk.hilda, instantBook=False)
    booking = book(guest, home)
    folk.hilda.post(f"/api/v1/bookings/{booking['id']}/accept", {})
    until = booking_of(guest, booking)["holdExpiresAt"]
    ends = datetime.datetime.fromisoformat(until.replace("Z", "+00:00")).astimezone(datetime.timezone(datetime.timedelta(hours=-5)))
    text = main_of(page_of(guest, f"/checkout/{booking['id']}"))
    held = re.search(r"Held for you until ([^.]*)\.", text).group(1)
    assert (str(ends.year) in held) == (ends.date() != today()), (held, until)


def test_a_price_that_changed_is_said_with_both_sums(folk):
    guest, home = folk.new("pia"), place(folk.hilda)
    for prefix, words, old, new in (("", "The price has changed: it was $200.00, now it is $240.00.", None, None), ("/de", "Der Preis hat sich geändert", "200,00", "240,00"), ("/ar", "تغيّر السعر", "200", "240")):
        send = reserve(guest, home, language=prefix)
        folk.hilda.patch(f"/api/v1/properties/{home['id']}", {"nightlyPrice": usd(12000)})
        refused = send()
        told = problem_text(refused).replace("\u00a0", " ")
        assert refused.status_code == 409 and words in told and "USD" not in told, told
        assert old is None or (old in told and new in told)
        folk.hilda.patch(f"/api/v1/properties/{home['id']}", {"nightlyPrice": usd(10000)})
    assert guest.get("/api/v1/bookings").json()["items"] == []


def test_a_place_paused_meanwhile_is_said_so(folk):
    guest, home = folk.new("paul"), place(folk.hilda)
    for prefix, words in (("", "This place can’t be booked at the moment."), ("/de", "kann im Moment nicht gebucht werden"), ("/ar", "لا يمكن حجز هذا المكان حاليًا")):
        send = reserve(guest, home, language=prefix)
        folk.hilda.patch(f"/api/v1/properties/{home['id']}", {"status": "paused"})
        answer = send()
        assert answer.status_code == 409 and words in main_of(answer)
        folk.hilda.patch(f"/api/v1/properties/{home['id']}", {"status": "listed"})


def test_after_a_partial_refund_both_pages_say_the_same(folk):
    guest = folk.new("rita")
    booking = stay_at(guest, place(folk.hilda, cancellationPolicy="flexible"), start=90)
    operator = folk.sign_in("operator@example.com")
    payment = guest.get(f"/api/v1/bookings/{booking['id']}/payments").json()["items"][-1]["id"]
    operator.post(f"/api/v1/payments/{payment}/refunds", {"amount": usd(1000), "reason": "a broken lamp"}, expect=(200, 201, 202))
    eventually(lambda: booking_of(guest, booking)["refunded"]["amount"], lambda amount: amount == 1000, what="the refund")
    trip, cancel = (main_of(page_of(guest, f"/trips/{booking['id']}{more}")) for more in ("", "/cancel"))
    assert "$190.00 (100%) back until" in trip and "$190.00" in cancel and "$200.00 (100%)" not in trip + cancel


def test_a_declined_payment_of_a_change_is_told(folk):
    guest = folk.new("dora")
    booking = stay_at(guest, place(folk.hilda), start=95)
    change = guest.post(f"/api/v1/bookings/{booking['id']}/alterations", {"checkOut": later(booking["checkOut"], 1)}, expect=201).json()
    folk.hilda.post(f"/api/v1/alterations/{change['id']}/accept", expect=200)
    words = "The payment for the change was declined."
    paths = (f"/trips/{booking['id']}", f"/trips/{booking['id']}/change")
    assert all(words not in main_of(page_of(guest, path)) for path in paths)
    act(guest, guest.post(f"/api/v1/alterations/{change['id']}/payments", {"provider": "test"}).json(), "decline")
    for path in paths:
        eventually(lambda: main_of(page_of(guest, path)), lambda text: words in text, what="the word")


def test_a_tax_that_charges_nothing_is_not_saved(folk):
    host = folk.new("tom")
    home = place(host)
    for prefix, words in (("", "Enter a percentage or an amount."), ("/de", "Geben Sie einen Prozentsatz oder einen Betrag ein."), ("/ar", "أدخل نسبة مئوية أو مبلغًا.")):
        answer = sent(host, f"{prefix}/host/properties/{home['id']}/taxes?item=new", {"name": "GST"})
        assert answer.status_code == 422 and words in problem_text(answer)
    refused = host.patch(f"/api/v1/properties/{home['id']}/rules", {"taxes": [{"name": "GST", "percent": None}]}, expect=422).json()
    assert [error["field"] for error in refused["errors"]] == ["taxes[0].percent"]
    assert host.get(f"/api/v1/properties/{home['id']}/rules").json()["taxes"] == []


def test_a_place_that_sells_no_night_is_not_published_as_one_that_does(folk):
    host = folk.new("tess")
    home = place(host, status="draft")
    path = f"/host/properties/{home['id']}"
    refused = sent(host, f"{path}/nights", {"openUntil": day(-2)})
    assert refused.status_code == 422 and "This day is past." in problem_text(refused)
    # By the API it can be said, and the page tells what that means.
    host.patch(f"/api/v1/properties/{home['id']}", {"openUntil": day(-2), "status": "listed"})
    said = main_of(page_of(host, f"{path}?saved=listed"))
    assert "no night can be booked" in said and "Guests can find and book it." not in said
    assert sent(host, f"{path}/nights", {"openUntil": day(30)}).status_code == 303
    assert "Guests can find and book it." in main_of(page_of(host, f"{path}?saved=listed"))


def test_a_host_is_offered_nothing_to_reserve_at_home(folk):
    home = place(folk.hilda)
    asked = f"?checkIn={day(20)}&checkOut={day(22)}&guests=2"
    for path in (f"/properties/{home['id']}{asked}", f"/properties/{home['id']}/book{asked}"):
        page = page_of(folk.hilda, path)
        assert "This is your own place: you can’t book it." in main_of(page) and "bottom-bar" not in page.text and "has-bar" not in page.text
        assert ">Reserve<" not in page.text and ">Reserve<" in page_of(folk.gina, path).text


def test_closed_units_are_not_called_taken(folk):
    host = folk.new("uma")
    home = place(host, unitCount=2)
    night = day(21)
    path = f"/host/calendar/{home['id']}?month={night[:7]}"

    def word():
        return re.search(rf'data-day="{night}"><span class="hidden">([^<]*)<', page_of(host, path).text).group(1)

    book(folk.new("ulf"), home, start=21, nights=1)
    assert "1 of 2 taken" in word()
    host.put(f"/api/v1/properties/{home['id']}/calendar", {"nights": [{"date": night, "open": False}]}, expect=(200, 204))
    assert "1 booked, 1 closed" in word() and "2 of 2" not in word()
    other = day(23)
    host.put(f"/api/v1/properties/{home['id']}/calendar", {"nights": [{"date": other, "open": False}]}, expect=(200, 204))
    closed = re.search(rf'data-day="{other}"><span class="hidden">([^<]*)<', page_of(host, f"/host/calendar/{home['id']}?month={other[:7]}").text).group(1)
    assert "closed" in closed and "taken" not in closed and "2" not in closed.split(", ", 3)[-1].replace("2026", "").split("$")[0]


def test_taxes_and_discounts_have_their_names(folk):
    home = place(folk.hilda)
    folk.hilda.patch(f"/api/v1/properties/{home['id']}/rules", {
        "taxes": [{"name": "GST", "percent": 15}, {"name": "Bed levy", "amount": usd(300), "per": "night"}],
        "discounts": {"lengthOfStay": [{"nights": 7, "percent": 12.5}]}})
    asked = f"/properties/{home['id']}?checkIn={day(20)}&checkOut={day(27)}&guests=2"
    for prefix, names in (("", ["GST (15%)", "Bed levy", "12.5% off from 7 nights"]), ("/de", ["GST (15 %)", "Bed levy", "12,5 % Rabatt ab 7 Nächten"]), ("/ar", ["GST", "Bed levy", "من 7 ليالٍ فصاعدًا"])):
        text = main_of(page_of(folk.gina, prefix + asked))
        assert all(name in text for name in names), text


@pytest.mark.parametrize("language", ["de", "ar"])
def test_paying_leads_back_in_the_language_one_left_in(visit, folk, language):
    guest, home = folk.new("lea"), place(folk.hilda)
    booking = book(guest, home)
    visitor = visit(token=guest.token, script=False)
    page = visitor.go(f"/{language}/checkout/{booking['id']}")
    page.locator("form[action$='/pay'] button.main").click()
    assert visitor.path.startswith(f"/{language}/test-checkout/") and page.get_attribute("html", "lang") == language
    # By the plain address too, which is where a provider's page stands.
    page.goto(page.url.replace(f"/{language}/test-checkout", "/test-checkout"))
    page.locator("button[value=succeed]").click()
    assert visitor.path == f"/{language}/trips/{booking['id']}"
    payment = guest.get(f"/api/v1/bookings/{booking['id']}/payments").json()["items"][-1]["id"]
    page.goto(f"{visitor.server.url}/payments/{payment}/return")
    assert visitor.path == f"/{language}/trips/{booking['id']}"


def test_who_walks_away_from_a_provider_comes_back_in_their_language(folk):
    guest, home = folk.new("lou"), place(folk.hilda)
    booking = book(guest, home)
    cookies = {"Cookie": f"roost_session={guest.token}; roost_language=de", "Accept": "text/html"}
    path = f"/checkout/{booking['id']}"
    back = guest.connection.get(path, headers=cookies | {"Sec-Fetch-Site": "cross-site"})
    assert back.status_code == 303 and back.headers["location"] == "/de" + path
    # A link of ours to the page in English stays in English.
    assert guest.connection.get(path, headers=cookies | {"Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_a_town_without_places_is_not_called_unknown(folk):
    for prefix, none, unknown in (("", "No places in Ulaanbaatar yet.", "We don’t know a place called “Xqzzv”"), ("/de", "In Ulaanbaatar gibt es noch keine", "Wir kennen keine Unterkunft in „Xqzzv“"), ("/ar", "لا أماكن إقامة في Ulaanbaatar بعد", "«Xqzzv»")):
        assert none in main_of(page_of(folk.gina, f"{prefix}/search?location=Ulaanbaatar"))
        assert unknown in main_of(page_of(folk.gina, f"{prefix}/search?location=Xqzzv"))


def test_a_long_word_does_not_widen_the_page(visit):
    page = visit(width=320).go("/search?q=" + "w" * 150 + "&location=" + "L" * 100)
    assert page.locator(".chip").count() > 0 and page.evaluate("document.documentElement.scrollWidth") <= 320


def test_forced_colours_show_the_chosen_range_and_the_states(visit, folk):
    home = place(folk.hilda)
    visitor = visit(token=folk.hilda.token)
    visitor.page.emulate_media(forced_colors="active")
    page = visitor.go(f"/host/calendar/{home['id']}?month={day(40)[:7]}")
    cells = page.locator("td[data-day]")
    cells.nth(3).click()
    cells.nth(5).click()
    style = "cell => getComputedStyle(cell).borderTopStyle + getComputedStyle(cell).borderTopWidth"
    assert [cells.nth(place).evaluate(style) == "solid4px" for place in range(2, 7)] == [False, True, True, True, False]
    looks = {page.locator(f".key.{state}").evaluate(style) for state in ("open", "booked", "held", "closed")}
    assert len(looks) == 4, looks


def test_an_open_checkout_says_that_its_hold_is_over(visit, folk):
    guest = folk.new("ivo")
    booking = book(guest, place(folk.hilda))
    visitor = visit(token=guest.token)
    visitor.page.clock.install()
    page = visitor.go(f"/checkout/{booking['id']}")
    assert "Held for you until" in page.inner_text(".hold")
    page.clock.fast_forward("16:00")
    assert "The hold has ended." in page.inner_text(".hold")
    page.get_by_role("link", name="See what you can do now").click()
    assert visitor.path == f"/checkout/{booking['id']}"
