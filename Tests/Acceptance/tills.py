"""Servers that take money through Stripe and PayPal on loopback, for the tests of payments."""

import contextlib

from roost import fakes
from roost.trade import PASSWORD, People, book, eventually, number, payment_of, place, wait_for_status


class Till(People):
    """A server with both providers, its operator, and the providers."""

    def __init__(self, servers, stripe, paypal, **settings):
        server = servers(start=False, ROOST_RATE_LIMITS="off", **{**stripe.settings(), **paypal.settings(), **settings})
        address = f"operator.{number()}@example.com"
        server.done("user", "add", address, "--name", "Otto", "--admin", "--password-stdin", text=PASSWORD)
        super().__init__(server.start())
        self.stripe, self.paypal, self.address = stripe, paypal, address
        self.operator = self.sign_in(address)

    def started(self, guest, booking, provider, expect=(200, 201)):
        return guest.post(f"/api/v1/bookings/{booking['id']}/payments", {"provider": provider}, expect=expect).json()

    def takes(self, payment):
        """The payer pays; nobody is told."""
        (self.stripe.pay if payment["provider"] == "stripe" else self.paypal.approve)(payment)

    def paid(self, guest, provider, home=None, **changes):
        """A confirmed booking and its payment."""
        booking = book(guest, home or place(self.hana, **changes))
        payment = self.started(guest, booking, provider)
        self.takes(payment)
        wait_for_status(guest, booking, "confirmed")
        return booking, payment_of(guest, payment)

    def cases(self, **asked):
        return self.operator.get("/api/v1/operator/cases", params=asked).json()["items"]

    def case_of(self, kind, payment=None, seconds=20):
        def found():
            return [case for case in self.cases(limit=100) if case["kind"] == kind and (not payment or case["paymentId"] == payment["id"])]
        return eventually(found, bool, seconds, what=f"a case {kind}")[0]

    def webhooks(self, provider, outcome):
        """How many webhooks came, by what became of them."""
        name = f'roost_webhooks{{provider="{provider}",outcome="{outcome}"}} '
        lines = [line for line in self.anyone.get("/metrics").text.splitlines() if line.startswith(name)]
        return int(float(lines[0].removeprefix(name))) if lines else 0


@contextlib.contextmanager
def providers():
    """Both; whatever was asked of them was within their contracts."""
    stripe, paypal = fakes.Stripe(), fakes.PayPal()
    try:
        yield stripe, paypal
    finally:
        stripe.close()
        paypal.close()
