"""The shapes of the contract as JSON Schema: written by hand from its words, not taken from the server's own document."""

import re

from jsonschema import Draft202012Validator, FormatChecker


def obj(**members):
    """An object with at least these members; more are welcome."""
    return {"type": "object", "properties": members, "required": list(members)}


def either(schema):
    return {"anyOf": [schema, {"type": "null"}]}


def listing(item, **more):
    return obj(items={"type": "array", "items": item, "maxItems": 100}, nextCursor=either({"type": "string", "minLength": 1}), **more)


def an_id(prefix):
    return {"type": "string", "pattern": f"^{prefix}_[0-9A-Za-z_-]{{16,}}$"}


TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
COUNT = {"type": "integer", "minimum": 0}
YES_NO = {"type": "boolean"}
DAY = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$", "format": "date"}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"}
CLOCK = {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"}
MONEY = {**obj(amount=WHOLE, currency={"type": "string", "pattern": "^[A-Z]{3}$"}), "additionalProperties": False}
POLICY = {"enum": ["flexible", "moderate", "firm", "strict", "nonRefundable"]}
AGREED_POLICY = {"enum": [*POLICY["enum"], "custom"]}
SCHEDULE = {"type": "array", "minItems": 1, "items": obj(
    percent={"type": "integer", "minimum": 0, "maximum": 100}, refund=MONEY, until=either(MOMENT),
    hoursAfterConfirmation=either(WHOLE))}
LINE = {**obj(kind=TEXT, label=TEXT, amount=MONEY), "if": {"properties": {"kind": {"const": "night"}}},
        "then": obj(date=DAY)}

STATUSES = {
    "malformed_request": 400, "unauthenticated": 401, "forbidden": 403, "not_found": 404, "method_not_allowed": 405,
    "nights_unavailable": 409, "hold_expired": 409, "state_conflict": 409, "idempotency_key_in_use": 409,
    "payload_too_large": 413, "unsupported_media_type": 415, "validation_failed": 422, "idempotency_key_reused": 422,
    "rate_limited": 429, "internal": 500, "provider_unavailable": 503, "unavailable": 503,
}

PROBLEM = {
    **obj(type=TEXT, title={"type": "string", "minLength": 1}, status=WHOLE, detail={"type": "string", "minLength": 1},
          code={"enum": list(STATUSES)}),
}
PROBLEM["properties"]["errors"] = {"type": "array", "items": obj(field=TEXT, code=TEXT, message=TEXT)}

USER = obj(id=an_id("usr"), email=TEXT, name=TEXT, emailVerified=YES_NO,
           roles={"type": "array", "items": {"enum": ["guest", "host", "operator"]}, "uniqueItems": True})
SIGNED_IN = obj(user=USER, session=obj(token={"type": "string", "minLength": 32}, expiresAt=MOMENT))

SUMMARY = obj(
    id=an_id("prop"), hostId=an_id("usr"), title=TEXT,
    roomType={"enum": ["entireHome", "privateRoom", "sharedRoom", "hotelRoom"]},
    location=obj(country=TEXT, city=TEXT, neighbourhood=either(TEXT), latitude={"type": "number"}, longitude={"type": "number"}),
    maximumGuests=WHOLE, bedrooms=COUNT, beds=COUNT, bathrooms={"type": "number", "minimum": 0},
    amenities={"type": "array", "items": {"type": "string", "pattern": r"^[^\s_A-Z-]+(-[^\s_A-Z-]+)*$"}, "uniqueItems": True},
    nightlyPrice=either(MONEY), total=either(MONEY), minimumNights=WHOLE, maximumNights=WHOLE, instantBook=YES_NO,
    unitCount={"type": "integer", "minimum": 1}, cancellationPolicy=POLICY,
    rating=obj(average=either({"type": "number", "minimum": 0, "maximum": 5}), count=COUNT),
    photos={"type": "array", "items": obj(url=TEXT, alt=TEXT)},
    timeZone=TEXT, checkInFrom=CLOCK, checkOutBy=CLOCK, status={"enum": ["draft", "listed", "paused"]},
    openUntil=either(DAY), source=either(obj(name=TEXT, id=TEXT)))
PROPERTY = {"allOf": [SUMMARY, obj(description=TEXT)]}

CALENDAR = obj(items={"type": "array", "maxItems": 731, "items": obj(
    date=DAY, available=YES_NO, price=either(MONEY), minimumNights=WHOLE)})
QUOTE = obj(
    propertyId=an_id("prop"), checkIn=DAY, checkOut=DAY, guests=WHOLE, nights=WHOLE, available=YES_NO,
    reasons={"type": "array", "items": {"type": "string", "pattern": "^[a-z]+(_[a-z]+)*$"}},
    reasonDetails={"type": "array", "items": obj(
        code=TEXT, message={"type": "string", "minLength": 1}, suggestion=either(TEXT))},
    alternatives={"type": "array", "items": obj(checkIn=DAY, checkOut=DAY, total=MONEY)},
    lines={"type": "array", "items": LINE}, total=MONEY, instantBook=YES_NO, cancellationPolicy=AGREED_POLICY,
    cancellationSchedule=SCHEDULE)
BOOKING = obj(
    id=an_id("bkg"), code={"type": "string", "pattern": "^[0-9A-Z]{4}-[0-9A-Z]{4}$"},
    status={"enum": ["requested", "held", "confirmed", "completed", "cancelled", "declined", "expired"]},
    propertyId=an_id("prop"), guestId=an_id("usr"), hostId=an_id("usr"), checkIn=DAY, checkOut=DAY, guests=WHOLE,
    lines={"type": "array", "items": LINE}, total=MONEY, paid=MONEY, refunded=MONEY, holdExpiresAt=either(MOMENT),
    createdAt=MOMENT, confirmedAt=either(MOMENT), cancelledAt=either(MOMENT),
    cancelledBy=either({"enum": ["guest", "host", "operator"]}), reason=either(TEXT), cancellationPolicy=AGREED_POLICY,
    cancellationSchedule=SCHEDULE)
PAYMENT = obj(
    id=an_id("pay"), bookingId=an_id("bkg"), provider={"enum": ["stripe", "paypal", "test"]},
    status={"enum": ["pending", "authorized", "captured", "failed", "cancelled", "partiallyRefunded", "refunded"]},
    amount=MONEY, refunded=MONEY, checkoutUrl=either(TEXT))
PARTY = obj(adults=WHOLE, children=COUNT, childAges={"type": "array", "items": WHOLE}, infants=COUNT, pets=COUNT)
BEFORE = obj(checkIn=DAY, checkOut=DAY, guests=WHOLE, party=PARTY, total=MONEY)
ALTERATION = obj(
    id=an_id("alt"), bookingId=an_id("bkg"),
    status={"enum": ["proposed", "agreed", "applied", "declined", "withdrawn", "lapsed", "expired", "ended"]},
    proposedBy={"enum": ["guest", "host", "operator"]}, answeredBy={"enum": ["guest", "host"]}, checkIn=DAY, checkOut=DAY,
    guests=WHOLE, party=PARTY, lines={"type": "array", "items": LINE}, total=MONEY, before=BEFORE, difference=MONEY,
    message=either(TEXT), reason=either(TEXT), expiresAt=either(MOMENT), createdAt=MOMENT, agreedAt=either(MOMENT),
    endedAt=either(MOMENT))
ALTERATION_QUOTE = obj(
    bookingId=an_id("bkg"), checkIn=DAY, checkOut=DAY, guests=WHOLE, party=PARTY, nights=WHOLE, available=YES_NO,
    reasons={"type": "array", "items": {"type": "string", "pattern": "^[a-z]+(_[a-z]+)*$"}}, reasonDetails={"type": "array"},
    lines={"type": "array", "items": LINE}, total=either(MONEY), before=BEFORE, difference=either(MONEY))
CANCELLATION = obj(refund=MONEY, schedule=SCHEDULE, rule=obj(policy=AGREED_POLICY, percent={"type": "integer", "minimum": 0, "maximum": 100}, until=either(MOMENT)))
RULES = obj(
    weekend=obj(days={"type": "array"}, price=either(MONEY)),
    seasons={"type": "array", "items": obj(name=TEXT, **{"from": DAY}, to=DAY, rank=WHOLE, price=either(MONEY))},
    stays=obj(arrivalDays=either({"type": "array"}), departureDays=either({"type": "array"})),
    discounts=obj(lengthOfStay={"type": "array"}, earlyBird={"type": "array"}, lastMinute={"type": "array"}),
    fees=obj(cleaning=either(MONEY), extraGuest=either(obj(amount=MONEY, includedGuests=WHOLE))),
    taxes={"type": "array", "items": obj(name=TEXT, included=YES_NO)},
    preparation=obj(daysBefore=COUNT, daysAfter=COUNT),
    booking=obj(noticeDays=COUNT, cutOff=either(CLOCK), windowMonths=either(WHOLE), instantBookFor=TEXT),
    party=obj(countsChildren=YES_NO, countsInfants=YES_NO, maximumPets=either(COUNT)),
    cancellation=obj(steps=either({"type": "array", "items": obj(daysBefore=COUNT, percent=WHOLE)}), graceHours=either(WHOLE)))
NIGHT_OUTCOMES = obj(changed=COUNT, refused=COUNT, items={"type": "array", "items": obj(
    change=COUNT, propertyId=TEXT, date=DAY, outcome={"enum": ["changed", "refused"]}, code=either(TEXT), message=either(TEXT))})
OFFERS = listing(obj(provider=TEXT, available=YES_NO, reason=either(TEXT), message=either(TEXT)))
CASE = obj(id=an_id("case"), kind=TEXT, state={"enum": ["open", "resolved"]}, provider=TEXT, subject=TEXT, bookingId=either(TEXT),
           paymentId=either(TEXT), amount=either(MONEY), detail=TEXT, openedAt=MOMENT, resolvedAt=either(MOMENT),
           resolvedBy=either(TEXT), note=either(TEXT))
STUCK_EVENT = obj(id=TEXT, kind=TEXT, source={"enum": ["users", "properties", "bookings", "payments"]}, receiver=TEXT, subject=TEXT,
                  tries=COUNT, lastError=either(TEXT), happenedAt=MOMENT)
OPERATOR_ACT = obj(id=TEXT, operatorId=an_id("usr"), act=TEXT, subject=TEXT, reason={"type": "string"}, at=MOMENT)
AMENITIES = obj(items={"type": "array", "items": obj(code=TEXT, name=TEXT, count=COUNT)})
OPEN_SESSION = obj(id=an_id("ses"), createdAt=MOMENT, expiresAt=MOMENT, isCurrent=YES_NO)
MAIL = obj(
    id=an_id("mail"), kind=TEXT, recipientId=an_id("usr"), subject=TEXT,
    state={"enum": ["queued", "sending", "sent", "failed", "suppressed"]},
    delivery={"enum": ["deferred", "delivered", "dropped", "bounced", "complained", None]}, tries=COUNT, resends=COUNT,
    dueAt=either(MOMENT), lastError=either(TEXT), createdAt=MOMENT, sentAt=either(MOMENT))
TIMELINE = {"allOf": [MAIL, obj(timeline={"type": "array", "minItems": 1, "items": obj(
    at=MOMENT, what=TEXT, provider=either(TEXT), detail=either(TEXT))})]}
SUPPRESSED = obj(
    address=TEXT, reason={"enum": ["bounce", "complaint"]}, detail=TEXT, provider=TEXT, mailId=either(an_id("mail")),
    suppressedAt=MOMENT)

ID = "[^/]+"
ANSWERS = [(method, re.compile(f"^{path}$"), status, schema) for method, path, status, schema in [
    ("POST", "/api/v1/auth/register", 201, SIGNED_IN),
    ("POST", "/api/v1/auth/login", 200, SIGNED_IN),
    ("GET", "/api/v1/me", 200, USER),
    ("PATCH", "/api/v1/me/profile", 200, USER),
    ("GET", "/api/v1/me/sessions", 200, listing(OPEN_SESSION)),
    ("GET", "/api/v1/properties", 200, listing(SUMMARY, totalCount=COUNT)),
    ("GET", f"/api/v1/properties/{ID}", 200, PROPERTY),
    ("POST", "/api/v1/properties", 201, PROPERTY),
    ("PATCH", f"/api/v1/properties/{ID}", 200, PROPERTY),
    ("GET", "/api/v1/amenities", 200, AMENITIES),
    ("GET", f"/api/v1/properties/{ID}/calendar", 200, CALENDAR),
    ("PUT", f"/api/v1/properties/{ID}/calendar", 200, CALENDAR),
    ("GET", f"/api/v1/properties/{ID}/rules", 200, RULES),
    ("PUT", f"/api/v1/properties/{ID}/rules", 200, RULES),
    ("PATCH", f"/api/v1/properties/{ID}/rules", 200, RULES),
    ("POST", "/api/v1/calendar-changes", 200, NIGHT_OUTCOMES),
    ("GET", f"/api/v1/properties/{ID}/quote", 200, QUOTE),
    ("POST", "/api/v1/bookings", 201, BOOKING),
    ("GET", "/api/v1/bookings", 200, listing(BOOKING)),
    ("GET", f"/api/v1/bookings/{ID}", 200, BOOKING),
    ("POST", f"/api/v1/bookings/{ID}/(accept|decline|extend|cancel)", 200, BOOKING),
    ("GET", f"/api/v1/bookings/{ID}/payments", 200, listing(PAYMENT)),
    ("POST", f"/api/v1/bookings/{ID}/payments", 200, PAYMENT),
    ("POST", f"/api/v1/bookings/{ID}/payments", 201, PAYMENT),
    ("GET", f"/api/v1/payments/{ID}", 200, PAYMENT),
    ("POST", f"/api/v1/payments/{ID}/refunds", 201, PAYMENT),
    ("GET", "/api/v1/payment-providers", 200, OFFERS),
    ("GET", "/api/v1/operator/cases", 200, listing(CASE)),
    ("GET", f"/api/v1/operator/cases/{ID}", 200, CASE),
    ("POST", f"/api/v1/operator/cases/{ID}/resolve", 200, CASE),
    ("GET", f"/api/v1/bookings/{ID}/cancellation", 200, CANCELLATION),
    ("GET", f"/api/v1/bookings/{ID}/alteration-quote", 200, ALTERATION_QUOTE),
    ("POST", f"/api/v1/bookings/{ID}/alterations", 201, ALTERATION),
    ("GET", f"/api/v1/bookings/{ID}/alterations", 200, listing(ALTERATION)),
    ("GET", f"/api/v1/alterations/{ID}", 200, ALTERATION),
    ("POST", f"/api/v1/alterations/{ID}/(accept|decline|withdraw)", 200, ALTERATION),
    ("POST", f"/api/v1/alterations/{ID}/payments", 200, PAYMENT),
    ("POST", f"/api/v1/alterations/{ID}/payments", 201, PAYMENT),
    # Beside the contract, for operators.
    ("GET", "/api/v1/operator/mails", 200, listing(MAIL)),
    ("GET", f"/api/v1/operator/mails/{ID}", 200, TIMELINE),
    ("POST", f"/api/v1/operator/mails/{ID}/resend", 200, MAIL),
    ("GET", "/api/v1/operator/suppressed-addresses", 200, listing(SUPPRESSED)),
    ("POST", "/api/v1/operator/suppressed-addresses/lift", 200, SUPPRESSED),
    ("GET", "/api/v1/operator/acts", 200, listing(OPERATOR_ACT)),
    ("GET", "/api/v1/operator/events", 200, listing(STUCK_EVENT)),
    ("POST", r"/api/v1/operator/events/[a-z]+\.[a-z]+\.\d+\.\w+/retry", 200, STUCK_EVENT),
]]

_validators = {}


def check(schema, value, about):
    """Fails with every difference between `value` and `schema`."""
    validator = _validators.get(id(schema))
    if validator is None:
        Draft202012Validator.check_schema(schema)
        validator = _validators[id(schema)] = Draft202012Validator(schema, format_checker=FormatChecker())
    errors = [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(value)]
    assert not errors, f"{about} is not as the contract says:\n" + "\n".join(errors[:10])


def check_meaning(schema, value, about):
    """What no schema can say: sums, and which moment is null when."""
    if schema in (QUOTE, BOOKING):
        total = sum(line["amount"]["amount"] for line in value["lines"])
        assert value["total"]["amount"] == total, f"{about}: the total is not the sum of the lines"
        assert {line["amount"]["currency"] for line in value["lines"]} <= {value["total"]["currency"]}, about
    if schema is QUOTE:
        assert value["available"] == (value["reasons"] == []), f"{about}: available, but with reasons, or not and without"
        assert [detail["code"] for detail in value["reasonDetails"]] == value["reasons"], about
    if schema is BOOKING:
        assert (value["holdExpiresAt"] is None) == (value["status"] != "held"), f"{about}: holdExpiresAt is null unless held"
        assert value["status"] != "confirmed" or value["confirmedAt"] is not None, about
        assert value["status"] != "cancelled" or value["cancelledAt"] is not None, about
        assert 0 <= value["refunded"]["amount"] <= value["paid"]["amount"], f"{about}: more given back than paid"


def check_answer(method, path, status, body, about):
    """Compares an answer with the contract. `body` is the decoded JSON."""
    for known_method, pattern, known_status, schema in ANSWERS:
        if known_method == method and known_status == status and pattern.match(path):
            check(schema, body, about)
            check_meaning(schema, body, about)
            if schema.get("properties", {}).get("items", {}).get("items") is BOOKING:
                for item in body["items"]:
                    check_meaning(BOOKING, item, about)
            return
    assert status >= 400 or not path.startswith("/api/v1/"), f"{about}: the contract knows no such answer"


def check_problem(status, headers, body, about):
    assert headers.get("content-type", "").startswith("application/problem+json"), f"{about}: no problem+json"
    check(PROBLEM, body, about)
    assert body["status"] == status == STATUSES[body["code"]], f"{about}: status and code do not fit"
    if body["code"] in ("rate_limited", "unavailable"):
        assert re.fullmatch(r"[1-9]\d*", headers.get("retry-after", "")), f"{about}: no Retry-After"
