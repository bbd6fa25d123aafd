"""A client whose every answer is held against the contract and against the server's own OpenAPI document."""

import collections
import http.cookiejar
import json
import socket
import threading

import httpx

from . import contract
from .document import Document

TIMEOUT_SECONDS = 60

# Every error code seen in this run: the last test expects all that can be brought about from outside.
seen_codes = collections.Counter()
_documents = {}
_lock = threading.Lock()


class Client:
    """Someone who talks to a server: anyone, or a person with a session."""

    def __init__(self, server, token=None, user=None, connection=None, from_address=None):
        self.server = server
        self.token = token
        self.user = user
        if connection is None:
            transport = httpx.HTTPTransport(
                local_address=from_address, limits=httpx.Limits(max_connections=64, max_keepalive_connections=64))
            connection = httpx.Client(
                base_url=server.url, timeout=TIMEOUT_SECONDS, trust_env=False, follow_redirects=False,
                transport=transport)
            # Nobody is signed in by a cookie that another request was given.
            connection.cookies.jar.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        self.connection = connection

    @property
    def id(self):
        return self.user["id"]

    @property
    def email(self):
        return self.user["email"]

    def with_token(self, token, user=None):
        return Client(self.server, token, user, self.connection)

    def document(self):
        with _lock:
            if self.server.url not in _documents:
                _documents[self.server.url] = Document(self.connection.get("/api/openapi.json").json())
            return _documents[self.server.url]

    def request(self, method, path, expect=None, headers=None, **options):
        """One request. `expect` is a status, several, or an error code; options are httpx's (json, params, content …)."""
        headers = dict(headers or {})
        if self.token and "authorization" not in {name.lower() for name in headers}:
            headers["Authorization"] = f"Bearer {self.token}"
        response = self.connection.request(method, path, headers=headers, **options)
        self.check(response, is_outage=expect == "provider_unavailable")
        about = describe(response)
        if isinstance(expect, str):
            assert code(response) == expect, f"expected {expect}: {about}"
        elif isinstance(expect, int):
            assert response.status_code == expect, f"expected {expect}: {about}"
        elif expect is not None:
            assert response.status_code in expect or code(response) in expect, f"expected one of {expect}: {about}"
        return response

    def check(self, response, is_outage=False):
        """`is_outage`: a provider that is away is no fault of ours, where the test makes it so."""
        method, path, status = response.request.method, response.request.url.path, response.status_code
        about = describe(response)
        assert status < 500 or is_outage and status == 503, f"a fault of the server: {about}\n{self.server.tail()}"
        if not (path.startswith("/api/") or path.startswith("/webhooks/")):
            return
        if method == "HEAD":
            assert response.content == b"", f"{about}: HEAD has no body"
        elif status >= 400:
            body = json_of(response, about)
            contract.check_problem(status, response.headers, body, about)
            seen_codes[body["code"]] += 1
        elif status == 204:
            assert response.content == b"", about
        elif path.startswith("/api/v1/") and status < 300:
            assert response.headers["content-type"].startswith("application/json"), about
            contract.check_answer(method, path, status, json_of(response, about), about)
        if path != "/api/openapi.json":
            self.document().check(method, path, status, response.headers, response.text, about)

    def get(self, path, expect=200, **options):
        return self.request("GET", path, expect, **options)

    def post(self, path, body=None, expect=(200, 201, 204), **options):
        if body is not None:
            options["json"] = body
        return self.request("POST", path, expect, **options)

    def patch(self, path, body, expect=200, **options):
        return self.request("PATCH", path, expect, json=body, **options)

    def put(self, path, body, expect=200, **options):
        return self.request("PUT", path, expect, json=body, **options)

    def everything(self, path, **params):
        """All items of a list, page by page."""
        items, cursor, pages = [], None, 0
        while True:
            page = self.get(path, params={**params, **({"cursor": cursor} if cursor else {})}).json()
            items += page["items"]
            cursor = page["nextCursor"]
            pages += 1
            assert pages <= 1000, "the list has no end"
            if cursor is None:
                return items


def code(response):
    if response.status_code < 400 or "json" not in response.headers.get("content-type", ""):
        return None
    return response.json().get("code")


def fields(response):
    """The names of the fields that a problem complains about."""
    return [error["field"] for error in response.json().get("errors", [])]


def error_codes(response):
    return [error["code"] for error in response.json().get("errors", [])]


def json_of(response, about):
    try:
        return response.json()
    except json.JSONDecodeError:
        raise AssertionError(f"not JSON: {about}") from None


def describe(response):
    request = response.request
    try:
        sent = request.content[:500].decode("utf-8", "replace")
    except httpx.RequestNotRead:
        sent = "(streamed)"
    return (f"{request.method} {request.url} {sent} → {response.status_code} "
            f"{response.headers.get('content-type', '')} {response.text[:1500]}")


def raw(server, request, seconds=20):
    """Sends bytes as they are and gives the status of the first answer, or None where the connection just ends."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=seconds) as connection:
        try:
            connection.sendall(request)
        except OSError:
            pass  # the server may answer and close before it has everything
        answer = b""
        try:
            while b"\r\n" not in answer:
                part = connection.recv(4096)
                if not part:
                    break
                answer += part
        except OSError:
            pass
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.") else None
