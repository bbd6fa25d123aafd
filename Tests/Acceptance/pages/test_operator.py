"""The operator's pages: what needs a person is found, understood and done, with a reason that the log keeps."""

import re

import pytest

from inventory import Inventory, listing
from roost import fakes
from roost.trade import PASSWORD, People, book, day, eventually, number, pay, place, stay_at
from test_every_page import violations

PAGES = ["", "/bookings", "/payments", "/cases", "/people", "/listings", "/mails", "/addresses", "/log"]


@pytest.fixture(scope="module")
def inventory(town, folk):
    return Inventory(town, folk)


@pytest.fixture(scope="module")
def operator(inventory):
    return inventory.operator


def acts(operator, subject):
    return operator.get("/api/v1/operator/acts", params={"subject": subject}, expect=200).json()["items"]


def give_reason(page, text, button):
    page.fill("#reason", text)
    page.locator("main form").get_by_role("button", name=button).click()


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_a_booking_is_found_by_its_code_and_cancelled_with_a_reason(visit, folk, operator, script):
    home = place(folk.hilda)
    booking = stay_at(folk.gina, home)
    visitor = visit(script=script, token=operator.token)
    page = visitor.go("/")
    page.get_by_role("link", name="Operator").click()
    assert visitor.path == "/operator"
    page.get_by_role("link", name="Bookings", exact=True).click()
    page.fill("#find", booking["code"].lower().replace("-", " "))
    page.locator("main").get_by_role("button", name="Search").click()
    page.get_by_role("link", name=booking["code"]).click()
    assert visitor.path == f"/operator/bookings/{booking['id']}" and "Confirmed" in page.inner_text("main")
    page.get_by_role("link", name="Cancel this booking").click()
    assert "$200.00" in page.inner_text("main .notice")
    # Without a reason nothing happens, whether the browser minds the field or not.
    page.evaluate("document.querySelector('main form').noValidate = true") if script else None
    give_reason(page, "   ", "Cancel")
    assert page.title().startswith("Error: ") and "Say why" in page.inner_text(".problems")
    assert folk.gina.get(f"/api/v1/bookings/{booking['id']}").json()["status"] == "confirmed"
    give_reason(page, "The roof <b>leaks</b>.", "Cancel")
    assert visitor.path == f"/operator/bookings/{booking['id']}?done=cancelled"
    text = page.inner_text("main")
    assert "Cancelled by an operator" in text and "The roof <b>leaks</b>." in text
    assert "Refunded" in text
    logged = acts(operator, booking["id"])
    assert [(act["act"], act["reason"], act["operatorId"]) for act in logged] == [("cancel", "The roof <b>leaks</b>.", operator.id)]
    page.get_by_role("link", name="Log", exact=True).click()
    assert "The roof <b>leaks</b>." in page.inner_text("main")
    # A booking is called by its code, here as everywhere, and found by it.
    assert "bkg_" not in page.inner_text("main")
    page.fill("#find", booking["code"].lower())
    page.locator("main").get_by_role("button", name="Search").click()
    assert page.locator("main tbody tr").count() == 1
    page.locator("main tbody").get_by_role("link", name=booking["code"]).click()
    assert visitor.path == f"/operator/bookings/{booking['id']}"
    # Going back and sending the form again changes nothing and says how things stand.
    page = visitor.go(f"/operator/bookings/{booking['id']}")
    assert page.get_by_role("link", name="Cancel this booking").count() == 0


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_money_is_given_back_by_hand(visit, folk, operator, script):
    booking = stay_at(folk.gina, place(folk.hilda))
    payment = folk.gina.get(f"/api/v1/bookings/{booking['id']}/payments").json()["items"][0]["id"]
    visitor = visit(script=script, token=operator.token)
    page = visitor.go(f"/operator/payments/{payment}")
    page.get_by_role("link", name="Refund", exact=True).click()
    for typed, said in (("abc", "Enter an amount"), ("-5", "Enter an amount"), ("1000", "Only")):
        page.fill("#amount", typed)
        give_reason(page, "The heating was out.", "Refund")
        assert said in page.inner_text(".problems") and page.input_value("#amount") == typed
        assert page.input_value("#reason") == "The heating was out."
    page.fill("#amount", "25.5")
    give_reason(page, "The heating was out.", "Refund")
    text = page.inner_text("main")
    assert "$25.50 refunded" in text and "The heating was out." in text and "Partly refunded" in text
    assert [act["act"] for act in acts(operator, payment)] == ["refund"]
    assert folk.gina.get(f"/api/v1/payments/{payment}").json()["refunded"]["amount"] == 2550


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_a_person_is_found_and_signed_out_everywhere(visit, folk, operator, script):
    person = folk.new("wanda")
    visitor = visit(script=script, token=operator.token)
    page = visitor.go("/operator/people")
    page.fill("#find", person.email.upper())
    page.locator("main").get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Wanda").click()
    page.get_by_role("link", name="Sign out everywhere").click()
    assert "1 session ends" in page.inner_text("main")
    give_reason(page, "A lost phone.", "Sign out everywhere")
    assert "Not signed in anywhere." in page.inner_text("main")
    person.get("/api/v1/me", expect=401)
    assert [act["reason"] for act in acts(operator, person.id)] == ["A lost phone."]


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_a_listing_is_paused_and_listed_again(visit, folk, operator, script):
    home = listing(folk.hilda, f"A place to pause {number()}").json()
    visitor = visit(script=script, token=operator.token)
    page = visitor.go(f"/operator/listings/{home['id']}")
    page.get_by_role("link", name="Pause", exact=True).click()
    give_reason(page, "Photos of another house.", "Pause")
    assert "Paused" in page.inner_text("main")
    folk.anyone.get(f"/api/v1/properties/{home['id']}", expect=404)
    page.get_by_role("link", name="Publish again").click()
    give_reason(page, "They were exchanged.", "Publish again")
    folk.anyone.get(f"/api/v1/properties/{home['id']}", expect=200)
    assert [act["reason"] for act in acts(operator, home["id"])] == ["They were exchanged.", "Photos of another house."]


def test_a_mail_is_sent_again_and_its_timeline_says_so(visit, inventory, operator):
    visitor = visit(token=operator.token)
    page = visitor.go(f"/operator/mails/{inventory.welcome}")
    assert "Queued" in page.inner_text("main") and "Handed to the provider (file)" in page.inner_text("main")
    page.get_by_role("link", name="Send again").click()
    give_reason(page, "They asked for it.", "Send again")
    assert "Sent again by an operator" in page.inner_text("main")
    assert [act["act"] for act in acts(operator, inventory.welcome)] == ["resend"]
    eventually(
        lambda: operator.get(f"/api/v1/operator/mails/{inventory.welcome}").json(), lambda mail: mail["state"] == "sent" and mail["tries"] >= 1, 30)


def test_only_operators_see_any_of_it(folk, inventory, operator):
    booking, payment = inventory.confirmed, inventory.payment_of(inventory.confirmed)
    found = inventory.free[0][5]["id"]
    deep = [f"/bookings/{booking}", f"/bookings/{booking}/cancel", f"/payments/{payment}", f"/payments/{payment}/refund",
            f"/people/{folk.gina.id}", f"/people/{folk.gina.id}/sign-out", f"/listings/{found}", f"/listings/{found}/status",
            f"/mails/{inventory.welcome}", f"/mails/{inventory.welcome}/resend", "/addresses/lift?address=a%40example.com",
            "/cases/case_unknown", "/cases/case_unknown/resolve"]
    html = {"Accept": "text/html"}
    for path in PAGES + deep:
        answer = folk.anyone.connection.get("/operator" + path, headers=html)
        assert answer.status_code == 303 and answer.headers["location"].startswith("/login?next=/operator"), path
        answer = folk.anyone.connection.get("/operator" + path, headers=html | {"Cookie": f"roost_session={folk.gina.token}"})
        assert answer.status_code == 403 and "no-store" in answer.headers["cache-control"], path
        assert folk.hilda.connection.get("/operator" + path, headers=html | {"Cookie": f"roost_session={folk.hilda.token}"}).status_code == 403
    sent = {"reason": "Mine.", "to": "paused", "address": "a@example.com"}
    for path in [one for one in deep if one.rsplit("/", 1)[-1].split("?")[0] in ("cancel", "refund", "sign-out", "status", "resend", "lift", "resolve")]:
        path = "/operator" + path.split("?")[0]
        post = lambda person, **headers: folk.anyone.connection.post(path, data=sent, headers=html | headers)
        assert post(None).status_code == 303
        # Signed in by a token, so that it is not the form's own that is missed; and by cookie without the form's token.
        assert post(None, Authorization=f"Bearer {folk.gina.token}").status_code == 403
        assert post(None, Cookie=f"roost_session={operator.token}").status_code == 403
    assert folk.gina.get(f"/api/v1/bookings/{booking}").json()["status"] == "confirmed"
    folk.gina.get("/api/v1/operator/acts", expect=403)
    folk.anyone.get("/api/v1/operator/acts", expect=401)
    assert not acts(operator, booking) and not acts(operator, found)


def test_what_is_none_is_said_and_no_fault_of_ours(folk, operator):
    headers = {"Accept": "text/html", "Cookie": f"roost_session={operator.token}"}
    def status(path):
        return folk.anyone.connection.get("/operator" + path, headers=headers).status_code
    for kind in ("bookings/bkg_none", "payments/pay_none", "people/usr_none", "listings/prop_none", "mails/mail_none", "cases/case_none",
                 "bookings/x", "people/..%2F..", "payments/bkg_none/refund"):
        assert status(f"/{kind}") == 404, kind
    for path in PAGES[1:]:
        assert status(f"{path}?cursor=%00'--") == 422, path
        assert status(f"{path}?status=x&state=x&role=x&q={'z' * 5000}&code=%E2%80%AE&guest=x&by=x") == 200, path
    assert status("/people?q=%25") == status("/people?q=%5C") == status("/people?q=_") == 200
    everyone = folk.anyone.connection.get("/operator/people?q=%25", headers=headers).text
    assert "No one matches." in everyone, "a percent sign is looked for as it is"


def test_lists_go_on_page_by_page(folk, operator, town):
    for index in range(30):
        listing(folk.hugo, f"A row {index}", status="draft")
    headers = {"Accept": "text/html", "Cookie": f"roost_session={operator.token}"}
    path, seen = f"/operator/listings?host={folk.hugo.id}", []
    while path:
        text = folk.anyone.connection.get(path, headers=headers).text
        seen += re.findall(r'href="/operator/listings/(prop_\w+)"', text)
        older = re.search(r'class="paging"><a [^>]*href="([^"]*)"', text)
        path = older.group(1).replace("&amp;", "&") if older else None
    assert len(seen) == len(set(seen)) == 30


def test_the_log_is_one_list_over_all_that_happened(operator):
    seen, cursor = [], None
    while True:
        page = operator.get("/api/v1/operator/acts", params={"limit": 2, **({"cursor": cursor} if cursor else {})}, expect=200).json()
        seen += page["items"]
        cursor = page["nextCursor"]
        if not cursor:
            break
    assert len({act["id"] for act in seen}) == len(seen) >= 3
    assert [act["at"] for act in seen] == sorted((act["at"] for act in seen), reverse=True)
    operator.get("/api/v1/operator/acts", params={"cursor": "x"}, expect=422)


def test_a_refund_that_came_back_is_a_case_and_is_tried_again(visit, fresh):
    stripe = fakes.Stripe()
    try:
        server = fresh(start=False, ROOST_RATE_LIMITS="off", ROOST_POLL_SECONDS="1", **stripe.settings())
        server.done("user", "add", "operator@example.com", "--name", "Otto", "--admin", "--password-stdin", text=PASSWORD)
        people = People(server.start())
        operator = people.sign_in("operator@example.com")
        booking = book(people.anna, place(people.hana))
        payment = people.anna.post(f"/api/v1/bookings/{booking['id']}/payments", {"provider": "stripe"}).json()
        session = stripe.pay(payment)
        assert stripe.tell(server, stripe.event("checkout.session.completed", session)).status_code == 200
        eventually(lambda: people.anna.get(f"/api/v1/payments/{payment['id']}").json()["status"], lambda status: status == "captured")
        operator.post(f"/api/v1/payments/{payment['id']}/refunds", {"reason": "The heating was out."}, expect=201)
        refund = next(iter(stripe.refunds.values()))
        refund.update(status="failed", failure_reason="expired_or_canceled_card")
        assert stripe.tell(server, stripe.event("refund.failed", refund)).status_code == 200
        eventually(lambda: operator.get("/api/v1/operator/cases").json()["items"], bool, 30)

        visitor = visit(server=server, token=operator.token)
        page = visitor.go("/operator")
        assert page.locator(".tile.urgent").inner_text().startswith("1")
        assert not violations(page)
        page.locator("#cases ~ table").get_by_role("link", name="Refund failed").click()
        assert "did not" in page.inner_text("main [lang=en]") and not violations(page)
        page.set_viewport_size({"width": 320, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.get_by_role("link", name="Resolve", exact=True).click()
        assert not violations(page)
        page.check("[name=tryAgain]")
        give_reason(page, "Their card was replaced.", "Resolve")
        assert "Resolved by Otto" in page.inner_text("main") and "Their card was replaced." in page.inner_text("main")
        eventually(lambda: people.anna.get(f"/api/v1/payments/{payment['id']}").json()["status"], lambda status: status == "refunded", 30)
        page = visitor.go("/operator/cases?state=open")
        assert "No open cases" in page.inner_text("main")
        assert [act["act"] for act in operator.get("/api/v1/operator/acts").json()["items"]] == ["try again", "refund"]
    finally:
        stripe.close()


def test_the_ways_of_an_operator_stand_in_one_row_from_a_tablet_on(visit, operator):
    for prefix in ("", "/de", "/ar"):
        page = visit(token=operator.token, width=768).go(prefix + "/operator")
        for width in (768, 1023, 1024):
            page.set_viewport_size({"width": width, "height": 900})
            tops = page.evaluate("[...document.querySelectorAll('.top-nav li > *')].map(one => Math.round(one.getBoundingClientRect().top))")
            assert len(tops) == 5 and len(set(tops)) == 1, (prefix, width, tops)
            brand = page.evaluate("document.querySelector('.brand').getBoundingClientRect().bottom")
            assert brand > tops[0], (prefix, width)
