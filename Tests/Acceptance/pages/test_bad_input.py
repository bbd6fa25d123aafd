"""Text that wants to be markup, forms that were tampered with, posts from elsewhere."""

import html
import json
import re

import pytest

from inventory import fields_of, listing, sent
from roost.trade import PASSWORD, book, day, later, place, stay_at

HOSTILE = [
    "<script>document.title = 'pwned'</script>", "\"><img src=x onerror=\"document.title='pwned'\">", "{{personName}} {{{jsonLDHTML}}}",
    "</title><svg onload=alert(1)>", "\u202eright to left", "😀👩‍👩‍👧‍👦 emoji", "a" * 200, "' OR 1=1 --", "</script><script>document.title='pwned'</script>",
    # U+0D4E joins what follows to one character of Swift's.
    "\u0d4e</script>\u0d4e<meta name=pwned>",
]


@pytest.fixture(scope="module")
def host(folk):
    return folk.new("hugo")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_a_host_writes_is_text_everywhere(visit, host, text):
    answer = listing(host, text[:100], description=text * 20)
    assert answer.status_code == 201, answer.text
    place = answer.json()
    visitor = visit()
    page = visitor.go(f"/properties/{place['id']}")
    assert page.inner_text("h1") == page.evaluate("text => { const e = document.createElement('h1'); e.textContent = text; document.body.append(e); const t = e.innerText; e.remove(); return t; }", place["title"])
    assert page.title() != "pwned" and page.locator("main img:not([src^='/drawings/']), main script").count() == 0
    assert page.locator("meta[name=pwned]").count() == 0
    facts = page.locator("head script[type='application/ld+json']")
    assert facts.count() == 1
    assert json.loads(facts.text_content())["@graph"][0]["name"] == place["title"]
    page = visitor.go(f"/search?q={place['id']}&location={re.sub('[^A-Za-z]', '+', text)[:150]}")
    assert page.title() != "pwned"


def test_what_is_typed_comes_back_as_text(visit, town):
    visitor = visit(script=True)
    for text in HOSTILE:
        page = visitor.go("/login")
        page.evaluate("text => { const f = document.querySelector('main form'); f.noValidate = true; f.elements.email.type = 'text'; f.elements.email.value = text; f.elements.password.value = text; f.requestSubmit(); }", text[:250])
        page.wait_for_selector("#problems")
        assert page.title().startswith("Error: ") and page.evaluate("document.activeElement.id") == "problems"
        assert page.title() != "pwned"
    page = visitor.go("/register")
    page.evaluate("() => { const f = document.querySelector('main form'); f.noValidate = true; f.elements.name.value = 'Ida'; f.elements.email.value = 'no-address'; f.elements.password.value = 'x'; f.requestSubmit(); }")
    page.wait_for_selector("#problems")
    assert page.input_value("#name") == "Ida" and page.input_value("#email") == "no-address" and page.input_value("#password") == ""
    assert page.get_attribute("#email", "aria-invalid") == "true" and "password-error" in page.get_attribute("#password", "aria-describedby")


def problems(page):
    """What the list at the top of a page says, each with the field that it leads to; every field is there."""
    listed = re.search(r'id="problems">.*?</div>', page.text, re.DOTALL)
    assert listed, page.text[:500]
    found = re.findall(r'<li><a href="#([^"]+)">([^<]*)</a>', listed.group(0))
    for field, _ in found:
        assert len(re.findall(f' id="{field}"', page.text)) == 1, field
    return {field: html.unescape(message) for field, message in found}


def test_a_list_of_problems_names_the_fields_and_leads_to_them(folk, host):
    place = listing(host, "A place with rules").json()
    guest = folk.new("nora")
    held = guest.post("/api/v1/bookings", {"propertyId": place["id"], "checkIn": day(70), "checkOut": day(72), "guests": 1}).json()["id"]

    def seen(path, person=guest):
        cookie = {} if person is None else {"Cookie": f"roost_session={person.token}"}
        return problems(folk.anyone.connection.get(path, headers={"Accept": "text/html"} | cookie))

    party = "guests=0&children=x&childAges=99&infants=-1&pets=x"
    named = {"guests": "Adults: ", "children": "Children from 2 to 17: ", "childAges": "Ages of the children: ", "infants": "Infants under 2: ", "pets": "Pets: "}
    days = {"checkIn": "Check-in: ", "checkOut": "Check-out: "}
    for path, person in ((f"/properties/{place['id']}", None), (f"/properties/{place['id']}/book", guest), ("/search", None), (f"/host/properties/{place['id']}/price-check", host)):
        told = seen(f"{path}?checkIn=x&checkOut=y&{party}", person)
        # In the order in which one comes by the fields.
        assert list(told) == [*days, *named] and all(told[name].startswith(words) for name, words in (named | days).items()), (path, told)
    confirmed = stay_at(guest, place, start=60)["id"]
    told = seen(f"/trips/{confirmed}/change?checkIn=x&{party}")
    assert all(told[name].startswith(words) for name, words in named.items()) and told["checkIn"].startswith("Check-in: "), told

    cookie = {"Accept": "text/html", "Cookie": f"roost_session={guest.token}"}
    post = lambda path, fields: problems(sent(guest, path, fields, cookie))
    assert post(f"/trips/{confirmed}/cancel", {"reason": "r" * 1001})["reason"].startswith("Reason: ")
    assert post("/account", {"name": " "})["name"] == "Name: Enter your name."
    assert post("/account", {"currentPassword": "wrong", "newPassword": PASSWORD})["currentPassword"].startswith("Current password: ")
    assert post(f"/checkout/{held}", {"provider": "nobody"})["provider"].startswith("Pay with: ")
    told = problems(folk.anyone.connection.post("/register", data={"name": "", "email": "x", "password": "y"}, headers={"Accept": "text/html"}))
    assert told["name"].startswith("Name: ") and told["email"].startswith("Email: ") and told["password"].startswith("Password: "), told


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_a_wrong_number_that_is_folded_away_is_shown(visit, script):
    visitor = visit(script=script)
    visitor.expected.add(422)
    page = visitor.go("/search?location=Albany")
    summary = page.locator("details.others > summary")
    summary.click()
    page.fill("#children", "5000")
    if script:
        page.keyboard.press("Escape")
    else:
        summary.click()
    assert not page.is_visible("#children")
    page.locator(".search-form button.main").click()
    page.wait_for_selector("#children", state="visible")
    if script:
        assert page.evaluate("document.activeElement.id") == "children" and "children=5000" not in page.url
    else:
        assert page.get_attribute("#children", "aria-invalid") == "true" and page.input_value("#children") == "5000"


def problem_text(page):
    """What the list at the top of a page says."""
    return html.unescape(re.search(r'id="problems">.*?</div>', page.text, re.DOTALL).group(0))


def form_of(text, action):
    """The fields of the form that is sent there, as they stand on the page."""
    found = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', text, re.DOTALL)
    assert found, action
    return {html.unescape(name): html.unescape(value) for name, value in re.findall(r'<input[^>]* name="([^"]*)"[^>]* value="([^"]*)"', found.group(1))}


def test_a_tampered_form_books_nothing(folk, host):
    place = listing(host, "A place to tamper with").json()["id"]
    guest = folk.new("tara")
    cookie = {"Cookie": f"roost_session={guest.token}", "Accept": "text/html"}
    path = f"/properties/{place}"
    address = f"{path}?checkIn={day(10)}&checkOut={day(12)}&guests=2"
    fields = form_of(guest.connection.get(address, headers=cookie).text, f"{path}/book")
    assert fields["total"] == "20000"

    def send(expect, where=f"{path}/book", headers=None, **changes):
        data = {name: value for name, value in (fields | changes).items() if value is not None}
        response = guest.connection.post(where, data=data, headers=cookie | (headers or {}))
        assert response.status_code in expect, f"{changes}: {response.status_code}\n{response.text[:1500]}"
        assert guest.get("/api/v1/bookings").json()["items"] == [], changes
        return response

    changed = send((409,), total="1", key="a")
    assert "has changed" in changed.text and form_of(changed.text, f"{path}/book")["total"] == "20000"
    # A sum that no page says, and a form that could not be told from its double: told, and the form is there again.
    for count, total in enumerate(("abc", "-5", "20000.0", "+20000", "9" * 30, "", None)):
        altered = send((422,), total=total, key=f"t{count}")
        assert "incomplete or altered" in problem_text(altered) and form_of(altered.text, f"{path}/book")["total"] == "20000"
    for key in ("", None, "k" * 256):
        keyless = send((422,), key=key)
        again = form_of(keyless.text, f"{path}/book")
        assert "incomplete or altered" in problem_text(keyless) and again["key"] and again["checkIn"] == fields["checkIn"]
    for language, words in (("de", "unvollständig oder verändert"), ("ar", "ناقصًا أو معدّلًا")):
        assert words in problem_text(send((422,), where=f"/{language}{path}/book", total="abc", key=language))
    send((422,), checkIn=day(12), checkOut=day(10), key="b")
    send((422,), checkIn="2020-01-01", checkOut="2020-01-03", priced=None, total=None, key="c")
    send((422,), checkIn="tomorrow", key="d")
    send((422,), guests="99", priced=None, total=None, key="e")
    # What was not priced is not booked either, whatever it costs: its price is shown first.
    led = send((303,), checkIn=day(11), checkOut=day(13), key="p")
    assert led.headers["location"].startswith(f"{path}?checkIn={day(11)}&checkOut={day(13)}&guests=2")
    send((422,), guests="-1", key="f")
    send((404,), where="/properties/prop_elsewhere/book")
    send((403,), token="0" * 64)
    send((403,), token=None)
    send((403,), headers={"Sec-Fetch-Site": "cross-site"})
    send((403,), headers={"Origin": "https://evil.example"})
    # As it was shown it books, and sent again it is the same booking.
    first = guest.connection.post(f"{path}/book", data=fields, headers=cookie)
    again = guest.connection.post(f"{path}/book", data=fields, headers=cookie)
    assert first.status_code == again.status_code == 303 and first.headers["location"] == again.headers["location"]
    assert len(guest.get("/api/v1/bookings").json()["items"]) == 1
    # The same key for another stay is refused.
    other = guest.connection.post(f"{path}/book", data=fields | {"checkOut": day(13), "total": "30000", "priced": fields["priced"].replace(day(12), day(13))}, headers=cookie)
    assert other.status_code == 422 and "sent before with other values" in other.text and "Idempotency" not in other.text


def test_a_tampered_change_proposes_nothing(folk, host):
    guest = folk.new("tove")
    booking = stay_at(guest, listing(host, "A place to change by hand").json(), start=40)
    cookie = {"Cookie": f"roost_session={guest.token}", "Accept": "text/html"}
    path = f"/trips/{booking['id']}/change"
    page = guest.connection.get(f"{path}?checkOut={later(booking['checkOut'], 1)}", headers=cookie)
    fields = fields_of(page.text, "total")[1]
    for count, change in enumerate(({"total": "abc"}, {"total": "-5"}, {"total": ""}, {"total": None}, {"key": ""}, {"key": None})):
        data = {name: value for name, value in (fields | {"key": f"c{count}", "message": "One <more> night"} | change).items() if value is not None}
        refused = guest.connection.post(path, data=data, headers=cookie)
        assert refused.status_code == 422 and "incomplete or altered" in problem_text(refused), change
        assert "One &lt;more&gt; night" in refused.text
    assert guest.get(f"/api/v1/bookings/{booking['id']}/alterations").json()["items"] == []
    assert guest.connection.post(path, data=fields, headers=cookie).status_code == 303
    assert len(guest.get(f"/api/v1/bookings/{booking['id']}/alterations").json()["items"]) == 1


def test_another_guests_checkout_trip_and_payment_are_nobody_elses(folk, host):
    place = listing(host, "A quiet place").json()["id"]
    guest, other = folk.new("ava"), folk.new("ben")
    body = {"propertyId": place, "checkIn": day(20), "checkOut": day(22), "guests": 1}
    booking = guest.post("/api/v1/bookings", body).json()["id"]
    for path in (f"/checkout/{booking}", f"/trips/{booking}", f"/trips/{booking}/cancel"):
        answer = other.connection.get(path, headers={"Cookie": f"roost_session={other.token}", "Accept": "text/html"})
        assert answer.status_code == 404 and "<h1>" in answer.text
        assert guest.connection.get(path, headers={"Accept": "text/html"}).headers["location"].startswith("/login?next=")
    assert other.connection.post(f"/trips/{booking}/cancel", headers={"Authorization": f"Bearer {other.token}"}).status_code == 404
    assert guest.get(f"/api/v1/bookings/{booking}").json()["status"] == "held"


def german(text):
    """Where the link to the same page in German leads."""
    return html.unescape(re.search(r'<li><a href="([^"]*)" lang="de"', text).group(1))


def test_who_signs_in_from_a_form_comes_back_to_its_page(visit, folk):
    host, guest = folk.new("hedda"), folk.new("rita")
    home = listing(host, "A place to change").json()
    booking = stay_at(guest, home, start=40)
    change = host.post(f"/api/v1/bookings/{booking['id']}/alterations", {"checkOut": later(booking["checkOut"], 1)}).json()
    path = f"/trips/{booking['id']}/change"
    session = folk.sign_in(guest.user["email"])
    visitor = visit(token=session.token)
    page = visitor.go(path)
    session.post("/api/v1/auth/logout", expect=204)
    page.get_by_role("button", name="Agree").click()
    assert visitor.path == f"/login?next={path}"
    page.fill("#email", guest.user["email"])
    page.fill("#password", PASSWORD)
    with page.expect_navigation() as landed:
        page.get_by_role("button", name="Sign in").click()
    assert landed.value.status == 200 and visitor.path == path
    page.get_by_role("button", name="Agree").click()
    assert guest.get(f"/api/v1/alterations/{change['id']}").json()["status"] == "agreed"

    # So do all forms that are sent to another address than their page's, whoever refuses them, and in every language.
    held = guest.post("/api/v1/bookings", {"propertyId": home["id"], "checkIn": day(60), "checkOut": day(62), "guests": 1}).json()
    asked = place(host, instantBook=False)
    request = book(guest, asked, start=50)
    forms = {
        f"/checkout/{held['id']}/pay": (guest, f"/checkout/{held['id']}"), f"/checkout/{held['id']}/extend": (guest, f"/checkout/{held['id']}"),
        f"{path}/answer": (guest, path), f"{path}/pay": (guest, path),
        f"/host/bookings/{booking['id']}/change/answer": (host, f"/host/bookings/{booking['id']}/change"),
        f"/host/bookings/{request['id']}/accept": (host, f"/host/bookings/{request['id']}"),
        f"/host/properties/{home['id']}/status": (host, "/host"), "/account/profile": (guest, "/account"), "/logout": (guest, "/"),
    }
    for form, (person, back) in forms.items():
        cookie = {"Cookie": f"roost_session={person.token}", "Accept": "text/html"}
        if form != "/logout":
            assert folk.anyone.connection.post(form, data={}, headers={"Accept": "text/html"}).headers["location"] == f"/login?next={back}"
        for more in ({}, {"Sec-Fetch-Site": "cross-site"}):
            refused = person.connection.post(form, data={"key": "x"}, headers=cookie | more)
            assert refused.status_code == 403 and german(refused.text) == ("/de" + back).rstrip("/"), form
        assert person.connection.get(german(refused.text), headers=cookie).status_code == 200, form


def test_a_change_is_answered_on_the_page_of_its_own_booking(folk):
    host, guest = folk.new("hanne"), folk.new("rosa")
    home = place(host)
    booking, other = stay_at(guest, home, start=40), stay_at(guest, home, start=50)
    change = host.post(f"/api/v1/bookings/{other['id']}/alterations", {"checkOut": later(other["checkOut"], 1)}).json()
    cookie = {"Cookie": f"roost_session={guest.token}", "Accept": "text/html"}

    def send(where, what, **data):
        path = f"/trips/{where['id']}/change"
        token = form_of(guest.connection.get(f"/trips/{other['id']}/change", headers=cookie).text, f"/trips/{other['id']}/change/{what}")["token"]
        before = status()
        keyless = guest.connection.post(f"{path}/{what}", data={"token": token, "alteration": change["id"], **data}, headers=cookie)
        assert keyless.status_code == (404 if where is booking else 422), "a form without its key does nothing"
        assert status() == before
        data = {"token": token, "key": f"{where['id']} {what} {data}", "alteration": change["id"], **data}
        return guest.connection.post(f"{path}/{what}", data=data, headers=cookie)

    def status():
        return guest.get(f"/api/v1/alterations/{change['id']}").json()["status"]

    for answer in ("accept", "decline", "withdraw"):
        assert send(booking, "answer", answer=answer).status_code == 404 and status() == "proposed"
    # The answer of the host is not the guest's to give; what is refused is shown, and leads to its page in other languages.
    refused = send(other, "answer", answer="withdraw")
    assert refused.status_code in (403, 404, 409) and status() == "proposed"
    assert german(refused.text) == f"/de/trips/{other['id']}/change" and guest.connection.get(german(refused.text), headers=cookie).status_code == 200
    assert send(other, "answer", answer="accept").status_code == 303 and status() == "agreed"
    assert send(booking, "pay", provider="test").status_code == 404 and guest.get(f"/api/v1/bookings/{other['id']}").json()["paid"] == other["paid"]
    assert send(other, "pay", provider="test").status_code == 303


def test_who_is_not_signed_in_is_not_told_that_they_are(folk, host):
    def refused(path, person=None, **headers):
        cookie = {"Cookie": f"roost_session={person.token}" if person else "roost_form=elsewhere"}
        answer = folk.anyone.connection.post(path, data={"token": "0" * 64}, headers={"Accept": "text/html"} | cookie | headers)
        assert answer.status_code == 403, path
        return html.unescape(answer.text)

    words = {"": "Send this form again", "/de": "Bitte noch einmal senden", "/ar": "أرسل هذا النموذج مرة أخرى"}
    signed_in = {"": "You are signed in", "/de": "Sie sind angemeldet", "/ar": "أنت مسجّل الدخول"}
    for prefix, heading in words.items():
        for text in (refused(prefix + "/register"), refused(prefix + "/account/profile", host), refused(prefix + "/login", **{"Sec-Fetch-Site": "cross-site"})):
            assert f"<h1>{heading}" in text and signed_in[prefix] not in text
    theirs = folk.new("una").connection.get("/operator", headers={"Accept": "text/html", "Cookie": f"roost_session={host.token}"})
    assert theirs.status_code == 403 and "You are signed in" in theirs.text


def test_what_can_not_be_asked_is_told_in_the_words_of_the_page(folk, host):
    place = listing(host, "A place to ask wrongly").json()["id"]
    ask = lambda path: folk.anyone.connection.get(path, headers={"Accept": "text/html"})
    plain = lambda text: re.sub("[\u2066-\u2069]", "", text)  # without the marks that keep a part in its direction
    for query in ("checkIn=foo", "guests=0", f"checkIn={day(9)}&checkOut={day(8)}"):
        assert ask(f"/properties/{place}?{query}").status_code == 422 and problems(ask(f"/properties/{place}?{query}"))
    assert ask(f"/properties/{place}?checkIn={day(8)}&checkOut={day(9)}").status_code == 200
    for prefix, words in (("", "Enter at most 1000."), ("/de", "höchstens 1000"), ("/ar", "1000 على الأكثر")):
        assert words in plain(problems(ask(f"{prefix}/properties/{place}?guests=5000"))["guests"])
    # The parameters of the API have no place in what people read.
    wrong = {"sort": "foo", "roomType": "castle", "minRating": "9", "bedrooms": "-1", "beds": "-1", "bathrooms": "5000", "bbox": "here", "q": "q" * 250, "location": "l" * 250}
    for prefix, told in (("", "Enter a number from 0 to 5."), ("/de", "Geben Sie eine Zahl von 0 bis 5 ein."), ("/ar", "أدخل رقمًا من 0 إلى 5.")):
        page = folk.anyone.connection.get(f"{prefix}/search", params=wrong, headers={"Accept": "text/html"})
        found = {name: plain(message) for name, message in problems(page).items()}
        assert page.status_code == 422 and set(found) == set(wrong), found
        assert found["minRating"].endswith(told)
        for name, message in found.items():
            assert not re.search(rf"\b{name} |-price|minRating|roomType|bbox", message) or name == "location", message
            assert prefix or not message.startswith(name), message
        if prefix == "/ar":
            assert not re.search("[A-Za-z]", "".join(found.values())), found


def test_an_account_is_changed_by_its_person_only(visit, folk):
    person = folk.new("lea")
    visitor = visit(token=person.token)
    page = visitor.go("/account")
    page.fill("#name", "Léa <b>Lund</b>")
    page.select_option("#language", "de")
    page.get_by_role("button", name="Save").click()
    assert visitor.path == "/de/account?saved=profile" and "Gespeichert" in page.inner_text("main")
    assert person.get("/api/v1/me").json()["name"] == "Léa <b>Lund</b>" and person.get("/api/v1/me").json()["language"] == "de"
    second = folk.sign_in(person.email)
    page.fill("#currentPassword", "not this one")
    page.fill("#newPassword", "a-heron-and-an-owl")
    page.get_by_role("button", name="Passwort ändern").click()
    assert "nicht Ihr aktuelles Passwort" in page.inner_text("#problems")
    page.fill("#currentPassword", PASSWORD)
    page.fill("#newPassword", "a-heron-and-an-owl")
    page.get_by_role("button", name="Passwort ändern").click()
    assert "geändert" in page.inner_text("main")
    second.get("/api/v1/me", expect=401)
    third = folk.sign_in(person.email, "a-heron-and-an-owl")
    page = visitor.go("/de/account")
    page.get_by_role("button", name="Beenden").first.click()
    third.get("/api/v1/me", expect=401)
    # Signing in on the English page leads on in the language they chose.
    stranger = visit()
    page = stranger.go("/login?next=/trips")
    page.fill("#email", person.email)
    page.fill("#password", "a-heron-and-an-owl")
    page.get_by_role("button", name="Sign in").click()
    assert stranger.path == "/de/trips"


def test_search_engines_find_every_place_and_nothing_private(folk):
    robots = folk.anyone.connection.get("/robots.txt").text
    assert "Disallow: /trips" in robots and "Sitemap: http" in robots
    sitemap = folk.anyone.connection.get("/sitemap.xml")
    places = re.findall(r"<loc>[^<]*/properties/(prop_\w+)</loc>", sitemap.text)
    count = folk.anyone.get("/api/v1/properties", params={"limit": 1}).json()["totalCount"]
    assert len(places) == len(set(places)) == count
    picture = folk.anyone.connection.get(f"/share/{places[0]}.png")
    assert picture.headers["content-type"] == "image/png" and picture.content[16:24] == (1200).to_bytes(4) + (630).to_bytes(4)
    text = folk.anyone.connection.get(f"/de/properties/{places[0]}", headers={"Accept": "text/html"}).text
    assert re.search(rf'rel="canonical" href="[^"]*/de/properties/{places[0]}"', text)
    assert all(f'hreflang="{code}"' in text for code in ("en", "de", "ar", "x-default"))
    assert f"/share/{places[0]}.png" in text


def test_a_browsers_language_is_offered_and_decides_nothing(visit):
    page = visit(language="de-DE").go("/help")
    offer = page.get_by_role("link", name="Diese Seite auf Deutsch")
    assert page.locator("html").get_attribute("lang") == "en" and offer.count() == 1
    offer.click()
    assert page.url.endswith("/de/help") and page.locator("html").get_attribute("lang") == "de"
    assert page.get_by_role("link", name="This page in English").count() == 0
