"""Prepared statements of shared.db: their values, and every way in which a connection may lose them."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

import psycopg2
import pytest
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Executable,
    Float,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    bindparam,
    insert,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

import services
import shared
from shared.db import Connection, Database, DatabaseLimits, byte_strings, integers, prepared, texts
from shared.db.migrations import migrate
from shared.db.statements import compile_statement
from shared.errors import Busy, Unavailable, UniqueViolated
from tests.support.parts import SERVICES, Databases

pytestmark = pytest.mark.real_limits

LIMITS = DatabaseLimits(pool_size=1, statement=0.3, lock=0.3)

values = Table(
    "values_of_all_types",
    MetaData(),
    Column("id", BigInteger, primary_key=True),
    Column("small", SmallInteger),
    Column("number", Integer),
    Column("real", Float),
    Column("flag", Boolean),
    Column("name", Text),
    Column("raw", LargeBinary),
    Column("data", JSONB),
    Column("at", DateTime(timezone=True)),
    Column("day", Date),
    Column("span", Interval),
    Column("words", ARRAY(Text)),
    Column("numbers", ARRAY(BigInteger)),
)
_ADD_VALUES = insert(values).values({column.name: bindparam(column.name) for column in values.columns})
_VALUES = select(values).where(values.c.id == bindparam("id"))

_ADD = text("INSERT INTO prepared_things (id, name) VALUES (:id, :name)")
_NAME = text("SELECT name FROM prepared_things WHERE id = :id")
_ALL = text("SELECT * FROM prepared_things WHERE id = :id")
_RENAME = text("UPDATE prepared_things SET name = :name WHERE id = :id")
_SLEEP = text("SELECT pg_sleep(:seconds)")
_LIST_PREPARED = text("SELECT name, statement FROM pg_prepared_statements ORDER BY name")


class Colour(StrEnum):
    """An enum, as services use them for columns of text."""

    RED = "red"


@pytest.fixture(scope="module")
def url(database: Databases) -> str:
    url = database("tiles")
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE prepared_things (id int PRIMARY KEY, name text);"
            "CREATE TABLE values_of_all_types (id bigint PRIMARY KEY, small smallint, number int, real float,"
            " flag boolean, name text, raw bytea, data jsonb, at timestamptz, day date, span interval,"
            " words text[], numbers bigint[])"
        )
    connection.close()
    return url


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    """A pool of one connection, with an empty table of things."""
    run_elsewhere(url, "TRUNCATE prepared_things, values_of_all_types")
    async with pool_of_one(url) as db:
        yield db


@asynccontextmanager
async def pool_of_one(url: str, prepared: int = 200) -> AsyncIterator[Database]:
    limits = DatabaseLimits(1, statement=LIMITS.statement, lock=LIMITS.lock, prepared=prepared)
    db = Database(url, application="test", limits=limits)
    yield db
    await db.close(grace=0.1)


def run_elsewhere(url: str, sql: str) -> None:
    """Run SQL on a connection of its own, such as that of a migration."""
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(sql)


async def list_prepared(conn: Connection) -> list[str]:
    """Return the SQL of what the server holds for the connection, without this question."""
    rows = await conn.fetch_all(_LIST_PREPARED)
    return [row.statement for row in rows if "pg_prepared_statements" not in row.statement]


async def meet(db: Database, *statements: Executable) -> None:
    """Use statements so that the connection has prepared them."""
    params = {"id": 0, "name": "met", "seconds": 0}
    for _ in range(2):
        async with db.connection() as conn:
            for statement in statements:
                await conn.execute(statement, params)
                await conn.execute(text("DELETE FROM prepared_things WHERE id = 0"))


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

    async def test_keeps_its_constants_when_it_is_prepared(self, db: Database) -> None:
        statement = select(values.c.id).where(values.c.name == "a ' % \\ ☃", values.c.id == bindparam("id"))
        async with db.connection() as conn:
            await conn.execute(insert(values).values(id=1, name="a ' % \\ ☃"))
            for _ in range(3):
                assert await conn.fetch_value(statement, {"id": 1}) == 1
            (found,) = await list_prepared(conn)
        assert "$2" not in found

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


FULL = {
    "id": 2**40,
    "small": -5,
    "number": -(2**31),
    "real": 0.5,
    "flag": True,
    "name": "100% %s $1 ☃ \\ '",
    "raw": bytes(range(256)),
    "data": {"a": [1, None, "%s"]},
    "at": datetime(2024, 2, 29, 23, 59, 59, 123456, tzinfo=UTC),
    "day": date(2024, 2, 29),
    "span": timedelta(days=1, seconds=2),
    "words": ["a", 'b"', "c,{}", None],
    "numbers": [1, -(2**62), None],
}
EMPTY = {**dict.fromkeys(FULL), "id": 1}
BARE = {**FULL, "id": 3, "flag": False, "name": "", "raw": b"", "data": [], "words": [], "numbers": []}


class TestValues:
    @pytest.mark.parametrize("sent", [FULL, EMPTY, BARE], ids=["full", "null", "bare"])
    async def test_arrive_as_they_were_sent(self, db: Database, sent: dict[str, Any]) -> None:
        for _ in range(3):
            async with db.connection() as conn:
                await conn.execute(_ADD_VALUES, sent)
                row = await conn.fetch_one(_VALUES, {"id": sent["id"]})
                await conn.execute(text("TRUNCATE values_of_all_types"))
            assert row._asdict() == sent

    async def test_of_enums_arrive_as_their_text(self, db: Database) -> None:
        async with db.connection() as conn:
            for number in range(3):
                await conn.execute(_ADD, {"id": number, "name": Colour.RED})
                assert await conn.fetch_value(_NAME, {"id": number}) == "red"

    async def test_beyond_the_range_of_their_column_compare_as_before(self, db: Database) -> None:
        below = select(values.c.id).where(values.c.number < bindparam("number"))
        async with db.connection() as conn:
            await conn.execute(insert(values).values(id=1, number=5))
            assert [await conn.fetch_value(below, {"number": 2**40}) for _ in range(3)] == [1, 1, 1]

    async def test_written_as_one_array_arrive_by_their_cast(self, db: Database) -> None:
        spread = text(
            "SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:raws AS bytea[]), CAST(:names AS text[]),"
            " CAST(:flags AS boolean[]), CAST(:moments AS timestamptz[])) AS it (id, raw, name, flag, moment)"
        )
        moment = datetime(2024, 1, 1, tzinfo=UTC)
        arrays = {
            "ids": integers([2**40, 2]),
            "raws": byte_strings([b"\x00\xff", None]),
            "names": texts(["a ' \" \\ %s", None]),
            "flags": texts(["True", None]),
            "moments": texts([moment.isoformat(), None]),
        }
        async with db.connection() as conn:
            for _ in range(3):
                rows = await conn.fetch_all(spread, arrays)
                assert [tuple(row) for row in rows] == [
                    (2**40, b"\x00\xff", "a ' \" \\ %s", True, moment),
                    (2, None, None, None, None),
                ]


class TestOneRoundTrip:
    async def test_prepares_all_that_it_prepends_and_defers(self, db: Database) -> None:
        for number in range(3):
            async with db.transaction() as conn:
                conn.prepend(_ADD, {"id": number, "name": "prepended"})
                assert await conn.fetch_value(_NAME, {"id": number}) == "prepended"
                conn.defer(_RENAME, {"id": number, "name": "deferred"})
                conn.defer(_RENAME, {"id": number, "name": "deferred last"})
        async with db.connection() as conn:
            assert await conn.fetch_value(_NAME, {"id": 2}) == "deferred last"
            assert len(await list_prepared(conn)) == 3

    async def test_may_set_up_its_transaction_first(self, db: Database) -> None:
        isolate = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for number in range(3):
            async with db.transaction() as conn:
                conn.prepend(isolate)
                conn.prepend(_ADD, {"id": number, "name": "isolated"})
                assert await conn.fetch_value(_NAME, {"id": number}) == "isolated"
                assert await conn.fetch_value(text("SHOW transaction_isolation")) == "repeatable read"

    async def test_is_all_that_a_transaction_of_deferred_writes_takes(self, db: Database) -> None:
        for number in range(3):
            async with db.transaction() as conn:
                conn.defer(_ADD, {"id": number, "name": "deferred"})
        async with db.connection() as conn:
            assert await conn.fetch_value(text("SELECT count(*) FROM prepared_things")) == 3

    async def test_flushes_before_the_transaction_goes_on(self, db: Database) -> None:
        for number in range(3):
            async with db.transaction() as conn:
                conn.defer(_ADD, {"id": number, "name": "flushed"})
                await conn.flush()
                assert await conn.fetch_value(_NAME, {"id": number}) == "flushed"


class TestAfterAFailure:
    """PREPARE is not undone by a rollback, and what follows a failed statement never ran."""

    async def test_of_a_constraint_what_was_prepared_is_still_known(self, db: Database) -> None:
        async with db.connection() as conn:
            await conn.execute(_ADD, {"id": 1, "name": "first"})
        for _ in range(3):
            with pytest.raises(UniqueViolated):
                async with db.transaction() as conn:
                    await conn.execute(_ADD, {"id": 1, "name": "again"})
        async with db.connection() as conn:
            assert len([sql for sql in await list_prepared(conn) if "INSERT" in sql]) == 1
            await conn.execute(_ADD, {"id": 2, "name": "second"})

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
                    await conn.execute(_ADD, {"id": 1, "name": "rolled back"})
                    raise RuntimeError
        async with db.connection() as conn:
            assert len(await list_prepared(conn)) == 1
            await conn.execute(_ADD, {"id": 1, "name": "kept"})

    async def test_by_the_statement_timeout_the_connection_goes_on(self, db: Database) -> None:
        await meet(db, _SLEEP)
        with pytest.raises(Unavailable, match="statement timeout"):
            async with db.transaction() as conn:
                conn.prepend(_SLEEP, {"seconds": 5})
                await conn.fetch_value(_NAME, {"id": 1})
        for _ in range(2):
            async with db.transaction() as conn:
                conn.prepend(_SLEEP, {"seconds": 0})
                assert await conn.fetch_value(_NAME, {"id": 1}) is None

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
        await meet(db, _NAME)
        with pytest.raises(Unavailable):
            async with db.connection() as conn:
                await conn.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        for _ in range(2):
            async with db.connection() as conn:
                assert await conn.fetch_value(_NAME, {"id": 1}) is None


@pytest.fixture
async def migrated(db: Database, url: str) -> AsyncIterator[Callable[[], None]]:
    """A connection has prepared statements of a table that this function alters."""
    await meet(db, _ALL, _ADD, _NAME)
    yield lambda: run_elsewhere(url, "ALTER TABLE prepared_things ADD COLUMN added int DEFAULT 7")
    run_elsewhere(url, "ALTER TABLE prepared_things DROP COLUMN IF EXISTS added")


class TestAMigration:
    """A plan "must not change result type": only preparing again helps."""

    async def test_is_not_noticed_outside_a_transaction(
        self, db: Database, migrated: Callable[[], None]
    ) -> None:
        async with db.connection() as conn:
            await conn.execute(_ADD, {"id": 1, "name": "one"})
            migrated()
            row = await conn.fetch_one(_ALL, {"id": 1})
        assert row.added == 7

    async def test_is_not_noticed_by_the_first_round_trip_of_a_transaction(
        self, db: Database, migrated: Callable[[], None]
    ) -> None:
        migrated()
        async with db.transaction(statement=0.2) as conn:
            conn.prepend(_ADD, {"id": 1, "name": "one"})
            row = await conn.fetch_one(_ALL, {"id": 1})
            assert await conn.fetch_value(text("SHOW statement_timeout")) == "200ms"
        assert row.added == 7
        async with db.connection() as conn:
            assert await conn.fetch_value(_NAME, {"id": 1}) == "one"

    async def test_during_a_transaction_makes_it_unavailable_once_and_leaves_nothing(
        self, db: Database, migrated: Callable[[], None]
    ) -> None:
        called: list[bool] = []
        with pytest.raises(Unavailable, match="altered"):
            async with db.transaction() as conn:
                await conn.fetch_value(text("SELECT 1"))
                migrated()
                conn.after_commit(lambda: called.append(True))
                conn.prepend(_ADD, {"id": 1, "name": "lost"})
                await conn.fetch_one(_ALL, {"id": 1})
        assert called == []
        async with db.transaction() as conn:
            conn.prepend(_ADD, {"id": 1, "name": "kept"})
            assert (await conn.fetch_one(_ALL, {"id": 1})).added == 7


class TestAServerThatForgot:
    """As after DISCARD, or with a pooler that gives each transaction another connection."""

    async def test_is_told_again(self, db: Database) -> None:
        await meet(db, _NAME)
        async with db.connection() as conn:
            await conn.execute(text("DISCARD ALL"))
            assert await conn.fetch_value(_NAME, {"id": 1}) is None
            assert len(await list_prepared(conn)) == 1


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
            await meet(db, _NAME, _ADD)
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
        await meet(db, _NAME)
        run_elsewhere(url, "INSERT INTO prepared_things SELECT generate_series(6, 50000)")
        async with db.connection() as conn:
            (name,) = [
                row.name for row in await conn.fetch_all(_LIST_PREPARED) if "WHERE id" in row.statement
            ]
            explain = text(f"EXPLAIN EXECUTE {name} (1)")
            assert "Seq Scan" in str(await conn.fetch_all(explain))
            monkeypatch.setattr(prepared, "PLAN_SECONDS", 0)
            assert "Index Scan" in str(await conn.fetch_all(explain))


def list_statements(packages: Sequence[str]) -> list[Executable]:
    """Return the statements that modules of these packages keep, also in containers and objects of theirs."""
    modules = [
        importlib.import_module(found.name)
        for package in (services, shared)
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if found.name.startswith(tuple(packages)) and not re.search(r"migrations|__main__", found.name)
    ]
    return [one for module in modules for value in vars(module).values() for one in find_statements(value)]


def find_statements(value: object) -> Iterator[Executable]:
    """Find the statements in a value."""
    if isinstance(value, Executable):
        yield value
    elif isinstance(value, dict | list | tuple):
        for one in value.values() if isinstance(value, dict) else value:
            yield from find_statements(one)
    elif type(value).__module__.startswith("services."):
        yield from find_statements(getattr(value, "__dict__", {}))


@pytest.mark.parametrize("service", SERVICES)
def test_every_statement_of_a_service_can_be_prepared(database: Databases, service: str) -> None:
    url = database(service)
    migrate(service, url)
    refused = []
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        for statement in list_statements([f"services.{service}.", "shared.messaging."]):
            if definition := compile_statement(statement).definition:
                try:
                    cursor.execute(f"PREPARE it {definition.sql}; DEALLOCATE it", definition.constants)
                except psycopg2.Error as error:
                    refused.append(f"{error}: {definition.sql}")
    assert refused == []
