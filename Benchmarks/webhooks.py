"""Webhooks as Stripe sends them, and no-ops of the same size in turn with them, at a steady pace whatever the answers take."""

import hashlib
import hmac
import http.client
import json
import threading
import time

SECRET = "whsec_of_the_benchmark"
# More than come of any house of this size; several senders, so that one that waits for its
# answer does not thin out the others.
SENDERS, PER_SECOND = 8, 100

# Stripe is there and never answers, so that nothing but webhooks comes of it; guests pay with the test provider.
SETTINGS = {
    "ROOST_PAYMENT_PROVIDERS": "test,stripe", "ROOST_STRIPE_SECRET_KEY": "sk_test_of_the_benchmark",
    "ROOST_STRIPE_WEBHOOK_SECRET": SECRET, "ROOST_STRIPE_API_BASE": "http://127.0.0.1:9"}


def event(number):
    """A session's event of the usual size, about a payment that nobody has."""
    content = {"id": f"cs_test_{number:040}", "object": "checkout.session", "client_reference_id": f"pay_bench{number:020}", "livemode": False,
               "metadata": {"payment_id": f"pay_bench{number:020}"}, "filler": {f"member_{at}": f"value {at} of an object with many" for at in range(50)}}
    return json.dumps({"id": f"evt_bench{number:020}", "object": "event", "type": "checkout.session.completed", "livemode": False,
                       "created": int(time.time()), "data": {"object": content}}).encode()


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


class Senders:
    """Sends until it is told to stop; `took` has the milliseconds of each kind."""

    def __init__(self, port):
        self.port, self.stopping = port, threading.Event()
        self.took = {"webhook": [], "no-op": []}
        self.wrong = []
        self.threads = [threading.Thread(target=self.send, args=(number,)) for number in range(SENDERS)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def send(self, number):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        pause = SENDERS / PER_SECOND
        due, turn = time.monotonic() + pause * number / SENDERS, 0
        while not self.stopping.wait(max(0, due - time.monotonic())):
            body, moment = event(number * 1_000_000 + turn), int(time.time())
            kind = ("webhook", "no-op")[turn % 2]
            if kind == "webhook":
                code = hmac.new(SECRET.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
                path, headers, expected = "/webhooks/stripe", {"Stripe-Signature": f"t={moment},v1={code}"}, 200
            else:
                path, headers, expected = "/bench/noop?bytes=20", {}, 201
            began = time.monotonic()
            connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            answer.read()
            self.took[kind].append((time.monotonic() - began) * 1000)
            if answer.status != expected:
                self.wrong.append(f"{kind}: {answer.status}")
            turn += 1
            due = max(due + pause, time.monotonic())
        connection.close()
