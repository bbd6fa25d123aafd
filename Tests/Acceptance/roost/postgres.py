"""A PostgreSQL of the tests' own: in a folder, on a socket and a loopback port, stopped and removed at the end."""

import itertools
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

from roost import program

NAMES = ("users", "properties", "bookings", "payments")


def programs():
    """Where the programs of the newest server are that is installed."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    assert found or shutil.which("initdb"), "PostgreSQL is not installed (Scripts/packages.sh test)"
    return found[-1].parent if found else pathlib.Path(shutil.which("initdb")).parent


class Postgres:
    """One server process. It ends with the tests even where they are killed: its shell waits for the end of its input."""

    PASSWORD = "a-quiet-river"  # noqa: S105 of a server that lives for one test

    def __init__(self, **settings):
        # Not in a folder of the tests, which nobody else may enter: as root the server runs as another user.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="roost-pg-"))
        self.port = program.free_port()
        self.log = self.folder / "log"
        self.settings = {
            "listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": self.folder, "fsync": "off",
            "max_connections": 200, "shared_buffers": "64MB", **settings}
        self.numbers = itertools.count()
        self.shell = None
        self.user = []
        if os.getuid() == 0:
            shutil.chown(self.folder, "nobody", pwd.getpwnam("nobody").pw_gid)
            self.user = ["runuser", "-u", "nobody", "--"]
        secret = self.folder / "secret"
        secret.write_text(self.PASSWORD)
        secret.chmod(0o644)
        self.tool("initdb", "-D", self.data, "-A", "scram-sha-256", "-U", "roost", f"--pwfile={secret}", "-E", "UTF8", "--locale=C.UTF-8", "-N")

    @property
    def data(self):
        return self.folder / "data"

    def tool(self, name, *arguments, check=True, **options):
        command = [*self.user, programs() / name, *arguments]
        environment = {**os.environ, "PGPASSWORD": self.PASSWORD}
        result = subprocess.run(
            list(map(str, command)), cwd=self.folder, env=environment, capture_output=True, encoding="utf-8", **options)
        assert not check or result.returncode == 0, f"{name}: {result.stdout}{result.stderr}"
        return result

    def start(self):
        options = " ".join(f"-c {name}='{value}'" for name, value in self.settings.items())
        run = " ".join(self.user)
        script = f"""
            {run} {programs()}/postgres -D {self.data} {options} >> {self.log} 2>&1 &
            server=$!
            echo $server
            while read -r line; do :; done
            {run} {programs()}/pg_ctl -D {self.data} -m immediate -w stop > /dev/null 2>&1
            wait $server
            """
        self.shell = subprocess.Popen(["/bin/sh", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=self.folder)
        self.shell.stdout.readline()
        end = time.monotonic() + 60
        while self.tool("pg_isready", "-q", "-h", "127.0.0.1", "-p", self.port, check=False).returncode:
            assert time.monotonic() < end, f"PostgreSQL did not start\n{self.log.read_text()[-3000:]}"
            time.sleep(0.05)
        return self

    @property
    def process(self):
        """The number of the server's first process."""
        return int((self.data / "postmaster.pid").read_text().splitlines()[0])

    def kill(self, how=signal.SIGQUIT):
        """As in a crash: what was committed is there afterwards."""
        os.kill(self.process, how)
        self.stop()

    def stop(self):
        if self.shell:
            self.shell.stdin.close()
            self.shell.wait(60)
            self.shell = None

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def sql(self, text, database="postgres"):
        return self.tool("psql", "-h", "127.0.0.1", "-p", self.port, "-U", "roost", "-d", database, "-Atqc", text, "-v", "ON_ERROR_STOP=1").stdout.strip()

    def url(self, database, password=PASSWORD, **options):
        more = "&".join(f"{name}={value}" for name, value in options.items())
        return f"postgresql://roost:{password}@127.0.0.1:{self.port}/{database}{'?' if more else ''}{more}"

    def databases(self):
        """Four fresh databases, as the settings that name them."""
        number = next(self.numbers)
        for name in NAMES:
            self.sql(f"CREATE DATABASE {name}_{number}")
        return {f"ROOST_{name.upper()}_DATABASE": self.url(f"{name}_{number}") for name in NAMES}
