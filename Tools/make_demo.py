#!/usr/bin/env python3
"""Makes the city that ships with Roost, Demo/<place>/, from a snapshot of Inside Airbnb (CC BY 4.0).

    python3 Tools/make_demo.py FOLDER [--place albany]

FOLDER holds listings.csv.gz and calendar.csv.gz of one snapshot. Rows are kept as they are; fields about persons and
addresses of other sites are emptied, so that nobody's name, face or words about themselves are passed on:

- every column that begins with host_ except host_id, host_since and the counts;
- listing_url, picture_url, license, scrape_id, and the free text neighborhood_overview and neighbourhood.

Descriptions stay: they are what a guest reads about the place. Where one names a telephone number or a mail address,
that is replaced with "…". The calendar's empty price columns stay. The same input gives the same bytes.
"""
import argparse
import csv
import gzip
import io
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
KEPT_OF_HOST = {"host_id", "host_since", "host_listings_count", "host_total_listings_count", "host_is_superhost"}
EMPTIED = {"listing_url", "picture_url", "thumbnail_url", "medium_url", "xl_picture_url", "license", "scrape_id",
           "neighborhood_overview", "neighbourhood"}
CONTACT = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+|(?:\+?\d[\s().-]{0,2}){9,}\d")

csv.field_size_limit(2**30)


def is_emptied(column):
    return column in EMPTIED or column.startswith("host_") and column not in KEPT_OF_HOST


def write(path, table):
    """gzip without a name and a time, so that the same table gives the same bytes."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(table)
    with open(path, "wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=9, mtime=0) as packed:
        packed.write(text.getvalue().encode())
    print(f"{path.name}: {len(table) - 1:,} rows, {path.stat().st_size:,} bytes")


def table(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--place", default="albany")
    options = parser.parse_args()
    target = ROOT / "Demo" / options.place
    target.mkdir(parents=True, exist_ok=True)

    listings = table(options.folder / "listings.csv.gz")
    header, free_text = listings[0], {listings[0].index(name) for name in ("name", "description")}
    emptied = [is_emptied(column) for column in header]
    for row in listings[1:]:
        for place, is_empty in enumerate(emptied):
            row[place] = "" if is_empty else CONTACT.sub("…", row[place]) if place in free_text else row[place]
    write(target / "listings.csv.gz", listings)
    write(target / "calendar.csv.gz", table(options.folder / "calendar.csv.gz"))
    print("emptied:", ", ".join(column for column, is_empty in zip(header, emptied) if is_empty))


if __name__ == "__main__":
    main()
