"""A bounded pool of connections.

It replaces aiopg's own pool, which has faults that a service cannot tolerate (tests/services/test_db.py
reproduces each and shows that it is gone here):

- it connects while holding its lock, so a freed connection waits behind a hung connect;
- a broken connection returned to an exhausted pool wakes no waiter, and `wait_closed()` can hang.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import aiopg
import psycopg2
from prometheus_client import Gauge
from psycopg2.extensions import TRANSACTION_STATUS_IDLE, make_dsn, parse_dsn
from psycopg2.extras import NamedTupleCursor

from shared.cancellation import reraise_lost_cancellation
from shared.db.connection import Connection, in_transaction
from shared.db.driver import connect
from shared.db.prepared import PreparedStatements
from shared.errors import Unavailable
from shared.settings import ServiceSettings

CONNECTIONS_IN_USE = Gauge("db_connections_in_use", "Pooled connections held by requests or tasks.")


@dataclass(frozen=True)
class DatabaseLimits:
    """Limits per process, and `prepared` statements per connection; times in seconds.

    With the defaults a request is answered with 503 within 3 s if PostgreSQL is down or frozen: it waits for
    a connection or for its first statement, not for both in full.
    """

    pool_size: int = 10
    acquire: float = 1.5
    statement: float = 2.0
    lock: float = 1.5
    prepared: int = 200


class Database:
    """A bounded pool of connections to one database.

    It connects on demand, so a service starts while PostgreSQL is down and recovers without a restart. Every
    failure to reach or use the server is raised as `Unavailable("postgres", ...)`.
    """

    def __init__(self, url: str, *, application: str, limits: DatabaseLimits | None = None) -> None:
        self._url = url
        self._application = application
        self._limits = limits or DatabaseLimits()
        self._slots = asyncio.Semaphore(self._limits.pool_size)
        self._idle: deque[aiopg.Connection] = deque()
        self._in_use: set[aiopg.Connection] = set()
        self._prepared: WeakKeyDictionary[aiopg.Connection, PreparedStatements] = WeakKeyDictionary()
        self._closed = False

    async def closing(self, _: object) -> AsyncIterator[None]:
        """Close the pool when the application has stopped, as one of its cleanup contexts."""
        yield
        await self.close()

    async def close(self, grace: float = 5.0) -> None:
        """Wait up to `grace` seconds for work under way, then close all connections."""
        self._closed = True
        deadline = time.monotonic() + grace
        while self._in_use and time.monotonic() < deadline:  # noqa: ASYNC110 - once, at the end
            await asyncio.sleep(0.02)
        for raw in (*self._idle, *self._in_use):
            await raw.close()
        self._idle.clear()

    @classmethod
    def of(cls, settings: ServiceSettings, *, statement: float = DatabaseLimits.statement) -> Database:
        """Make the pool of a process from its settings; `statement` is the statement timeout in seconds."""
        return cls(
            settings.database_url.get_secret_value(),
            application=f"tessera {settings.instance}",
            limits=DatabaseLimits(
                pool_size=settings.database_pool, statement=statement, prepared=settings.database_prepared
            ),
        )

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Provide a connection on which each statement is a transaction of its own."""
        raw = await self._acquire()
        try:
            async with raw.cursor(cursor_factory=NamedTupleCursor) as cursor:
                yield self._wrap(raw, cursor, self._limits.statement)
        finally:
            self._release(raw)

    @asynccontextmanager
    async def transaction(self, *, statement: float | None = None) -> AsyncIterator[Connection]:
        """Provide a connection in a transaction: committed when the block ends, rolled back when it raises.

        `statement` replaces the pool's statement timeout, in seconds, where that is too short. The isolation
        level is READ COMMITTED: each statement reads what was committed before it, so one that follows a
        `SELECT ... FOR UPDATE` reads everything that the previous holder of that row wrote.
        """
        raw = await self._acquire()
        try:
            async with raw.cursor(cursor_factory=NamedTupleCursor) as cursor:
                conn = self._wrap(raw, cursor, statement or self._limits.statement)
                async with in_transaction(conn, statement):
                    yield conn
        finally:
            self._release(raw)

    @asynccontextmanager
    async def open_dedicated(self) -> AsyncIterator[Connection]:
        """Open a connection outside the pool, for LISTEN and session-level advisory locks."""
        raw = await self._connect()
        try:
            async with raw.cursor(cursor_factory=NamedTupleCursor) as cursor:
                yield self._wrap(raw, cursor, self._limits.statement)
        finally:
            await raw.close()

    def _wrap(self, raw: aiopg.Connection, cursor: aiopg.Cursor, statement: float) -> Connection:
        # Slightly above the server's limit, so that normally the server ends the query (aiopg#570).
        return Connection(raw, cursor, self._prepared[raw], statement + 0.5)

    async def _acquire(self) -> aiopg.Connection:
        if self._closed:
            raise Unavailable("postgres", "the service is shutting down")
        try:
            async with asyncio.timeout(self._limits.acquire):
                await self._slots.acquire()
                try:
                    raw = self._pop_idle() or await self._connect()
                except BaseException:
                    self._slots.release()
                    raise
        except TimeoutError:
            raise Unavailable("postgres", f"no connection within {self._limits.acquire:g} s") from None
        self._in_use.add(raw)
        CONNECTIONS_IN_USE.inc()
        return raw

    def _pop_idle(self) -> aiopg.Connection | None:
        while self._idle:
            raw = self._idle.pop()
            if not raw.closed:
                return raw
        return None

    def _release(self, raw: aiopg.Connection) -> None:
        self._in_use.discard(raw)
        CONNECTIONS_IN_USE.dec()
        if not raw.closed:
            if self._closed or raw.raw.get_transaction_status() != TRANSACTION_STATUS_IDLE:
                raw.close()
            else:
                self._idle.append(raw)
        self._slots.release()

    async def _connect(self) -> aiopg.Connection:
        with suppress(RuntimeError):
            return await self._open()
        # When a connection breaks during a write, aiopg never removes its writer from the loop, and uvloop
        # refuses the next connection with the same file descriptor; that attempt removes the writer.
        return await self._open()

    async def _open(self) -> aiopg.Connection:
        raw = None
        try:
            dsn = await self._reachable_dsn()
            with reraise_lost_cancellation():
                raw = await connect(
                    dsn,
                    timeout=self._limits.acquire,
                    application=self._application,
                    options=(
                        f"-c statement_timeout={round(self._limits.statement * 1000)}"
                        f" -c lock_timeout={round(self._limits.lock * 1000)}"
                        " -c timezone=UTC"
                        # Never a plan for the values of one call: of eight joined tables, making it takes ten
                        # times as long as running it, which PostgreSQL's own estimate does not show.
                        " -c plan_cache_mode=force_generic_plan"
                    ),
                )
        except asyncio.CancelledError:
            if raw is not None:  # the cancellation arrived together with the connection
                raw.close()
            raise
        except TimeoutError:
            raise Unavailable("postgres", "connecting timed out") from None
        except (psycopg2.Error, OSError) as error:
            raise Unavailable("postgres", str(error).strip()) from error
        else:
            self._prepared[raw] = PreparedStatements(self._limits.prepared)
            return raw

    async def _reachable_dsn(self) -> str:
        # libpq resolves names synchronously even when it connects asynchronously, which would block the loop.
        target = parse_dsn(self._url)
        host = target.get("host", "")
        if not host or host.startswith("/"):
            return self._url
        loop = asyncio.get_running_loop()
        addresses = await loop.getaddrinfo(host, int(target.get("port", 5432)), proto=6)
        # A refused connection breaks while aiopg writes (see `_connect`), so connect to the port first.
        async with asyncio.timeout(self._limits.acquire):
            transport, _ = await loop.create_connection(asyncio.Protocol, *addresses[0][4][:2])
        transport.close()
        return str(make_dsn(self._url, hostaddr=addresses[0][4][0]))
