"""Several `roost serve` processes on one PostgreSQL, as a marketplace runs them."""

import collections
import random
import signal
import threading
import time
import uuid

import httpx

from roost import program
from roost.program import Server
from roost.trade import day, eventually, later


class Node(Server):
    """One of them. All share the databases, the public address and the folder that mails are written to."""

    def __init__(self, folder, data, role="both", **settings):
        super().__init__(folder, **settings)
        self.data = data
        self.role = role
        self.arguments = ("serve", "--role", role)

    def freeze(self):
        """As a machine that swaps or a hypervisor that pauses: it holds what it holds, and answers nobody."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def close(self):
        if self.process is not None:
            self.thaw()
        super().close()


class Cluster:
    """Nodes on four fresh databases of one PostgreSQL."""

    def __init__(self, folder, postgres, roles=("both", "both"), **settings):
        self.postgres = postgres
        self.databases = postgres.databases()
        self.settings = {"ROOST_RATE_LIMITS": "off", "ROOST_POLL_SECONDS": "1", **self.databases, **settings}
        self.data = folder / "data"
        self.nodes = [Node(folder / f"node{number}", self.data, role, **self.settings) for number, role in enumerate(roles)]

    def start(self):
        """All at the same moment, on empty databases: one of them makes the tables."""
        for node in self.nodes:
            node.launch()
        for node in self.nodes:
            node.wait_until_ready()
        return self

    @property
    def web(self):
        return [node for node in self.nodes if node.role != "worker"]

    def sql(self, name, text):
        """Asks one of the four databases."""
        url = self.databases[f"ROOST_{name.upper()}_DATABASE"]
        return self.postgres.sql(text, url.rsplit("/", 1)[1].split("?")[0])

    def audit_at_rest(self, seconds=90):
        self.nodes[0].audit_at_rest(seconds)

    def stop(self):
        if any(node.process for node in self.nodes):
            for node in self.nodes:
                node.stop(audit=False)
            self.nodes[0].audit()

    def close(self):
        for node in self.nodes:
            node.close()


class Caller(threading.Thread):
    """A guest who books and pays, one stay after the other, on any node, and asks another node again, with the same key,
    until there is an answer: what every client of a cluster has to do."""

    def __init__(self, cluster, token, homes, number, end):
        super().__init__(daemon=True)
        self.cluster, self.token, self.homes, self.number, self.end = cluster, token, homes, number, end
        self.chance = random.Random(number)
        self.told = {}  # key → the booking it was told
        self.paid = set()
        self.wrong = []
        self.retries = collections.Counter()

    def run(self):
        step = 0
        while not self.end.is_set() and not self.wrong:
            home = self.homes[step % len(self.homes)]
            start = later(day(30), self.number * 20 + step // len(self.homes) * 2 % 20)
            body = {"propertyId": home["id"], "checkIn": start, "checkOut": later(start, 1), "guests": 1}
            key = str(uuid.uuid4())
            answer = self.ask("POST", "/api/v1/bookings", key, json=body)
            step += 1
            if answer is None or answer.status_code == 409:
                continue
            if answer.status_code != 201:
                self.wrong.append(answer.text)
                continue
            booking = answer.json()
            self.told[key] = (booking["id"], body)
            if step % 3 == 0:
                continue
            started = self.ask("POST", f"/api/v1/bookings/{booking['id']}/payments", str(uuid.uuid4()), json={"provider": "test"})
            if started is None:
                continue
            if started.status_code not in (200, 201):
                self.wrong.append(started.text)
                continue
            page = httpx.URL(started.json()["checkoutUrl"]).path
            if (done := self.ask("POST", page, None, data={"outcome": "succeed"})) is not None:
                if done.status_code == 303:
                    self.paid.add(booking["id"])
                else:
                    self.wrong.append(f"{done.status_code} {done.text[:300]}")

    def ask(self, method, path, key, seconds=90, **options):
        headers = {"Authorization": f"Bearer {self.token}", **({"Idempotency-Key": key} if key else {})}
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            node = self.chance.choice(self.cluster.web)
            try:
                answer = httpx.request(method, node.url + path, headers=headers, timeout=8, trust_env=False, **options)
            except httpx.TransportError as trouble:
                self.retries[type(trouble).__name__] += 1
            else:
                in_use = answer.status_code == 409 and answer.json()["code"] == "idempotency_key_in_use"
                if answer.status_code not in (429, 503) and not in_use:
                    return answer
                self.retries[answer.status_code] += 1
            time.sleep(0.1)
        self.wrong.append(f"{method} {path} had no answer within {seconds} s")
        return None
