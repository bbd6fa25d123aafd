#!/usr/bin/env python3
"""Makes Sources/PropertyService/Resources/gazetteer.bin from place data of GeoNames (CC BY 4.0).

    python3 Tools/make_gazetteer.py FOLDER

FOLDER holds cities1000.csv.gz, alternate-names-15000.csv.gz, countries.csv and us_states.csv. Names of countries in
their own languages are in Tools/country-names.tsv (made for Roost). Also writes Tests/Fixtures/folding.tsv, examples
for the test that this folding and Swift's agree. The same input gives the same bytes.

The file, all integers little-endian, "u24" three bytes:

    header     "ROOSTGAZ", then u32: version 1, and the offsets of the sections in the order below, each with its count
    towns      17 bytes each, in the order of the folded name, then of the population, most first:
               u24 offset of the name, u24 latitude, u24 longitude (below), u32 population, u8 country, u8 region,
               u16 zone; one more at the end, so that a name ends where the next begins
    names      UTF-8
    others     other names of larger towns: a key table whose value is a town
    countries  a key table of codes and names whose value is a country
    regions    a key table of codes and names of states and provinces whose value is a region
    codes      two letters for each country
    zones      a key table in no order whose value is its place
    cells      of 2 by 2 degrees, 90 rows from the south, 180 in a row from the west: u32 first of its entries
    entries    u24 town

A key table: 6 bytes an entry, sorted by key: u24 offset of the key, u24 value; one more at the end; then the keys,
folded, in UTF-8. Latitude is (degrees + 90) / 180, longitude (degrees + 180) / 360, both times 2^24 - 1 and rounded.
"""
import argparse
import csv
import gzip
import pathlib
import random
import struct

from folding import fold

ROOT = pathlib.Path(__file__).resolve().parent.parent
LARGEST = 2**24 - 1

# How populous a town must be for its other names to be kept: all of them would be half of the file, and visitors ask
# for "Lucerne" far more often than for a town of that size in a script that its own name is not written in.
LEAST_POPULATION_LATIN = 60_000
LEAST_POPULATION = 250_000

# GeoNames' codes of the first-order divisions that people write behind a town's name. States of the US: us_states.csv.
REGIONS = {
    ("CA", "01"): ("AB", "Alberta"), ("CA", "02"): ("BC", "British Columbia"), ("CA", "03"): ("MB", "Manitoba"),
    ("CA", "04"): ("NB", "New Brunswick"), ("CA", "05"): ("NL", "Newfoundland and Labrador"),
    ("CA", "07"): ("NS", "Nova Scotia"), ("CA", "08"): ("ON", "Ontario"), ("CA", "09"): ("PE", "Prince Edward Island"),
    ("CA", "10"): ("QC", "Quebec"), ("CA", "11"): ("SK", "Saskatchewan"), ("CA", "12"): ("YT", "Yukon"),
    ("CA", "13"): ("NT", "Northwest Territories"), ("CA", "14"): ("NU", "Nunavut"),
    ("AU", "01"): ("ACT", "Australian Capital Territory"), ("AU", "02"): ("NSW", "New South Wales"),
    ("AU", "03"): ("NT", "Northern Territory"), ("AU", "04"): ("QLD", "Queensland"),
    ("AU", "05"): ("SA", "South Australia"), ("AU", "06"): ("TAS", "Tasmania"), ("AU", "07"): ("VIC", "Victoria"),
    ("AU", "08"): ("WA", "Western Australia"),
    ("GB", "ENG"): ("ENG", "England"), ("GB", "NIR"): ("NIR", "Northern Ireland"), ("GB", "SCT"): ("SCT", "Scotland"),
    ("GB", "WLS"): ("WLS", "Wales"),
}


def rows(path):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def u24(value):
    assert 0 <= value <= LARGEST, value
    return struct.pack("<I", value)[:3]


def key_table(pairs, ordered=True):
    """Entries and keys of a key table; pairs of a key and a value."""
    pairs = [(key.encode(), value) for key, value in pairs]
    if ordered:
        pairs.sort()
    entries, keys = bytearray(), bytearray()
    for key, value in pairs:
        entries += u24(len(keys)) + u24(value)
        keys += key
    entries += u24(len(keys)) + u24(0)
    return bytes(entries + keys), len(pairs)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    options = parser.parse_args()

    countries = sorted(rows(options.folder / "countries.csv"), key=lambda row: row["iso"])
    country_of = {row["iso"]: place for place, row in enumerate(countries)}
    regions = {("US", row["code"]): (row["code"], row["name"]) for row in rows(options.folder / "us_states.csv")} | REGIONS
    region_of = {division: place + 1 for place, division in enumerate(regions)}  # 0: none

    towns = [row for row in rows(options.folder / "cities1000.csv.gz") if row["country_code"] in country_of]
    towns.sort(key=lambda row: (fold(row["name"]).encode(), -int(row["population"]), int(row["geonameid"])))
    town_of = {row["geonameid"]: place for place, row in enumerate(towns)}
    zones = sorted({row["timezone"] for row in towns})
    zone_of = {zone: place for place, zone in enumerate(zones)}

    table, names, cells = bytearray(), bytearray(), [[] for _ in range(90 * 180)]
    for place, row in enumerate(towns):
        latitude, longitude = float(row["latitude"]), float(row["longitude"])
        table += u24(len(names)) + u24(round((latitude + 90) / 180 * LARGEST))
        table += u24(round((longitude + 180) / 360 * LARGEST))
        table += struct.pack(
            "<IBBH", int(row["population"]), country_of[row["country_code"]],
            region_of.get((row["country_code"], row["admin1_code"]), 0), zone_of[row["timezone"]])
        names += row["name"].encode()
        cells[min(int((latitude + 90) // 2), 89) * 180 + int((longitude + 180) // 2) % 180].append(place)
    table += u24(len(names)) + bytes(14)

    others = set()
    for row in rows(options.folder / "alternate-names-15000.csv.gz"):
        place = town_of.get(row["geonameid"])
        if place is None:
            continue
        key = fold(row["alternate_name"])
        least = LEAST_POPULATION_LATIN if key.isascii() else LEAST_POPULATION
        if key and int(towns[place]["population"]) >= least and key != fold(towns[place]["name"]):
            others.add((key, place))

    country_keys = set()
    for row in countries:
        for name in (row["iso"], row["iso3"], row["name"]):
            country_keys.add((fold(name), country_of[row["iso"]]))
    for line in (ROOT / "Tools" / "country-names.tsv").read_text(encoding="utf-8").splitlines():
        code, *own = line.split("\t")
        country_keys.update((fold(name), country_of[code]) for name in own)
    region_keys = {(fold(name), region_of[division]) for division, both in regions.items() for name in both}

    starts, entries = bytearray(), bytearray()
    for cell in cells:
        starts += struct.pack("<I", len(entries) // 3)
        entries += b"".join(u24(place) for place in cell)
    starts += struct.pack("<I", len(entries) // 3)

    sections = [
        (bytes(table), len(towns)), (bytes(names), len(names)), key_table(others), key_table(country_keys),
        key_table(region_keys), ("".join(row["iso"] for row in countries).encode(), len(countries)),
        key_table([(zone, place) for place, zone in enumerate(zones)], ordered=False),
        (bytes(starts), len(cells)), (bytes(entries), len(towns)),
    ]
    header = bytearray(b"ROOSTGAZ" + struct.pack("<I", 1))
    offset = len(header) + 8 * len(sections)
    for section, count in sections:
        header += struct.pack("<II", offset, count)
        offset += len(section)
    target = ROOT / "Sources" / "PropertyService" / "Resources" / "gazetteer.bin"
    target.write_bytes(header + b"".join(section for section, _ in sections))
    print(f"{target.name}: {offset:,} bytes, {len(towns):,} towns, {len(others):,} other names, "
          f"{len(country_keys)} names of countries, {len(zones)} zones")
    write_examples([row["name"] for row in towns], options.folder)


def write_examples(names, folder):
    """Names that are not plain ASCII, a few hundred, always the same, with their folded form."""
    alternates = [row["alternate_name"] for row in rows(folder / "alternate-names-15000.csv.gz")]
    chance = random.Random(1)
    picked = ["Zürich", "ZÜRICH", "Montréal", "Saint-Jean-de-Luz", "  Straße\tNr. 7 ", "Łódź", "Tromsø", "Reykjavík",
              "İstanbul", "Iğdır", "Đà Nẵng", "Xi’an", "O'Fallon", "Kanón:no", "Ærø", "Þingeyri", "ΑΘΉΝΑ", "ЁЛКИ", "Qo‘qon",
              "New York", "e\u0301", "---", "", "Pāʻia", "सूरत", "서울", "東京", "Gəncə"]
    for source in (names, alternates):
        picked += chance.sample([name for name in source if not name.isascii()], 250)
    picked += chance.sample(names, 50)
    lines = [f"{name.encode().hex()}\t{fold(name)}\n" for name in picked]
    (ROOT / "Tests" / "Fixtures" / "folding.tsv").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
