"""Loading real listings, and files that are not as they should be."""

import csv
import json
import re
import signal
import subprocess
import time

import pytest

import demo
from roost import program
from roost.program import PROVE, SHARED_DATA, difference, rows
from roost.trade import People, day, later, nights_of, usd

EDGES = SHARED_DATA / "edge-cases"
REAL = SHARED_DATA / "inside-airbnb"
HEADER = "id,name,host_id,host_name,neighbourhood_group,neighbourhood,latitude,longitude,room_type,price,minimum_nights,number_of_reviews,last_review,reviews_per_month,calculated_host_listings_count,availability_365"
ROW = "{id},{name},7,Ana,,Centre,51.2,4.4,Entire home/apt,{price},2,3,2024-05-01,0.2,1,100"

needs_edges = pytest.mark.skipif(not EDGES.is_dir(), reason="the files with planted faults (../shared/data/edge-cases) are not on this machine")
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="the real files (../shared/data/inside-airbnb) are not on this machine")


def load(data, listings, *more, currency="USD", zone="America/New_York", **options):
    return program.run("import", "inside-airbnb", listings, "--currency", currency, "--time-zone", zone, *more, data=data, **options)


def said(result):
    return result.stdout + "\n" + result.stderr


def names_line(result, line):
    return re.search(rf"\bline {line}\b", said(result)) is not None


def all_listed(people):
    return {item["source"]["id"]: item for item in people.anyone.everything("/api/v1/properties", limit=100)}


def found_after(fresh, *loads):
    """Loads files into a new folder, then serves it; gives what is listed, by source id, and what each load said."""
    server = fresh(start=False, ROOST_RATE_LIMITS="off")
    results = [load(server.data, *arguments) for arguments in loads]
    server.start()
    return all_listed(People(server)), results


# The demo.

@pytest.fixture(scope="module")
def town(demo_server):
    people = People(demo_server)
    return people, all_listed(people)


def test_every_priced_listing_of_the_demo_is_listed_and_no_other(town):
    _, listed = town
    nights = demo.calendar()
    priced = {id for id, row in demo.listings().items() if (demo.minor(row["price"]) or 0) > 0 or any(
        (demo.minor(night["price"]) or 0) > 0 for night in nights.get(id, {}).values())}
    assert set(listed) == priced
    assert all(item["source"]["name"] == "inside-airbnb" for item in listed.values())


def test_each_listing_is_as_the_file_says(town):
    people, listed = town
    rows = demo.listings()
    wrong = []
    for id, item in listed.items():
        row = rows[id]
        price = demo.minor(row["price"])
        expected = {
            "title": " ".join(row["name"].split()), "roomType": demo.ROOMS[row["room_type"]], "maximumGuests": int(row["accommodates"]),
            "minimumNights": min(max(int(row["minimum_nights"]), 1), 365), "instantBook": row["instant_bookable"] == "t",
            "cancellationPolicy": "moderate", "timeZone": "America/New_York",
            "amenities": sorted({demo.code(text) for text in json.loads(row["amenities"] or "[]")} - {""}),
            "rating.count": int(row["number_of_reviews"]), "location.city": "Albany", "location.country": "US",
        }
        if price:
            expected["nightlyPrice"] = {"amount": price, "currency": "USD"}
        if row["review_scores_rating"]:
            expected["rating.average"] = round(float(row["review_scores_rating"]), 2)
        for name, value in expected.items():
            seen = item
            for part in name.split("."):
                seen = seen[part]
            if name == "amenities":
                # A whole sentence is no amenity that anyone would search for; leaving it out is allowed.
                seen, value = sorted(seen), [code for code in value if len(code) <= 64 or code in seen]
            if name == "rating.average":
                seen = None if seen is None else round(seen, 2)
            if seen != value:
                wrong.append(f"{id} {name}: {seen!r:.200} instead of {value!r:.200}")
        if abs(item["location"]["latitude"] - float(row["latitude"])) > 1e-6:
            wrong.append(f"{id} latitude")
    assert not wrong, f"{len(wrong)} differences\n" + "\n".join(wrong[:20])


def test_descriptions_are_plain_text(town):
    people, listed = town
    with_tags = [id for id, row in demo.listings().items() if "<br" in row["description"] and id in listed][:10]
    assert with_tags
    for id in with_tags:
        text = people.anyone.get(f"/api/v1/properties/{listed[id]['id']}").json()["description"]
        assert "<br" not in text and "<b>" not in text and "&amp;" not in text and "\n" in text


def test_the_calendar_is_as_the_file_says_moved_by_whole_weeks(town):
    people, listed = town
    nights = demo.calendar()
    days = demo.shift(nights)
    assert days % 7 == 0
    checked = 0
    for id in sorted(listed)[:: max(1, len(listed) // 12)]:
        if id not in nights:
            continue
        item, file = listed[id], nights[id]
        assert item["openUntil"] == later(max(file), days + 1), id
        start = later(item["openUntil"], -300)
        seen = nights_of(people.anyone, item, start, item["openUntil"])
        for date, night in seen.items():
            row = file.get(later(date, -days))
            if row is None:
                continue
            assert night["available"] == (row["available"] == "t"), (id, date)
            if row["minimum_nights"]:
                assert night["minimumNights"] == min(max(int(row["minimum_nights"]), 1), 365), (id, date)
            checked += 1
        beyond = nights_of(people.anyone, item, item["openUntil"], later(item["openUntil"], 5))
        assert not any(night["available"] for night in beyond.values())
    assert checked > 1000


def test_the_demo_loaded_again_changes_nothing(demo_server):
    demo_server.stop()
    before = rows(demo_server.data)
    demo_server.done(*demo.ARGUMENTS, "--host", "host@example.com")
    after = rows(demo_server.data)
    demo_server.start()
    assert before == after, difference(before, after)


# What a person makes of a file.

def test_all_listings_belong_to_the_host_that_is_named(fresh, tmp_path):
    file = tmp_path / "two.csv"
    file.write_text("\n".join([HEADER, ROW.format(id=1, name="One", price=50), ROW.format(id=2, name="Two", price=60)]), "utf-8")
    listed, results = found_after(fresh, (file, "--host", "keeper@example.com"), (file, "--host", "keeper@example.com"))
    assert [result.returncode for result in results] == [0, 0], said(results[0])
    assert len({item["hostId"] for item in listed.values()}) == 1 and set(listed) == {"1", "2"}


def test_hosts_get_made_up_names(fresh, tmp_path):
    file = tmp_path / "two.csv"
    file.write_text("\n".join([HEADER, ROW.format(id=1, name="One", price=50).replace("Ana", "Xaveria Quillfeather")]), "utf-8")
    server = fresh(start=False)
    assert load(server.data, file).returncode == 0
    for (_, _), found in rows(server.data).items():
        assert "Quillfeather" not in repr(found)
    assert ".invalid" in repr(rows(server.data))


def test_a_folder_loaded_without_a_calendar_and_without_a_server_is_at_rest(fresh, tmp_path):
    file = tmp_path / "two.csv"
    file.write_text("\n".join([HEADER, ROW.format(id=1, name="One", price=50), ROW.format(id=2, name="Two", price=60)]), "utf-8")
    server = fresh(start=False)
    assert load(server.data, file).returncode == 0
    program.done("audit", data=server.data)
    program.done("audit", "--at-rest", data=server.data)


def test_a_changed_file_changes_what_changed(fresh, tmp_path):
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text("\n".join([HEADER, ROW.format(id=1, name="One", price=50), ROW.format(id=2, name="Two", price=60)]), "utf-8")
    second.write_text("\n".join([HEADER, ROW.format(id=1, name="One", price=55), ROW.format(id=3, name="Three", price=70)]), "utf-8")
    listed, results = found_after(fresh, (first,), (second,))
    assert [result.returncode for result in results] == [0, 0]
    assert listed["1"]["nightlyPrice"]["amount"] == 5500 and listed["3"]["title"] == "Three"


CALENDAR_HEADER = "listing_id,date,available,price,adjusted_price,minimum_nights,maximum_nights"


def homes(server, email="keeper@example.com"):
    """The host, signed in, and what is listed, by source id; the server runs then."""
    server.done("user", "password", email, "--password-stdin", text="a-new-password-1")
    server.start()
    people = People(server)
    return people.sign_in(email, "a-new-password-1"), all_listed(people)


def test_what_a_host_has_changed_survives_the_next_import(fresh, tmp_path):
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text("\n".join([HEADER, *[ROW.format(id=id, name=f"N{id}", price=50) for id in (1, 2, 3, 4)]]), "utf-8")
    second.write_text("\n".join([HEADER, *[ROW.format(id=id, name=f"Other {id}", price=50) for id in (1, 2, 3, 4)]]), "utf-8")
    server = fresh(start=False, ROOST_RATE_LIMITS="off")
    assert load(server.data, first, "--host", "keeper@example.com").returncode == 0
    keeper, owned = homes(server)
    for id, change in (("1", {"status": "draft"}), ("2", {"status": "paused"}), ("3", {"title": "By hand", "nightlyPrice": usd(7700)})):
        keeper.patch(f"/api/v1/properties/{owned[id]['id']}", change)
    server.stop()
    result = load(server.data, second, "--host", "keeper@example.com")
    assert result.returncode == 0 and names_line(result, 4) and "title" in said(result), said(result)
    assert not any(names_line(result, line) for line in (2, 3, 5)), said(result)
    before = rows(server.data)
    result = load(server.data, second, "--host", "keeper@example.com")
    assert result.returncode == 0 and not names_line(result, 4), said(result)
    assert rows(server.data) == before
    server.start()
    now = {id: keeper.get(f"/api/v1/properties/{item['id']}").json() for id, item in owned.items()}
    assert {id: item["status"] for id, item in now.items()} == {"1": "draft", "2": "paused", "3": "listed", "4": "listed"}
    assert {id: item["title"] for id, item in now.items()} == {"1": "Other 1", "2": "Other 2", "3": "By hand", "4": "Other 4"}
    assert now["3"]["nightlyPrice"] == usd(7700)


def test_without_a_calendar_stays_what_the_last_one_said(fresh, tmp_path):
    listings, calendar = tmp_path / "listings.csv", tmp_path / "calendar.csv"
    listings.write_text("\n".join([HEADER, ROW.format(id=1, name="One", price=""), ROW.format(id=2, name="Two", price=60)]), "utf-8")
    end = later(day(0), 20)
    calendar.write_text("\n".join([CALENDAR_HEADER, *[
        f"{id},{later(day(0), offset)},{'f' if offset == 7 else 't'},$90.00,,1,30" for id in (1, 2) for offset in range(20)]]), "utf-8")
    server = fresh(start=False, ROOST_RATE_LIMITS="off")
    assert load(server.data, listings, "--calendar", calendar).returncode == 0
    before = rows(server.data)
    result = load(server.data, listings)
    assert result.returncode == 0, said(result)
    assert rows(server.data) == before, difference(before, rows(server.data))
    listings.write_text("\n".join([HEADER, ROW.format(id=1, name="Uno", price=""), ROW.format(id=2, name="Two", price=60), ROW.format(id=3, name="Three", price=70)]), "utf-8")
    assert load(server.data, listings).returncode == 0
    server.start()
    people = People(server)
    listed = all_listed(people)
    assert {id: (item["title"], item["nightlyPrice"]["amount"], item["openUntil"]) for id, item in listed.items()} == {
        "1": ("Uno", 9000, end), "2": ("Two", 6000, end), "3": ("Three", 7000, None)}
    nights = nights_of(people.anyone, listed["2"], day(0), later(day(0), 25))
    assert [night["available"] for night in nights.values()] == [offset < 20 and offset != 7 for offset in range(len(nights))]
    assert nights[later(day(0), 3)]["price"]["amount"] == 9000


def test_another_currency_than_the_places_is_refused_row_by_row(fresh, tmp_path):
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text("\n".join([HEADER, ROW.format(id=1, name="One", price=50)]), "utf-8")
    second.write_text("\n".join([HEADER, ROW.format(id=1, name="One", price=50), ROW.format(id=2, name="Two", price=60)]), "utf-8")
    server = fresh(start=False, ROOST_RATE_LIMITS="off")
    assert load(server.data, first, "--host", "keeper@example.com", currency="EUR").returncode == 0
    keeper, owned = homes(server)
    path = f"/api/v1/properties/{owned['1']['id']}"
    keeper.patch(path + "/rules", {"fees": {"cleaning": {"amount": 4000, "currency": "EUR"}}})
    server.stop()
    result = load(server.data, second, "--host", "keeper@example.com", currency="USD")
    assert result.returncode == 0 and names_line(result, 2) and "EUR" in said(result), said(result)
    assert "1 new" in result.stdout and "1 rows left out" in result.stdout, result.stdout
    server.start()
    assert keeper.get(path).json()["nightlyPrice"] == {"amount": 5000, "currency": "EUR"}
    assert keeper.get(path + "/rules").json()["fees"]["cleaning"] == {"amount": 4000, "currency": "EUR"}


def test_nights_that_the_hosts_rules_do_not_fit_are_refused(fresh, tmp_path):
    header, row = HEADER + ",maximum_nights", ROW + ",{longest}"
    file = tmp_path / "one.csv"
    file.write_text("\n".join([header, row.format(id=1, name="One", price=50, longest=30)]), "utf-8")
    server = fresh(start=False, ROOST_RATE_LIMITS="off")
    assert load(server.data, file, "--host", "keeper@example.com").returncode == 0
    keeper, owned = homes(server)
    path = f"/api/v1/properties/{owned['1']['id']}"
    keeper.patch(path + "/rules", {"stays": {"minimumNightsByArrival": {"friday": 10}}})
    server.stop()
    file.write_text("\n".join([header, row.format(id=1, name="One", price=50, longest=5)]), "utf-8")
    result = load(server.data, file, "--host", "keeper@example.com")
    assert result.returncode == 0 and names_line(result, 2), said(result)
    server.start()
    assert keeper.get(path).json()["maximumNights"] == 30
    keeper.patch(path + "/rules", {"preparation": {"daysBefore": 1, "daysAfter": 0}})


def test_one_rating_of_another_scale_is_named_and_not_taken(fresh, tmp_path):
    header, row = HEADER + ",review_scores_rating", ROW + ",{score}"
    file = tmp_path / "four.csv"
    file.write_text("\n".join([header, *[row.format(id=id, name=f"N{id}", price=50, score=score) for id, score in ((1, 4.81), (2, 6), (3, 5), (4, ""))]]), "utf-8")
    listed, (result,) = found_after(fresh, (file,))
    assert names_line(result, 3) and not names_line(result, 2), said(result)
    assert {id: item["rating"]["average"] for id, item in listed.items()} == {"1": 4.81, "2": None, "3": 5, "4": None}


@needs_real
def test_a_poorer_snapshot_takes_nothing_away(fresh):
    """The file of January 2024 has no descriptions, amenities or bedrooms: a fault of that scrape."""
    server = fresh(start=False, ROOST_RATE_LIMITS="off")

    def filled(ids=()):
        server.start()
        people = People(server)
        listed = all_listed(people)
        whole = {id: people.anyone.get(f"/api/v1/properties/{item['id']}").json() for id, item in sorted(listed.items()) if id in ids or not ids}
        server.stop()
        return {id: (item["description"], item["amenities"], item["bedrooms"]) for id, item in whole.items()}
    assert load(server.data, REAL / "albany/2024-11-05/listings.csv.gz").returncode == 0
    before = filled()
    assert sum(bool(description and amenities) for description, amenities, _ in before.values()) > 50
    result = load(server.data, REAL / "albany/2024-01-06/listings.csv.gz")
    assert result.returncode == 0 and re.search(r"\d+ keep what the file does not say", result.stdout), said(result)
    assert filled(before) == before


def test_an_import_cut_short_can_be_repeated(fresh):
    server = fresh(start=False, ROOST_RATE_LIMITS="off")
    command = [str(program.binary()), "import", "inside-airbnb", str(program.DEMO / "listings.csv.gz"), "--currency", "USD", "--time-zone", "America/New_York"]
    for pause in (0.1, 0.3, 0.6):
        process = subprocess.Popen(command, env=server.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert load(server.data, program.DEMO / "listings.csv.gz").returncode == 0
    before = rows(server.data)
    assert load(server.data, program.DEMO / "listings.csv.gz").returncode == 0
    assert rows(server.data) == before
    server.start()
    priced = [id for id, row in demo.listings().items() if (demo.minor(row["price"]) or 0) > 0]
    assert People(server).anyone.get("/api/v1/properties").json()["totalCount"] == len(priced)


def test_a_price_missing_is_the_lower_median_of_the_calendars(fresh, tmp_path):
    listings, calendar = tmp_path / "listings.csv", tmp_path / "calendar.csv"
    listings.write_text("\n".join([HEADER, *[ROW.format(id=id, name=f"N{id}", price=price) for id, price in ((1, ""), (2, "0"), (3, ""), (4, "80"))]]), "utf-8")
    nights = [(1, ["$10.00", "$40.00", "$20.00", "$30.00"]), (2, ["$1,500.00"]), (4, ["$90.00"])]
    calendar.write_text("listing_id,date,available,price,adjusted_price,minimum_nights,maximum_nights\n" + "\n".join(
        f'{id},2030-01-{day:02},t,"{price}",,1,30' for id, prices in nights for day, price in enumerate(prices, 1)), "utf-8")
    listed, results = found_after(fresh, (listings, "--calendar", calendar))
    assert results[0].returncode == 0, said(results[0])
    assert {id: item["nightlyPrice"]["amount"] for id, item in listed.items()} == {"1": 2000, "2": 150000, "4": 8000}


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n" + b"\x00" * 500, b"Dear Sir or Madam,\nplease find attached\n", b"{}\n", b"a,b,c\n1,2,3\n", b"\x1f\x8b\x08broken"],
                         ids=["empty", "picture", "letter", "json", "other columns", "broken gzip"])
def test_what_is_no_such_file_is_refused_whole(tmp_path, content):
    file = tmp_path / "x.csv"
    file.write_bytes(content)
    data = tmp_path / "data"
    result = load(data, file)
    assert result.returncode == 1 and result.stderr.strip(), said(result)
    assert ".swift:" not in result.stderr
    assert load(data, tmp_path / "nowhere.csv").returncode == 1
    assert load(data, tmp_path).returncode == 1


@pytest.mark.parametrize("arguments, word", [
    (["--currency", "GOLD", "--time-zone", "UTC"], "currency"), (["--currency", "USD", "--time-zone", "Mars/Olympus"], "time-zone"),
    (["--currency", "USD", "--time-zone", "UTC", "--country", "Utopia", "--city", "X"], "country"),
    (["--currency", "USD", "--time-zone", "UTC", "--host", "no address"], "address"),
    (["--currency", "USD", "--time-zone", "UTC", "--host", "hana@"], "address"),
    (["--currency", "XXQ", "--time-zone", "UTC"], "currency"), (["--currency", "USD", "--time-zone", "Mars/Base"], "time-zone"),
])
def test_options_that_make_no_sense_are_refused(tmp_path, arguments, word):
    file = tmp_path / "one.csv"
    file.write_text("\n".join([HEADER, ROW.format(id=1, name="One", price=50)]), "utf-8")
    result = program.run("import", "inside-airbnb", file, *arguments, data=tmp_path / "data")
    assert result.returncode == 2, said(result)
    assert word in result.stderr.lower().replace("time zone", "time-zone"), result.stderr


# Planted faults.

def record_lines(path):
    """The physical line on which each record of a CSV begins, the header being line 1."""
    lines, start = [], 1
    with open(path, encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        for _ in reader:
            lines.append(start)
            start = reader.line_num + 1
    return lines[1:]


@needs_edges
def test_bad_rows_are_named_by_their_line_and_good_ones_are_loaded(fresh):
    expected = json.loads((EDGES / "expected.json").read_text("utf-8"))["listings-faults.csv"]["rows"]
    lines = record_lines(EDGES / "listings-faults.csv")
    listed, (result,) = found_after(fresh, (EDGES / "listings-faults.csv",))
    assert result.returncode == 0, said(result)
    rejected = [row for row in expected if row["outcome"] == "reject"]
    for row in rejected:
        assert names_line(result, lines[row["line"] - 1]), f"{row} is not named in\n{said(result)}"
        assert row["id"] not in listed or row["id"] == "", row
    priceless = {"3", "4"}
    for row in expected:
        if row["outcome"] == "ok" and row["id"].strip() not in priceless:
            assert row["id"].strip() in listed, row
    assert listed["2"]["nightlyPrice"]["amount"] in (123400, 9000)
    assert listed["1717081230062550815"]["source"]["id"] == "1717081230062550815"
    assert listed["6"]["minimumNights"] == 365 and not priceless & set(listed)
    assert re.search(rf"\b{len(rejected)}\b", said(result)) or re.search(r"\b\d+ (rows? )?(were |was )?skipped", said(result)), said(result)


@needs_edges
@pytest.mark.parametrize("name, least, most", [
    ("bom-crlf.csv", 3, 3), ("reordered-and-extra.csv", 3, 3), ("header-only.csv", 0, 0), ("short-and-long-rows.csv", 1, 2),
    ("invalid-utf8.csv", 2, 3), ("nul-byte.csv", 2, 3),
])
def test_odd_files_that_can_be_read(fresh, name, least, most):
    listed, results = found_after(fresh, (EDGES / name,), (EDGES / name,))
    assert [result.returncode for result in results] == [0, 0], said(results[0])
    assert least <= len(listed) <= most


@needs_edges
@pytest.mark.parametrize("name", ["empty.csv", "missing-column.csv", "truncated.csv.gz"])
def test_files_that_are_refused_load_nothing(fresh, name):
    listed, (result,) = found_after(fresh, (EDGES / name,))
    assert result.returncode == 1 and not listed
    assert 0 < len(result.stderr.strip().splitlines()) <= 3, "one clear message"


@needs_edges
def test_semicolons_are_refused_or_understood(fresh):
    listed, (result,) = found_after(fresh, (EDGES / "semicolons.csv",))
    assert (result.returncode, len(listed)) in ((1, 0), (0, 3)), said(result)


@needs_edges
def test_a_quote_that_never_closes_is_reported_where_it_opened(fresh):
    listed, (result,) = found_after(fresh, (EDGES / "unterminated-quote.csv",))
    assert names_line(result, 3), said(result)
    assert len(listed) <= 1 and "103" not in listed


@needs_edges
def test_faults_of_a_calendar_are_named_and_the_rest_is_loaded(fresh):
    server = fresh(start=False)
    result = load(server.data, EDGES / "bom-crlf.csv", "--calendar", EDGES / "calendar-faults.csv")
    assert result.returncode == 0, said(result)
    for line in (6, 7):  # an impossible date; neither t nor f
        assert names_line(result, line), said(result)
    before = rows(server.data)
    assert load(server.data, EDGES / "bom-crlf.csv", "--calendar", EDGES / "calendar-faults.csv").returncode == 0
    assert rows(server.data) == before


# Real files.

PLACES = {
    "singapore": ("SGD", "Asia/Singapore", "SG"), "antwerp": ("EUR", "Europe/Brussels", "BE"), "bristol": ("GBP", "Europe/London", "GB"),
    "jersey-city": ("USD", "America/New_York", "US"), "hong-kong": ("HKD", "Asia/Hong_Kong", "HK"), "barossa-valley": ("AUD", "Australia/Adelaide", "AU"),
    "menorca": ("EUR", "Europe/Madrid", "ES"), "cape-town": ("ZAR", "Africa/Johannesburg", "ZA"), "santiago": ("CLP", "America/Santiago", "CL"),
    "zurich": ("CHF", "Europe/Zurich", "CH"), "quebec-city": ("CAD", "America/Toronto", "CA"), "albany": ("USD", "America/New_York", "US"),
}
SAMPLE = {"barossa-valley/2017-09-26/listings.csv.gz", "barossa-valley/2020-07-28/listings.csv.gz", "quebec-city/2021-04-11/listings-summary.csv.gz"}


def real_files():
    files = sorted(REAL.glob("*/*/listings*.csv.gz")) if REAL.is_dir() else []
    names = [str(file.relative_to(REAL)) for file in files]
    return [name for name in names if PROVE or name in SAMPLE] or ["(none)"]


@needs_real
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", real_files())
def test_a_real_file_is_loaded_and_loaded_again_without_a_change(tmp_path, name):
    file, data = REAL / name, tmp_path / "data"
    currency, zone, country = PLACES[name.split("/")[0]]
    calendar = file.parent / "calendar.csv.gz"
    more = ["--city", name.split("/")[0].replace("-", " ").title(), "--country", country]
    if calendar.exists() and "summary" not in name:
        more += ["--calendar", calendar, "--shift-dates"]
    result = load(data, file, *more, currency=currency, zone=zone, seconds=1500)
    assert result.returncode == 0, said(result)[-2000:]
    before = rows(data)
    assert load(data, file, *more, currency=currency, zone=zone, seconds=1500).returncode == 0
    after = rows(data)
    assert before == after, difference(before, after)
    program.done("audit", data=data)
