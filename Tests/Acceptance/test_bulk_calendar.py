"""Many nights of many places changed in one request, told night by night."""

import pytest

from roost.client import fields
from roost.trade import book, day, nights_of, place, quote, usd

PATH = "/api/v1/calendar-changes"


def change(person, *changes, expect=200, **options):
    return person.post(PATH, {"changes": list(changes)}, expect=expect, **options)


def test_many_places_and_nights_at_once(people, anyone):
    homes = [place(people.hana) for _ in range(3)]
    answer = change(people.hana, *[
        {"propertyId": home["id"], "from": day(30), "to": day(60), "price": usd(20000), "minimumNights": 2} for home in homes]).json()
    assert (answer["changed"], answer["refused"], len(answer["items"])) == (90, 0, 90)
    for home in homes:
        nights = nights_of(anyone, home, day(29), day(61))
        assert [n for n, night in nights.items() if night["price"] == usd(20000)] == [day(n) for n in range(30, 60)]
        assert nights[day(30)]["minimumNights"] == 2 and nights[day(60)]["minimumNights"] == 1
        assert quote(anyone, home, 30, 2)["total"] == usd(40000)
    change(people.hana, {"propertyId": homes[0]["id"], "from": day(30), "to": day(31), "price": None, "minimumNights": None})
    assert nights_of(anyone, homes[0], day(30), day(31))[day(30)]["price"] == usd(10000)


def test_only_some_days_of_the_week(people, anyone):
    home = place(people.hana)
    answer = change(people.hana, {
        "propertyId": home["id"], "from": day(20), "to": day(34), "weekdays": ["friday", "saturday"], "open": False}).json()
    assert answer["changed"] == 4
    nights = nights_of(anyone, home, day(20), day(34))
    assert sorted(n for n, night in nights.items() if not night["available"]) == sorted(item["date"] for item in answer["items"])


def test_a_night_that_a_guest_has_is_told_and_the_others_are_closed(people, anyone):
    home = place(people.hana)
    book(people.anna, home, 40, 2)
    answer = change(people.hana, {"propertyId": home["id"], "from": day(39), "to": day(43), "open": False, "price": usd(5000)}).json()
    assert [(item["date"], item["outcome"], item["code"]) for item in answer["items"]] == [
        (day(39), "changed", None), (day(40), "refused", "night_taken"), (day(41), "refused", "night_taken"),
        (day(42), "changed", None)]
    nights = nights_of(anyone, home, day(38), day(44))
    assert [night["available"] for night in nights.values()] == [True, False, False, False, False, True]
    assert [night["price"]["amount"] for night in nights.values()] == [10000, 5000, 10000, 10000, 5000, 10000]
    opened = change(people.hana, {"propertyId": home["id"], "from": day(39), "to": day(43), "open": True}).json()
    assert opened["changed"] == 4, "opening what a guest has changes nothing and is no mistake"


def test_a_minimum_above_the_longest_stay_is_told(people, anyone):
    home = place(people.hana, maximumNights=5)
    stretch = {"propertyId": home["id"], "from": day(20), "to": day(22)}
    answer = change(people.hana, {**stretch, "minimumNights": 6}).json()
    assert [(item["date"], item["outcome"], item["code"]) for item in answer["items"]] == [
        (day(20), "refused", "contradiction"), (day(21), "refused", "contradiction")]
    assert "5 nights" in answer["items"][0]["message"]
    assert {night["minimumNights"] for night in nights_of(anyone, home, day(20), day(22)).values()} == {1}
    assert change(people.hana, {**stretch, "minimumNights": 5}).json()["changed"] == 2
    # The same one by one, where all or nothing is changed; and by the rules of a season.
    path = f"/api/v1/properties/{home['id']}/calendar"
    sent = {"nights": [{"date": day(23), "price": usd(7000)}, {"date": day(24), "minimumNights": 6}]}
    refused = people.hana.put(path, sent, expect="validation_failed")
    assert [(error["field"], error["code"]) for error in refused.json()["errors"]] == [("nights[1].minimumNights", "contradiction")]
    assert nights_of(anyone, home, day(23), day(24))[day(23)]["price"] == usd(10000)
    season = {"name": "Fair", "from": day(24), "to": day(26), "maximumNights": 9}
    people.hana.patch(f"/api/v1/properties/{home['id']}/rules", {"seasons": [season]})
    people.hana.put(path, sent)
    assert [night["minimumNights"] for night in nights_of(anyone, home, day(23), day(26)).values()] == [1, 6, 1]


def test_places_that_are_not_the_callers_are_told(people, anyone):
    mine, others, draft = place(people.hana), place(people.hugo), place(people.hugo, status="draft")
    euro = place(people.hana, nightlyPrice={"amount": 9000, "currency": "EUR"})
    stretch = {"from": day(30), "to": day(31), "price": usd(5000)}
    answer = change(people.hana, *[
        {"propertyId": id, **stretch} for id in (mine["id"], others["id"], draft["id"], euro["id"], "prop_none", "nonsense")]).json()
    assert [(item["change"], item["code"]) for item in answer["items"]] == [
        (0, None), (1, "forbidden"), (2, "not_found"), (3, "wrong_currency"), (4, "not_found"), (5, "not_found")]
    assert nights_of(anyone, others, day(30), day(31))[day(30)]["price"] == usd(10000)
    change(anyone, {"propertyId": mine["id"], **stretch}, expect="unauthenticated")


def test_asked_again_with_the_same_key(people):
    home = place(people.hana)
    body = {"propertyId": home["id"], "from": day(50), "to": day(52), "open": False}
    first = change(people.hana, body, headers={"Idempotency-Key": "close-50"}).json()
    book_later = {"propertyId": home["id"], "from": day(50), "to": day(52), "open": True}
    change(people.hana, book_later)
    book(people.anna, home, 50, 2)
    assert change(people.hana, body, headers={"Idempotency-Key": "close-50"}).json() == first
    change(people.hana, book_later, headers={"Idempotency-Key": "close-50"}, expect="idempotency_key_reused")


@pytest.mark.parametrize("more,field", [
    ({"from": "2027-02-30"}, "changes[0].from"), ({"to": day(30)}, "changes[0].to"), ({"to": day(800)}, "changes[0].to"),
    ({"weekdays": ["funday"]}, "changes[0].weekdays[0]"), ({"open": "no"}, "changes[0].open"),
    ({"price": usd(0)}, "changes[0].price.amount"), ({"minimumNights": 0}, "changes[0].minimumNights"),
    ({"nonsense": 1}, "changes[0].nonsense"),
])
def test_what_is_wrong_is_named(people, more, field):
    home = place(people.hana)
    body = {"propertyId": home["id"], "from": day(30), "to": day(31), **more}
    assert fields(change(people.hana, body, expect="validation_failed")) == [field]


def test_there_is_a_limit(people):
    home = place(people.hana)
    year = {"propertyId": home["id"], "from": day(1), "to": day(701), "minimumNights": 2}
    assert fields(change(people.hana, *[year] * 29, expect="validation_failed")) == ["changes"]
    assert fields(people.hana.post(PATH, {"changes": []}, expect="validation_failed")) == ["changes"]
