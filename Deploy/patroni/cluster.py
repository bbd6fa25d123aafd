#!/usr/bin/env python3
"""Three PostgreSQL nodes under Patroni and an etcd, on loopback, in one folder: to try failovers, and to be tested.

    Deploy/patroni/cluster.py            starts it, prints the URL of its four databases, and runs until Ctrl-C

Needs PostgreSQL and etcd (Debian: postgresql, etcd-server). Patroni comes from PyPI, into the folder. As root everything
runs as `nobody`.
"""

import ctypes
import json
import os
import pathlib
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
NAMES = ("users", "properties", "bookings", "payments")
START_SECONDS = 120


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def programs():
    """Where the programs of the newest PostgreSQL are."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if not found:
        sys.exit("PostgreSQL is not installed (Debian: postgresql)")
    return found[-1].parent


def children(pid):
    """The numbers of a process's children, and of theirs: one look at all processes."""
    parents = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, ValueError):
            continue
    found = [pid]
    for known in found:  # grows while it is gone through
        found += [child for child, parent in parents.items() if parent == known]
    return found[1:]


class Process:
    """A process of the cluster's own user, which ends with the one that started it."""

    def __init__(self, cluster, name, command):
        self.log = cluster.folder / f"{name}.log"

        def end_with_parent():
            ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG

        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                list(map(str, command)), cwd=cluster.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=end_with_parent, env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(cluster.folder)},
                **cluster.user)

    @property
    def pid(self):
        return self.process.pid

    def end(self, how=signal.SIGTERM, seconds=60):
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Node:
    """PostgreSQL and the Patroni that looks after it."""

    def __init__(self, cluster, name):
        self.cluster, self.name = cluster, name
        self.port, self.rest = free_port(), free_port()
        self.config = cluster.folder / f"{name}.yml"
        self.config.write_text((HERE / "node.yml").read_text("utf-8").format(
            name=name, rest=self.rest, port=self.port, etcd=cluster.etcd_port, folder=cluster.folder,
            programs=programs(), password=cluster.password), "utf-8")
        os.chmod(self.config, 0o644)
        self.patroni = None

    def start(self):
        self.patroni = Process(self.cluster, self.name, [self.cluster.venv / "bin" / "patroni", self.config])

    def status(self):
        """What its Patroni says, or nothing where it does not answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.rest}/patroni", timeout=2) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as answer:
            return json.load(answer)
        except (OSError, ValueError):
            return None

    @property
    def postmaster(self):
        return int((self.cluster.folder / self.name / "postmaster.pid").read_text().splitlines()[0])

    def processes(self):
        postmaster = self.postmaster
        return [self.patroni.pid, *children(self.patroni.pid), postmaster, *children(postmaster)]

    def kill(self):
        """As if the machine were gone: Patroni first, so that nothing is tidied up."""
        postmaster = self.postmaster
        rest = children(postmaster)
        self.patroni.end(signal.SIGKILL)
        for pid in (postmaster, *rest):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def kill_postmaster(self):
        os.kill(self.postmaster, signal.SIGKILL)

    def freeze(self):
        self.frozen = list(dict.fromkeys(self.processes()))
        for pid in self.frozen:
            os.kill(pid, signal.SIGSTOP)

    def thaw(self):
        for pid in self.frozen:
            try:
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                pass


class Cluster:
    def __init__(self, names=("one", "two", "three")):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="roost-patroni-"))
        self.password = secrets.token_hex(12)
        self.user = {}
        if os.getuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
            self.user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        self.venv = self.folder / "venv"
        # Not one that lies in root's home, which `nobody` can't enter.
        python = "/usr/bin/python3" if self.user and os.path.exists("/usr/bin/python3") else sys.executable
        subprocess.run([python, "-m", "venv", self.venv], check=True)
        os.chmod(self.folder, 0o755)
        subprocess.run(
            [self.venv / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", HERE / "requirements.txt"],
            check=True)
        self.etcd_port = free_port()
        self.etcd = None
        self.nodes = [Node(self, name) for name in names]

    def start(self):
        etcd = shutil.which("etcd") or sys.exit("etcd is not installed (Debian: etcd-server)")
        here, peer = f"http://127.0.0.1:{self.etcd_port}", f"http://127.0.0.1:{free_port()}"
        self.etcd = Process(self, "etcd", [
            etcd, "--name", "etcd", "--data-dir", self.folder / "etcd", "--listen-client-urls", here, "--advertise-client-urls", here,
            "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", f"etcd={peer}"])
        for node in self.nodes:
            node.start()
        self.wait_until_whole()
        self.sql("CREATE ROLE roost LOGIN PASSWORD '" + self.password + "'")
        for name in NAMES:
            self.sql(f"CREATE DATABASE roost_{name} OWNER roost")
        return self

    def states(self):
        return {node.name: node.status() for node in self.nodes}

    def leader(self):
        """Who has the lease of the primary, by the word of etcd; nobody where nobody answers."""
        for node in self.nodes:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{node.rest}/cluster", timeout=2) as answer:
                    members = json.load(answer)["members"]
            except (OSError, ValueError, KeyError):
                continue
            for member in members:
                if member.get("role") == "leader" and member.get("state") == "running":
                    return next(node for node in self.nodes if node.name == member["name"])
        return None

    @property
    def primary(self):
        """The node that may write, once there is one: what it says of itself alone may be of yesterday."""
        end = time.monotonic() + START_SECONDS
        while True:
            node = self.leader()
            status = node.status() if node else None
            if status and status.get("role") in ("primary", "master") and status.get("state") == "running":
                return node
            if time.monotonic() > end:
                raise RuntimeError(f"no primary after {START_SECONDS} s: {self.states()}\n{self.logs()}")
            time.sleep(0.2)

    def wait_until_whole(self, seconds=START_SECONDS):
        """Waits until there are a primary and its standbys, one of them synchronous."""
        end = time.monotonic() + seconds
        while True:
            states = [status or {} for status in self.states().values()]
            running = [status for status in states if status.get("state") in ("running", "streaming")]
            if len(running) == len(self.nodes) and any(status.get("role") in ("primary", "master") for status in running) \
                    and any(status.get("sync_standby") for status in running) \
                    and len({status["timeline"] for status in running if "timeline" in status}) == 1:
                return
            if time.monotonic() > end:
                raise RuntimeError(f"not whole after {seconds} s: {self.states()}\n{self.logs()}")
            time.sleep(0.5)

    def switch_over(self):
        """Hands the primary to a synchronous standby, as before maintenance."""
        old = self.primary
        standby = next(node for node in self.nodes if (node.status() or {}).get("sync_standby"))
        body = json.dumps({"leader": old.name, "candidate": standby.name}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{old.rest}/switchover", data=body, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()

    def sql(self, text, database="postgres"):
        result = subprocess.run(
            [programs() / "psql", "-h", "127.0.0.1", "-p", str(self.primary.port), "-U", "postgres", "-d", database, "-Atqc", text, "-v", "ON_ERROR_STOP=1"],
            env={**os.environ, "PGPASSWORD": self.password}, capture_output=True, encoding="utf-8", check=False)
        if result.returncode:
            raise RuntimeError(result.stderr)
        return result.stdout.strip()

    def url(self, name):
        """All nodes: libpq asks each until it finds the one that may write."""
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        return f"postgresql://roost:{self.password}@{hosts}/{name}?target_session_attrs=read-write&connect_timeout=2"

    def settings(self):
        return {f"ROOST_{name.upper()}_DATABASE": self.url(f"roost_{name}") for name in NAMES}

    def logs(self):
        return "\n".join(f"== {path.name}\n{path.read_text('utf-8', errors='replace')[-2000:]}" for path in sorted(self.folder.glob("*.log")))

    def close(self):
        for node in self.nodes:
            if node.patroni:
                # A Patroni that is gone left its PostgreSQL alone.
                node.patroni.end(signal.SIGTERM)
                try:
                    os.kill(node.postmaster, signal.SIGQUIT)
                except (OSError, ValueError, IndexError):
                    pass
        if self.etcd:
            self.etcd.end()
        shutil.rmtree(self.folder, ignore_errors=True)


def main():
    cluster = Cluster()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        cluster.start()
        print("The settings of each node of Roost:\n")
        for name, url in cluster.settings().items():
            print(f"{name}={url}")
        print(f"\nLogs and data are in {cluster.folder}. Ctrl-C ends and removes everything.", flush=True)
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        pass
    finally:
        cluster.close()


if __name__ == "__main__":
    main()
