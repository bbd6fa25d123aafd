"""Servers for the tests. `people` and `server` are shared by all that leave no trace others could stumble over."""

import pytest

import demo
from roost import client, contract, engine, program
from roost.mail import Post
from roost.trade import PASSWORD, People


def pytest_report_header():
    return [
        f"roost: {program.binary()}", f"engine: {'PostgreSQL' if engine.IS_POSTGRESQL else 'SQLite'}", f"in full: {'yes' if program.PROVE else 'no, a sample (make prove)'}"]


def pytest_sessionstart():
    if not program.binary().exists():
        pytest.exit(f"there is no {program.binary()}: build it first, or name another in ROOST_BINARY", returncode=1)


# `internal` is a fault of ours, `unavailable` a full pool, and `idempotency_key_in_use` two requests inside the same
# millisecond: these have tests inside the services.
FROM_INSIDE = {"internal", "unavailable", "idempotency_key_in_use"}
codes_of_workers = set()


def pytest_collection_modifyitems(items):
    """The longest files first, so that no worker is left with one of them at the end."""
    early = ["test_nodes.py", "test_postgresql.py", "test_crash.py", "test_process.py", "test_mail.py", "test_import.py"]
    items.sort(key=lambda item: early.index(item.path.name) if item.path.name in early else len(early))
    if engine.IS_POSTGRESQL:
        # These are about PostgreSQL in every run.
        items[:] = [item for item in items if item.path.name not in ("test_nodes.py", "test_postgresql.py")]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error):
    codes_of_workers.update(getattr(node, "workeroutput", {}).get("codes", []))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    """The whole suite must have seen every error code of the contract that can be brought about from outside."""
    config = session.config
    if hasattr(config, "workerinput"):
        config.workeroutput["codes"] = sorted(client.seen_codes)
        return
    whole = not config.option.keyword and config.args in ([], ["Tests/Acceptance"], ["."])
    missing = set(contract.STATUSES) - FROM_INSIDE - set(client.seen_codes) - codes_of_workers
    if whole and not config.option.collectonly and exitstatus == 0 and missing:
        print(f"\nNo test has seen these error codes: {', '.join(sorted(missing))}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


class Servers:
    """Makes servers in folders of their own and ends them, whatever a test did."""

    def __init__(self, factory):
        self.factory = factory
        self.made = []

    def __call__(self, start=True, **settings):
        server = program.Server(self.factory.mktemp("server"), **settings)
        self.made.append(server)
        return server.start() if start else server

    def end(self):
        troubles = []
        for server in self.made:
            try:
                server.stop()
            except AssertionError as trouble:
                troubles.append(str(trouble))
            finally:
                server.close()
        assert not troubles, "\n".join(troubles)


def _servers(factory):
    servers = Servers(factory)
    try:
        yield servers
    except BaseException:
        for server in servers.made:
            server.close()
        raise
    servers.end()


@pytest.fixture(scope="session")
def shared_servers(tmp_path_factory):
    yield from _servers(tmp_path_factory)


@pytest.fixture(scope="module")
def module_servers(tmp_path_factory):
    yield from _servers(tmp_path_factory)


@pytest.fixture
def fresh(tmp_path_factory):
    """`fresh(ROOST_X=…)`: a server of this test's own; stopped, and its books checked, at the end."""
    yield from _servers(tmp_path_factory)


OPERATOR = "operator@example.com"


@pytest.fixture(scope="session")
def server(shared_servers):
    """The server that most tests share. Without rate limits: the tests come faster than people do."""
    server = shared_servers(start=False, ROOST_RATE_LIMITS="off")
    server.done("user", "add", OPERATOR, "--name", "Otto", "--admin", "--password-stdin", text=PASSWORD)
    return server.start()


@pytest.fixture(scope="session")
def people(server):
    return People(server)


@pytest.fixture(scope="session")
def anyone(people):
    return people.anyone


@pytest.fixture(scope="session")
def operator(people):
    return people.sign_in(OPERATOR)


@pytest.fixture(scope="session")
def post(server):
    return Post(server)


@pytest.fixture(scope="session")
def hurried(shared_servers):
    """A server where holds and answers run out within seconds, and the people on it."""
    return People(shared_servers(
        ROOST_RATE_LIMITS="off", ROOST_HOLD_MINUTES="0.05", ROOST_REQUEST_HOURS="0.001", ROOST_ACCEPTED_HOURS="0.001"))


@pytest.fixture(scope="session")
def demo_server(shared_servers):
    """A server with what `make run` makes: the people and the places of the demo."""
    server = shared_servers(start=False, ROOST_RATE_LIMITS="off")
    server.done("user", "add", "host@example.com", "--name", "Hugo Host", "--password-stdin", text=PASSWORD)
    server.done(*demo.ARGUMENTS, "--host", "host@example.com")
    return server.start()
