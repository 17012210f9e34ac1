"""Each fault of aiopg 1.4, reproduced on aiopg itself and shown to be absent in shared.db."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiopg
import psycopg2
import pytest
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Text, bindparam, insert, select, text
from sqlalchemy.dialects.postgresql import JSONB

from shared.db import Connection, Database, DatabaseLimits
from shared.errors import CheckViolated, ReferenceViolated, Unavailable, UniqueViolated
from tests.support.parts import Databases

pytestmark = pytest.mark.real_limits

LIMITS = DatabaseLimits(pool_size=2, acquire=0.5, statement=0.3, lock=0.2)
SLEEP = text("SELECT pg_sleep(:seconds)")
PID = text("SELECT pg_backend_pid()")
END = text("SELECT pg_terminate_backend(:pid)")

things = Table(
    "things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", Text),
    Column("data", JSONB),
    Column("raw", LargeBinary),
)


@pytest.fixture(scope="module")
def url(database: Databases) -> str:
    url = database("tiles")
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE things (id int PRIMARY KEY, name text UNIQUE CHECK (name <> ''),"
            " data jsonb, raw bytea, parent int REFERENCES things)"
        )
    connection.close()
    return url


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    db = Database(url, application="test", limits=LIMITS)
    yield db
    await db.close(grace=0.1)


@pytest.fixture
async def control(url: str) -> AsyncIterator[Database]:
    """A second pool, for acting on the connections of the first."""
    db = Database(url, application="control")
    yield db
    await db.close(grace=0.1)


class TestAStatementTimeout:
    async def test_of_the_server_reaches_aiopgs_caller_as_a_cancellation(self, url: str) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        connecting = aiopg.connect(url, enable_hstore=False, options="-c statement_timeout=100")
        async with connecting as raw, raw.cursor() as cursor:
            with pytest.raises(asyncio.CancelledError):
                await cursor.execute("SELECT pg_sleep(2)")

    async def test_of_the_server_is_unavailable_here_and_no_unhandled_error(self, db: Database) -> None:
        unhandled: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: unhandled.append(context))
        with pytest.raises(Unavailable, match="statement timeout"):
            async with db.connection() as conn:
                await conn.execute(SLEEP, {"seconds": 5})
        async with db.connection() as conn:
            assert await conn.fetch_value(text("SELECT 1")) == 1
        gc.collect()  # an exception that was never retrieved is reported now
        assert unhandled == []

    async def test_of_a_caller_is_still_the_callers_cancellation(self, db: Database) -> None:
        async def work() -> None:
            async with db.connection() as conn:
                await conn.execute(SLEEP, {"seconds": 0.25})

        task = asyncio.create_task(work())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with db.connection() as one, db.connection() as two:
            assert await one.fetch_value(PID) != await two.fetch_value(PID)


class TestACallerWhoGivesUp:
    async def test_while_connecting_leaves_nothing_open(self, url: str) -> None:
        """Cancel at any moment; a connection that is collected without having been closed warns."""

        async def use(db: Database) -> None:
            async with db.connection():
                pass

        for number in range(150):
            db = Database(url, application="given up", limits=LIMITS)
            using = asyncio.create_task(use(db))
            await asyncio.wait([using], timeout=number / 10_000)
            using.cancel()
            await asyncio.gather(using, return_exceptions=True)
            await db.close(grace=0.1)
        gc.collect()


class TestABrokenConnection:
    async def test_returned_to_aiopgs_exhausted_pool_wakes_no_waiter(self, url: str) -> None:
        async with aiopg.create_pool(url, minsize=1, maxsize=1, timeout=0.6, enable_hstore=False) as pool:
            broken = await pool.acquire()
            waiter = asyncio.create_task(pool._acquire())
            await asyncio.sleep(0.05)
            broken.close()
            pool.release(broken)
            with pytest.raises(TimeoutError):
                await waiter

    async def test_returned_to_our_exhausted_pool_wakes_the_next_waiter(
        self, db: Database, control: Database
    ) -> None:
        waited: list[float] = []

        async def wait_for_one() -> None:
            started = time.monotonic()
            async with db.connection() as conn:
                await conn.fetch_value(PID)
            waited.append(time.monotonic() - started)

        with pytest.raises(Unavailable):
            async with db.connection(), db.transaction() as conn:
                pid = await conn.fetch_value(PID)
                waiter = asyncio.create_task(wait_for_one())
                await asyncio.sleep(0.05)
                async with control.connection() as other:
                    await other.execute(END, {"pid": pid})
                await conn.fetch_value(PID)
        await waiter
        assert waited[0] < LIMITS.acquire

    async def test_whose_rows_had_arrived_already_is_unavailable(
        self, url: str, unused_tcp_port_factory: Callable[[], int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        execute = Connection._execute

        async def notice_the_end_before_the_rows_are_read(conn: Connection, sql: bytes) -> None:
            await execute(conn, sql)
            while b"words" in sql and not conn._raw.closed:  # noqa: ASYNC110 - the driver notices it
                await asyncio.sleep(0)

        monkeypatch.setattr(Connection, "_execute", notice_the_end_before_the_rows_are_read)
        async with ending_after(b"last words", url, unused_tcp_port_factory()) as ending:
            db = Database(ending, application="test", limits=LIMITS)
            for fetch in (Connection.fetch_all, Connection.fetch_one, Connection.fetch_value):
                with pytest.raises(Unavailable):
                    async with db.connection() as conn:
                        await fetch(conn, text("SELECT 'last ' || 'words'"))
            await db.close(grace=0.1)

    async def test_that_broke_while_idle_is_not_used_again(self, db: Database, control: Database) -> None:
        async with db.connection() as conn:
            pid = await conn.fetch_value(PID)
        async with control.connection() as other:
            await other.execute(END, {"pid": pid})
        await asyncio.sleep(0.05)
        async with db.connection() as conn:
            assert await conn.fetch_value(PID) != pid


async def test_an_exhausted_pool_is_unavailable_in_bounded_time_and_recovers(db: Database) -> None:
    async with db.connection(), db.connection():
        started = time.monotonic()
        with pytest.raises(Unavailable, match="no connection within"):
            async with db.connection():
                pass
        assert time.monotonic() - started < LIMITS.acquire + 0.5
    async with db.connection() as conn:
        assert await conn.fetch_value(text("SELECT 1")) == 1


async def test_a_freed_connection_does_not_wait_behind_a_hung_connect(
    url: str, unused_tcp_port_factory: Callable[[], int]
) -> None:
    """The server answers the first connect and lets the second hang."""
    host, port = "127.0.0.1", unused_tcp_port_factory()
    target = psycopg2.extensions.parse_dsn(url)
    relays: list[asyncio.Task[None]] = []

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        this = asyncio.current_task()
        assert this is not None
        relays.append(this)
        if len(relays) > 2:  # every connect is two: the pool looks first whether anybody listens
            await reader.read()
            writer.close()
            return
        upstream_reader, upstream_writer = await asyncio.open_connection(target["host"], int(target["port"]))

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            while data := await source.read(65536):
                sink.write(data)
            sink.close()

        await asyncio.gather(pump(reader, upstream_writer), pump(upstream_reader, writer))

    server = await asyncio.start_server(relay, host, port)
    slow = f"postgresql://{target['user']}:{target['password']}@{host}:{port}/{target['dbname']}"
    db = Database(slow, application="test", limits=DatabaseLimits(pool_size=2, acquire=1.0))
    async with db.connection() as conn:
        await conn.fetch_value(PID)
        hanging = asyncio.create_task(_use(db))
        await asyncio.sleep(0.05)
    started = time.monotonic()
    await _use(db)
    assert time.monotonic() - started < 0.5
    with pytest.raises(Unavailable):
        await hanging
    await db.close(grace=0.1)
    server.close()
    await asyncio.gather(*relays)


@asynccontextmanager
async def ending_after(words: bytes, url: str, port: int) -> AsyncIterator[str]:
    """A URL of the same database, whose connections end with the answer that contains `words`."""
    target = psycopg2.extensions.parse_dsn(url)
    relays: list[asyncio.Task[None]] = []

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        this = asyncio.current_task()
        assert this is not None
        relays.append(this)
        upstream_reader, upstream_writer = await asyncio.open_connection(target["host"], int(target["port"]))

        async def send_queries() -> None:
            while query := await reader.read(65536):
                upstream_writer.write(query)
            upstream_writer.close()

        async def send_answers() -> None:
            while answer := await upstream_reader.read(65536):
                writer.write(answer)
                if words in answer:
                    writer.close()
                    upstream_writer.close()
            writer.close()

        await asyncio.gather(send_queries(), send_answers())

    server = await asyncio.start_server(relay, "127.0.0.1", port)
    try:
        yield psycopg2.extensions.make_dsn(url, host="127.0.0.1", port=port)
    finally:
        server.close()
        await asyncio.gather(*relays, return_exceptions=True)


async def _use(db: Database) -> None:
    async with db.connection() as conn:
        await conn.fetch_value(PID)


async def test_closing_is_bounded_even_while_a_connection_is_in_use(url: str) -> None:
    db = Database(url, application="test")
    async with db.connection() as conn:
        await conn.fetch_value(PID)
        started = time.monotonic()
        await db.close(grace=0.1)
        assert time.monotonic() - started < 1
        with pytest.raises(Unavailable):
            await _use(db)


class TestATransaction:
    async def test_that_fails_leaves_nothing(self, db: Database) -> None:
        with pytest.raises(RuntimeError):
            async with db.transaction() as conn:
                await _add(conn, 1)
                raise RuntimeError
        async with db.connection() as conn:
            assert await conn.fetch_one(select(things).where(things.c.id == 1)) is None

    async def test_sends_what_was_deferred_with_its_commit(self, db: Database) -> None:
        committed: list[bool] = []
        async with db.transaction() as conn:
            await _add(conn, 2)
            conn.defer(text("UPDATE things SET name = 'deferred' WHERE id = 2"))
            conn.after_commit(lambda: committed.append(True))
            assert committed == []
        async with db.connection() as conn:
            assert await conn.fetch_value(text("SELECT name FROM things WHERE id = 2")) == "deferred"
        assert committed == [True]

    async def test_whose_deferred_statement_fails_is_rolled_back_with_that_error(self, db: Database) -> None:
        called: list[bool] = []
        with pytest.raises(UniqueViolated) as violated:
            async with db.transaction() as conn:
                await _add(conn, 3)
                conn.defer(text("INSERT INTO things (id) VALUES (3)"))
                conn.after_commit(lambda: called.append(True))
        assert violated.value.constraint == "things_pkey"
        async with db.connection() as conn:
            assert await conn.fetch_one(select(things).where(things.c.id == 3)) is None
        assert called == []

    async def test_rolls_back_flushed_statements_with_the_rest(self, db: Database) -> None:
        with pytest.raises(RuntimeError):
            async with db.transaction() as conn:
                conn.defer(text("INSERT INTO things (id, name) VALUES (5, 'flushed')"))
                await conn.flush()
                assert await conn.fetch_value(text("SELECT name FROM things WHERE id = 5")) == "flushed"
                raise RuntimeError
        async with db.connection() as conn:
            assert await conn.fetch_one(select(things).where(things.c.id == 5)) is None

    async def test_may_have_a_longer_statement_timeout_than_the_pool(self, db: Database) -> None:
        longer = LIMITS.statement * 2
        async with db.transaction(statement=longer * 2) as conn:
            await conn.execute(SLEEP, {"seconds": longer})
        with pytest.raises(Unavailable):
            async with db.transaction(statement=0.05) as conn:
                await conn.execute(SLEEP, {"seconds": longer})
        async with db.connection() as conn:
            assert await conn.fetch_value(text("SHOW statement_timeout")) == "300ms"

    async def test_reads_after_a_prepended_lock_what_its_previous_holder_wrote(self, db: Database) -> None:
        async with db.connection() as conn:
            await _add(conn, 4)
        lock = text("SELECT 1 FROM things WHERE id = 4 FOR UPDATE")
        count = text("SELECT coalesce((data->>'n')::int, 0) FROM things WHERE id = 4")

        async def increment() -> None:
            async with db.transaction() as conn:
                conn.prepend(lock)
                n = await conn.fetch_value(count)
                conn.defer(
                    text("UPDATE things SET data = jsonb_build_object('n', :n + 1) WHERE id = 4"), {"n": n}
                )

        await asyncio.gather(*(increment() for _ in range(8)))
        async with db.connection() as conn:
            assert await conn.fetch_value(count) == 8


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("INSERT INTO things (id, name) VALUES (10, 'x'), (11, 'x')", UniqueViolated("things_name_key")),
        ("INSERT INTO things (id, name) VALUES (12, '')", CheckViolated("things_name_check")),
        ("INSERT INTO things (id) VALUES (NULL)", CheckViolated("id")),
        ("INSERT INTO things (id, parent) VALUES (13, 99)", ReferenceViolated("things_parent_fkey")),
    ],
)
async def test_a_broken_constraint_is_named(db: Database, sql: str, error: Any) -> None:
    with pytest.raises(type(error)) as broken:
        async with db.connection() as conn:
            await conn.execute(text(sql))
    assert broken.value.constraint == error.constraint


async def test_values_arrive_as_they_were_sent(db: Database) -> None:
    sent = {"id": 20, "name": "100% %s ☃ \\ '", "data": {"a": [1, None]}, "raw": bytes(range(256))}
    async with db.connection() as conn:
        await conn.execute(insert(things).values({name: bindparam(name) for name in sent}), sent)
        row = await conn.fetch_one(select(things).where(things.c.id == 20))
    assert row._asdict() == sent


async def test_a_statement_bound_to_a_list_is_refused(db: Database) -> None:
    async with db.connection() as conn:
        with pytest.raises(TypeError, match="any_"):
            await conn.fetch_all(select(things).where(things.c.id.in_([1, 2])))


async def test_an_unreachable_server_is_unavailable_and_its_password_stays_secret() -> None:
    db = Database("postgresql://me:sesame@127.0.0.1:1/none", application="test")
    with pytest.raises(Unavailable) as away:
        await _use(db)
    assert away.value.dependency == "postgres"
    assert "sesame" not in str(away.value)


async def _add(conn: Connection, thing_id: int) -> None:
    await conn.execute(text("INSERT INTO things (id) VALUES (:id)"), {"id": thing_id})
