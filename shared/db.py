"""The door to PostgreSQL, and the only import of aiopg.

aiopg gives one asynchronous connection; the pool is ours, because aiopg's own has faults that a service
cannot live with (each is reproduced, and shown cured, in tests/services/test_db.py):

- its pool connects while holding its lock, so a freed connection waits behind a hung connect;
- a broken connection returned to an exhausted pool wakes no waiter, and `wait_closed()` can hang;
- a server-side `statement_timeout` surfaces as `asyncio.CancelledError` (aiopg#537), which ends a request
  with an empty reply and a TaskGroup "successfully".

Statements are SQLAlchemy Core, compiled once each (a module-level statement costs its ~75 µs only once).
Values travel as psycopg2 parameters; rows come back as named tuples.
"""

from __future__ import annotations

import asyncio
import time
import weakref
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import aiopg
import psycopg2
import psycopg2.errors
from prometheus_client import Gauge, Histogram
from psycopg2.extensions import TRANSACTION_STATUS_IDLE, make_dsn, new_type, parse_dsn, register_type
from psycopg2.extras import NamedTupleCursor
from sqlalchemy.dialects.postgresql import psycopg2 as psycopg2_dialect
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler

from shared.cancellation import heeding_cancellation
from shared.errors import Busy, CheckViolated, ReferenceViolated, Unavailable, UniqueViolated
from shared.settings import ServiceSettings

type_of_bytea = new_type(
    psycopg2.BINARY.values,
    "BYTES",
    lambda value, cursor: None if value is None else bytes(psycopg2.BINARY(value, cursor)),
)
register_type(type_of_bytea)

STATEMENT_SECONDS = Histogram(
    "db_statement_seconds",
    "Time of one round trip to PostgreSQL.",
    buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1),
)
CONNECTIONS_IN_USE = Gauge("db_connections_in_use", "Pooled connections held by requests or tasks.")

Params = Mapping[str, Any]


class Row(Protocol):
    """A named tuple whose fields are the columns of the statement."""

    def __getattr__(self, name: str) -> Any: ...


class _Compiled(NamedTuple):
    sql: str
    constants: dict[str, Any]
    to_database: Mapping[str, Callable[[Any], Any]]


_dialect: Dialect = psycopg2_dialect.dialect()  # type: ignore[no-untyped-call]
_compiled: weakref.WeakKeyDictionary[Executable, _Compiled] = weakref.WeakKeyDictionary()


def compile_statement(statement: Executable) -> _Compiled:
    """Compile a Core statement for psycopg2, once for as long as the statement lives.

    Raises TypeError for an `IN (...)` bound to a list, whose SQL changes with each call: write `= ANY(:ids)`.
    """
    known = _compiled.get(statement)
    if known is not None:
        return known
    compiler = statement.compile(dialect=_dialect)  # type: ignore[attr-defined]
    assert isinstance(compiler, SQLCompiler)
    if compiler.post_compile_params or compiler.literal_execute_params:
        raise TypeError("IN bound to a list cannot be compiled once; use column == any_(bindparam(...))")
    to_database = {}
    constants = {}
    for name, bind in compiler.binds.items():
        processor = bind.type.dialect_impl(_dialect).bind_processor(_dialect)
        if processor is not None:
            to_database[name] = processor
        if not bind.required:
            value = bind.effective_value
            constants[name] = processor(value) if processor is not None else value
    made = _Compiled(compiler.string, constants, to_database)
    _compiled[statement] = made
    return made


def integers(values: Iterable[int]) -> str:
    """Write an array as one literal: PostgreSQL parses `ARRAY[...]` ten times as slowly, value by value."""
    return f"{{{','.join(map(str, values))}}}"


def byte_strings(values: Iterable[bytes | bytearray | None]) -> str:
    """Write an array of bytea as one literal, like `integers`."""
    return f"{{{','.join(['NULL' if value is None else _HEX + value.hex() for value in values])}}}"


def texts(values: Iterable[str | None]) -> str:
    """Write an array of text, or of what is written as text, as one literal, like `integers`."""
    return f"{{{','.join(['NULL' if value is None else _quoted(value) for value in values])}}}"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'


_HEX = r"\\x"  # of bytea, escaped as an element of an array


@dataclass(frozen=True)
class DatabaseLimits:
    """Bounds of one process's use of PostgreSQL; times in seconds.

    The defaults keep the promise that an absent or frozen PostgreSQL is answered with 503 within 3 s:
    a request waits for a connection or for its first statement, not for both in full.
    """

    pool_size: int = 10
    acquire: float = 1.5
    statement: float = 2.0
    lock: float = 1.5


class Connection:
    """One connection for one task: statements on it run one after the other."""

    def __init__(self, raw: aiopg.Connection, cursor: aiopg.Cursor, timeout: float) -> None:
        self._raw = raw
        self._cursor = cursor
        self._timeout = timeout
        self._leading = b""
        self._opening = b""
        self._deferred: list[bytes] = []
        self._after_commit: list[Callable[[], None]] = []

    async def execute(self, statement: Executable, params: Params | None = None) -> int:
        """Run a statement and return how many rows it touched."""
        return int((await self._run(statement, params)).rowcount)

    async def fetch_all(self, statement: Executable, params: Params | None = None) -> Sequence[Any]:
        """Run a statement and return its rows."""
        return list((await self._run(statement, params)).fetchall())

    async def fetch_one(self, statement: Executable, params: Params | None = None) -> Any:
        """Run a statement and return its first row, or None."""
        return (await self._run(statement, params)).fetchone()

    async def fetch_value(self, statement: Executable, params: Params | None = None) -> Any:
        """Run a statement and return the first column of its first row, or None."""
        row = await self.fetch_one(statement, params)
        return None if row is None else row[0]

    def lead_with(self, statement: Executable, params: Params | None = None) -> None:
        """Send the statement in the same round trip as the next one, before it; its rows are not read.

        Each statement still sees what was committed before it starts: after a leading `SELECT ... FOR
        UPDATE` the next one sees everything that the previous holder of the row wrote.
        """
        self._leading += self._mogrify(statement, params) + b";"

    def defer(self, statement: Executable, params: Params | None = None) -> None:
        """Send the statement in the same round trip as this transaction's COMMIT."""
        self._deferred.append(self._mogrify(statement, params))

    async def flush(self) -> None:
        """Send what is deferred now: a transaction of many changes does not pile them all up."""
        if self._deferred:
            sql = self._leading + b";".join(self._deferred)
            self._leading = b""
            self._deferred.clear()
            await self._send_raw(sql)

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call `callback` once this transaction is durable; never if it is rolled back."""
        self._after_commit.append(callback)

    async def notified(self, timeout: float) -> bool:
        """Wait until a channel this connection listens to is notified; False after `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                await self._raw.notifies.get()
        except TimeoutError:
            return False
        except psycopg2.Error as error:
            raise _translated(error) from error
        while not self._raw.notifies.empty():
            self._raw.notifies.get_nowait()
        return True

    def _mogrify(self, statement: Executable, params: Params | None) -> bytes:
        compiled, values = _bind(statement, params)
        if self._raw.closed:
            raise Unavailable("postgres", "the connection was lost")
        return bytes(self._cursor.raw.mogrify(compiled.sql, values))

    async def _run(self, statement: Executable, params: Params | None) -> Any:
        """Send the statement behind those that lead it; returns psycopg2's cursor, for its rows."""
        sql, self._leading = self._leading + self._mogrify(statement, params), b""
        await self._send(sql)
        return self._cursor.raw

    async def _send(self, sql: bytes) -> None:
        started = time.perf_counter()
        try:
            with heeding_cancellation():
                await self._cursor.execute(sql, timeout=self._timeout)  # type: ignore[arg-type]  # bytes are welcome
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise Unavailable("postgres", "the statement took too long and was cancelled") from None
        except TimeoutError:
            raise Unavailable("postgres", f"no answer within {self._timeout:g} s") from None
        except psycopg2.Error as error:
            raise _translated(error) from error
        finally:
            STATEMENT_SECONDS.observe(time.perf_counter() - started)

    async def _send_raw(self, sql: bytes) -> None:
        if self._raw.closed:
            raise Unavailable("postgres", "the connection was lost")
        await self._send(sql)

    def _begin(self, statement: float | None) -> None:
        # BEGIN rides with the first statement: one round trip less, and none for an unused transaction.
        self._opening = b"BEGIN;"
        if statement is not None:
            self._opening += f"SET LOCAL statement_timeout = {round(statement * 1000)};".encode()
        self._leading = self._opening

    async def _commit(self) -> None:
        if self._leading == self._opening and not self._deferred:
            return
        await self._send_raw(self._leading + b";".join([*self._deferred, b"COMMIT"]))
        for callback in self._after_commit:
            callback()

    async def _rollback(self) -> None:
        if not self._raw.closed and self._raw.raw.get_transaction_status() != TRANSACTION_STATUS_IDLE:
            await self._send_raw(b"ROLLBACK")


class Database:
    """A bounded pool of connections to one database.

    Connecting happens on demand, so a service starts while PostgreSQL is away and recovers without a
    restart. Every failure to reach or use the server is `Unavailable("postgres", ...)`.
    """

    def __init__(self, url: str, *, application: str, limits: DatabaseLimits | None = None) -> None:
        self._url = url
        self._application = application
        self._limits = limits or DatabaseLimits()
        self._slots = asyncio.Semaphore(self._limits.pool_size)
        self._idle: deque[aiopg.Connection] = deque()
        self._in_use: set[aiopg.Connection] = set()
        self._closed = False

    async def closing(self, _: object) -> AsyncIterator[None]:
        """Cleanup context of an application: close the pool when the application has stopped."""
        yield
        await self.close()

    async def close(self, grace: float = 5.0) -> None:
        """Close the pool: wait up to `grace` seconds for work under way, then end it."""
        self._closed = True
        deadline = time.monotonic() + grace
        while self._in_use and time.monotonic() < deadline:  # noqa: ASYNC110 - once, at the end
            await asyncio.sleep(0.02)
        for raw in (*self._idle, *self._in_use):
            await raw.close()
        self._idle.clear()

    @classmethod
    def of(cls, settings: ServiceSettings, *, statement: float = DatabaseLimits.statement) -> Database:
        """Make the pool of a process as its settings say; `statement` is the limit of one, in seconds."""
        return cls(
            settings.database_url.get_secret_value(),
            application=f"tessera {settings.instance}",
            limits=DatabaseLimits(pool_size=settings.database_pool, statement=statement),
        )

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lend a connection on which each statement is a transaction of its own."""
        raw = await self._acquire()
        try:
            async with raw.cursor(cursor_factory=NamedTupleCursor) as cursor:
                yield Connection(raw, cursor, self._deadline(self._limits.statement))
        finally:
            self._release(raw)

    @asynccontextmanager
    async def transaction(self, *, statement: float | None = None) -> AsyncIterator[Connection]:
        """Lend a connection in a transaction: committed when the block ends, rolled back when it raises.

        Each of its statements may take `statement` seconds where the pool's limit is too short for its work.
        The level is READ COMMITTED: each statement sees what was committed before it, so a statement
        that follows a `SELECT ... FOR UPDATE` sees everything the previous holder of that row wrote.
        """
        raw = await self._acquire()
        try:
            async with raw.cursor(cursor_factory=NamedTupleCursor) as cursor:
                conn = Connection(raw, cursor, self._deadline(statement or self._limits.statement))
                conn._begin(statement)
                try:
                    yield conn
                    await conn._commit()
                except BaseException:
                    await conn._rollback()
                    raise
        finally:
            self._release(raw)

    @asynccontextmanager
    async def dedicated(self) -> AsyncIterator[Connection]:
        """Open a connection outside the pool, for LISTEN and session-level advisory locks."""
        raw = await self._connect()
        try:
            async with raw.cursor(cursor_factory=NamedTupleCursor) as cursor:
                yield Connection(raw, cursor, self._deadline(self._limits.statement))
        finally:
            await raw.close()

    @staticmethod
    def _deadline(statement: float) -> float:
        # A little above the server's own limit, so that normally the server ends the query (aiopg#570).
        return statement + 0.5

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
        # When a connection breaks while there is something to write, aiopg never removes its writer, and
        # uvloop refuses the next one that gets the same file descriptor; that attempt has cleared the way.
        return await self._open()

    async def _open(self) -> aiopg.Connection:
        raw = None
        try:
            dsn = await self._reachable_dsn()
            with heeding_cancellation():
                raw = await aiopg.connect(
                    dsn,
                    timeout=self._limits.acquire,
                    enable_hstore=False,
                    application_name=self._application,
                    options=(
                        f"-c statement_timeout={round(self._limits.statement * 1000)}"
                        f" -c lock_timeout={round(self._limits.lock * 1000)}"
                        " -c timezone=UTC"
                    ),
                )
        except asyncio.CancelledError:
            if raw is not None:  # the cancellation came together with the connection
                raw.close()
            raise
        except TimeoutError:
            raise Unavailable("postgres", "connecting timed out") from None
        except (psycopg2.Error, OSError) as error:
            raise Unavailable("postgres", str(error).strip()) from error
        else:
            return raw

    async def _reachable_dsn(self) -> str:
        # libpq resolves names synchronously even when it connects asynchronously: that would stop the loop.
        target = parse_dsn(self._url)
        host = target.get("host", "")
        if not host or host.startswith("/"):
            return self._url
        loop = asyncio.get_running_loop()
        addresses = await loop.getaddrinfo(host, int(target.get("port", 5432)), proto=6)
        # A refused connection breaks while aiopg writes (see `_connect`): so aiopg must not be refused.
        async with asyncio.timeout(self._limits.acquire):
            transport, _ = await loop.create_connection(asyncio.Protocol, *addresses[0][4][:2])
        transport.close()
        return str(make_dsn(self._url, hostaddr=addresses[0][4][0]))


def _bind(statement: Executable, params: Params | None) -> tuple[_Compiled, Params | None]:
    compiled = compile_statement(statement)
    values = dict(compiled.constants)
    for name, value in (params or {}).items():
        processor = compiled.to_database.get(name)
        values[name] = processor(value) if processor is not None else value
    return compiled, values


_AWAY = (psycopg2.OperationalError, psycopg2.InterfaceError, psycopg2.errors.ReadOnlySqlTransaction)


def _translated(error: psycopg2.Error) -> Exception:
    """Map a driver's error onto Tessera's tree; what is a bug of ours stays as it is."""
    constraint = error.diag.constraint_name or error.diag.column_name or ""
    match error:
        case psycopg2.errors.UniqueViolation() | psycopg2.errors.ExclusionViolation():
            return UniqueViolated(constraint)
        case psycopg2.errors.CheckViolation() | psycopg2.errors.NotNullViolation():
            return CheckViolated(constraint)
        case psycopg2.errors.ForeignKeyViolation():
            return ReferenceViolated(constraint)
        case psycopg2.errors.LockNotAvailable():
            return Busy()
        case _ if isinstance(error, _AWAY):
            return Unavailable(
                "postgres", str(error).strip().splitlines()[0] if str(error).strip() else "gone"
            )
        case _:
            return error
