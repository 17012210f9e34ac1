"""Look-ups that many requests make at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from shared.db import Connection, Database, Lookups
from shared.db.lookups import MOST_KEYS
from shared.errors import Unavailable
from tests.support.parts import Databases

DOUBLES = text("SELECT key, 2 * key AS double FROM unnest(CAST(:keys AS bigint[])) AS key WHERE key > 0")


class Doubling:
    """Loads twice each key that is positive; notes the keys of each statement."""

    def __init__(self, failing: Exception | None = None) -> None:
        self.failing = failing
        self.statements: list[Sequence[int]] = []
        self.began = asyncio.Event()
        self.permitted = asyncio.Event()
        self.permitted.set()

    async def load(self, conn: Connection, keys: Sequence[int]) -> Mapping[int, int]:
        self.statements.append(keys)
        self.began.set()
        await self.permitted.wait()
        if self.failing:
            raise self.failing
        rows = await conn.fetch_all(DOUBLES, {"keys": list(keys)})
        return {row.key: row.double for row in rows}


@pytest.fixture(scope="module")
def url(database: Databases) -> str:
    return database("tiles")


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    db = Database(url, application="test")
    yield db
    await db.close()


@asynccontextmanager
async def one_under_way(
    doubling: Doubling, lookups: Lookups[int, int]
) -> AsyncIterator[asyncio.Task[int | None]]:
    """Hold the statement of a first look-up, of 1, until the block ends."""
    doubling.permitted.clear()
    first = asyncio.create_task(lookups.get(1))
    await doubling.began.wait()
    yield first
    doubling.permitted.set()


async def test_each_look_up_gets_the_value_of_its_key(db: Database) -> None:
    lookups = Lookups(db, Doubling().load)
    assert await asyncio.gather(*(lookups.get(key) for key in (3, 4, 3, -1))) == [6, 8, 6, None]


async def test_look_ups_that_arrive_together_share_a_statement(db: Database) -> None:
    doubling = Doubling()
    lookups = Lookups(db, doubling.load)
    await asyncio.gather(*(lookups.get(key) for key in (3, 4, 3)))
    assert doubling.statements == [[3, 4]]


async def test_a_look_up_does_not_share_a_statement_that_began_before_it(db: Database) -> None:
    doubling = Doubling()
    lookups = Lookups(db, doubling.load)
    async with one_under_way(doubling, lookups) as first:
        second = asyncio.create_task(lookups.get(1))
        await asyncio.sleep(0)
    assert (await first, await second) == (2, 2)
    assert doubling.statements == [[1], [1]]


async def test_a_statement_has_a_bounded_number_of_keys(db: Database) -> None:
    doubling = Doubling()
    lookups = Lookups(db, doubling.load)
    keys = range(1, 2 * MOST_KEYS + 2)
    assert await asyncio.gather(*(lookups.get(key) for key in keys)) == [2 * key for key in keys]
    assert [len(keys) for keys in doubling.statements] == [MOST_KEYS, MOST_KEYS, 1]


async def test_a_cancelled_look_up_does_not_take_the_answer_from_others(db: Database) -> None:
    doubling = Doubling()
    lookups = Lookups(db, doubling.load)
    async with one_under_way(doubling, lookups) as first:
        cancelled, other = (asyncio.create_task(lookups.get(5)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        cancelled.cancel()
    assert await other == 10
    assert first.cancelled()
    assert cancelled.cancelled()


async def test_all_who_share_a_failed_statement_learn_why_and_the_next_succeeds(db: Database) -> None:
    doubling = Doubling()
    lookups = Lookups(db, doubling.load)
    async with one_under_way(doubling, lookups) as first:
        others = [asyncio.create_task(lookups.get(key)) for key in (2, 2**70)]
        await asyncio.sleep(0)
    assert await first == 2
    for other in others:
        with pytest.raises(Exception, match="out of range"):
            await other
    assert await lookups.get(2) == 4


async def test_who_waits_behind_a_statement_without_database_is_refused_with_it(db: Database) -> None:
    doubling = Doubling(failing=Unavailable("postgres", "away"))
    lookups = Lookups(db, doubling.load)
    async with one_under_way(doubling, lookups) as first:
        behind = asyncio.create_task(lookups.get(2))
        await asyncio.sleep(0)
    for refused in (first, behind):
        with pytest.raises(Unavailable):
            await refused
    assert doubling.statements == [[1]]
