"""Which engine the tests run on: SQLite, or with ROOST_TEST_ENGINE=postgresql a PostgreSQL of this process.

There every data folder has four places of its own, made when the folder is first used, so that a test which says nothing
of databases runs on either engine. They are schemas of one database: made in no time, and they take no room.
"""

import atexit
import itertools
import os

import pytest

IS_POSTGRESQL = os.environ.get("ROOST_TEST_ENGINE") == "postgresql"

sqlite_only = pytest.mark.skipif(IS_POSTGRESQL, reason="about SQLite files")

_server = None
_numbers = itertools.count()
_schemas = {}  # data folder → {name of a database → its schema}


def server():
    """The PostgreSQL of this process, started when it is first wanted."""
    global _server
    if _server is None:
        from roost.postgres import Postgres
        _server = Postgres(max_connections=600, synchronous_commit="off", full_page_writes="off").start()
        atexit.register(_server.remove)
    return _server


def schemas(folder):
    from roost.postgres import NAMES
    if not IS_POSTGRESQL or folder is None:
        return {}
    key = str(folder)
    if key not in _schemas:
        number = next(_numbers)
        _schemas[key] = {name: f"{name}_{number}" for name in NAMES}
        server().sql("".join(f"CREATE SCHEMA {schema};" for schema in _schemas[key].values()))
    return _schemas[key]


def settings(folder):
    """The settings that name the databases of a data folder; none on SQLite, where they are files in it."""
    return {
        f"ROOST_{name.upper()}_DATABASE": server().url("postgres", options=f"-csearch_path%3D{schema}")
        for name, schema in schemas(folder).items()}


def rows(folder, restless):
    """Every row of every table as {(database, table): sorted lines}; none on SQLite."""
    contents = {}
    for name, schema in schemas(folder).items():
        tables = server().sql(f"SELECT table_name FROM information_schema.tables WHERE table_schema = '{schema}'")
        for table in tables.split():
            if not restless.search(table):
                contents[name, table] = sorted(server().sql(f"COPY {schema}.{table} TO STDOUT").splitlines())
    return contents
