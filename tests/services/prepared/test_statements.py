"""When a statement is prepared, in how many round trips, and how many of them a connection keeps."""

from __future__ import annotations

import psycopg2
import pytest
from sqlalchemy import text

from shared.db import Database, prepared
from tests.support.prepared import (
    ADD,
    LIST_PREPARED,
    NAME,
    RENAME,
    list_prepared,
    meet,
    pool_of_one,
    run_elsewhere,
)

pytestmark = pytest.mark.real_limits


class TestAStatement:
    async def test_is_prepared_once_from_its_second_use_on(self, db: Database) -> None:
        statement = text("SELECT name FROM prepared_things WHERE id = :id AND name <> '50 %'")
        async with db.connection() as conn:
            await conn.fetch_value(statement, {"id": 1})
            assert await list_prepared(conn) == []
        for _ in range(3):
            async with db.connection() as conn:
                await conn.fetch_value(statement, {"id": 1})
                (found,) = await list_prepared(conn)
        assert "id = $1 AND name <> '50 %'" in found

    async def test_that_cannot_be_prepared_is_sent_as_it_is(self, db: Database) -> None:
        setting = text("SET application_name = :name")
        async with db.connection() as conn:
            for name in ("one", "two", "three"):
                await conn.execute(setting, {"name": name})
            assert await conn.fetch_value(text("SHOW application_name")) == "three"

    async def test_reports_the_rows_it_affected(self, db: Database) -> None:
        change = text("UPDATE prepared_things SET name = 'x' WHERE id < :id")
        async with db.connection() as conn:
            await conn.execute(text("INSERT INTO prepared_things SELECT generate_series(1, 5)"))
            assert [await conn.execute(change, {"id": 4}) for _ in range(3)] == [3, 3, 3]

    async def test_whose_types_cannot_be_inferred_fails_until_it_has_a_cast(self, db: Database) -> None:
        ambiguous = text("SELECT jsonb_build_object('n', :n)")
        async with db.connection() as conn:
            await conn.fetch_value(ambiguous, {"n": 1})
            with pytest.raises(psycopg2.errors.IndeterminateDatatype):
                await conn.fetch_value(ambiguous, {"n": 1})
            declared = text("SELECT jsonb_build_object('n', CAST(:n AS int))")
            assert [await conn.fetch_value(declared, {"n": 1}) for _ in range(3)] == [{"n": 1}] * 3


class TestOneRoundTrip:
    async def test_prepares_all_that_it_prepends_and_defers(self, db: Database) -> None:
        for number in range(3):
            async with db.transaction() as conn:
                conn.prepend(ADD, {"id": number, "name": "prepended"})
                assert await conn.fetch_value(NAME, {"id": number}) == "prepended"
                conn.defer(RENAME, {"id": number, "name": "deferred"})
                conn.defer(RENAME, {"id": number, "name": "deferred last"})
        async with db.connection() as conn:
            assert await conn.fetch_value(NAME, {"id": 2}) == "deferred last"
            assert len(await list_prepared(conn)) == 3

    async def test_may_set_up_its_transaction_first(self, db: Database) -> None:
        isolate = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for number in range(3):
            async with db.transaction() as conn:
                conn.prepend(isolate)
                conn.prepend(ADD, {"id": number, "name": "isolated"})
                assert await conn.fetch_value(NAME, {"id": number}) == "isolated"
                assert await conn.fetch_value(text("SHOW transaction_isolation")) == "repeatable read"

    async def test_is_all_that_a_transaction_of_deferred_writes_takes(self, db: Database) -> None:
        for number in range(3):
            async with db.transaction() as conn:
                conn.defer(ADD, {"id": number, "name": "deferred"})
        async with db.connection() as conn:
            assert await conn.fetch_value(text("SELECT count(*) FROM prepared_things")) == 3

    async def test_flushes_before_the_transaction_goes_on(self, db: Database) -> None:
        for number in range(3):
            async with db.transaction() as conn:
                conn.defer(ADD, {"id": number, "name": "flushed"})
                await conn.flush()
                assert await conn.fetch_value(NAME, {"id": number}) == "flushed"


class TestTheLimit:
    async def test_bounds_what_a_connection_holds(self, url: str) -> None:
        statements = [text(f"SELECT {number} + CAST(:id AS int)") for number in range(20)]
        async with pool_of_one(url, prepared=5) as db:
            for _ in range(3):
                async with db.connection() as conn:
                    for number, statement in enumerate(statements):
                        assert await conn.fetch_value(statement, {"id": 1}) == number + 1
                        assert len(await list_prepared(conn)) <= 5

    async def test_counts_what_failed_ones_may_have_left(self, url: str) -> None:
        failing = text("SELECT 1 / CAST(:id AS int)")
        async with pool_of_one(url, prepared=5) as db, db.connection() as conn:
            for _ in range(20):
                with pytest.raises(psycopg2.errors.DivisionByZero):
                    await conn.fetch_value(failing, {"id": 0})
                assert len(await list_prepared(conn)) <= 5

    async def test_of_zero_prepares_nothing(self, url: str) -> None:
        async with pool_of_one(url, prepared=0) as db:
            await meet(db, NAME, ADD)
            async with db.connection() as conn:
                assert await list_prepared(conn) == []


class TestAPlan:
    async def test_of_an_optional_filter_is_made_for_its_value(self, db: Database) -> None:
        optional = text("SELECT 1 FROM prepared_things WHERE (:id IS NULL OR id = CAST(:id AS int))")
        pattern = text("SELECT 1 FROM prepared_things WHERE name LIKE lower(:name)")
        await meet(db, optional, pattern)
        async with db.connection() as conn:
            assert await list_prepared(conn) == []

    async def test_is_made_again_for_a_table_that_has_grown(
        self, db: Database, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run_elsewhere(
            url, "INSERT INTO prepared_things SELECT generate_series(1, 5); ANALYZE prepared_things"
        )
        await meet(db, NAME)
        run_elsewhere(url, "INSERT INTO prepared_things SELECT generate_series(6, 50000)")
        async with db.connection() as conn:
            (name,) = [row.name for row in await conn.fetch_all(LIST_PREPARED) if "WHERE id" in row.statement]
            explain = text(f"EXPLAIN EXECUTE {name} (1)")
            assert "Seq Scan" in str(await conn.fetch_all(explain))
            monkeypatch.setattr(prepared, "PLAN_SECONDS", 0)
            assert "Index Scan" in str(await conn.fetch_all(explain))
