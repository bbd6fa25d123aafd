"""`make bench`: measures Roost over loopback and without HTTP, and prints ratios with the limit beside each.

Benchmarks/README.md says what is measured and what the harness has to offer. Only the standard library and wrk are used.
"""

import argparse
import contextlib
import datetime
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

import pages
import postgresql
import webhooks
import world

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
PASSWORD = "nine-cranes-at-the-shore"
GUEST = "bench@example.com"
CLIENTS = [1, 8, 32]
# Enough different stays that no run of a few seconds uses them up: places × stays of three nights in a year ahead.
BOOKABLE_PLACES, STAYS_PER_PLACE, NIGHTS = 2000, 110, 3


class Table:
    """What was measured, printed as it comes, with a sum of what missed its limit."""

    def __init__(self):
        self.missed = []
        self.results = []

    def heading(self, text):
        print(f"\n{text}", flush=True)

    def plain(self, name, **values):
        print(f"  {name:<34} " + "  ".join(f"{key} {value}" for key, value in values.items()), flush=True)
        self.results.append({"name": name, **values})

    def limited(self, name, value, limit, unit="", at_least=True, note=""):
        good = value >= limit if at_least else value <= limit
        word = "at least" if at_least else "at most"
        print(f"  {name:<34} {value:>9.2f}{unit}   {word} {limit:g}{unit}   {'ok' if good else 'MISSED'}   {note}", flush=True)
        self.results.append({"name": name, "value": value, "limit": limit, "ok": good})
        if not good:
            self.missed.append(name)


table = Table()
# Settings of every process that is started, while another engine than the files in the data folder is measured.
engine_settings = {}


def environment(data, port, settings=None):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ROOST_")}
    return {**clean, "ROOST_DATA_DIR": str(data), "ROOST_PORT": str(port), "ROOST_RATE_LIMITS": "off", "ROOST_LOG_LEVEL": "warning",
            **engine_settings, **(settings or {})}


def command(binary, data, *arguments, text=""):
    result = subprocess.run([binary, *map(str, arguments)], env=environment(data, 1), input=text, capture_output=True, encoding="utf-8")
    if result.returncode != 0:
        sys.exit(f"{pathlib.Path(binary).name} {' '.join(map(str, arguments))} failed:\n{result.stdout}\n{result.stderr}")
    return result.stdout


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self, binary, data, settings=None):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = tempfile.TemporaryFile()
        began = time.monotonic()
        self.process = subprocess.Popen([binary, "serve"], env=environment(data, self.port, settings), stdout=self.log, stderr=self.log)
        while not self.ready():
            if self.process.poll() is not None or time.monotonic() - began > 60:
                self.process.kill()
                self.log.seek(0)
                sys.exit(f"the server did not start:\n{self.log.read().decode(errors='replace')[-2000:]}")
            time.sleep(0.002)
        self.seconds_to_ready = time.monotonic() - began

    def ready(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                return connection.recv(16).startswith(b"HTTP/1.1 200")
        except OSError:
            return False

    def memory(self, name="VmRSS"):
        """Resident memory in MiB; VmHWM is the most it ever was."""
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith(name + ":"):
                return int(line.split()[1]) / 1024
        return 0.0

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


@contextlib.contextmanager
def serving(binary, data, settings=None):
    server = Server(binary, data, settings)
    try:
        yield server
    finally:
        server.stop()


def ask(server, path, token=None, body=None):
    request = urllib.request.Request(server.url + path, data=json.dumps(body).encode() if body is not None else None)
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
        return answer.read()


def sign_in(server):
    return json.loads(ask(server, "/api/v1/auth/login", body={"email": GUEST, "password": PASSWORD}))["session"]["token"]


def load(server, clients, seconds, lines, first=0, token=None, packed=False):
    """Sends the lines over that many connections; gives rate, p50, p99 and slowest in milliseconds, and bytes of an answer."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        result = subprocess.run(
            ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "30s", "-s", HERE / "wrk" / "load.lua", server.url, "--",
             file.name, str(first), token or "", *(["gzip"] if packed else [])], capture_output=True, encoding="utf-8")
    found = [line for line in result.stdout.splitlines() if line.startswith("BENCH ")]
    if not found:
        sys.exit(f"wrk failed:\n{result.stdout}\n{result.stderr}")
    seen = json.loads(found[0][6:])
    if seen["broken"] or (seen["refused"] and lines[0].startswith("GET")):
        print(f"  {seen['refused']} answers were refusals and {seen['broken']} were broken: {lines[0][:100]}")
    return {"rate": seen["requests"] / seen["microseconds"] * 1e6, "p50": seen["p50"] / 1000, "p99": seen["p99"] / 1000,
            "slowest": seen["slowest"] / 1000, "count": seen["requests"], "refused": seen["refused"]}


def direct(harness, data, work, clients, seconds, lines):
    """The same work in one process, without HTTP."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        text = command(harness, data, "direct", "--work", work, "--clients", clients, "--seconds", seconds, "--input", file.name, "--guest", GUEST)
    seen = json.loads([line for line in text.splitlines() if line.startswith("{")][-1])
    return {"rate": seen["perSecond"], "p50": seen["p50Microseconds"] / 1000, "p99": seen["p99Microseconds"] / 1000,
            "slowest": seen["slowestMicroseconds"] / 1000, "count": seen["count"]}


def show(name, seen):
    table.plain(name, per_second=f"{seen['rate']:>9.0f}", p50=f"{seen['p50']:>8.2f} ms", p99=f"{seen['p99']:>8.2f} ms", slowest=f"{seen['slowest']:>8.2f} ms")


# Worlds.

def made_world(binary, folder, places):
    """A data folder with so many listings and a guest; made once a day (calendars begin today) and copied for each run."""
    # Of another build it may have tables of another version, which `roost copy` refuses.
    kept = folder / f"world-{places}-{datetime.date.today()}-{pathlib.Path(binary).stat().st_mtime_ns}"
    if not (kept / "complete").exists():
        shutil.rmtree(kept, ignore_errors=True)
        (kept / "files").mkdir(parents=True)
        print(f"Making a world of {places} listings …", flush=True)
        pairs = world.write(kept / "files", places)
        command(binary, kept / "data", "user", "add", GUEST, "--name", "Bench", "--password-stdin", text=PASSWORD)
        began = time.monotonic()
        for city, country, listings, calendar in pairs:
            command(binary, kept / "data", "import", "inside-airbnb", listings, "--calendar", calendar, "--currency", "USD",
                    "--time-zone", "UTC", "--city", city, "--country", country)
        print(f"  {places} listings in {time.monotonic() - began:.0f} s")
        shutil.rmtree(kept / "files")
        (kept / "complete").touch()
    data = pathlib.Path(tempfile.mkdtemp(prefix="roost-bench-"))
    shutil.copytree(kept / "data", data / "data")
    return data / "data"


def day(offset):
    return (datetime.date.today() + datetime.timedelta(offset)).isoformat()


def questions(server, chance):
    """Lines for wrk: properties by key, quotes, city searches and bookings."""
    ids, bookable = [], []
    for number, (city, *_) in enumerate(world.CITIES, 1):
        location = urllib.parse.quote(city)
        ids += [item["id"] for item in json.loads(ask(server, f"/api/v1/properties?location={location}&limit=100"))["items"]]
        cursor = ""
        while len(bookable) < BOOKABLE_PLACES * number // len(world.CITIES):
            page = json.loads(ask(server, f"/api/v1/properties?location={location}&instantBook=true&limit=100{cursor}"))
            bookable += [item["id"] for item in page["items"] if item["minimumNights"] <= NIGHTS]
            if page["nextCursor"] is None:
                break
            cursor = "&cursor=" + urllib.parse.quote(page["nextCursor"])
    chance.shuffle(ids)
    properties = [f"GET /api/v1/properties/{id}" for id in ids]
    quotes = []
    for id in ids:
        start = chance.randrange(5, 300)
        quotes.append(f"GET /api/v1/properties/{id}/quote?checkIn={day(start)}&checkOut={day(start + 7)}&guests=1")
    searches = []
    for _ in range(500):
        start = chance.randrange(5, 300)
        asked = {"location": chance.choice(world.CITIES)[0], "checkIn": day(start), "checkOut": day(start + chance.randint(2, 7)), "guests": chance.randint(1, 4)}
        if chance.random() < 0.3:
            asked["amenities"] = "wifi,kitchen"
        if chance.random() < 0.3:
            asked["sort"] = chance.choice(["price", "rating"])
        searches.append("GET /api/v1/properties?" + urllib.parse.urlencode(asked))
    bookings = []
    for place in range(STAYS_PER_PLACE):
        for id in bookable:
            start = 5 + place * NIGHTS
            bookings.append("POST /api/v1/bookings " + json.dumps({"propertyId": id, "checkIn": day(start), "checkOut": day(start + NIGHTS), "guests": 1}))
    return {"property": properties, "quote": quotes, "search": searches, "booking": bookings}


def without_http(lines):
    """The same for the harness: what comes after the method."""
    return [line.split(" ", 1)[1] for line in lines]


def bytes_of(server, lines):
    sizes = [len(ask(server, line.split(" ", 2)[1])) for line in lines[:50]]
    return sum(sizes) // len(sizes)


# What is measured.

def idle(options):
    table.heading("Start and memory with the demo (limits: issue of speed and memory)")
    with tempfile.TemporaryDirectory(prefix="roost-bench-") as folder:
        data = pathlib.Path(folder) / "data"
        began = time.monotonic()
        command(options.binary, data, "import", "inside-airbnb", ROOT / "Demo/albany/listings.csv.gz", "--calendar", ROOT / "Demo/albany/calendar.csv.gz",
                "--currency", "USD", "--time-zone", "America/New_York", "--city", "Albany", "--country", "US", "--shift-dates")
        seconds = time.monotonic() - began
        nights = 168_265
        table.limited("import, calendar rows a second", nights / seconds, 20_000, note=f"{nights} rows in {seconds:.1f} s, listings and start included")
        with serving(options.binary, data) as server:
            time.sleep(2)
            table.limited("resident memory, idle", server.memory(), 80, " MiB", at_least=False)
        with serving(options.binary, data) as server:
            table.limited("start to ready", server.seconds_to_ready, 1, " s", at_least=False)


def evaluator(options):
    """The evaluator alone: the harness has the limits."""
    table.heading("Evaluator on one core, without database and JSON")
    result = subprocess.run([options.harness, "evaluate"], capture_output=True, encoding="utf-8")
    figures = re.findall(r"^(.+): ([0-9.]+) µs, limit ([0-9.]+) µs.*?([0-9.]+) allocations", result.stdout, re.MULTILINE)
    if not figures or result.returncode not in (0, 1):
        sys.exit(f"roost-bench evaluate failed:\n{result.stdout}\n{result.stderr}")
    for name, microseconds, limit, allocations in figures:
        table.limited(name, float(microseconds), float(limit), " µs", at_least=False, note=f"{allocations} allocations")


def reads(options, data, places, works=("property", "quote", "search")):
    chance = random.Random(1)
    p50 = {}
    with serving(options.harness, data) as server:
        lines = questions(server, chance)
        sizes = {work: bytes_of(server, lines[work]) for work in works}
        served = {}
        for clients in CLIENTS:
            table.heading(f"{places} listings, {clients} clients, over HTTP")
            for work, size in sizes.items():
                noop = load(server, clients, options.seconds, [f"GET /bench/noop?bytes={size}"])
                seen = load(server, clients, options.seconds, lines[work])
                served[work, clients] = (noop, seen)
                show(f"no-op of {size} bytes", noop)
                show(work, seen)
        table.plain("memory under load", peak=f"{server.memory('VmHWM'):.0f} MiB", now=f"{server.memory():.0f} MiB")
    for clients in CLIENTS:
        table.heading(f"{places} listings, {clients} clients, ratios")
        for work in sizes:
            noop, seen = served[work, clients]
            bare = direct(options.harness, data, work, clients, options.seconds, without_http(lines[work]))
            show(f"{work} without HTTP", bare)
            possible = 1 / (1 / noop["rate"] + 1 / bare["rate"])
            table.limited(f"{work} of 1/(1/h + 1/q)", 100 * seen["rate"] / possible, 80, " %", note=f"h {noop['rate']:.0f}, q {bare['rate']:.0f}")
            if work == "property" and not engine_settings:
                table.limited("property of h", 100 * seen["rate"] / noop["rate"], 60, " %")
            if work == "search" and clients == 1:
                p50["search"] = bare["p50"]
    return p50.get("search")


def bookings(options, data, at_least=4):
    """Durable holds; each run takes stays that none has taken before. Gives how many are taken, and the rate with 32 clients."""
    taken = 0
    served, noops = {}, {}
    with serving(options.harness, data) as server:
        lines = questions(server, random.Random(1))["booking"]
        token = sign_in(server)
        for clients in CLIENTS:
            table.heading(f"Durable bookings, {clients} clients")
            noops[clients] = load(server, clients, options.seconds, [line.replace("/api/v1/bookings", "/bench/noop?bytes=1500", 1) for line in lines[:1000]], token=token)
            served[clients] = load(server, clients, options.seconds, lines, first=taken, token=token)
            # A few more than were counted: those under way when wrk stopped.
            taken += served[clients]["count"] + 2 * clients + 100
            show("no-op of 1500 bytes", noops[clients])
            show("booking", served[clients])
            if served[clients]["refused"]:
                table.plain("refused (nights closed in the world)", count=served[clients]["refused"])
        table.plain("memory under load", peak=f"{server.memory('VmHWM'):.0f} MiB", now=f"{server.memory():.0f} MiB")
    table.heading("Durable bookings, ratios")
    for clients in CLIENTS:
        bare = direct(options.harness, data, "booking", clients, options.seconds, without_http(lines[taken:]))
        taken += bare["count"] + clients + 100
        show(f"without HTTP, {clients} clients", bare)
        possible = 1 / (1 / noops[clients]["rate"] + 1 / bare["rate"])
        table.limited(f"booking of 1/(1/h + 1/q), {clients}", 100 * served[clients]["rate"] / possible, 80, " %")
    table.limited("32 clients to one", served[32]["rate"] / served[1]["rate"], at_least, " times")
    if not engine_settings:
        allowed = max(10 * served[32]["p99"], 250)
        table.limited("slowest booking of 32 clients", served[32]["slowest"], allowed, " ms", at_least=False, note="the larger of 10 × p99 and 250 ms")
    with serving(options.binary, data):
        pass
    command(options.binary, data, "audit")
    table.plain("audit after all bookings", found="nothing")
    return taken, served[32]["rate"]


def on_postgresql(options, data, places):
    """The same house on the other engine, moved there by `roost copy`; and the same writes without Roost."""
    server = postgresql.Server()
    try:
        table.heading(f"PostgreSQL, {places} listings")
        began = time.monotonic()
        told = command(options.binary, data, "copy", "--from", f"sqlite:{data}", "--to", server.place)
        seconds = time.monotonic() - began
        rows = sum(int(line.split()[1]) for line in told.splitlines() if "the same on both sides" in line)
        table.plain("copied, verified and audited", rows=rows, seconds=f"{seconds:.0f}", per_second=f"{rows / seconds:.0f}")
        server.analyze()
        engine_settings.update(server.settings())
        reads(options, data, places, works=("property", "quote"))
        _, rate = bookings(options, data, at_least=2.5)
        hot_spot(options, data)
        table.heading("PostgreSQL, the writes of a booking by pgbench, 32 clients")
        server.prepare_pgbench()
        whole, hold = (server.pgbench(32, options.seconds, whole) for whole in (True, False))
        table.limited("bookings of pgbench's", 100 * rate / whole, 70, " %", note=f"{rate:.0f} of {whole:.0f}: all four transactions of a booking")
        table.plain("of the hold's transaction alone", percent=f"{100 * rate / hold:.0f}", pgbench=f"{hold:.0f}")
    finally:
        engine_settings.clear()
        server.remove()


def hot_spot(options, data):
    """Everybody wants a stay at one of 100 places, instead of one of 2,000; no two want the same night."""
    table.heading("Durable bookings on 100 places, 32 clients")
    with serving(options.harness, data) as server:
        # From the end of the year backwards: the runs before came from its beginning.
        lines = questions(server, random.Random(1))["booking"][::-1]
        token = sign_in(server)
        busy = set(json.loads(line.split(" ", 2)[2])["propertyId"] for line in lines[:100])
        half = len(lines) // 2
        hot = [line for line in lines[:half] if json.loads(line.split(" ", 2)[2])["propertyId"] in busy]
        even = [line for line in lines[:half] if json.loads(line.split(" ", 2)[2])["propertyId"] not in busy]
        uniform = load(server, 32, options.seconds, even, token=token)
        narrow = load(server, 32, options.seconds, hot, token=token)
    show("on all places", uniform)
    show("on 100 places", narrow)
    table.limited("100 places of uniform", 100 * narrow["rate"] / uniform["rate"], 85, " %")


def webhooks_beside_bookings(options, data, taken):
    """What a provider waits for its answer (verified and stored) while 32 clients book; no-ops of the same size in turn."""
    table.heading("Webhooks of Stripe while 32 clients book")
    with serving(options.harness, data, webhooks.SETTINGS) as server:
        lines = questions(server, random.Random(1))["booking"]
        token = sign_in(server)
        with webhooks.Senders(server.port) as senders:
            seen = load(server, 32, max(options.seconds, 10), lines, first=taken, token=token)
        show("booking meanwhile", seen)
        for kind, took in senders.took.items():
            table.plain(kind, count=len(took), p50=f"{webhooks.percentile(took, 0.5):.2f} ms", p99=f"{webhooks.percentile(took, 0.99):.2f} ms")
        if senders.wrong:
            sys.exit(f"webhooks were refused: {senders.wrong[:3]}")
    p99 = {kind: webhooks.percentile(took, 0.99) for kind, took in senders.took.items()}
    table.limited("webhook, p99", p99["webhook"], 50, " ms", at_least=False)
    # Verified and stored at the price of what one booking takes, beside the way there and back.
    possible = p99["no-op"] + seen["p99"]
    table.limited("webhook's p99 of no-op and booking", 100 * p99["webhook"] / possible, 100, " %", at_least=False,
                  note=f"no-op {p99['no-op']:.1f} ms, booking {seen['p99']:.1f} ms")


def on_sqlite(options, kept):
    """All that is measured on the embedded databases."""
    idle(options)
    evaluator(options)
    p50 = {}
    for number, places in enumerate(options.places):
        data = made_world(options.binary, kept, places)
        try:
            p50[places] = reads(options, data, places)
            if number == 0:
                taken, _ = bookings(options, data)
                webhooks_beside_bookings(options, data, taken)
        finally:
            shutil.rmtree(data.parent, ignore_errors=True)
    data = made_world(options.binary, kept, min(options.places))
    try:
        with serving(options.harness, data) as server:
            pages.measure(table, load, ask, server, sign_in(server), world.CITIES[0][0], day, options.seconds)
    finally:
        shutil.rmtree(data.parent, ignore_errors=True)

    table.heading("City search in SQL, without HTTP")
    for places, milliseconds in p50.items():
        if places >= 100_000:
            table.limited(f"p50 with {places} listings", milliseconds, 2, " ms", at_least=False)
        else:
            table.plain(f"p50 with {places} listings", p50=f"{milliseconds:.3f} ms")
    if len(p50) > 1:
        sizes = sorted(p50)
        table.plain("growth", times=f"{p50[sizes[-1]] / p50[sizes[0]]:.1f} from {sizes[0]} to {sizes[-1]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True, help="the release build of roost")
    parser.add_argument("--harness", required=True, help="the release build of roost-bench")
    parser.add_argument("--seconds", type=int, default=5, help="how long each load lasts")
    parser.add_argument("--places", type=int, nargs="*", default=[10_000, 100_000], help="sizes of the worlds")
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], nargs="*", default=["sqlite", "postgresql"], help="what is measured")
    parser.add_argument("--json", help="writes the results to this file too")
    options = parser.parse_args()
    options.binary, options.harness = str(pathlib.Path(options.binary).resolve()), str(pathlib.Path(options.harness).resolve())
    kept = ROOT / ".build-release" / "bench"
    kept.mkdir(parents=True, exist_ok=True)

    print(f"{os.cpu_count()} cores; each load {options.seconds} s over loopback, wrk on the same machine")
    if "postgresql" in options.engine:
        data = made_world(options.binary, kept, options.places[0])
        try:
            on_postgresql(options, data, options.places[0])
        finally:
            shutil.rmtree(data.parent, ignore_errors=True)
    if "sqlite" in options.engine:
        on_sqlite(options, kept)

    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(table.results, indent=1), "utf-8")
    print(f"\n{len(table.missed)} limits missed" + (": " + ", ".join(table.missed) if table.missed else ""))


if __name__ == "__main__":
    main()
