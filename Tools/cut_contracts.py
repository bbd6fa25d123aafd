#!/usr/bin/env python3
"""Cuts the providers' published contracts down to what Roost asks of them, for the tests.

usage: Tools/cut_contracts.py FOLDER

FOLDER has stripe, paypal, sendgrid and mailgun.openapi.json as published (NOTICE says where). Kept are the operations named
below and every schema they reach; left out are words for readers (descriptions, examples, titles) and error answers.
"""

import json
import pathlib
import sys

KEPT = {
    "stripe": {
        "/v1/checkout/sessions": ["post", "get"], "/v1/checkout/sessions/{session}": ["get"],
        "/v1/checkout/sessions/{session}/expire": ["post"], "/v1/payment_intents/{intent}": ["get"],
        "/v1/refunds": ["post", "get"], "/v1/refunds/{refund}": ["get"], "/v1/events": ["get"],
        "/v1/balance_transactions": ["get"], "/v1/charges/{charge}": ["get"], "/v1/disputes/{dispute}": ["get"],
    },
    "paypal": {
        "/v1/oauth2/token": ["post"], "/v2/checkout/orders": ["post"], "/v2/checkout/orders/{id}": ["get"],
        "/v2/checkout/orders/{id}/capture": ["post"], "/v2/payments/captures/{capture_id}/refund": ["post"],
        "/v2/payments/refunds/{refund_id}": ["get"], "/v1/notifications/verify-webhook-signature": ["post"],
        "/v1/notifications/webhooks-events": ["get"],
    },
    "sendgrid": {"/v3/mail/send": ["post"], "/v3/user/webhooks/event/settings/signed/{id}": ["get"]},
    "mailgun": {"/v3/{domain_name}/messages": ["post"], "/v3/{domain_name}/events": ["get"]},
}
WORDS = {"description", "example", "examples", "summary", "title", "externalDocs", "tags", "operationId", "security",
         "x-examples", "x-expansionResources", "x-expandableFields", "x-stripeOperations", "x-resourceId", "x-codeSamples"}


def bare(value, names=False):
    """Without words for readers; `names` where the members are names of things and none of them is a word."""
    if isinstance(value, list):
        return [bare(part) for part in value]
    if not isinstance(value, dict):
        return value
    return {name: bare(part, name in ("properties", "schemas", "paths", "parameters") and not names)
            for name, part in value.items() if names or name not in WORDS}


def references(value):
    if isinstance(value, list):
        for part in value:
            yield from references(part)
    elif isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for part in value.values():
            yield from references(part)


def cut(document, kept):
    paths = {}
    for path, methods in kept.items():
        item = document["paths"][path]
        paths[path] = {name: item[name] for name in [*methods, "parameters"] if name in item}
        for method in methods:
            operation = dict(item[method])
            operation["responses"] = {
                status: answer for status, answer in operation["responses"].items() if status.startswith("2")}
            paths[path][method] = operation
    components, waiting = {}, list(references(paths))
    while waiting:
        reference = waiting.pop()
        steps = reference.removeprefix("#/").split("/")
        assert steps[0] == "components" and len(steps) == 3, reference
        kind, name = steps[1], steps[2].replace("~1", "/").replace("~0", "~")
        if name in components.setdefault(kind, {}):
            continue
        components[kind][name] = document["components"][kind][name]
        waiting += references(components[kind][name])
    info = {name: document["info"][name] for name in ("title", "version", "x-slice-of") if name in document["info"]}
    return {"openapi": document["openapi"], "info": info, "paths": bare(paths, names=True),
            "components": {kind: bare(found, names=True) for kind, found in sorted(components.items())}}


def written(document):
    """A line for each path and each schema, so that a later version shows what changed."""
    def line(value):
        return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)

    def lines(items):
        return ",\n".join(f"{line(name)}:{line(value)}" for name, value in sorted(items.items()))
    components = ",\n".join(f"{line(kind)}:{{\n{lines(found)}\n}}" for kind, found in sorted(document["components"].items()))
    return (f'{{"openapi":{line(document["openapi"])},"info":{line(document["info"])},\n"paths":{{\n{lines(document["paths"])}\n}},\n'
            f'"components":{{\n{components}\n}}}}\n')


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.split("\n\n")[1])
    source = pathlib.Path(sys.argv[1])
    target = pathlib.Path(__file__).resolve().parent.parent / "Tests" / "Fixtures" / "providers"
    target.mkdir(parents=True, exist_ok=True)
    for name, kept in KEPT.items():
        document = json.loads((source / f"{name}.openapi.json").read_text("utf-8"))
        text = written(cut(document, kept))
        (target / f"{name}.openapi.json").write_text(text, "utf-8")
        print(f"{name}: {len(text)} characters")


main()
