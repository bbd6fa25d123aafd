"""A PostgreSQL of the tests' own: in a folder, on a socket and a loopback port, stopped and removed at the end."""

import errno
import itertools
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

import pytest

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

    def __init__(self, primary=None, disk_megabytes=None, **settings):
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
        self.disk = None
        if os.getuid() == 0:
            shutil.chown(self.folder, "nobody", pwd.getpwnam("nobody").pw_gid)
            self.user = ["runuser", "-u", "nobody", "--"]
        secret = self.folder / "secret"
        secret.write_text(self.PASSWORD)
        secret.chmod(0o644)
        if primary:
            # With -R it follows its primary; the standby has the password in its own settings.
            self.tool("pg_basebackup", "-D", self.data, "-R", "-X", "stream", "-c", "fast", "-h", "127.0.0.1", "-p", primary.port, "-U", "roost")
        else:
            more = self.small_disk(disk_megabytes) if disk_megabytes else []
            self.tool("initdb", "-D", self.data, "-A", "scram-sha-256", "-U", "roost", f"--pwfile={secret}", "-E", "UTF8", "--locale=C.UTF-8", "-N", *more)

    def small_disk(self, megabytes):
        """The data on a disk of its own that can be filled; the log of writes elsewhere, as where it matters."""
        self.data.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "roost-tests", str(self.data)]
        if os.getuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
            shutil.rmtree(self.folder)
            pytest.skip("a disk of its own needs the right to mount one")
        self.disk = self.data
        shutil.chown(self.data, "nobody", pwd.getpwnam("nobody").pw_gid)
        return ["-X", self.folder / "log-of-writes"]

    def fill_disk(self):
        with open(self.disk / "filling", "wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError as full:
                    assert full.errno == errno.ENOSPC, full

    def free_disk(self):
        (self.disk / "filling").unlink()

    def standby(self):
        """Another server that follows this one; not started yet."""
        return Postgres(primary=self, **{name: value for name, value in self.settings.items() if name not in ("port", "unix_socket_directories")})

    def use_tls(self, certificate, key):
        """From its next start on, whoever comes without TLS is sent away."""
        for name, source in (("server.pem", certificate), ("server.key", key)):
            shutil.copy(source, self.folder / name)
            if self.user:
                shutil.chown(self.folder / name, "nobody", pwd.getpwnam("nobody").pw_gid)
            (self.folder / name).chmod(0o600)
        self.settings.update(ssl="on", ssl_cert_file=self.folder / "server.pem", ssl_key_file=self.folder / "server.key")
        (self.data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")

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
        if self.disk:
            subprocess.run(["umount", str(self.disk)], check=True)
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
