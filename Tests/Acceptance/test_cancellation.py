"""What cancelling gives back, held against a second calculation made here from the contract's table."""

import datetime
import zoneinfo

import pytest

from roost.mail import Post
from roost.trade import (
    act, book, booking_of, clock_near_now, day, eventually, is_free, later, local_now, moment, pay, place, quote,
    start_payment, stay_at, steady_zone, usd)

HOUR = datetime.timedelta(hours=1)
# (percent, hours or civil days before check-in) in order; strict has a rule of its own.
STEPS = {
    "flexible": [(100, HOUR * 24), (50, HOUR * 0)],
    "moderate": [(100, 5), (50, HOUR * 0)],
    "firm": [(100, 30), (50, 7)],
    "strict": [(50, 7)],
    "nonRefundable": [],
}
# The last entry of each schedule.
NOTHING = {"percent": 0, "refund": usd(0), "until": None, "hoursAfterConfirmation": None}


def check_in_moment(booking, home, days_before=0):
    """The moment of check-in at the place, or the same clock time so many civil days earlier."""
    date = datetime.date.fromisoformat(booking["checkIn"]) - datetime.timedelta(days_before)
    clock = datetime.time.fromisoformat(home["checkInFrom"])
    local = datetime.datetime.combine(date, clock, zoneinfo.ZoneInfo(home["timeZone"]))
    return local.astimezone(datetime.timezone.utc)


def expected(booking, home, policy, now):
    """(percent, until when): `until` is None where nothing gets worse any more."""
    deadlines = []
    if policy == "strict":
        created = moment(booking["createdAt"])
        grace = min(created + HOUR * 48, check_in_moment(booking, home, 14))
        deadlines.append((100, grace))
    for percent, before in STEPS[policy]:
        if isinstance(before, int):
            deadlines.append((percent, check_in_moment(booking, home, before)))
        else:
            deadlines.append((percent, check_in_moment(booking, home) - before))
    for percent, end in deadlines:
        if now <= end:
            return percent, end
    return 0, None


def offer_of(person, booking, expect=200):
    return person.get(f"/api/v1/bookings/{booking['id']}/cancellation", expect=expect).json()


def cancel(person, booking, body=None, expect=200):
    return person.post(f"/api/v1/bookings/{booking['id']}/cancel", body, expect=expect).json()


def refunded_in_full(person, booking, amount):
    return eventually(lambda: booking_of(person, booking), lambda seen: seen["refunded"] == usd(amount), what=f"refund of {amount}")


@pytest.mark.parametrize("policy", STEPS)
@pytest.mark.parametrize("days", [60, 20, 10, 6, 3])
def test_the_offer_is_what_the_policy_says_and_cancelling_keeps_it(people, policy, days):
    # An odd price, so that half of it has to be rounded down.
    home = place(people.hana, cancellationPolicy=policy, nightlyPrice=usd(10333))
    booking = stay_at(people.anna, home, start=days, nights=1)
    percent, until = expected(booking, home, policy, datetime.datetime.now(datetime.timezone.utc))
    refund = 10333 * percent // 100

    offer = offer_of(people.anna, booking)
    assert offer["refund"] == usd(refund)
    assert (offer["rule"]["policy"], offer["rule"]["percent"]) == (policy, percent)
    if until is None:
        assert offer["rule"]["until"] is None
    else:
        assert abs((moment(offer["rule"]["until"]) - until).total_seconds()) < 1
    host_offer = offer_of(people.hana, booking)
    assert host_offer["refund"] == usd(10333) and host_offer["rule"]["percent"] == 100 and host_offer["rule"]["until"] is None

    cancelled = cancel(people.anna, booking, {"reason": "Ill"})
    assert cancelled["status"] == "cancelled" and cancelled["cancelledAt"] is not None
    seen = refunded_in_full(people.anna, booking, refund)
    assert seen["paid"] == usd(10333)
    payment = people.anna.get(f"/api/v1/bookings/{booking['id']}/payments").json()["items"][0]
    assert payment["status"] == {100: "refunded", 50: "partiallyRefunded", 0: "captured"}[percent]
    assert payment["refunded"] == usd(refund)
    assert is_free(people.berta, home, start=days, nights=1)
    assert cancel(people.anna, booking) == seen, "a second time the same"


@pytest.mark.parametrize("policy, days, minutes, percent", [
    ("flexible", 1, 10, 100), ("flexible", 1, -10, 50), ("flexible", 0, 10, 50), ("flexible", 0, -10, 0),
    ("moderate", 5, 10, 100), ("moderate", 5, -10, 50), ("moderate", 0, 10, 50), ("moderate", 0, -10, 0),
    ("firm", 30, 10, 100), ("firm", 30, -10, 50), ("firm", 7, 10, 50), ("firm", 7, -10, 0),
    ("strict", 14, 10, 100), ("strict", 14, -10, 50), ("strict", 7, 10, 50), ("strict", 7, -10, 0),
    ("nonRefundable", 60, 10, 0),
])
def test_minutes_before_and_after_each_deadline(people, policy, days, minutes, percent):
    zone = steady_zone()
    home = place(people.hana, timeZone=zone, cancellationPolicy=policy, checkInFrom=clock_near_now(zone, minutes), nightlyPrice=usd(999))
    booking = stay_at(people.anna, home, start=days, nights=1)
    offer = offer_of(people.anna, booking)
    assert offer["rule"]["percent"] == percent and offer["refund"] == usd(999 * percent // 100)
    cancel(people.anna, booking)
    refunded_in_full(people.anna, booking, 999 * percent // 100)


def test_days_before_are_civil_days_over_a_change_of_the_clocks(people):
    """In Lord Howe the clocks move half an hour, in New York a whole one: the same clock time so many days earlier."""
    for zone in ("America/New_York", "Australia/Lord_Howe"):
        start = local_now(zone)
        offsets = {n: (start + datetime.timedelta(n)).utcoffset() for n in range(40, 330)}
        change = next(n for n in range(41, 330) if offsets[n] != offsets[n - 1])
        home = place(people.hana, timeZone=zone, cancellationPolicy="moderate")
        booking = stay_at(people.anna, home, start=change + 2, nights=1)
        until = moment(offer_of(people.anna, booking)["rule"]["until"]).astimezone(zoneinfo.ZoneInfo(zone))
        assert until.strftime("%H:%M") == "15:00" and until.date().isoformat() == day(change - 3, zone)


def test_nothing_paid_is_nothing_refunded(people):
    booking = book(people.anna, place(people.hana))
    assert offer_of(people.anna, booking)["refund"] == usd(0)
    assert cancel(people.anna, booking)["refunded"] == usd(0)


@pytest.mark.parametrize("who", ["host", "operator"])
def test_the_host_or_an_operator_cancelling_gives_everything_back(people, operator, who):
    home = place(people.hana, cancellationPolicy="nonRefundable")
    booking = stay_at(people.anna, home, start=3)
    cancelled = cancel(people.hana if who == "host" else operator, booking, {"reason": "A burst pipe"})
    assert cancelled["status"] == "cancelled"
    refunded_in_full(people.anna, booking, 20000)
    assert is_free(people.berta, home, start=3)


@pytest.mark.parametrize("given, who, more", [
    (5000, "guest", 10000), (12000, "guest", 8000), (15000, "guest", 5000), (20000, "guest", 0), (5000, "host", 15000)])
def test_what_has_come_back_already_does_not_come_back_again(server, people, operator, given, who, more):
    """An operator gave something back before: the offer, the schedule, the letter and the refund say the same."""
    home = place(people.hana, cancellationPolicy="moderate")
    booking = stay_at(people.anna, home, start=3)
    payment = people.anna.get(f"/api/v1/bookings/{booking['id']}/payments").json()["items"][0]
    operator.post(f"/api/v1/payments/{payment['id']}/refunds", {"amount": usd(given), "reason": "no heating"}, expect=(200, 201, 202))
    refunded_in_full(people.anna, booking, given)
    who = {"guest": people.anna, "host": people.hana}[who]
    offer = offer_of(who, booking)
    assert offer["refund"] == usd(more) and offer["schedule"][0]["refund"] == usd(more)
    cancel(who, booking)
    refunded_in_full(people.anna, booking, given + more)
    letter = eventually(
        lambda: [letter for letter in Post(server).to(people.anna, booking["code"]) if "ancelled" in letter.subject], bool, what="the letter")[0]
    told = f"${more // 100}.00"
    assert (told in letter.text) == (more > 0) and ("$100.00" in letter.text) == (more == 10000), letter.text
    server.audit()


def test_after_a_cheaper_change_the_offer_is_of_the_new_price(people):
    home = place(people.hana, cancellationPolicy="moderate")
    booking = stay_at(people.anna, home, start=3, nights=3)
    change = people.anna.post(f"/api/v1/bookings/{booking['id']}/alterations", {"checkOut": later(booking["checkIn"], 1)}, expect=201).json()
    people.hana.post(f"/api/v1/alterations/{change['id']}/accept", expect=200)
    refunded_in_full(people.anna, booking, 20000)
    assert offer_of(people.anna, booking)["refund"] == usd(5000)
    assert offer_of(people.hana, booking)["refund"] == usd(10000)
    cancel(people.anna, booking)
    refunded_in_full(people.anna, booking, 25000)


@pytest.mark.parametrize("who", ["guest", "host", "operator"])
def test_who_cancelled_can_be_read(people, operator, who):
    booking = stay_at(people.anna, place(people.hana))
    assert booking["cancelledBy"] is None and booking["reason"] is None
    cancel({"guest": people.anna, "host": people.hana, "operator": operator}[who], booking, {"reason": "A burst pipe"})
    for person in (people.anna, people.hana, operator):
        seen = booking_of(person, booking)
        assert (seen["cancelledBy"], seen["reason"]) == (who, "A burst pipe")


def rules(host, home, **cancellation):
    host.patch(f"/api/v1/properties/{home['id']}/rules", {"cancellation": cancellation or None}, expect=200)


OWN = [{"daysBefore": 0, "percent": 10}, {"daysBefore": 20, "percent": 90}, {"daysBefore": 7, "percent": 33}]


@pytest.mark.parametrize("days, percent", [(30, 90), (10, 33), (3, 10)])
def test_a_hosts_own_steps(people, days, percent):
    home = place(people.hana, nightlyPrice=usd(10333), cancellationPolicy="nonRefundable")
    rules(people.hana, home, steps=OWN)
    shown = quote(people.anna, home, days, 1)
    booking = stay_at(people.anna, home, start=days, nights=1)
    ahead = [step for step in ((20, 90), (7, 33), (0, 10)) if step[0] <= days]
    schedule = [(share, 10333 * share // 100, check_in_moment(booking, home, before)) for before, share in ahead]

    def read(answer):
        return [(step["percent"], step["refund"]["amount"], moment(step["until"])) for step in answer[:-1]]

    offer = offer_of(people.anna, booking)
    for told in (shown["cancellationSchedule"], booking["cancellationSchedule"], offer["schedule"]):
        assert read(told) == schedule and told[-1] == NOTHING
    assert shown["cancellationPolicy"] == booking["cancellationPolicy"] == offer["rule"]["policy"] == "custom"
    assert (offer["rule"]["percent"], moment(offer["rule"]["until"])) == (percent, schedule[0][2])
    assert offer["refund"] == usd(10333 * percent // 100)
    assert offer_of(people.hana, booking)["schedule"] == [NOTHING | {"percent": 100, "refund": usd(10333)}]
    # Later rules are for later bookings.
    rules(people.hana, home)
    assert quote(people.anna, home, days + 40, 1)["cancellationPolicy"] == "nonRefundable"
    cancel(people.anna, booking)
    refunded_in_full(people.anna, booking, 10333 * percent // 100)


def test_grace_after_booking_ends_before_check_in(people):
    home = place(people.hana, cancellationPolicy="nonRefundable")
    rules(people.hana, home, graceHours=24)
    booking = stay_at(people.anna, home, start=30, nights=1)
    offer = offer_of(people.anna, booking)
    assert offer["rule"]["policy"] == "nonRefundable" and offer["rule"]["percent"] == 100
    assert moment(offer["rule"]["until"]) == moment(booking["confirmedAt"]) + HOUR * 24
    cancel(people.anna, booking)
    refunded_in_full(people.anna, booking, 10000)

    zone = steady_zone()
    soon = place(people.hana, timeZone=zone, cancellationPolicy="nonRefundable", checkInFrom=clock_near_now(zone, 30))
    rules(people.hana, soon, graceHours=168)
    booking = stay_at(people.anna, soon, start=0, nights=1)
    assert moment(offer_of(people.anna, booking)["rule"]["until"]) == check_in_moment(booking, soon)
    late = place(people.hana, timeZone=zone, cancellationPolicy="nonRefundable", checkInFrom=clock_near_now(zone, -30))
    rules(people.hana, late, graceHours=168)
    assert offer_of(people.anna, stay_at(people.anna, late, start=0, nights=1))["rule"]["percent"] == 0


def test_grace_counts_from_the_confirmation_and_says_so_before(people):
    """Who asks the host first, or pays late, has all of it."""
    home = place(people.hana, cancellationPolicy="nonRefundable", instantBook=False)
    rules(people.hana, home, graceHours=3)
    shown = quote(people.anna, home, 30, 1)["cancellationSchedule"]
    booking = book(people.anna, home, start=30, nights=1)
    before = {"percent": 100, "refund": usd(10000), "hoursAfterConfirmation": 3}
    for told in (shown, booking["cancellationSchedule"], offer_of(people.anna, booking)["schedule"]):
        assert told == [before | {"until": told[0]["until"]}, NOTHING]
        assert moment(told[0]["until"]) == check_in_moment(booking, home)
    people.hana.post(f"/api/v1/bookings/{booking['id']}/accept", expect=200)
    assert booking_of(people.anna, booking)["cancellationSchedule"][0]["hoursAfterConfirmation"] == 3
    pay(people.anna, booking)
    paid = booking_of(people.anna, booking)
    until = moment(paid["confirmedAt"]) + HOUR * 3
    for told in (paid["cancellationSchedule"], offer_of(people.anna, paid)["schedule"]):
        assert [(step["percent"], step["hoursAfterConfirmation"]) for step in told] == [(100, None), (0, None)]
        assert moment(told[0]["until"]) == until
    # Later rules are for later bookings.
    rules(people.hana, home)
    assert moment(offer_of(people.anna, paid)["rule"]["until"]) == until


def test_the_schedule_of_what_is_not_paid_yet_is_that_of_the_price(people):
    booking = book(people.anna, place(people.hana, cancellationPolicy="flexible"))
    offer = offer_of(people.anna, booking)
    assert offer["refund"] == usd(0)
    assert [step["refund"]["amount"] for step in offer["schedule"]] == [20000, 10000, 0]


def test_a_booking_keeps_the_policy_it_was_made_under(people):
    home = place(people.hana, cancellationPolicy="flexible")
    booking = stay_at(people.anna, home)
    people.hana.patch(f"/api/v1/properties/{home['id']}", {"cancellationPolicy": "nonRefundable"})
    assert offer_of(people.anna, booking)["rule"]["policy"] == "flexible"
    cancel(people.anna, booking)
    refunded_in_full(people.anna, booking, 20000)


def test_cancelling_during_the_stay_frees_the_nights_from_today_on(people):
    home = place(people.hana, checkInFrom="00:00", cancellationPolicy="flexible")
    booking = stay_at(people.anna, home, start=0, nights=3)
    cancel(people.anna, booking)
    assert is_free(people.berta, home, start=1, nights=2)
    assert is_free(people.berta, home, start=0, nights=1)


def test_strangers_don_t_cancel(people, anyone):
    booking = stay_at(people.anna, place(people.hana))
    cancel(anyone, booking, expect="unauthenticated")
    cancel(people.berta, booking, expect="not_found")
    assert booking_of(people.anna, booking) == booking


@pytest.mark.parametrize("body", [{"reason": 5}, {"refund": 100}, []], ids=repr)
def test_a_malformed_cancellation_is_refused(people, body):
    booking = stay_at(people.anna, place(people.hana))
    cancel(people.anna, booking, body, expect="validation_failed")
    assert booking_of(people.anna, booking)["status"] == "confirmed"


def test_cancelling_while_paying_ends_without_a_cent_lost(people):
    """Whichever comes first: the nights are free and the money is with the guest."""
    import concurrent.futures
    home = place(people.hana, cancellationPolicy="flexible")
    for week in range(5):
        booking = book(people.anna, home, start=30 + 7 * week)
        payment = start_payment(people.anna, booking)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            paying = pool.submit(act, people.anna, payment, "succeed")
            cancelling = pool.submit(cancel, people.anna, booking)
            paying.result(), cancelling.result()
        seen = eventually(
            lambda: booking_of(people.anna, booking), lambda seen: seen["status"] == "cancelled" and seen["refunded"] == seen["paid"] == usd(20000))
        assert is_free(people.berta, home, start=30 + 7 * week), seen
