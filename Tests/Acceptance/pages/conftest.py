"""A browser for the tests of the pages: Debian's Chromium, driven by Playwright, which downloads nothing itself."""

import shutil
import urllib.parse

import pytest
from playwright.sync_api import sync_playwright

import demo
from roost.trade import PASSWORD, People


def pytest_collection_modifyitems(items):
    if not shutil.which("chromium"):
        pytest.exit("there is no chromium: Scripts/packages.sh test installs it", returncode=1)


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        # --no-sandbox: Chromium refuses to sandbox for root, which is who runs in a container.
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def town(shared_servers):
    """The demo as `make run` makes it: its places, its people, its mails in the browser."""
    server = shared_servers(start=False, ROOST_RATE_LIMITS="off", ROOST_DEMO="on")
    for name in ("guest", "host"):
        server.done("user", "add", f"{name}@example.com", "--name", f"{name.title()} Example", "--password-stdin", text=PASSWORD)
    server.done("user", "add", "operator@example.com", "--name", "Otto Operator", "--admin", "--password-stdin", text=PASSWORD)
    server.done(*demo.ARGUMENTS, "--host", "host@example.com")
    return server.start()


@pytest.fixture(scope="session")
def folk(town):
    return People(town)


class Visitor:
    """A page of a browser of its own that forgives nothing: no error in the console, none of the server, no other host."""

    def __init__(self, browser, server, script=True, width=1024, height=900, dark=False, token=None, language="en-US"):
        self.server = server
        self.context = browser.new_context(
            java_script_enabled=script, viewport={"width": width, "height": height}, locale=language,
            color_scheme="dark" if dark else "light", reduced_motion="reduce")
        self.context.set_default_timeout(20_000)
        if token:
            self.context.add_cookies([{"name": "roost_session", "value": token, "url": server.url}])
        self.troubles = []
        # Answers that a test brings about on purpose: Chromium writes those into the console too.
        self.expected = set()
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.troubles.append(message.text) if message.type == "error" and "status of" not in message.text else None)
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("response", self.saw)
        self.page.on("request", self.asked)

    def asked(self, request):
        host = urllib.parse.urlsplit(request.url)
        if host.scheme in ("http", "https") and host.netloc != urllib.parse.urlsplit(self.server.url).netloc:
            self.troubles.append(f"a request to {request.url}")

    def saw(self, response):
        if response.status >= 500 and response.status not in self.expected:
            self.troubles.append(f"{response.status} for {response.url}")

    def go(self, path, expect=200):
        response = self.page.goto(self.server.url + path)
        assert response.status == expect, f"{path}: {response.status}\n{self.page.inner_text('body')[:500]}"
        return self.page

    @property
    def path(self):
        parts = urllib.parse.urlsplit(self.page.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def close(self):
        self.context.close()
        assert not self.troubles, "\n".join(self.troubles)


@pytest.fixture
def visit(chromium, town):
    """`visit(script=False, …)`: a visitor of the demo; what went wrong behind the page fails the test at its end."""
    visitors = []

    def open_page(server=town, **options):
        visitors.append(Visitor(chromium, server, **options))
        return visitors[-1]

    yield open_page
    for visitor in visitors:
        visitor.close()
