"""Runs last: every error code of the contract that can be brought about from outside was seen in this run."""

import pytest

from roost.contract import STATUSES

# `internal` is a fault of ours, `provider_unavailable` needs a provider on a network, `unavailable` a full pool, and
# `idempotency_key_in_use` two requests inside the same millisecond: these have tests inside the services.
FROM_INSIDE = {"internal", "provider_unavailable", "unavailable", "idempotency_key_in_use"}


def test_every_error_code_was_seen(seen_codes, pytestconfig):
    if not pytestconfig.whole_suite:
        pytest.skip("only the whole suite sees every code")
    assert not set(STATUSES) - FROM_INSIDE - set(seen_codes), f"seen: {dict(seen_codes)}"
