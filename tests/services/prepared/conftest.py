"""A database with the tables that the tests of prepared statements use."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.db import Database
from tests.support.parts import Databases
from tests.support.prepared import pool_of_one, run_elsewhere


@pytest.fixture(scope="module")
def url(database: Databases) -> str:
    url = database("tiles")
    run_elsewhere(
        url,
        "CREATE TABLE prepared_things (id int PRIMARY KEY, name text);"
        "CREATE TABLE values_of_all_types (id bigint PRIMARY KEY, small smallint, number int, real float,"
        " flag boolean, name text, raw bytea, data jsonb, at timestamptz, day date, span interval,"
        " words text[], numbers bigint[])",
    )
    return url


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    """A pool of one connection, with an empty table of things."""
    run_elsewhere(url, "TRUNCATE prepared_things, values_of_all_types")
    async with pool_of_one(url) as db:
        yield db
