"""The `roost` binary: one command from start to end, and a server with a data folder of its own."""

import os
import pathlib
import re
import signal
import socket
import sqlite3
import subprocess
import time

from roost import engine

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROVE = bool(os.environ.get("ROOST_PROVE"))
DEMO = ROOT / "Demo" / "albany"
# Real data that does not ship with the project; tests that want it say so and are skipped without it.
SHARED_DATA = pathlib.Path(os.environ.get("ROOST_SHARED_DATA") or ROOT.parent / "shared" / "data")

# How long a start, a stop or a command may take before the test gives up: generous, since the machine may be busy.
START_SECONDS = 60
STOP_SECONDS = 60
COMMAND_SECONDS = 300


def binary():
    return pathlib.Path(os.environ.get("ROOST_BINARY") or ROOT / ".build" / "debug" / "roost").resolve()


def clean_environment(settings=None):
    """The environment of whoever runs the tests, without any setting of Roost but those named."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ROOST_")}
    environment.update({name: str(value) for name, value in (settings or {}).items()})
    return environment


def run(*arguments, data=None, settings=None, text=None, cwd=None, seconds=COMMAND_SECONDS):
    """Runs one command to its end; `data` is the data folder."""
    settings = {**engine.settings(data), **(settings or {})}
    if data is not None:
        settings["ROOST_DATA_DIR"] = data
    return subprocess.run(
        [str(binary()), *map(str, arguments)],
        env=clean_environment(settings), cwd=cwd, timeout=seconds,
        input=text if text is not None else "", capture_output=True, encoding="utf-8", errors="replace",
    )


def done(*arguments, **options):
    """Runs one command and expects it to succeed; gives what it printed."""
    result = run(*arguments, **options)
    assert result.returncode == 0, (
        f"roost {' '.join(map(str, arguments))} ended with {result.returncode}\n{result.stdout}\n{result.stderr}")
    return result.stdout


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """`roost serve` on a free loopback port. Kills only the process it started."""

    def __init__(self, folder, **settings):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self.settings = {"ROOST_POLL_SECONDS": "1", **{name: str(value) for name, value in settings.items()}}
        self.port = free_port()
        self.process = None
        self.arguments = ("serve",)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def environment(self):
        return clean_environment({
            "ROOST_HOST": "127.0.0.1", "ROOST_PORT": self.port, "ROOST_DATA_DIR": self.data,
            **engine.settings(self.data), **self.settings})

    def launch(self):
        """Starts the process without waiting until it serves."""
        assert self.process is None, "the server runs already"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [str(binary()), *self.arguments], env=self.environment(), cwd=self.folder,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def start(self):
        self.launch()
        self.wait_until_ready()
        return self

    def wait_until_ready(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            assert self.process.poll() is None, f"the server ended with {self.process.returncode}\n{self.tail()}"
            if self.answers("/readyz"):
                return
            time.sleep(0.05)
        raise AssertionError(f"not ready after {START_SECONDS} s\n{self.tail()}")

    def answers(self, path):
        """Whether a GET is answered with 200, asked without any library."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
                return connection.recv(64).startswith(b"HTTP/1.1 200")
        except OSError:
            return False

    def stop(self, audit=True):
        """Asks it to stop as an operator would, and expects the exit status 0 and sound books."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"still running {STOP_SECONDS} s after SIGTERM\n{self.tail()}") from None
        self.process = None
        assert status == 0, f"SIGTERM ended it with {status}\n{self.tail()}"
        if audit:
            self.audit()

    def kill(self):
        """`kill -9`: as if the power went."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def close(self):
        """The end of a test: whatever happened before, nothing keeps running."""
        self.kill()

    def audit(self, *options):
        """Expects the audit to find nothing."""
        return done("audit", *options, data=self.data, settings=self.settings)

    def audit_at_rest(self, seconds=90):
        """Waits until the audit finds nothing and nothing is in flight: what was begun is finished in the background."""
        end = time.monotonic() + seconds
        while True:
            result = run("audit", "--at-rest", data=self.data, settings=self.settings)
            if result.returncode == 0:
                return
            assert time.monotonic() < end, f"not at rest after {seconds} s\n{result.stdout}\n{result.stderr}"
            time.sleep(0.5)

    def run(self, *arguments, **options):
        """A command on this server's data folder."""
        return run(*arguments, data=self.data, settings=self.settings, **options)

    def done(self, *arguments, **options):
        return done(*arguments, data=self.data, settings=self.settings, **options)

    def tail(self, lines=40):
        if not self.log.exists():
            return "(no log)"
        return "\n".join(self.log.read_text("utf-8", errors="replace").splitlines()[-lines:])

    def databases(self):
        return databases(self.data)


def databases(folder):
    """The SQLite files in a data folder, found by what they begin with rather than by name."""
    found = []
    for path in sorted(pathlib.Path(folder).rglob("*")):
        if path.is_file() and path.stat().st_size >= 100:
            with open(path, "rb") as file:
                if file.read(16) == b"SQLite format 3\0":
                    found.append(path)
    return found


# Rows that may change though nothing was changed: counters of tries, and when a session was seen last.
RESTLESS = re.compile(r"rate|limit|attempt|session|lease|sqlite_", re.IGNORECASE)


def rows(folder, restless=RESTLESS):
    """Every row of every table of the databases in `folder`, as {(database, table): sorted rows}, read beside the server."""
    contents = engine.rows(folder, restless)
    for path in databases(folder):
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
        try:
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in tables:
                if not restless.search(table):
                    found = connection.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608 names are the file's
                    contents[path.name, table] = sorted(found, key=repr)
        finally:
            connection.close()
    assert contents, f"no database in {folder}"
    return contents


def settled_rows(folder, seconds=20):
    """The rows once two looks in a row agree: what runs in the background after a test has come to an end."""
    end = time.monotonic() + seconds
    before = rows(folder)
    while True:
        time.sleep(0.5)
        after = rows(folder)
        if after == before or time.monotonic() > end:
            return after
        before = after


def difference(before, after):
    """Which tables differ, and by which rows: for the message of a failed test."""
    lines = []
    for key in sorted(set(before) | set(after)):
        one, other = before.get(key, []), after.get(key, [])
        if one != other:
            gone = [row for row in one if row not in other][:3]
            new = [row for row in other if row not in one][:3]
            lines.append(f"{key}: {len(one)} → {len(other)} rows; gone {gone!r:.500}; new {new!r:.500}")
    return "\n".join(lines)
