"""Every row of the contract's table of mails, read as a mail program reads them."""

import datetime
import re
import time

import icalendar
import pytest

from roost.mail import Post
from roost.trade import (
    PASSWORD, People, act, book, booking_of, eventually, moment, number, pay, payment_of, place, start_payment, usd, wait_for_status)


def check(letter, recipient, home=None, booking=None):
    """What holds for every mail, and for every mail about a stay."""
    about = f"{letter} {letter.path.name}"
    assert not letter.defects, f"{about}: {letter.defects}"
    assert letter.recipients == [recipient.email], about
    assert re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", letter.id), about
    assert letter.subject and letter.text.strip() and "<" in letter.html, about
    assert letter.message["From"] and letter.message["Date"] and letter.message["MIME-Version"] == "1.0", about
    raw = letter.path.read_bytes()
    head = raw.split(b"\r\n\r\n", 1)[0] if b"\r\n\r\n" in raw else raw.split(b"\n\n", 1)[0]
    assert all(len(line) <= 998 for line in raw.splitlines()) and head.isascii(), about
    if booking:
        for name, text in (("text", letter.text), ("html", letter.html)):
            assert booking["code"] in text, f"{about}: no code in the {name}"
            assert home["title"] in text, f"{about}: the place is not named in the {name}"
            check_in, check_out = (datetime.date.fromisoformat(booking[end]) for end in ("checkIn", "checkOut"))
            for day in (check_in, check_out):
                assert re.search(rf"\b{day.day}\b", text) and (day.strftime("%B") in text or day.strftime("%b") in text or day.isoformat() in text), f"{about}: no {day} in the {name}"
            assert f"{booking['total']['amount'] / 100:.2f}" in text.replace(",", ""), f"{about}: no total in the {name}"


def letters(post, person, home, booking, count, known=()):
    """That many letters about the booking, all sound; gives those that are not among `known`."""
    found = post.wait(person, booking["code"], count)
    assert len(found) == count, found
    for letter in found:
        check(letter, person, home, booking)
    return [letter for letter in found if letter.id not in {seen.id for seen in known}]


def says(letter, *words):
    text = (letter.subject + " " + letter.text).lower()
    assert any(word in text for word in words), f"{letter}: none of {words} in\n{letter.text}"


def one_says(found, *words):
    """The one letter whose subject has one of these words; the others go their way."""
    matching = [letter for letter in found if any(word in letter.subject.lower() for word in words)]
    assert len(matching) == 1, f"{found}: one of {words} in one subject"
    return matching[0]


def stays_at(post, person, booking, count, seconds=2.5):
    """No further letter comes: several polls pass meanwhile."""
    time.sleep(seconds)
    assert len(post.to(person, booking["code"])) == count, post.to(person, booking["code"])


@pytest.fixture
def home(people):
    return place(people.hana, title=f"Heron’s Rest {number()}")


def test_registering_is_welcomed_once(people, post):
    person = people.new("welcome")
    found = eventually(lambda: post.to(person), bool, seconds=30)
    assert len(found) == 1
    check(found[0], person)


def test_hold_confirmation_and_cancellation(people, post, home):
    booking = book(people.anna, home)
    first = letters(post, people.anna, home, booking, 1)
    held = first[0]
    end = moment(booking["holdExpiresAt"])
    says(held, "pay")
    assert re.search(r"\d{1,2}[:.]\d{2}", held.text), "until when"
    assert not post.to(people.hana, booking["code"]), "a hold is no news for the host"
    assert end is not None

    pay(people.anna, booking)
    guest = letters(post, people.anna, home, booking, 2, first)[0]
    host = letters(post, people.hana, home, booking, 1)[0]
    says(guest, "confirmed"), says(host, "confirmed", "booked", "booking")
    assert not host.calendars
    events = [event for text in guest.calendars for event in icalendar.Calendar.from_ical(text).walk("VEVENT")]
    assert len({str(event["UID"]) for event in events}) == 1
    start, finish = events[0].decoded("DTSTART"), events[0].decoded("DTEND")
    as_date = lambda value: value.date() if isinstance(value, datetime.datetime) else value
    assert (as_date(start).isoformat(), as_date(finish).isoformat()) == (booking["checkIn"], booking["checkOut"])
    assert home["title"] in str(events[0]["SUMMARY"]) + str(events[0].get("LOCATION", ""))

    people.anna.post(f"/api/v1/bookings/{booking['id']}/cancel", {"reason": "Ill"}, expect=200)
    found = letters(post, people.anna, home, booking, 4, [held, guest])
    one_says(found, "cancel"), one_says(found, "refund")
    assert all("200.00" in letter.text for letter in found), "what is refunded"
    one_says(letters(post, people.hana, home, booking, 2, [host]), "cancel")
    stays_at(post, people.anna, booking, 4)
    stays_at(post, people.hana, booking, 2, seconds=0)


def test_what_is_refunded_is_said_when_it_is_half_and_when_it_is_nothing(people, post):
    for policy, refund in (("firm", "51.66"), ("nonRefundable", None)):
        home = place(people.hana, title=f"Heron {number()}", cancellationPolicy=policy, nightlyPrice=usd(10333))
        booking = book(people.anna, home, start=20, nights=1)
        pay(people.anna, booking)
        before = letters(post, people.anna, home, booking, 2)
        people.anna.post(f"/api/v1/bookings/{booking['id']}/cancel", expect=200)
        found = letters(post, people.anna, home, booking, 4 if refund else 3, before)
        cancelled = one_says(found, "cancel")
        if refund:
            assert refund in cancelled.text and refund in one_says(found, "refund").text
        else:
            says(cancelled, "no refund", "not refund", "nothing", " 0.00")
            stays_at(post, people.anna, booking, 3)


def test_request_and_acceptance(people, post):
    home = place(people.hana, title=f"Asked {number()}", instantBook=False)
    booking = book(people.anna, home)
    first = letters(post, people.anna, home, booking, 1)
    says(letters(post, people.hana, home, booking, 1)[0], "request", "asks", "answer", "accept")
    people.hana.post(f"/api/v1/bookings/{booking['id']}/accept", expect=200)
    says(letters(post, people.anna, home, booking, 2, first)[0], "pay")
    stays_at(post, people.anna, booking, 2)


def test_request_and_refusal(people, post):
    home = place(people.hana, title=f"Refused {number()}", instantBook=False)
    booking = book(people.anna, home)
    first = letters(post, people.anna, home, booking, 1)
    people.hana.post(f"/api/v1/bookings/{booking['id']}/decline", {"reason": "We paint the walls."}, expect=200)
    says(letters(post, people.anna, home, booking, 2, first)[0], "declin", "cannot", "can't", "can’t", "not accept", "said no")
    assert len(post.to(people.hana, booking["code"])) == 1


def test_a_request_not_answered_and_a_hold_not_paid(hurried):
    post = Post(hurried.server)
    asked_home, held_home = place(hurried.hana, title=f"Unanswered {number()}", instantBook=False), place(hurried.hana, title=f"Unpaid {number()}")
    asked, held = book(hurried.anna, asked_home), book(hurried.anna, held_home)
    for home, booking in ((asked_home, asked), (held_home, held)):
        wait_for_status(hurried.anna, booking, "expired")
        found = letters(post, hurried.anna, home, booking, 2)
        assert any(word in " ".join(letter.subject + letter.text for letter in found).lower() for word in ("expired", "ran out", "run out", "not answer", "no answer", "lapsed", "has ended")), found
        stays_at(post, hurried.anna, booking, 2)


def test_money_that_came_too_late(hurried):
    post = Post(hurried.server)
    home = place(hurried.hana, title=f"Sunset {number()}")
    booking = book(hurried.anna, home)
    payment = start_payment(hurried.anna, booking)
    wait_for_status(hurried.anna, booking, "expired")
    pay(hurried.berta, book(hurried.berta, home))
    act(hurried.anna, payment, "succeed")
    eventually(lambda: payment_of(hurried.anna, payment)["status"], lambda status: status == "refunded")
    found = letters(post, hurried.anna, home, booking, 3)
    one_says(found, "refund", "goes back", "too late"), stays_at(post, hurried.anna, booking, 3)
    assert booking_of(hurried.anna, booking)["status"] == "expired"


def test_no_two_mails_share_an_id(post, hurried, people):
    for box in (post, Post(hurried.server)):
        ids = [letter.id for letter in box.all()]
        assert len(set(ids)) == len(ids)


def test_texts_of_others_stay_texts(people, post):
    title = f"<b>Bold</b> & \"quoted\" {number()}\u202e"
    home = place(people.hana, title=title)
    booking = book(people.anna, home)
    found = post.wait(people.anna, booking["code"], 1)[0]
    assert "<b>Bold</b>" not in found.html and "&lt;b&gt;Bold" in found.html


def test_a_name_breaks_no_header(people, post):
    body = {"email": f"header.{number()}@example.com", "password": PASSWORD, "name": "Ünal <x@evil.example>, \"Q\" 鳥"}
    answer = people.anyone.post("/api/v1/auth/register", body, expect=201).json()
    person = people.anyone.with_token(answer["session"]["token"], answer["user"])
    found = eventually(lambda: post.to(person), bool, seconds=30)
    assert found[0].recipients == [body["email"]]
    people.anyone.post("/api/v1/auth/register", {**body, "email": f"header.{number()}@example.com", "name": "a\r\nBcc: b@evil.example"}, expect=(201, 422))
    time.sleep(2)
    assert not any("evil.example" in address for letter in post.all() for address in letter.recipients)


def test_who_was_imported_with_a_made_up_address_gets_files_too(fresh, tmp_path):
    """Their addresses end in .invalid, to which only the file provider delivers."""
    from test_search import LISTINGS
    listings = tmp_path / "listings.csv"
    listings.write_text(LISTINGS, "utf-8")
    server = fresh(start=False)
    server.done("import", "inside-airbnb", listings, "--currency", "USD", "--time-zone", "America/New_York")
    people = People(server.start())
    home = next(item for item in people.anyone.get("/api/v1/properties").json()["items"] if item["instantBook"])
    booking = book(people.anna, home, guests=1)
    pay(people.anna, booking)
    to_host = lambda: [letter for letter in Post(server).all() if letter.recipients[0].endswith(".invalid") and booking["code"] in letter.text]
    assert len(eventually(to_host, bool, seconds=30)) == 1


@pytest.mark.parametrize("language, direction, held, confirmed, day", [
    ("de", "ltr", "zurückgehalten", "Bestätigt", "Dezember|Januar|Februar|März"), ("ar", "rtl", "محجوزة لك", "مؤكدة", "ديسمبر|يناير|فبراير|مارس")])
def test_letters_are_in_the_language_of_their_reader(people, post, home, language, direction, held, confirmed, day):
    guest = people.new("polly")
    guest.patch("/api/v1/me/profile", {"language": language}, expect=200)
    booking = book(guest, home)
    letter = post.wait(guest, booking["code"], 1)[0]
    pay(guest, booking)
    second = post.wait(guest, booking["code"], 2)[1]
    assert held in letter.text and confirmed in second.text + second.subject
    for one in (letter, second):
        assert not one.defects and f'<html lang="{language}" dir="{direction}">' in one.html
        for text in (one.text, one.html):
            assert booking["code"] in text and home["title"] in text and re.search(day, text) and "America/New York" in text
            assert not re.search(r"\b(Hello|Check-in|Booking|Total)\b", re.sub(r"<[^>]*>", "", text)), text
        assert re.search(r"UTC-[45]", letter.text), "until when, on which clock"
        raw = one.path.read_bytes()
        head = raw.split(b"\r\n\r\n", 1)[0]
        assert b"Subject: =?UTF-8?B?" in head and head.isascii() and all(len(line) <= 78 for line in head.split(b"\r\n"))
    assert f"/{language}/checkout/{booking['id']}" in letter.text and f"/{language}/trips/{booking['id']}" in second.text
    event = icalendar.Calendar.from_ical(second.calendars[0]).walk("VEVENT")[0]
    assert home["title"] in str(event["SUMMARY"]) and "Stay at" not in str(event["SUMMARY"])
    # The host reads English and is written to in English.
    assert "has booked" in post.wait(people.hana, booking["code"], 1)[0].text
