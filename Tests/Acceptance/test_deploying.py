"""What lies in Deploy/ is tried where it can be: the proxy before two nodes on one PostgreSQL, and the systemd units."""

import shutil
import signal
import subprocess
import time

import httpx
import pytest

from roost import postgres, program
from roost.client import Client
from roost.trade import People, book, eventually, pay, place

DEPLOY = program.ROOT / "Deploy"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
SYSTEMD = shutil.which("systemd-analyze")


class Proxy:
    """nginx with the configuration that ships, its two nodes and its port being those of the test."""

    def __init__(self, folder, servers):
        self.port = program.free_port()
        conf = (DEPLOY / "compose" / "nginx.conf").read_text("utf-8").replace("listen 80;", f"listen 127.0.0.1:{self.port};")
        for name, server in zip(("node1:8080", "node2:8080"), servers, strict=True):
            conf = conf.replace(name, f"127.0.0.1:{server.port}")
        folder.mkdir()
        (folder / "site.conf").write_text(conf, "utf-8")
        (folder / "nginx.conf").write_text(
            f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/log; events {{}}\n"
            f"http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;"
            f" uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s; include {folder}/site.conf; }}\n", "utf-8")
        self.folder = folder
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen([NGINX, "-p", folder, "-c", folder / "nginx.conf"], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


@pytest.mark.skipif(not NGINX, reason="nginx is not installed (Debian: nginx-light)")
def test_two_nodes_behind_the_proxy_are_one_house(fresh, tmp_path):
    pg = postgres.Postgres().start()
    try:
        settings = {**pg.databases(), "ROOST_TRUSTED_PROXIES": "127.0.0.1"}
        servers = [fresh(**settings), fresh(**settings)]
        proxy = Proxy(tmp_path / "nginx", servers)
        try:
            eventually(lambda: answers(proxy), bool, seconds=20)
            people = People(proxy)
            home = place(people.hana)
            pay(people.anna, book(people.anna, home))
            assert httpx.get(f"{proxy.url}/metrics", trust_env=False).status_code == 404
            # Whoever was asked, the other knows: the session, the booking, and that the night is gone.
            for server in servers:
                anna = Client(server).with_token(people.anna.token, people.anna.user)
                assert [booking["status"] for booking in anna.everything("/api/v1/bookings")] == ["confirmed"]
            # One node is killed, and nobody is told so.
            servers[0].kill()
            for _ in range(40):
                assert people.anna.get("/api/v1/me").json()["email"] == people.anna.email
            book(people.anna, home, start=90)
            servers[0].start()
            # One after the other is stopped and started again, as for an upgrade, while somebody keeps asking.
            statuses = []
            for server in servers:
                server.stop(audit=False)
                for _ in range(10):
                    statuses.append(httpx.get(f"{proxy.url}/api/v1/properties/{home['id']}", trust_env=False).status_code)
                server.start()
                time.sleep(6)  # nginx leaves out a node that was away for 5 s
            assert set(statuses) == {200}, statuses
            # Without the database both say so themselves, each time, and when to come back.
            pg.stop()
            answers_without = [httpx.get(f"{proxy.url}/api/v1/properties/{home['id']}", timeout=60, trust_env=False) for _ in range(6)]
            assert [(answer.status_code, "retry-after" in answer.headers) for answer in answers_without] == [(503, True)] * 6
            pg.start()
            eventually(lambda: httpx.get(f"{proxy.url}/api/v1/properties/{home['id']}", timeout=60, trust_env=False).status_code, lambda status: status == 200, 60)
        finally:
            proxy.close()
        for server in servers:
            server.stop()
    finally:
        pg.remove()


def answers(proxy):
    try:
        return httpx.get(f"{proxy.url}/healthz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.skipif(not SYSTEMD, reason="systemd is not installed")
def test_the_units_are_sound(tmp_path):
    units = sorted((DEPLOY / "systemd").iterdir())
    assert len(units) >= 5
    for unit in units:
        # The program is not installed here: any other stands for it.
        copy = tmp_path / unit.name.replace("@.", "@8081.")
        copy.write_text(unit.read_text("utf-8").replace("/opt/roost/roost", "/bin/true"), "utf-8")
    for copy in sorted(tmp_path.iterdir()):
        result = subprocess.run([SYSTEMD, "verify", copy], capture_output=True, encoding="utf-8", check=False)
        assert result.returncode == 0 and str(tmp_path) not in result.stderr, result.stderr
    result = subprocess.run(
        [SYSTEMD, "security", "--offline=yes", "--threshold=20", tmp_path / "roost.service"], capture_output=True, encoding="utf-8", check=False)
    assert result.returncode == 0, result.stdout[-1500:]  # an exposure of 2.0 of 10 at most
