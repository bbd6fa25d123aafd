"""The demo's files, read here a second time and independently of the import."""

import csv
import datetime
import gzip
import re
import unicodedata

from roost import program

ARGUMENTS = ["import", "inside-airbnb", program.DEMO / "listings.csv.gz", "--calendar", program.DEMO / "calendar.csv.gz", "--currency", "USD",
             "--time-zone", "America/New_York", "--city", "Albany", "--country", "US", "--shift-dates"]
ROOMS = {"Entire home/apt": "entireHome", "Private room": "privateRoom", "Shared room": "sharedRoom", "Hotel room": "hotelRoom"}


def listings():
    with gzip.open(program.DEMO / "listings.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def calendar():
    """{listing: {date: row}}, not shifted."""
    nights = {}
    with gzip.open(program.DEMO / "calendar.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            nights.setdefault(row["listing_id"], {})[row["date"]] = row
    return nights


def shift(nights):
    """By how many days --shift-dates moves this calendar today: whole weeks, to begin on one of the last seven days (UTC)."""
    first = datetime.date.fromisoformat(min(date for dates in nights.values() for date in dates))
    today = datetime.datetime.now(datetime.timezone.utc).date()
    return (today - first).days // 7 * 7


def minor(price):
    """"$1,234.00" in cents."""
    return round(float(re.sub(r"[^0-9.]", "", price)) * 100) if price.strip() else None


def code(amenity):
    plain = "".join(c for c in unicodedata.normalize("NFKD", amenity) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
