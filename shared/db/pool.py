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

import aiopg
import psycopg2
from prometheus_client import Gauge
from psycopg2.extensions import TRANSACTION_STATUS_IDLE, make_dsn, parse_dsn
from psycopg2.extras import NamedTupleCursor

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


@dataclass(eq=False, slots=True)
class _Session:
    """A connection with what it keeps for life: making a cursor takes as long as sending a statement."""

    raw: aiopg.Connection
    cursor: aiopg.Cursor
    prepared: PreparedStatements


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
        self._idle: deque[_Session] = deque()
        self._in_use: set[_Session] = set()
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
        for session in (*self._idle, *self._in_use):
            await session.raw.close()
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
        session = await self._acquire()
        try:
            yield self._wrap(session, self._limits.statement)
        finally:
            self._release(session)

    @asynccontextmanager
    async def transaction(self, *, statement: float | None = None) -> AsyncIterator[Connection]:
        """Provide a connection in a transaction: committed when the block ends, rolled back when it raises.

        `statement` replaces the pool's statement timeout, in seconds, where that is too short. The isolation
        level is READ COMMITTED: each statement reads what was committed before it, so one that follows a
        `SELECT ... FOR UPDATE` reads everything that the previous holder of that row wrote.
        """
        session = await self._acquire()
        try:
            conn = self._wrap(session, statement or self._limits.statement)
            async with in_transaction(conn, statement):
                yield conn
        finally:
            self._release(session)

    @asynccontextmanager
    async def open_dedicated(self) -> AsyncIterator[Connection]:
        """Open a connection outside the pool, for LISTEN and session-level advisory locks."""
        session = await self._connect()
        try:
            yield self._wrap(session, self._limits.statement)
        finally:
            await session.raw.close()

    def _wrap(self, session: _Session, statement: float) -> Connection:
        # Slightly above the server's limit, so that normally the server ends the query (aiopg#570).
        return Connection(session.raw, session.cursor, session.prepared, statement + 0.5)

    async def _acquire(self) -> _Session:
        if self._closed:
            raise Unavailable("postgres", "the service is shutting down")
        session = await self._take_idle() or await self._wait_or_connect()
        self._in_use.add(session)
        CONNECTIONS_IN_USE.inc()
        return session

    async def _take_idle(self) -> _Session | None:
        """Take a connection that is free at once, if there is one: without a timer, most of the cost here."""
        session = None if self._slots.locked() else self._pop_idle()
        if session is not None:
            await self._slots.acquire()  # does not wait
        return session

    async def _wait_or_connect(self) -> _Session:
        try:
            async with asyncio.timeout(self._limits.acquire):
                await self._slots.acquire()
                try:
                    return self._pop_idle() or await self._connect()
                except BaseException:
                    self._slots.release()
                    raise
        except TimeoutError:
            raise Unavailable("postgres", f"no connection within {self._limits.acquire:g} s") from None

    def _pop_idle(self) -> _Session | None:
        while self._idle:
            session = self._idle.pop()
            if not session.raw.closed:
                return session
        return None

    def _release(self, session: _Session) -> None:
        self._in_use.discard(session)
        CONNECTIONS_IN_USE.dec()
        raw = session.raw
        if not raw.closed:
            if self._closed or raw.raw.get_transaction_status() != TRANSACTION_STATUS_IDLE:
                raw.close()
            else:
                self._idle.append(session)
        self._slots.release()

    async def _connect(self) -> _Session:
        with suppress(RuntimeError):
            return await self._open()
        # When a connection breaks during a write, aiopg never removes its writer from the loop, and uvloop
        # refuses the next connection with the same file descriptor; that attempt removes the writer.
        return await self._open()

    async def _open(self) -> _Session:
        try:
            dsn = await self._reachable_dsn()
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
        except TimeoutError:
            raise Unavailable("postgres", "connecting timed out") from None
        except (psycopg2.Error, OSError) as error:
            raise Unavailable("postgres", str(error).strip()) from error
        else:
            cursor = await raw.cursor(cursor_factory=NamedTupleCursor)
            return _Session(raw, cursor, PreparedStatements(self._limits.prepared))

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
