"""Every way in which a connection may lose what it has prepared, and how it goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import closing

import psycopg2
import pytest
from sqlalchemy import text

from shared.db import Database
from shared.errors import Busy, Unavailable, UniqueViolated
from tests.support.prepared import ADD, ALL, NAME, SLEEP, list_prepared, meet, run_elsewhere

pytestmark = pytest.mark.real_limits


class TestAfterAFailure:
    """PREPARE is not undone by a rollback, and what follows a failed statement never ran."""

    async def test_of_a_constraint_what_was_prepared_is_still_known(self, db: Database) -> None:
        async with db.connection() as conn:
            await conn.execute(ADD, {"id": 1, "name": "first"})
        for _ in range(3):
            with pytest.raises(UniqueViolated):
                async with db.transaction() as conn:
                    await conn.execute(ADD, {"id": 1, "name": "again"})
        async with db.connection() as conn:
            assert len([sql for sql in await list_prepared(conn) if "INSERT" in sql]) == 1
            await conn.execute(ADD, {"id": 2, "name": "second"})

    async def test_between_statements_each_is_prepared_again(self, db: Database) -> None:
        failing = text("SELECT 1 / :zero")
        async with db.connection() as conn:
            await conn.execute(failing, {"zero": 1})
            await conn.execute(text("SELECT 1"))
        later = text("SELECT name AS later FROM prepared_things WHERE id = :id")
        for _ in range(2):
            with pytest.raises(psycopg2.errors.DivisionByZero):
                async with db.transaction() as conn:
                    conn.prepend(failing, {"zero": 0})
                    await conn.fetch_value(later, {"id": 1})
        async with db.transaction() as conn:
            conn.prepend(failing, {"zero": 1})
            assert await conn.fetch_value(later, {"id": 1}) is None

    async def test_of_the_transaction_what_was_prepared_is_still_used(self, db: Database) -> None:
        for _ in range(3):
            with pytest.raises(RuntimeError):
                async with db.transaction() as conn:
                    await conn.execute(ADD, {"id": 1, "name": "rolled back"})
                    raise RuntimeError
        async with db.connection() as conn:
            assert len(await list_prepared(conn)) == 1
            await conn.execute(ADD, {"id": 1, "name": "kept"})

    async def test_by_the_statement_timeout_the_connection_goes_on(self, db: Database) -> None:
        await meet(db, SLEEP)
        with pytest.raises(Unavailable, match="statement timeout"):
            async with db.transaction() as conn:
                conn.prepend(SLEEP, {"seconds": 5})
                await conn.fetch_value(NAME, {"id": 1})
        for _ in range(2):
            async with db.transaction() as conn:
                conn.prepend(SLEEP, {"seconds": 0})
                assert await conn.fetch_value(NAME, {"id": 1}) is None

    async def test_of_a_prepare_that_waits_for_a_lock_it_is_tried_again(self, db: Database, url: str) -> None:
        statement = text("SELECT count(*) AS locked FROM prepared_things WHERE id > :id")
        async with db.connection() as conn:
            await conn.fetch_value(statement, {"id": 0})
        with closing(psycopg2.connect(url)) as other, other.cursor() as cursor:
            cursor.execute("LOCK TABLE prepared_things")
            with pytest.raises((Busy, Unavailable)):
                async with db.connection() as conn:
                    await conn.fetch_value(statement, {"id": 0})
        for _ in range(2):
            async with db.connection() as conn:
                assert await conn.fetch_value(statement, {"id": 0}) == 0

    async def test_of_the_connection_the_next_one_prepares_for_itself(self, db: Database, url: str) -> None:
        await meet(db, NAME)
        with pytest.raises(Unavailable):
            async with db.connection() as conn:
                await conn.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        for _ in range(2):
            async with db.connection() as conn:
                assert await conn.fetch_value(NAME, {"id": 1}) is None


@pytest.fixture
async def migrated(db: Database, url: str) -> AsyncIterator[Callable[[], None]]:
    """A connection has prepared statements of a table that this function alters."""
    await meet(db, ALL, ADD, NAME)
    yield lambda: run_elsewhere(url, "ALTER TABLE prepared_things ADD COLUMN added int DEFAULT 7")
    run_elsewhere(url, "ALTER TABLE prepared_things DROP COLUMN IF EXISTS added")


class TestAMigration:
    """A plan "must not change result type": only preparing again helps."""

    async def test_is_not_noticed_outside_a_transaction(
        self, db: Database, migrated: Callable[[], None]
    ) -> None:
        async with db.connection() as conn:
            await conn.execute(ADD, {"id": 1, "name": "one"})
            migrated()
            row = await conn.fetch_one(ALL, {"id": 1})
        assert row.added == 7

    async def test_is_not_noticed_by_the_first_round_trip_of_a_transaction(
        self, db: Database, migrated: Callable[[], None]
    ) -> None:
        migrated()
        async with db.transaction(statement=0.2) as conn:
            conn.prepend(ADD, {"id": 1, "name": "one"})
            row = await conn.fetch_one(ALL, {"id": 1})
            assert await conn.fetch_value(text("SHOW statement_timeout")) == "200ms"
        assert row.added == 7
        async with db.connection() as conn:
            assert await conn.fetch_value(NAME, {"id": 1}) == "one"

    async def test_during_a_transaction_makes_it_unavailable_once_and_leaves_nothing(
        self, db: Database, migrated: Callable[[], None]
    ) -> None:
        called: list[bool] = []
        with pytest.raises(Unavailable, match="altered"):
            async with db.transaction() as conn:
                await conn.fetch_value(text("SELECT 1"))
                migrated()
                conn.after_commit(lambda: called.append(True))
                conn.prepend(ADD, {"id": 1, "name": "lost"})
                await conn.fetch_one(ALL, {"id": 1})
        assert called == []
        async with db.transaction() as conn:
            conn.prepend(ADD, {"id": 1, "name": "kept"})
            assert (await conn.fetch_one(ALL, {"id": 1})).added == 7


class TestAServerThatForgot:
    """As after DISCARD, or with a pooler that gives each transaction another connection."""

    async def test_is_told_again(self, db: Database) -> None:
        await meet(db, NAME)
        async with db.connection() as conn:
            await conn.execute(text("DISCARD ALL"))
            assert await conn.fetch_value(NAME, {"id": 1}) is None
            assert len(await list_prepared(conn)) == 1
