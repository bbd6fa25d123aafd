"""Mail providers on loopback: SendGrid, Mailgun and an SMTP server, with the faults of real ones.

What Roost sends to the first two is held against the providers' own OpenAPI documents, with unknown members refused.
"""

import asyncio
import base64
import collections
import datetime
import email
import email.policy
import email.utils
import hashlib
import hmac
import http.server
import ipaddress
import json
import pathlib
import re
import socket
import ssl
import struct
import threading
import time

import jsonschema
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from .program import ROOT, free_port

SLICES = ROOT / "Tests" / "Fixtures" / "providers"


def closed(schema, root):
    """The schema with every object that names its members closed, and references followed."""
    if isinstance(schema, list):
        return [closed(part, root) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        found = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return closed(found, root)
    result = {name: closed(part, root) for name, part in schema.items() if name != "uniqueItems"}
    if isinstance(result.get("properties"), dict) and "additionalProperties" not in schema:
        result["additionalProperties"] = False
    if result.pop("nullable", False) and "type" in result:
        result["type"] = [result["type"], "null"]
    return result


class Slice:
    """A provider's contract."""

    def __init__(self, name):
        self.document = json.loads((SLICES / f"{name}.openapi.json").read_text("utf-8"))

    def operation(self, method, path):
        for template, operations in self.document["paths"].items():
            pattern = "[^/]+".join(re.escape(part) for part in re.split(r"\{[^}]+\}", template))
            if re.fullmatch(pattern, path) and method.lower() in operations:
                return operations[method.lower()]
        raise AssertionError(f"{method} {path} is in no contract")

    def check(self, method, path, query, media, body):
        operation = self.operation(method, path)
        known = {parameter.get("name") for parameter in operation.get("parameters", [])}
        assert set(query) <= known, f"unknown parameters {set(query) - known}"
        if body is not None:
            content = closed(operation["requestBody"], self.document)["content"]
            schema = closed(content[media]["schema"], self.document)
            if media.startswith("multipart"):
                schema = dict(schema, additionalProperties=False, patternProperties={"^[hv]:[A-Za-z0-9_-]+$": {}})
            jsonschema.validate(body, schema)

    def check_answer(self, method, path, status, body):
        if body is None:
            return
        operation = self.operation(method, path)
        response = closed(operation["responses"][str(status)], self.document)
        schema = response.get("content", {}).get("application/json", {}).get("schema")
        if schema:
            jsonschema.validate(body, closed(schema, self.document))


class Fake:
    """An HTTP server that plays a provider. `faults` are taken one by one, then all goes well.

    A fault is a status, `reset` (cut before the effect), `lost` (cut after it), `slow` (five seconds too late), or an event
    that is waited for.
    """

    key = "key-of-the-tests"

    def __init__(self, name):
        self.name = name
        self.slice = Slice(name)
        self.requests, self.mails, self.troubles = [], [], []
        self.faults = collections.deque()
        self.headers_of_faults = {}
        self.pause = 0  # seconds between having a mail and saying so
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                try:
                    fake.take(self, body)
                except Exception as trouble:  # noqa: BLE001 the test shall see it
                    fake.troubles.append(f"{type(trouble).__name__}: {trouble}"[:2000])
                    fake.say(self, 400, fake.error("the fake does not understand"))

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/{name}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        assert not self.troubles, self.troubles

    def take(self, handler, body):
        path, _, query = handler.path.partition("?")
        assert path.startswith(f"/{self.name}/"), path
        path = path.removeprefix(f"/{self.name}")
        names = [pair.split("=", 1)[0] for pair in query.split("&") if pair]
        media = (handler.headers.get("Content-Type") or "").split(";")[0]
        parsed = self.parse(handler, media, body) if body else None
        self.slice.check(handler.command, path, names, media, parsed)
        self.requests.append((handler.command, path, query, parsed))
        if not self.is_known(handler.headers.get("Authorization") or ""):
            return self.say(handler, 401, self.refusal())
        if handler.command == "GET":
            return self.tell(handler, path, query)
        fault = self.faults.popleft() if self.faults else None
        if fault == "reset":
            return self.cut(handler)
        if isinstance(fault, int):
            return self.say(handler, fault, self.error("a fault of the fake"), self.headers_of_faults)
        if fault == "slow":
            time.sleep(5)
        if isinstance(fault, threading.Event):
            fault.wait(25)
        status, answer, headers = self.effect(parsed)
        time.sleep(self.pause)
        if fault == "lost":
            return self.cut(handler)
        self.slice.check_answer(handler.command, path, status, answer)
        self.say(handler, status, answer, headers)

    @staticmethod
    def cut(handler):
        handler.close_connection = True
        # Linger zero: the other side sees a reset, not an orderly end.
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()

    @staticmethod
    def say(handler, status, answer, headers=None):
        content = b"" if answer is None else (answer if isinstance(answer, str) else json.dumps(answer)).encode()
        try:
            handler.send_response(status)
            for name, value in (headers or {}).items():
                handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(content)))
            handler.send_header("Content-Type", "application/json")
            handler.end_headers()
            handler.wfile.write(content)
        except OSError:
            pass

    def to(self, person):
        return [mail for mail in self.mails if mail["to"] == person.email]


class SendGrid(Fake):
    def __init__(self):
        super().__init__("sendgrid")
        self.signing_key = ec.generate_private_key(ec.SECP256R1())
        self.public_key = base64.b64encode(self.signing_key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)).decode()

    def settings(self):
        return {
            "ROOST_MAIL_PROVIDER": "sendgrid", "ROOST_SENDGRID_API_KEY": self.key, "ROOST_SENDGRID_API_BASE": self.url,
            "ROOST_SENDGRID_WEBHOOK_KEY": self.public_key, "ROOST_MAIL_FROM": "Roost <post@roost.example.com>"}

    def parse(self, handler, media, body):
        assert media == "application/json", media
        return json.loads(body)

    def is_known(self, authorization):
        return authorization == f"Bearer {self.key}"

    def tell(self, handler, path, query):
        self.say(handler, 404, {"errors": [{"message": "resource not found", "field": None}]})

    def effect(self, sent):
        assert len(sent["personalizations"]) == 1 and len(sent["personalizations"][0]["to"]) == 1, "one recipient"
        assert not any(name in sent["personalizations"][0] for name in ("cc", "bcc"))
        assert [part["type"] for part in sent["content"]] == ["text/plain", "text/html"]
        name = f"sg-{len(self.mails) + 1}-{id(self)}"
        self.mails.append({
            "id": name, "to": sent["personalizations"][0]["to"][0]["email"], "subject": sent["subject"],
            "text": sent["content"][0]["value"], "html": sent["content"][1]["value"],
            "message-id": sent["headers"]["Message-ID"], "arguments": sent["personalizations"][0]["custom_args"],
            "files": sent.get("attachments") or [], "raw": sent})
        return 202, None, {"X-Message-Id": name}

    def error(self, message):
        return {"errors": [{"message": message, "field": None}]}

    def refusal(self):
        return {"errors": [{"message": "The provided authorization grant is invalid", "field": None}]}

    def sign(self, body, timestamp=None):
        timestamp = str(int(time.time()) if timestamp is None else timestamp)
        signature = self.signing_key.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
        return {
            "Content-Type": "application/json", "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode()}

    def event(self, mail, kind, number=1, **members):
        return {
            "email": mail["to"], "timestamp": int(time.time()), "event": kind, "smtp-id": mail["message-id"],
            "sg_event_id": f"{kind}-{number}-{mail['id']}", "sg_message_id": f"{mail['id']}.filter0001.1.2",
            **mail["arguments"], **members}

    def post(self, client, events, expect=200, **options):
        """Posts events as SendGrid does, to the last byte: its bodies end in a line end."""
        body = (json.dumps(events) + "\r\n").encode()
        return client.request("POST", "/webhooks/sendgrid", expect, headers=self.sign(body, **options), content=body)


class Mailgun(Fake):
    domain = "mg.example.com"
    webhook_key = "webhook-signing-key"

    def __init__(self):
        super().__init__("mailgun")
        self.tokens = 0

    def settings(self):
        return {
            "ROOST_MAIL_PROVIDER": "mailgun", "ROOST_MAILGUN_API_KEY": self.key, "ROOST_MAILGUN_API_BASE": self.url,
            "ROOST_MAILGUN_DOMAIN": self.domain, "ROOST_MAILGUN_WEBHOOK_KEY": self.webhook_key,
            "ROOST_MAIL_FROM": "Roost <post@roost.example.com>"}

    def parse(self, handler, media, body):
        assert media == "multipart/form-data", media
        head = f"Content-Type: {handler.headers['Content-Type']}\r\n\r\n".encode()
        form = email.message_from_bytes(head + body, policy=email.policy.HTTP)
        fields, lists = {}, {"to", "cc", "bcc", "attachment", "inline", "o:tag"}
        for part in form.iter_parts():
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True).decode("utf-8")
            if name in lists:
                fields.setdefault(name, []).append(content)
            else:
                assert name not in fields, f"{name} twice"
                fields[name] = content
        return fields

    def is_known(self, authorization):
        return authorization == "Basic " + base64.b64encode(f"api:{self.key}".encode()).decode()

    def tell(self, handler, path, query):
        asked = dict(pair.split("=", 1) for pair in query.split("&") if pair)
        items = [
            {"event": "accepted", "id": f"e-{mail['id']}"} for mail in self.mails
            if asked.get("message-id") in (None, mail["message-id"].strip("<>"))]
        self.say(handler, 200, {"items": items[: int(asked.get("limit", 100))], "paging": {}})

    def effect(self, sent):
        assert len(sent["to"]) == len(email.utils.getaddresses(sent["to"])) == 1, "one recipient"
        address = email.utils.parseaddr(sent["to"][0])[1]
        name = sent["h:Message-Id"].strip("<>")
        self.mails.append({
            "id": name, "to": address, "subject": sent["subject"], "text": sent["text"], "html": sent["html"],
            "message-id": sent["h:Message-Id"], "arguments": {"roost_message": sent["v:roost_message"]},
            "files": sent.get("attachment") or [], "raw": sent})
        return 200, {"id": f"<{name}>", "message": "Queued. Thank you."}, {}

    def error(self, message):
        return {"message": message}

    def refusal(self):
        return "Forbidden"

    def event(self, mail, kind, number=1, **members):
        return {
            "event": kind, "id": f"{kind}-{number}-{mail['id']}", "timestamp": time.time(), "recipient": mail["to"],
            "message": {"headers": {"message-id": mail["id"]}}, "user-variables": mail["arguments"], **members}

    def signature(self, timestamp=None, token=None, key=None):
        self.tokens += 1
        timestamp = str(int(time.time()) if timestamp is None else timestamp)
        token = token or f"token-{self.tokens}-{id(self)}"
        code = hmac.new((key or self.webhook_key).encode(), (timestamp + token).encode(), hashlib.sha256).hexdigest()
        return {"timestamp": timestamp, "token": token, "signature": code}

    def post(self, client, event, expect=200, **options):
        return client.request(
            "POST", "/webhooks/mailgun", expect, json={"signature": self.signature(**options), "event-data": event})


def certificate(folder, name="127.0.0.1"):
    """A self-made certificate for this machine; gives the files of the certificate and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([
            x509.IPAddress(ipaddress.ip_address(name)) if name[0].isdigit() else x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256()))
    folder = pathlib.Path(folder)
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return folder / "cert.pem", folder / "key.pem"


class SMTP:
    """An SMTP server. `faults` answer one RCPT or DATA each: a reply such as `550 5.1.1 No such mailbox`, at `rcpt` or
    `data`, or `lost` (taken, but the line is cut before the answer). Each message takes it `seconds`; `most` is how many it
    had in hand at once."""

    user, password = "roost", "p@ss word"

    def __init__(self, certificate=None, offers_tls=True, wants_sign_in=True, from_the_start=False):
        self.mails, self.sessions = [], []
        self.faults = collections.deque()
        self.seconds, self.inHand, self.most = 0, 0, 0
        context = None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
        fake = self

        class Handler:
            async def handle_RCPT(self, server, session, envelope, address, options):
                if fake.faults and fake.faults[0][0] == "rcpt":
                    return fake.faults.popleft()[1]
                envelope.rcpt_tos.append(address)
                return "250 2.1.5 OK"

            async def handle_DATA(self, server, session, envelope):
                fault = fake.faults.popleft() if fake.faults and fake.faults[0][0] in ("data", "lost") else None
                if fault and fault[0] == "data":
                    return fault[1]
                fake.inHand += 1
                fake.most = max(fake.most, fake.inHand)
                await asyncio.sleep(fake.seconds)
                fake.inHand -= 1
                fake.mails.append({
                    "from": envelope.mail_from, "to": list(envelope.rcpt_tos), "bytes": envelope.original_content,
                    "message": email.message_from_bytes(envelope.original_content, policy=email.policy.default),
                    "tls": session.ssl is not None or from_the_start, "user": session.auth_data})
                if fault:
                    server.transport.abort()
                return "250 2.0.0 Taken"

        def authenticate(server, session, envelope, mechanism, data):
            isRight = (data.login, data.password) == (fake.user.encode(), fake.password.encode())
            return AuthResult(success=isRight, auth_data=data.login.decode() if isRight else None, handled=False)

        options = dict(
            hostname="127.0.0.1", authenticator=authenticate, auth_required=wants_sign_in,
            auth_require_tls=bool(certificate) and not from_the_start)
        if context and from_the_start:
            options["ssl_context"] = context
        elif context and offers_tls:
            options.update(tls_context=context, require_starttls=True)

        self.port = free_port()
        self.controller = Controller(Handler(), port=self.port, **options)
        self.controller.start()
        self.scheme = "smtps" if from_the_start else "smtp"

    def url(self, sign_in=True):
        return f"{self.scheme}://{'roost:p%40ss%20word@' if sign_in else ''}127.0.0.1:{self.port}"

    def to(self, person):
        return [mail for mail in self.mails if mail["to"] == [person.email]]

    def close(self):
        self.controller.stop()
