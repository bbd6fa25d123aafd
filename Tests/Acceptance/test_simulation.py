"""The whole system in simulated time, from the command line."""

import concurrent.futures
import re

import pytest

from roost import program

SEEDS = 10_000 if program.PROVE else 20


@pytest.mark.timeout(6 * 3600 if program.PROVE else 300)
def test_many_seeds_find_nothing():
    """Each failing seed is named, with the line that the command prints to reproduce it."""
    def one(seed):
        result = program.run("simulate", "--seed", seed, "--days", 3)
        return None if result.returncode == 0 else f"seed {seed}: {result.stdout[-500:]} {result.stderr[-500:]}"

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        failures = [line for line in pool.map(one, range(1, SEEDS + 1)) if line]
    assert not failures, f"{len(failures)} of {SEEDS}\n" + "\n".join(failures[:5])


def test_the_same_seed_is_the_same_run_and_another_is_another():
    # How long it took may be said and may differ; nothing else may.
    run = lambda seed: re.sub(r"\d+([.,]\d+)? ?(ms|s|seconds?|µs)\b", "TIME", program.done("simulate", "--seed", seed, "--days", 3))
    assert run(7) == run(7)
    assert run(7).replace("7", "") != run(8).replace("8", "")
