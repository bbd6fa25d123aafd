"""Bad input: never a fault of the server, never a changed row."""

import gzip
import json
import urllib.parse

import httpx
import pytest

from roost.client import raw
from roost.program import difference, settled_rows
from roost.trade import People, book, day, draft_of, pay, place, wish

NOWHERE = "00000000000000000000000000"
JSON = {"Content-Type": "application/json"}

INJECTIONS = [
    "'", '"', "' OR '1'='1", "'; DROP TABLE claimed_night; --", "1; SELECT 1", "\\", "%", "_", "%25", "%00", "\x00", "\r\nX: y", "../../etc/passwd",
    "<script>alert(1)</script>", "{{7*7}}", "${jndi:ldap://127.0.0.1/a}", "\u202e", "😀",
    "٣", "NaN", "Infinity", "-0", "1e309", "0x10", "9" * 400, " ", "", "null", "true", "[]", "{}", "ﬃ", "İ", "a" * 6000,
]


@pytest.fixture(scope="module")
def server(module_servers):
    """A server of their own, so that nothing else changes its rows."""
    return module_servers(ROOST_RATE_LIMITS="off")


@pytest.fixture(scope="module")
def people(server):
    return People(server)


@pytest.fixture(scope="module")
def anyone(people):
    return people.anyone


@pytest.fixture(scope="module")
def scene(people, server):
    """A place with a paid stay and a hold: everything that a bad request could touch.

    No payment is open: those are asked about again and again, which shows in their rows.
    """
    assert people.berta
    home = place(people.hana)
    paid = book(people.anna, home, start=40)
    payment = pay(people.anna, paid)
    held = book(people.anna, home, start=50)
    server.audit_at_rest()
    return {"property": home["id"], "home": home, "paid": paid["id"], "held": held["id"], "payment": payment["id"]}


@pytest.fixture(scope="module", autouse=True)
def nothing_changes(server, people, scene):
    """The rows before the first of these tests and after the last are the same."""
    before = settled_rows(server.data)
    yield
    after = settled_rows(server.data)
    assert not difference(before, after), difference(before, after)


def paths(scene):
    """Every path that takes a body: method, path, who may, a body that is right."""
    home, held = scene["property"], scene["held"]
    return [
        ("POST", "/api/v1/auth/register", None, {"email": "x@example.com", "password": "long-enough-1", "name": "X"}),
        ("POST", "/api/v1/auth/login", None, {"email": "x@example.com", "password": "long-enough-1"}),
        ("POST", "/api/v1/properties", "hana", draft_of()),
        ("PATCH", f"/api/v1/properties/{home}", "hana", {"title": "New"}),
        ("PUT", f"/api/v1/properties/{home}/calendar", "hana", {"nights": [{"date": day(90), "open": False}]}),
        ("POST", "/api/v1/bookings", "berta", wish(scene["home"], start=70)),
        ("POST", f"/api/v1/bookings/{held}/payments", "anna", {"provider": "test"}),
        ("POST", f"/api/v1/bookings/{held}/decline", "hana", {"reason": "No"}),
        ("POST", f"/api/v1/bookings/{held}/cancel", "anna", {"reason": "No"}),
    ]


def who(people, name):
    return people.anyone if name is None else getattr(people, name)


NOT_JSON = [
    b"{", b'{"a":}', b"nonsense", b"\xff\xfe", b'{"a": "\xc3\x28"}', b'{"a": 1} trailing', b"{'a': 1}", b'{"a": NaN}', b'{"a": 01}', b"[" * 100_000,
    b'{"a": "\x01"}', b"\x00", b'{"a": "unterminated', b"<xml/>", gzip.compress(b"{}"),
]


def test_bytes_that_are_not_json_are_malformed(people, scene):
    for method, path, name, _ in paths(scene):
        for content in NOT_JSON:
            who(people, name).request(method, path, ("malformed_request", "payload_too_large"), content=content, headers=JSON)


def test_no_body_where_one_is_needed_is_refused(people, scene):
    for method, path, name, _ in paths(scene):
        if not path.endswith(("/cancel", "/decline")):
            who(people, name).request(method, path, ("malformed_request", "validation_failed", "unsupported_media_type"))


def test_json_of_another_kind_is_a_wrong_type(people, scene):
    for method, path, name, _ in paths(scene):
        for value in (None, 1, "text", True, [], [[]], [{}]):
            who(people, name).request(method, path, "validation_failed", content=json.dumps(value).encode(), headers=JSON)


def test_an_unknown_member_is_refused_and_named(people, scene):
    for method, path, name, body in paths(scene):
        answer = who(people, name).request(method, path, "validation_failed", json={**body, "surprise": 1})
        assert [error["field"] for error in answer.json()["errors"]] == ["surprise"], answer.text


def test_a_member_twice_is_refused_or_taken_once(people, scene):
    body = json.dumps(wish(scene["home"], start=40)).encode()
    twice = body[:-1] + b', "guests": 99}'
    people.berta.request("POST", "/api/v1/bookings", ("malformed_request", "validation_failed", "nights_unavailable"), content=twice, headers=JSON)


def test_other_kinds_of_content_are_unsupported(people, scene):
    for method, path, name, body in paths(scene):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "nonsense", ""):
            who(people, name).request(
                method, path, "unsupported_media_type", content=json.dumps(body).encode(), headers={"Content-Type": kind})


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT"])
def test_a_huge_body_is_refused(people, scene, method, server):
    for known, path, name, _ in paths(scene):
        if known != method:
            continue
        person = who(people, name)
        token = f"Authorization: Bearer {person.token}\r\n" if person.token else ""
        # What is announced as too much is refused before it is sent …
        head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{token}"
        assert raw(server, f"{head}Content-Length: 1000000000\r\n\r\n".encode() + b'{"a": "' + b"x" * 65536) in (413, None)
        # … and what comes without an announcement as soon as it is too much.
        chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        assert raw(server, f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + chunk * 400) in (413, None)
    if method == "POST":
        people.berta.request("POST", "/api/v1/bookings", "payload_too_large", content=b'{"a": "' + b"x" * 5_000_000 + b'"}', headers=JSON)


def test_numbers_without_end(people, scene):
    for digits in (b"1" * 5000, b"-" + b"9" * 400, b"1e999999", b"-1e999999", b"0." + b"0" * 5000 + b"1", b"1E400", b"2.0000000000000000000001"):
        content = json.dumps(wish(scene["home"], start=70)).encode().replace(b'"guests": 2', b'"guests": ' + digits)
        assert digits in content
        people.berta.request("POST", "/api/v1/bookings", ("validation_failed", "malformed_request"), content=content, headers=JSON)


def test_deep_nesting(people):
    deep = b'{"a":' * 50_000 + b"1" + b"}" * 50_000
    people.berta.request("POST", "/api/v1/bookings", ("malformed_request", "validation_failed", "payload_too_large"), content=deep, headers=JSON)


def test_injections_in_every_parameter_of_every_question(people, scene):
    home = scene["property"]
    questions = [
        ("/api/v1/properties", ["location", "latitude", "longitude", "radiusKm", "bbox", "checkIn", "checkOut", "guests", "minPrice", "maxPrice", "currency",
                                "amenities", "roomType", "bedrooms", "beds", "bathrooms", "minRating", "instantBook", "q", "sort", "limit", "cursor"], None),
        (f"/api/v1/properties/{home}/calendar", ["from", "to"], None),
        (f"/api/v1/properties/{home}/quote", ["checkIn", "checkOut", "guests"], None),
        ("/api/v1/bookings", ["role", "status", "limit", "cursor"], "anna"),
        ("/api/v1/amenities", ["limit", "cursor"], None),
    ]
    for path, names, person in questions:
        for name in names:
            for text in INJECTIONS:
                answer = who(people, person).get(path, params={name: text}, expect=(200, 400, 414, 422, 431))
                if answer.status_code == 422:
                    assert answer.json()["errors"], answer.text


def test_injections_in_every_path(people, scene):
    for text in INJECTIONS:
        part = urllib.parse.quote(text, safe="")
        if part in ("", "%20"):
            continue
        for path in ("/api/v1/properties/{}", "/api/v1/properties/{}/calendar?from=2030-01-01&to=2030-01-02", "/api/v1/bookings/{}", "/api/v1/bookings/{}/payments",
                     "/api/v1/payments/{}", "/api/v1/bookings/{}/cancellation", "/api/{}"):
            people.anna.get(path.format(part), expect=(400, 404, 414, 431))
        for path in ("/api/v1/bookings/{}/cancel", "/api/v1/bookings/{}/accept", "/api/v1/bookings/{}/extend", "/webhooks/{}"):
            people.anna.post(path.format(part), expect=(400, 404, 414, 431))


def test_injections_in_every_text_of_a_body(people, scene):
    for method, path, name, body in paths(scene):
        for member, value in body.items():
            if not isinstance(value, str) or member in ("title", "reason", "name", "password"):
                continue
            # Each sign-in hashes a password, which takes its time: a few will do.
            for text in INJECTIONS[:4] if path.endswith("/login") else INJECTIONS:
                who(people, name).request(method, path, (400, 401, 404, 409, 413, 422), json={**body, member: text})


def test_injections_in_headers(people):
    for text in INJECTIONS:
        clean = text.encode("utf-8").replace(b"\r", b"").replace(b"\n", b"").replace(b"\x00", b"")
        for name in ("Authorization", "Cookie", "Accept", "Accept-Language", "X-Forwarded-For", "X-Request-Id", "If-None-Match", "Range", "Origin"):
            try:
                people.anyone.request("GET", "/api/v1/me", (400, 401, 431), headers={name: clean})
            except httpx.LocalProtocolError:
                pass  # no header at all: this client doesn't send it


def test_wrong_methods_are_told_apart_from_unknown_paths(people, scene, anyone):
    allowed = {
        "/api/v1/auth/register": {"POST"}, "/api/v1/auth/login": {"POST"}, "/api/v1/auth/logout": {"POST"}, "/api/v1/me": {"GET"},
        "/api/v1/properties": {"GET", "POST"}, f"/api/v1/properties/{scene['property']}": {"GET", "PATCH"}, "/api/v1/amenities": {"GET"},
        f"/api/v1/properties/{scene['property']}/calendar": {"GET", "PUT"}, f"/api/v1/properties/{scene['property']}/quote": {"GET"},
        "/api/v1/bookings": {"GET", "POST"}, f"/api/v1/bookings/{scene['held']}": {"GET"}, f"/api/v1/bookings/{scene['held']}/accept": {"POST"},
        f"/api/v1/bookings/{scene['held']}/payments": {"GET", "POST"}, f"/api/v1/payments/{scene['payment']}": {"GET"},
        f"/api/v1/bookings/{scene['held']}/cancellation": {"GET"}, f"/api/v1/bookings/{scene['held']}/cancel": {"POST"}, "/api/openapi.json": {"GET"},
    }
    for path, methods in allowed.items():
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            if method not in methods:
                answer = people.anna.request(method, path, "method_not_allowed")
                assert methods <= {part.strip() for part in answer.headers["Allow"].split(",")}, answer.headers
    for path in ("/api", "/api/v1", "/api/v2/me", "/api/v1/users", "/api/v1/properties/x/y/z", "/webhooks/bank"):
        for method in ("GET", "POST", "DELETE"):
            anyone.request(method, path, "not_found")


def test_a_webhook_of_a_provider_that_is_not_configured_is_not_found(anyone):
    for name in ("stripe", "paypal", "sendgrid", "mailgun"):
        anyone.post(f"/webhooks/{name}", {"id": "evt_1"}, expect="not_found")


def test_head_is_answered_wherever_get_is(people, scene, anyone):
    home, held = scene["property"], scene["held"]
    for person, path in [
        (anyone, "/api/v1/properties"), (anyone, f"/api/v1/properties/{home}"), (anyone, f"/api/v1/properties/{home}/calendar?from={day(1)}&to={day(5)}"),
        (anyone, f"/api/v1/properties/{home}/quote?checkIn={day(9)}&checkOut={day(10)}&guests=1"), (anyone, "/api/v1/amenities"),
        (people.anna, "/api/v1/me"), (people.anna, "/api/v1/bookings"), (people.anna, f"/api/v1/bookings/{held}"),
        (people.anna, f"/api/v1/bookings/{held}/payments"), (people.anna, f"/api/v1/payments/{scene['payment']}"), (people.anna, f"/api/v1/bookings/{held}/cancellation"),
        (anyone, "/api/openapi.json"), (anyone, "/api/docs"), (anyone, "/healthz"), (anyone, "/readyz"), (anyone, "/metrics"), (anyone, "/"),
        (anyone, "/api/v1/me"), (anyone, f"/api/v1/properties/prop_{NOWHERE}"), (anyone, "/api/v1/properties?limit=0"),
    ]:
        got, head = person.request("GET", path), person.request("HEAD", path)
        assert head.status_code == got.status_code and head.content == b"", path
        assert head.headers.get("content-type") == got.headers.get("content-type"), path


NOT_HTTP = [
    b"nonsense\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET / HTTP/9.9\r\n\r\n", b"\r\n" * 100 + b"X\r\n\r\n",
    b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n", b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 1_000_000 + b"\r\n\r\n",
    b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"POST /api/v1/bookings HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    b"POST /api/v1/bookings HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    b"POST /api/v1/bookings HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n", b"GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"GET /api/v1/properties/%ff%fe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"GET /api/v1/properties?q=%ff%c3%28 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"GET /api/v1/properties?limit=1&limit=2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"GET //api//v1//me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"GET /api/v1/../v1/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
]


@pytest.mark.parametrize("request_bytes", NOT_HTTP, ids=[repr(text[:40]) for text in NOT_HTTP])
def test_bytes_that_are_not_http_as_it_should_be(server, anyone, request_bytes):
    status = raw(server, request_bytes)
    # Some have a harmless reading (a parameter given twice, an escape that is no UTF-8); none is the server's fault.
    assert status is None or 400 <= status < 500 or status == 200, status
    anyone.get("/readyz", expect=200)


def test_a_client_that_sends_nothing_or_leaves_midway_disturbs_nobody(server, anyone):
    import socket
    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(50)]
    for connection in idle[:25]:
        connection.sendall(b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    anyone.get("/readyz", expect=200)
    for connection in idle:
        connection.close()
    anyone.get("/readyz", expect=200)
