"""The server's own description of itself."""

import json
import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from roost.contract import STATUSES

# Every path of the contract with its methods.
ROUTES = {
    "/api/v1/auth/register": {"POST"}, "/api/v1/auth/login": {"POST"}, "/api/v1/auth/logout": {"POST"}, "/api/v1/me": {"GET"},
    "/api/v1/properties": {"GET", "POST"}, "/api/v1/properties/{}": {"GET", "PATCH"}, "/api/v1/amenities": {"GET"},
    "/api/v1/properties/{}/calendar": {"GET", "PUT"}, "/api/v1/properties/{}/quote": {"GET"}, "/api/v1/bookings": {"GET", "POST"},
    "/api/v1/bookings/{}": {"GET"}, "/api/v1/bookings/{}/accept": {"POST"}, "/api/v1/bookings/{}/decline": {"POST"},
    "/api/v1/bookings/{}/extend": {"POST"}, "/api/v1/bookings/{}/payments": {"GET", "POST"}, "/api/v1/payments/{}": {"GET"},
    "/api/v1/bookings/{}/cancellation": {"GET"}, "/api/v1/bookings/{}/cancel": {"POST"},
}
SEARCH = {"location", "latitude", "longitude", "radiusKm", "bbox", "checkIn", "checkOut", "guests", "minPrice", "maxPrice", "currency",
          "amenities", "roomType", "bedrooms", "beds", "bathrooms", "minRating", "instantBook", "q", "sort", "limit", "cursor"}


@pytest.fixture(scope="module")
def content(anyone):
    answer = anyone.get("/api/openapi.json")
    assert answer.headers["content-type"].startswith("application/")
    return answer.json()


def test_it_is_a_valid_document_of_openapi_3_1(content):
    assert content["openapi"].startswith("3.1.")
    errors = [f"{list(error.absolute_path)}: {error.message[:300]}" for error in OpenAPIV31SpecValidator(content).iter_errors()]
    assert not errors, "\n".join(errors[:20])


def test_the_command_prints_the_same(server, content):
    assert json.loads(server.done("openapi")) == content


def test_every_route_of_the_contract_is_described(anyone):
    described = {}
    for method, template, _ in anyone.document().operations():
        described.setdefault(re.sub(r"\{[^}]+\}", "{}", template), set()).add(method)
    missing = {path: methods - described.get(path, set()) for path, methods in ROUTES.items() if methods - described.get(path, set())}
    assert not missing


def test_every_operation_says_what_it_is_and_every_error_code_is_described(anyone, content):
    for method, template, operation in anyone.document().operations():
        if template.startswith("/api/v1/"):
            assert operation.get("summary") or operation.get("description"), f"{method} {template}"
            assert any(status.startswith("2") for status in operation["responses"]), f"{method} {template}"
            assert any(status.startswith("4") or status == "default" for status in operation["responses"]), f"{method} {template}"
    text = json.dumps(content)
    assert not [code for code in STATUSES if f'"{code}"' not in text]


def test_every_search_parameter_is_described(anyone):
    document = anyone.document()
    operation = document.content["paths"]["/api/v1/properties"]["get"]
    names = set()
    for parameter in operation["parameters"]:
        names.add((document.follow(parameter["$ref"][1:])[1] if "$ref" in parameter else parameter)["name"])
    assert SEARCH <= names


def test_the_page_to_read_it_needs_nothing_from_elsewhere(anyone):
    page = anyone.get("/api/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert not re.findall(r"""(?:src|href|action)\s*=\s*["']?\s*(?:https?:)?//[^"'\s>]+""", re.sub(r'<a [^>]*>', "", page.text))
    texts = [page.text]
    for link in set(re.findall(r"""(?:src|href)\s*=\s*["'](/[^"'#]*)""", page.text)):
        answer = anyone.connection.get(link)
        assert answer.status_code == 200, link
        texts.append(answer.text)
    assert any("openapi.json" in text for text in texts) or "/api/v1/bookings" in page.text


def test_the_first_page_leads_there(anyone):
    page = anyone.get("/")
    assert page.headers["content-type"].startswith("text/html") and "/api/docs" in page.text and "Roost" in page.text
    assert page.text.lower().lstrip().startswith("<!doctype html>")


def test_health_readiness_and_metrics(anyone):
    anyone.get("/healthz"), anyone.get("/readyz")
    answer = anyone.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    sample = re.compile(r'^[a-zA-Z_:][a-zA-Z0-9_:]*(\{[a-zA-Z_][a-zA-Z0-9_]*="[^"]*"(,[a-zA-Z_][a-zA-Z0-9_]*="[^"]*")*,?\})? -?([0-9.eE+-]+|NaN|\+?Inf)( \d+)?$')
    lines = [line for line in answer.text.splitlines() if line]
    assert any(not line.startswith("#") for line in lines)
    for line in lines:
        assert line.startswith("#") or sample.match(line), line


def test_answers_say_how_they_are_to_be_taken(anyone):
    answer = anyone.get("/api/v1/properties")
    assert re.fullmatch(r"application/json(; ?charset=utf-8)?", answer.headers["content-type"].lower())
    assert answer.headers.get("x-content-type-options") == "nosniff"
    page = anyone.get("/")
    policy = page.headers.get("content-security-policy", "")
    assert "default-src" in policy and "unsafe-inline" not in policy.split("style-src")[0]
