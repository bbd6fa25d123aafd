"""A PostgreSQL for the measurements, and the writes of a booking driven by pgbench on it."""

import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Tests" / "Acceptance"))
from roost import postgres  # noqa: E402 found by the path above: the server that the tests use too

# As a server is run on which bookings must survive a power cut, with memory enough for the world.
SETTINGS = {"fsync": "on", "synchronous_commit": "on", "shared_buffers": "512MB", "max_wal_size": "4GB"}


class Server:
    """One server with the four databases of a house, and a fifth for pgbench."""

    def __init__(self):
        self.server = postgres.Postgres(**SETTINGS).start()
        for name in (*postgres.NAMES, "pgbench"):
            self.server.sql(f"CREATE DATABASE {name}")

    @property
    def place(self):
        return self.server.url("")

    def settings(self):
        return {f"ROOST_{name.upper()}_DATABASE": self.server.url(name) for name in postgres.NAMES}

    def connection(self):
        return ["-h", "127.0.0.1", "-p", self.server.port, "-U", "roost"]

    def analyze(self):
        for name in postgres.NAMES:
            self.server.sql("ANALYZE", name)

    def prepare_pgbench(self):
        """The tables of all four in one database, since pgbench has one connection; each table is as Roost made it."""
        for name in postgres.NAMES:
            schema = self.server.tool("pg_dump", *self.connection(), "--schema-only", "--no-owner", name).stdout
            # Some tables are in each of the four: the second time they are there already.
            self.server.tool("psql", *self.connection(), "-q", "-d", "pgbench", input=schema)
        found = self.server.sql("SELECT COUNT(*) FROM information_schema.tables WHERE table_name IN ('claimed_night', 'mail', 'unit_word')", "pgbench")
        assert found == "3", f"the tables for pgbench are not all there: {found} of 3"

    def pgbench(self, clients, seconds, whole):
        """How often a second the writes of a booking are done: all of them, or the hold alone."""
        text = (HERE / "booking.pgbench").read_text("utf-8")
        script = self.server.folder / "script"
        script.write_text(text if whole else text.split("-- DELIVERY")[0], "utf-8")
        script.chmod(0o644)
        result = self.server.tool(
            "pgbench", *self.connection(), "-n", "-M", "prepared", "-c", clients, "-j", "2", "-T", seconds, "--random-seed=rand", "-f", script, "pgbench")
        return float(re.search(r"tps = ([0-9.]+)", result.stdout)[1])

    def remove(self):
        self.server.remove()
