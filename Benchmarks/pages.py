"""The pages: how long the server takes for each beside the same data as JSON, and how soon a browser shows the largest part."""

import json
import pathlib
import subprocess
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
MOST_RATIO, MOST_LCP_SECONDS = 1.5, 1.2


def wholes(ask, server, token, city, day):
    """{page: (its address, who asks, what it takes over the API to know the same)}"""
    where = urllib.parse.quote(city)
    stay = f"checkIn={day(200)}&checkOut={day(203)}&guests=1"
    found = json.loads(ask(server, f"/api/v1/properties?location={where}&{stay}&instantBook=true&limit=24"))["items"]
    home = next(item for item in found if item["minimumNights"] <= 3)
    booking = json.loads(ask(server, "/api/v1/bookings", token, {
        "propertyId": home["id"], "checkIn": day(200), "checkOut": day(203), "guests": 1}))
    place, trip = f"/api/v1/properties/{home['id']}", f"/api/v1/bookings/{booking['id']}"
    month = day(200)[:7] + "-01"
    return {
        "home": ("/", None, ["/api/v1/properties?limit=8"]),
        "search": (f"/search?location={where}&{stay}", None, [f"/api/v1/properties?location={where}&{stay}&limit=24", "/api/v1/amenities"]),
        "property": (f"/properties/{home['id']}?checkIn={day(210)}&checkOut={day(213)}&guests=1", None, [
            place, f"{place}/calendar?from={month}&to={day(262)}", f"{place}/quote?checkIn={day(210)}&checkOut={day(213)}&guests=1"]),
        "trip": (f"/trips/{booking['id']}", token, [trip, f"{trip}/payments", place]),
    }


def measure(table, load, ask, server, token, city, day, seconds):
    table.heading("Pages beside the same data as JSON, 1 client (p50 of the server)")
    pages = wholes(ask, server, token, city, day)
    for name, (path, who, same) in pages.items():
        page = load(server, 1, seconds, [f"GET {path}"], token=who, packed=True)
        parts = [load(server, 1, seconds, [f"GET {one}"], token=who) for one in same]
        data = sum(part["p50"] for part in parts)
        table.limited(
            f"{name} to its JSON", page["p50"] / data, MOST_RATIO, " times", at_least=False,
            note=f"{page['p50']:.2f} ms to {data:.2f} ms in {len(same)}")
    table.heading("Largest contentful paint over loopback, cold cache, median of 5")
    python = ROOT / ".venv" / "bin" / "python"
    if not python.exists():
        return table.plain("skipped", why="there is no .venv with Playwright; make test makes it")
    asked = {name: [server.url + path, who] for name, (path, who, _) in pages.items()}
    seen = subprocess.run([python, HERE / "lcp.py"], input=json.dumps(asked), capture_output=True, encoding="utf-8")
    if seen.returncode != 0:
        raise SystemExit(f"the browser failed:\n{seen.stderr[-2000:]}")
    for name, milliseconds in json.loads(seen.stdout).items():
        table.limited(f"LCP of {name}", milliseconds / 1000, MOST_LCP_SECONDS, " s", at_least=False)
