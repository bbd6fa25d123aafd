"""Stripe and PayPal on loopback, as far as Roost uses them: every request is held against their published contracts, with
unknown parameters refused, and every answer too, so that the fakes can't drift."""

import copy
import functools
import hashlib
import hmac
import http.server
import itertools
import json
import re
import threading
import time
import urllib.parse

import httpx
from jsonschema import Draft202012Validator

from .program import ROOT

CONTRACTS = ROOT / "Tests" / "Fixtures" / "providers"
HOOK_SECRET = "whsec_four_herons"


def follow(root, value):
    """What stands behind any `$ref`."""
    while "$ref" in value:
        at = root
        for step in value["$ref"][2:].split("/"):
            at = at[step.replace("~1", "/").replace("~0", "~")]
        value = at
    return value


def whole(root, schema):
    """A schema with all its `allOf` parts in one, so that the object can be closed as a whole."""
    schema = follow(root, schema)
    made = {name: value for name, value in schema.items() if name != "allOf"}
    for part in schema.get("allOf", []):
        part = whole(root, part)
        made["properties"] = {**part.get("properties", {}), **made.get("properties", {})}
        made["required"] = [*part.get("required", []), *made.get("required", [])]
    return made


def strict(root, schema):
    """OpenAPI 3.0 as JSON Schema: `nullable` means or null, and an object that names its members has no others."""
    if isinstance(schema, list):
        return [strict(root, part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(schema.get("allOf"), list):
        schema = whole(root, schema)
    left_out = ("pattern", "format", "example", "examples")
    made = {name: strict(root, value) for name, value in schema.items() if not (name in left_out and isinstance(value, (str, dict, list)))}
    if made.get("properties"):
        made.setdefault("additionalProperties", False)
    if made.pop("nullable", False) is True:
        return {"anyOf": [made, {"type": "null"}]}
    return made


class Contract:
    def __init__(self, name):
        raw = json.loads((CONTRACTS / name).read_text("utf-8"))
        self.content = strict(raw, raw)
        self.templates = sorted(
            ((re.compile("^" + re.sub(r"\{[^}]+\}", "[^/]+", path) + "$"), item) for path, item in self.content["paths"].items()),
            key=lambda pair: pair[0].pattern.count("[^/]+"))

    def operation(self, method, path):
        for pattern, item in self.templates:
            if pattern.match(path) and method.lower() in item:
                return item[method.lower()]
        raise AssertionError(f"{method} {path} is not in the contract")

    def follow(self, value):
        return follow(self.content, value)

    def validate(self, value, schema, about):
        document = {"$ref": "#/root", "root": schema, "components": self.content["components"]}
        errors = [f"{error.json_path}: {error.message[:200]}" for error in Draft202012Validator(document).iter_errors(value)]
        assert not errors, f"{about}: {errors[:5]}"

    def check_request(self, method, path, query, kind, body):
        operation = self.operation(method, path)
        parameters = [self.follow(parameter) for parameter in operation.get("parameters", [])]
        known = {parameter["name"]: parameter["schema"] for parameter in parameters if parameter["in"] == "query"}
        for name, value in nested(urllib.parse.parse_qsl(query)).items():
            assert name in known, f"{path}?{name}: unknown parameter"
            self.validate(coerced(value, known[name], self), known[name], f"{path}?{name}")
        content = self.follow(operation.get("requestBody", {})).get("content", {})
        if not body:
            assert "application/json" not in content or method != "POST", f"{path}: no body"
            return
        assert kind in content, f"{path}: a body of type {kind}"
        schema = content[kind]["schema"]
        value = json.loads(body) if kind == "application/json" else coerced(
            nested(urllib.parse.parse_qsl(body.decode(), strict_parsing=True, keep_blank_values=True)), schema, self)
        self.validate(value, schema, path)

    def check_answer(self, method, path, status, body):
        if status >= 300:
            return
        answers = self.operation(method, path)["responses"]
        answer = self.follow(answers.get(str(status)) or answers["200"])
        if "content" in answer:
            self.validate(body, answer["content"]["application/json"]["schema"], f"the answer of {path}")


def nested(pairs):
    """`a[b][0][c]=v` as objects and lists."""
    root = {}
    for name, value in pairs:
        steps = [step.rstrip("]") for step in name.split("[")]
        at = root
        for step in steps[:-1]:
            at = at.setdefault(step if step else str(len(at)), {})
        at[steps[-1] if steps[-1] else str(len(at))] = value

    def lists(value):
        if not isinstance(value, dict):
            return value
        value = {name: lists(inner) for name, inner in value.items()}
        if value and all(name.isdigit() for name in value):
            return [value[name] for name in sorted(value, key=int)]
        return value
    return {name: lists(value) for name, value in root.items()}


def coerced(value, schema, contract):
    """Texts of a form as the numbers and booleans that the contract has."""
    schema = contract.follow(schema)
    if isinstance(value, dict):
        members = schema.get("properties", {})
        for part in schema.get("anyOf", []):
            members = members or contract.follow(part).get("properties", {})
        return {name: coerced(inner, members.get(name, {}), contract) for name, inner in value.items()}
    if isinstance(value, list):
        return [coerced(inner, schema.get("items", {}), contract) for inner in value]
    if schema.get("type") == "integer" and re.fullmatch(r"-?\d+", value):
        return int(value)
    if schema.get("type") == "boolean" and value in ("true", "false"):
        return value == "true"
    return value


class Fake:
    """A provider on a free loopback port. `fault(method, path)` may say what goes wrong: a status, `before` or `after` (the
    connection breaks), `nonsense` (an answer that fits no contract, after the effect), or nothing. `delay(method, path)` may
    say how many seconds it thinks first."""

    def __init__(self, contract):
        self.contract = Contract(contract)
        self.lock = threading.RLock()
        self.breaches, self.log, self.headers = [], [], []
        self.calm()
        self.answers = {}
        self.numbers = itertools.count(1)
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def respond(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                path, _, query = self.path.partition("?")
                time.sleep(fake.delay(self.command, path))
                if (answer := fake.take(self.command, path, query, self.headers, body)) is None:
                    self.close_connection = True
                    self.connection.close()
                    return
                status, content, headers = answer
                content = json.dumps(content).encode()
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)
            do_GET = do_POST = respond

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def calm(self):
        self.fault = lambda method, path: None
        self.delay = lambda method, path: 0

    def asked(self, method, path):
        """How often; `path` is a regular expression for the whole."""
        with self.lock:
            return sum(1 for line in self.log if re.fullmatch(f"{method} {path}", line))

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        assert not self.breaches, "\n".join(self.breaches)

    def take(self, method, path, query, headers, body):
        with self.lock:
            self.log.append(f"{method} {path}")
            self.headers.append(dict(headers))
            try:
                self.contract.check_request(method, path, query, headers.get("Content-Type"), body)
            except AssertionError as breach:
                self.breaches.append(str(breach))
            fault = self.fault(method, path)
            if fault == "before":
                return None
            if isinstance(fault, int):
                return fault, {}, {"Retry-After": "1"} if fault == 429 else {}
            key = headers.get("Idempotency-Key") or headers.get("PayPal-Request-Id")
            if key and (method, path, key) in self.answers:
                sent, answer = self.answers[method, path, key]
                if sent != body:
                    self.breaches.append(f"{path}: another body under the key {key}")
            else:
                answer = self.answer(method, path, dict(urllib.parse.parse_qsl(query)), headers, body)
                if key and answer[0] < 300:
                    self.answers[method, path, key] = body, copy.deepcopy(answer)
            try:
                self.contract.check_answer(method, path, *answer[:2])
            except AssertionError as breach:
                self.breaches.append(str(breach))
            if fault == "nonsense":
                return 200, {"id": 7, "status": []}, {}
            return None if fault == "after" else answer

    def new(self, prefix):
        return f"{prefix}{next(self.numbers)}"


class Stripe(Fake):
    def __init__(self):
        super().__init__("stripe.openapi.json")
        self.sessions, self.intents, self.refunds, self.disputes, self.moves = {}, {}, {}, {}, []
        # What is played when a session is to be expired: the payer may win.
        self.before_expiring = lambda session: None
        # Movements are made this long ago: what is younger than ten minutes is not compared yet.
        self.age = 0

    def settings(self):
        return {"ROOST_STRIPE_SECRET_KEY": "sk_test_heron", "ROOST_STRIPE_WEBHOOK_SECRET": HOOK_SECRET, "ROOST_STRIPE_API_BASE": self.url}

    def session_of(self, payment):
        return next(session for session in self.sessions.values() if session["client_reference_id"] == payment["id"])

    def refunds_of(self, payment):
        intent = self.session_of(payment)["payment_intent"]
        return [refund for refund in self.refunds.values() if refund["payment_intent"] == intent]

    def moved(self, kind, category, amount, fee, source):
        move = {"id": self.new("txn_"), "object": "balance_transaction", "type": kind, "reporting_category": category, "amount": amount,
                "fee": fee, "net": amount - fee, "currency": source["currency"], "created": int(time.time()) - self.age, "source": source}
        self.moves.append(move)
        return move

    def charge(self, amount, currency, intent, metadata):
        return self.moved("charge", "charge", amount, amount // 50 + 25, {
            "id": f"ch_{intent}", "object": "charge", "amount": amount, "amount_captured": amount, "currency": currency,
            "payment_intent": intent, "metadata": metadata})

    def pay(self, payment, amount=None, currency=None, must_be_open=True):
        """The payer pays on the page; nobody is told."""
        with self.lock:
            session = self.session_of(payment)
            assert session["status"] == "open" or not must_be_open, session
            return self.paid(session, amount, currency)

    def paid(self, session, amount=None, currency=None):
        amount, currency = amount or session["amount_total"], currency or session["currency"]
        intent = {"id": session["payment_intent"] or self.new("pi_"), "object": "payment_intent", "status": "succeeded", "amount": amount,
                  "amount_received": amount, "currency": currency, "metadata": session["metadata"]}
        self.intents[intent["id"]] = intent
        session.update(status="complete", payment_status="paid", payment_intent=intent["id"], url=None)
        self.charge(amount, currency, intent["id"], session["metadata"])
        return session

    def try_in_vain(self, payment, status):
        """A card refused (`requires_payment_method`), 3-D Secure left (`requires_action`), or a method of days (`processing`)."""
        with self.lock:
            session = self.session_of(payment)
            intent = {"id": self.new("pi_"), "object": "payment_intent", "status": status, "amount": session["amount_total"],
                      "amount_received": 0, "currency": session["currency"], "metadata": session["metadata"]}
            self.intents[intent["id"]] = intent
            session["payment_intent"] = intent["id"]
            if status == "processing":
                session.update(status="complete", url=None)
            return session

    def dispute(self, payment):
        with self.lock:
            intent = self.intents[self.session_of(payment)["payment_intent"]]
            dispute = {"id": self.new("dp_"), "object": "dispute", "amount": intent["amount"], "currency": intent["currency"],
                       "status": "needs_response", "reason": "fraudulent", "payment_intent": intent["id"], "charge": f"ch_{intent['id']}"}
            self.disputes[dispute["id"]] = dispute
            self.moved("adjustment", "dispute", -dispute["amount"], 1500, dispute)
            return dispute

    def decide(self, dispute, status):
        with self.lock:
            dispute["status"] = status
            if status == "won":
                self.moved("adjustment", "dispute_reversal", dispute["amount"], 0, dispute)
            return dispute

    def event(self, kind, content, number=None, live=False):
        return {"id": number or self.new("evt_"), "object": "event", "type": kind, "livemode": live, "created": int(time.time()),
                "data": {"object": content}}

    def signed(self, event, secret=HOOK_SECRET, at=None):
        """Body and headers of a webhook as Stripe sends it."""
        body, moment = json.dumps(event).encode(), int(at or time.time())
        mac = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
        return body, {"Stripe-Signature": f"t={moment},v1={mac}", "Content-Type": "application/json"}

    def tell(self, server, event, secret=HOOK_SECRET, at=None):
        """Sends a webhook as Stripe does; gives the answer."""
        body, headers = self.signed(event, secret, at)
        return httpx.post(f"{server.url}/webhooks/stripe", content=body, trust_env=False, headers=headers)

    def answer(self, method, path, query, headers, body):
        if headers.get("Authorization") != "Bearer sk_test_heron" or headers.get("Stripe-Version") != "2026-10-28.endive":
            return 401, {"error": {"type": "invalid_request_error", "message": "no"}}, {}
        steps = path.strip("/").split("/")
        form = nested(urllib.parse.parse_qsl(body.decode())) if body else {}
        if (method, path) == ("POST", "/v1/checkout/sessions"):
            price = form["line_items"][0]["price_data"]
            session = {"id": self.new("cs_test_"), "object": "checkout.session", "status": "open", "payment_status": "unpaid",
                       "amount_total": int(price["unit_amount"]), "currency": price["currency"], "payment_intent": None,
                       "client_reference_id": form["client_reference_id"], "metadata": form["metadata"],
                       "success_url": form["success_url"], "livemode": False, "created": int(time.time())}
            session["url"] = f"{self.url}/pay/{session['id']}"
            self.sessions[session["id"]] = session
            return 200, session, {}
        if path.endswith("/expire"):
            session = self.sessions[steps[3]]
            self.before_expiring(session)
            if session["status"] != "open":
                return 400, {"error": {"type": "invalid_request_error", "message": "not open"}}, {}
            session.update(status="expired", url=None)
            return 200, session, {}
        if (method, path) == ("POST", "/v1/refunds"):
            return self.refund(form)
        if len(steps) == 2 or steps[1:] == ["checkout", "sessions"]:
            return 200, self.listed(path, steps, query), {}
        kinds = {"payment_intents": self.intents, "refunds": self.refunds, "disputes": self.disputes}
        found = self.sessions.get(steps[3]) if steps[1] == "checkout" else kinds.get(steps[1], {}).get(steps[-1])
        if found:
            whole = dict(found)
            # `expand[]` or, as Stripe's own client says it, `expand[0]`.
            expanded = [value for name, value in query.items() if name.startswith("expand[")]
            if steps[1] == "checkout" and "payment_intent" in expanded and whole["payment_intent"]:
                whole["payment_intent"] = self.intents[whole["payment_intent"]]
            return 200, whole, {}
        return 404, {"error": {"type": "invalid_request_error", "code": "resource_missing", "message": "no"}}, {}

    def refund(self, form):
        intent = self.intents[form["payment_intent"]]
        given = sum(refund["amount"] for refund in self.refunds.values()
                    if refund["payment_intent"] == intent["id"] and refund["status"] != "failed")
        if any(dispute["payment_intent"] == intent["id"] and dispute["status"] != "won" for dispute in self.disputes.values()):
            return 400, {"error": {"type": "invalid_request_error", "code": "charge_disputed", "message": "no"}}, {}
        if given + int(form["amount"]) > intent["amount_received"]:
            return 400, {"error": {"type": "invalid_request_error", "code": "charge_already_refunded", "message": "no"}}, {}
        refund = {"id": self.new("re_"), "object": "refund", "status": "succeeded", "amount": int(form["amount"]),
                  "currency": intent["currency"], "payment_intent": intent["id"], "metadata": form["metadata"]}
        self.refunds[refund["id"]] = refund
        self.moved("refund", "refund", -refund["amount"], 0, refund)
        return 200, refund, {}

    def listed(self, path, steps, query):
        items = []
        if steps[1] == "refunds":
            items = [refund for refund in self.refunds.values() if refund["payment_intent"] == query.get("payment_intent")]
        elif steps[1] == "balance_transactions":
            items = [move for move in self.moves if int(query["created[gte]"]) <= move["created"] < int(query["created[lt]"])]
        elif steps[1] == "checkout":
            items = [session for session in self.sessions.values() if session["created"] >= int(query.get("created[gte]", 0))]
        items = items[::-1]
        if "starting_after" in query:
            items = items[[item["id"] for item in items].index(query["starting_after"]) + 1:]
        limit = int(query.get("limit", 10))
        return {"object": "list", "data": items[:limit], "has_more": len(items) > limit, "url": path}


class PayPal(Fake):
    def __init__(self):
        super().__init__("paypal.openapi.json")
        self.orders, self.refunds, self.genuine = {}, {}, set()
        # How the next captures end.
        self.capture_status = "COMPLETED"
        # What its own list of events has: (type, resource), the oldest first.
        self.listed = []

    def settings(self):
        return {"ROOST_PAYPAL_CLIENT_ID": "client", "ROOST_PAYPAL_CLIENT_SECRET": "secret", "ROOST_PAYPAL_WEBHOOK_ID": "WH-1",
                "ROOST_PAYPAL_API_BASE": self.url}

    def order_of(self, payment):
        return next(order for order in self.orders.values() if order["purchase_units"][0]["custom_id"] == payment["id"])

    def approve(self, payment):
        with self.lock:
            order = self.order_of(payment)
            order["status"] = "APPROVED"
            return order

    def event(self, kind, resource_type, resource, number=None):
        """The raw bytes of a webhook: members in no order of ours and numbers as PayPal writes them, so that nothing of it
        survives being decoded and encoded."""
        content = json.dumps(resource)
        return (f'{{ "id":"{number or self.new("WH-")}", "event_type" : "{kind}","resource_type":"{resource_type}",'
                f'"resource":{{"n":1.50,{content[1:]}}}').encode()

    def dispute(self, payment, outcome=None):
        """A dispute of all that was taken, or its end; nobody is told."""
        with self.lock:
            capture = self.order_of(payment)["purchase_units"][0]["payments"]["captures"][0]
            resource = {"dispute_id": f"PP-D-{capture['id']}", "dispute_amount": capture["amount"], "dispute_life_cycle_stage": "CHARGEBACK",
                        "disputed_transactions": [{"seller_transaction_id": capture["id"]}], "reason": "UNAUTHORISED",
                        "status": "RESOLVED" if outcome else "WAITING_FOR_SELLER_RESPONSE"}
            if outcome:
                resource["dispute_outcome"] = {"outcome_code": outcome}
            self.listed.append((f"CUSTOMER.DISPUTE.{'RESOLVED' if outcome else 'CREATED'}", resource))
            return resource

    def tell(self, server, raw, genuine=True, leave_out=()):
        """Sends a webhook; what PayPal says of it when asked is `genuine`."""
        with self.lock:
            (self.genuine.add if genuine else self.genuine.discard)(raw)
        headers = {f"PAYPAL-{name}": "x" for name in ("AUTH-ALGO", "CERT-URL", "TRANSMISSION-ID", "TRANSMISSION-SIG", "TRANSMISSION-TIME")
                   if name not in leave_out}
        return httpx.post(f"{server.url}/webhooks/paypal", content=raw, headers=headers, trust_env=False)

    def answer(self, method, path, query, headers, body):
        if path == "/v1/oauth2/token":
            # client:secret
            if headers.get("Authorization") != "Basic Y2xpZW50OnNlY3JldA==":
                return 401, {"error": "invalid_client", "error_description": "no"}, {}
            return 200, {"scope": "all", "access_token": "A1", "token_type": "Bearer", "app_id": "APP-1", "expires_in": 32400, "nonce": "n"}, {}
        if headers.get("Authorization") != "Bearer A1":
            return 401, {"error": "invalid_token", "error_description": "no"}, {}
        steps = path.strip("/").split("/")
        if path == "/v1/notifications/verify-webhook-signature":
            raw = body.split(b'"webhook_event":', 1)[1][:-1]
            return 200, {"verification_status": "SUCCESS" if raw in self.genuine else "FAILURE"}, {}
        if path == "/v1/notifications/webhooks-events":
            found = [resource for kind, resource in self.listed if kind == query.get("event_type")]
            return 200, {"events": [{"event_type": query.get("event_type", ""), "resource": resource} for resource in found],
                         "count": len(found)}, {}
        if (method, path) == ("POST", "/v2/checkout/orders"):
            sent = json.loads(body)["purchase_units"][0]
            order = {"id": self.new("ORDER"), "status": "PAYER_ACTION_REQUIRED", "intent": "CAPTURE",
                     "purchase_units": [{"reference_id": "default", "custom_id": sent["custom_id"], "amount": sent["amount"]}]}
            order["links"] = [{"href": f"{self.url}/checkoutnow?token={order['id']}", "rel": "payer-action", "method": "GET"}]
            self.orders[order["id"]] = order
            return 201, order, {}
        if path.endswith("/capture"):
            order = self.orders[steps[3]]
            if order["status"] != "APPROVED":
                return 422, {"name": "UNPROCESSABLE_ENTITY", "message": "no", "debug_id": "d", "details": [{"issue": "ORDER_NOT_APPROVED"}]}, {}
            unit = order["purchase_units"][0]
            unit["payments"] = {"captures": [{"id": self.new("CAP"), "status": self.capture_status, "amount": unit["amount"], "custom_id": unit["custom_id"]}],
                                "refunds": []}
            order["status"] = "COMPLETED"
            return 201, order, {}
        if path.endswith("/refund"):
            sent = json.loads(body)
            order = next(order for order in self.orders.values()
                         if any(c["id"] == steps[3] for c in order["purchase_units"][0].get("payments", {}).get("captures", [])))
            refund = {"id": self.new("REF"), "status": "COMPLETED", "amount": sent["amount"], "custom_id": sent["custom_id"],
                      "links": [{"href": f"{self.url}/v2/payments/captures/{steps[3]}", "rel": "up", "method": "GET"}]}
            order["purchase_units"][0]["payments"]["refunds"].append(refund)
            self.refunds[refund["id"]] = refund
            return 201, refund, {}
        if steps[2] == "refunds" and steps[-1] in self.refunds:
            return 200, self.refunds[steps[-1]], {}
        if steps[1] == "checkout" and steps[-1] in self.orders:
            return 200, self.orders[steps[-1]], {}
        return 404, {"name": "RESOURCE_NOT_FOUND", "message": "no", "debug_id": "d"}, {}
