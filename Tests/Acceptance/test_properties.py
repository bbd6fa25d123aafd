"""Places: made by anyone, seen by everyone once listed, changed by their host."""

import json

import httpx
import pytest

from roost.client import fields
from roost.trade import book, draft_of, eventually, number, place, quote, stay_at, usd, wish


def test_a_new_place_is_a_draft_with_the_defaults_of_the_contract(people):
    sent = draft_of()
    made = people.hana.post("/api/v1/properties", sent, expect=201)
    body = made.json()
    for name in ("title", "roomType", "maximumGuests", "nightlyPrice", "timeZone"):
        assert body[name] == sent[name]
    assert {**body["location"], **sent["location"]} == body["location"] and body["location"]["neighbourhood"] is None
    assert body == {
        **body, "status": "draft", "hostId": people.hana.id, "amenities": [], "bedrooms": 1, "beds": 1, "bathrooms": 1,
        "unitCount": 1, "minimumNights": 1, "maximumNights": 365, "cancellationPolicy": "moderate", "instantBook": True,
        "checkInFrom": "15:00", "checkOutBy": "11:00", "photos": [], "total": None, "openUntil": None, "source": None,
        "rating": {"average": None, "count": 0}}
    assert people.hana.get(f"/api/v1/properties/{body['id']}").json() == body


def test_every_member_that_can_be_sent_comes_back(people):
    sent = draft_of(
        description="By the lake.\nQuiet.", bedrooms=3, beds=5, bathrooms=2.5, amenities=["wifi", "hot-tub"], unitCount=7,
        minimumNights=2, maximumNights=30, cancellationPolicy="strict", instantBook=False, checkInFrom="16:30",
        checkOutBy="10:00", status="listed")
    sent["location"]["neighbourhood"] = "Lower Lake"
    body = people.hana.post("/api/v1/properties", sent, expect=201).json()
    assert sorted(body["amenities"]) == sorted(sent["amenities"])
    for name in set(sent) - {"amenities"}:
        assert body[name] == sent[name], name


def test_nobody_creates_a_place_without_signing_in(anyone):
    anyone.post("/api/v1/properties", draft_of(), expect="unauthenticated")
    anyone.post("/api/v1/properties", {"nonsense": 1}, expect="unauthenticated")


@pytest.mark.parametrize("name", ["title", "roomType", "location", "maximumGuests", "nightlyPrice", "timeZone"])
def test_what_is_required_is_missed(people, name):
    body = draft_of()
    del body[name]
    assert name in fields(people.hana.post("/api/v1/properties", body, expect="validation_failed"))


@pytest.mark.parametrize("name", ["country", "city", "latitude", "longitude"])
def test_a_location_is_missed_by_its_parts(people, name):
    body = draft_of()
    del body["location"][name]
    answer = people.hana.post("/api/v1/properties", body, expect="validation_failed")
    assert f"location.{name}" in fields(answer), answer.text


@pytest.mark.parametrize("name", ["title", "city", "neighbourhood"])
@pytest.mark.parametrize("text", ["\u200b", "\u202e", "\u3164", "\u2800", "\ufeff", "\u2060\u200d", " \u200b "], ids=ascii)
def test_a_text_of_which_nothing_can_be_seen_is_as_an_empty_one(people, name, text):
    home = place(people.hana)
    inside = name != "title"
    body = draft_of(**({} if inside else {name: text}))
    if inside:
        body["location"][name] = text
    field = f"location.{name}" if inside else name
    changes = {"location": {name: text}} if inside else {name: text}
    for answer in (people.hana.post("/api/v1/properties", body, expect="validation_failed"),
                   people.hana.patch(f"/api/v1/properties/{home['id']}", changes, expect="validation_failed")):
        assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [(field, "too_short")]


WRONG = [
    ("title", ""), ("title", "   "), ("title", 7), ("title", None), ("title", "t" * 100_000),
    ("roomType", "castle"), ("roomType", 1), ("maximumGuests", 0), ("maximumGuests", -1), ("maximumGuests", 2.5),
    ("maximumGuests", "4"), ("maximumGuests", 10**6), ("maximumGuests", 10**30), ("maximumGuests", True),
    ("nightlyPrice", 100), ("nightlyPrice", {"amount": -1, "currency": "USD"}), ("nightlyPrice", {"amount": 1.5, "currency": "USD"}),
    ("nightlyPrice", {"amount": 100, "currency": "XYZ"}), ("nightlyPrice", {"amount": 100, "currency": "usd"}),
    ("nightlyPrice", {"amount": 100}), ("nightlyPrice", {"amount": "100", "currency": "USD"}),
    ("nightlyPrice", {"amount": 2**63, "currency": "USD"}), ("nightlyPrice", {"amount": 2**62, "currency": "USD"}),
    ("nightlyPrice", {"amount": 100, "currency": "USD", "tip": 1}),
    ("timeZone", "Mars/Olympus"), ("timeZone", ""), ("timeZone", 5), ("timeZone", "../../etc/passwd"),
    ("description", 5), ("description", "d" * 2_000_000), ("bedrooms", -1), ("bedrooms", 10**9), ("beds", "two"), ("bathrooms", -0.5),
    ("amenities", "wifi"), ("amenities", [1]), ("amenities", ["a"] * 100_000), ("unitCount", 0), ("unitCount", 10**9),
    ("minimumNights", 0), ("minimumNights", 366), ("maximumNights", 0), ("maximumNights", 366),
    ("cancellationPolicy", "whatever"), ("instantBook", "true"), ("instantBook", 1), ("checkInFrom", "25:00"),
    ("checkInFrom", "3pm"), ("checkOutBy", "11"), ("checkOutBy", 11), ("status", "deleted"),
    ("location", "Albany"), ("location", {"country": "US", "city": "A", "latitude": 90.01, "longitude": 0}),
    ("location", {"country": "US", "city": "A", "latitude": 0, "longitude": -180.01}),
    ("location", {"country": "Utopia", "city": "A", "latitude": 0, "longitude": 0}),
    ("location", {"country": "US", "city": "", "latitude": 0, "longitude": 0}),
    ("location", {"country": "US", "city": "A", "latitude": "0", "longitude": 0}),
    ("location", {"country": "US", "city": "A", "latitude": 0, "longitude": 0, "planet": "Mars"}),
    ("hostId", "usr_00000000000000000000000000"), ("rating", {"average": 5, "count": 9}), ("total", usd(1)), ("id", "prop_1"),
    ("source", {"name": "inside-airbnb", "id": "1"}), ("colour", "green"),
]


@pytest.mark.parametrize("name, value", WRONG, ids=[f"{name}={value!r:.40}" for name, value in WRONG])
def test_a_wrong_value_is_refused_and_named_when_made_and_when_changed(people, wrong_place, name, value):
    made = people.hana.post("/api/v1/properties", {**draft_of(), name: value}, expect=("validation_failed", "payload_too_large"))
    changed = people.hana.patch(f"/api/v1/properties/{wrong_place['id']}", {name: value}, expect=("validation_failed", "payload_too_large"))
    for answer in (made, changed):
        if answer.status_code == 422:
            assert any(field == name or field.startswith((name + ".", name + "[")) for field in fields(answer)), answer.text
    assert people.hana.get(f"/api/v1/properties/{wrong_place['id']}").json() == wrong_place


@pytest.fixture(scope="module")
def wrong_place(people):
    return place(people.hana, title=f"Not to be changed {number()}")


def test_a_minimum_above_the_maximum_is_refused(people):
    people.hana.post("/api/v1/properties", draft_of(minimumNights=9, maximumNights=8), expect="validation_failed")
    home = place(people.hana, minimumNights=2, maximumNights=8)
    people.hana.patch(f"/api/v1/properties/{home['id']}", {"minimumNights": 9}, expect="validation_failed")
    people.hana.patch(f"/api/v1/properties/{home['id']}", {"minimumNights": 9, "maximumNights": 9})


def test_a_draft_is_seen_by_its_host_and_operators_only(people, anyone, operator):
    draft = people.hana.post("/api/v1/properties", draft_of(), expect=201).json()
    path = f"/api/v1/properties/{draft['id']}"
    for other in (anyone, people.anna):
        other.get(path, expect="not_found")
        other.get(f"{path}/quote", params={"checkIn": "2030-01-01", "checkOut": "2030-01-03", "guests": 1}, expect="not_found")
        other.get(f"{path}/calendar", params={"from": "2030-01-01", "to": "2030-01-03"}, expect="not_found")
    people.anna.patch(path, {"title": "Mine now"}, expect="not_found")
    people.anna.post("/api/v1/bookings", wish(draft), expect="not_found")
    assert people.hana.get(path).json() == operator.get(path).json() == draft


def test_publishing_shows_a_place_to_everyone_and_pausing_hides_it(people, anyone):
    draft = people.hana.post("/api/v1/properties", draft_of(title=f"Shown {number()} here"), expect=201).json()
    path = f"/api/v1/properties/{draft['id']}"
    found = lambda: [item["id"] for item in anyone.get("/api/v1/properties", params={"q": draft["title"]}).json()["items"]]
    assert found() == []
    listed = people.hana.patch(path, {"status": "listed"}).json()
    assert listed == {**draft, "status": "listed"} and anyone.get(path).json() == listed and found() == [draft["id"]]
    people.hana.patch(path, {"status": "paused"})
    anyone.get(path, expect="not_found")
    people.anna.get(path, expect="not_found")
    people.anna.post("/api/v1/bookings", wish(draft), expect="not_found")
    assert found() == []
    assert people.hana.get(path).json()["status"] == "paused"


def test_a_paused_place_stays_readable_for_who_booked_it(people):
    home = place(people.hana)
    stay_at(people.anna, home)
    path = f"/api/v1/properties/{home['id']}"
    people.hana.patch(path, {"status": "paused"})
    assert people.anna.get(path).json()["status"] == "paused"
    people.berta.get(path, expect="not_found")
    people.anna.post("/api/v1/bookings", wish(home, start=90), expect=(404, 409, 422))


def test_another_ones_listed_place_is_forbidden_and_an_operator_may(people, anyone, operator):
    home = place(people.hana)
    path = f"/api/v1/properties/{home['id']}"
    anyone.patch(path, {"title": "Mine"}, expect="unauthenticated")
    people.anna.patch(path, {"title": "Mine"}, expect="forbidden")
    people.anna.patch(path, {"title": 7, "nonsense": 1}, expect="forbidden")
    assert people.hana.get(path).json() == home
    assert operator.patch(path, {"title": "Put right"}).json() == {**home, "title": "Put right"}


@pytest.mark.parametrize("id", ["prop_00000000000000000000000000", "nonsense", "bkg_00000000000000000000000000", "%00", "..%2F..", "a" * 3000, "'; DROP TABLE property; --"])
def test_an_unknown_place_is_not_found(people, anyone, id):
    anyone.get(f"/api/v1/properties/{id}", expect=("not_found", "malformed_request"))
    people.anna.patch(f"/api/v1/properties/{id}", {"title": "x"}, expect=("not_found", "malformed_request"))


def test_a_changed_price_counts_for_new_bookings_only(people):
    home = place(people.hana)
    booking = book(people.anna, home, start=60)
    people.hana.patch(f"/api/v1/properties/{home['id']}", {"nightlyPrice": usd(20000)})
    assert quote(people.anna, home, start=70)["total"] == usd(40000)
    assert people.anna.get(f"/api/v1/bookings/{booking['id']}").json()["total"] == usd(20000)


def test_an_empty_change_changes_nothing(people):
    home = place(people.hana)
    assert people.hana.patch(f"/api/v1/properties/{home['id']}", {}).json() == home


def test_fewer_units_than_are_claimed_is_a_conflict(people):
    home = place(people.hana, unitCount=2)
    path = f"/api/v1/properties/{home['id']}"
    first, second = book(people.anna, home), book(people.berta, home)
    people.hana.patch(path, {"unitCount": 1}, expect=("state_conflict", "nights_unavailable"))
    assert people.hana.get(path).json()["unitCount"] == 2
    assert people.hana.patch(path, {"unitCount": 3}).json()["unitCount"] == 3
    book(people.clara, home)
    people.hana.patch(path, {"unitCount": 2}, expect=("state_conflict", "nights_unavailable"))
    for guest, booking in ((people.anna, first), (people.berta, second)):
        guest.post(f"/api/v1/bookings/{booking['id']}/cancel", expect=200)
    eventually(lambda: quote(people.anna, home)["available"], bool)


def test_amenities_are_counted_over_listed_places(people, anyone):
    code = f"rowing-boat-{number()}"
    count = lambda: [item for item in anyone.everything("/api/v1/amenities", limit=100) if item["code"] == code]
    home = place(people.hana, amenities=[code])
    people.hana.post("/api/v1/properties", draft_of(amenities=[code]), expect=201)
    found = count()
    assert [item["count"] for item in found] == [1] and found[0]["name"]
    people.hana.patch(f"/api/v1/properties/{home['id']}", {"status": "paused"})
    assert sum(item["count"] for item in count()) == 0


@pytest.mark.parametrize("letter", ["京", "😀", "\""])
def test_the_longest_description_is_taken_however_it_is_written(people, letter):
    """Clients escape what they like: twelve bytes for an emoji."""
    home = place(people.hana)
    body = json.dumps({"description": letter * 20_000}, ensure_ascii=True)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {people.hana.token}"}
    answer = httpx.patch(f"{people.server.url}/api/v1/properties/{home['id']}", content=body, headers=headers, timeout=60, trust_env=False)
    assert answer.status_code == 200 and answer.json()["description"] == letter * 20_000
