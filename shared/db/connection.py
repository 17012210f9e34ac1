"""One connection to PostgreSQL: statements, deferred writes, transactions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import aiopg
import psycopg2
from prometheus_client import Histogram
from psycopg2.extensions import TRANSACTION_STATUS_IDLE, new_type, register_type
from sqlalchemy.sql import Executable

from shared.cancellation import reraise_lost_cancellation
from shared.db.errors import translate_error
from shared.db.statements import Params, bind
from shared.errors import Unavailable

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


class Connection:
    """A connection for one task; its statements run one after the other."""

    def __init__(self, raw: aiopg.Connection, cursor: aiopg.Cursor, timeout: float) -> None:
        self._raw = raw
        self._cursor = cursor
        self._timeout = timeout
        self._prepended = b""
        self._opening = b""
        self._deferred: list[bytes] = []
        self._after_commit: list[Callable[[], None]] = []

    async def execute(self, statement: Executable, params: Params | None = None) -> int:
        """Run a statement and return the number of rows it affected."""
        return int((await self._run(statement, params)).rowcount)

    async def fetch_all(self, statement: Executable, params: Params | None = None) -> Sequence[Any]:
        """Run a statement and return its rows."""
        rows = await self._run(statement, params)
        with _translating_errors():
            return list(rows.fetchall())

    async def fetch_one(self, statement: Executable, params: Params | None = None) -> Any:
        """Run a statement and return its first row, or None."""
        rows = await self._run(statement, params)
        with _translating_errors():
            return rows.fetchone()

    async def fetch_value(self, statement: Executable, params: Params | None = None) -> Any:
        """Run a statement and return the first column of its first row, or None."""
        row = await self.fetch_one(statement, params)
        return None if row is None else row[0]

    def prepend(self, statement: Executable, params: Params | None = None) -> None:
        """Send the statement before the next one, in the same round trip; its rows are not read.

        Each statement reads what was committed before it starts: after a prepended `SELECT ... FOR UPDATE`
        the next one reads everything that the previous holder of the row wrote.
        """
        self._prepended += self._mogrify(statement, params) + b";"

    def defer(self, statement: Executable, params: Params | None = None) -> None:
        """Send the statement in the same round trip as this transaction's COMMIT."""
        self._deferred.append(self._mogrify(statement, params))

    async def flush(self) -> None:
        """Send the deferred statements now; a transaction of many changes need not keep all in memory."""
        if self._deferred:
            sql = self._prepended + b";".join(self._deferred)
            self._prepended = b""
            self._deferred.clear()
            await self._send_raw(sql)

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call `callback` after this transaction has committed; never if it is rolled back."""
        self._after_commit.append(callback)

    async def wait_for_notification(self, timeout: float) -> bool:
        """Wait for a NOTIFY on a channel that this connection listens to; False after `timeout` seconds."""
        with _translating_errors():
            try:
                async with asyncio.timeout(timeout):
                    await self._raw.notifies.get()
            except TimeoutError:
                return False
            while not self._raw.notifies.empty():
                self._raw.notifies.get_nowait()
            return True

    def _mogrify(self, statement: Executable, params: Params | None) -> bytes:
        sql, values = bind(statement, params)
        if self._raw.closed:
            raise Unavailable("postgres", "the connection was lost")
        return bytes(self._cursor.raw.mogrify(sql, values))

    async def _run(self, statement: Executable, params: Params | None) -> Any:
        """Send the statement after those prepended to it; returns psycopg2's cursor with its rows."""
        sql, self._prepended = self._prepended + self._mogrify(statement, params), b""
        await self._send(sql)
        return self._cursor.raw

    async def _send(self, sql: bytes) -> None:
        started = time.perf_counter()
        try:
            with _translating_errors(), reraise_lost_cancellation():
                await self._cursor.execute(sql, timeout=self._timeout)  # type: ignore[arg-type]  # bytes are welcome
        except TimeoutError:
            raise Unavailable("postgres", f"no answer within {self._timeout:g} s") from None
        finally:
            STATEMENT_SECONDS.observe(time.perf_counter() - started)

    async def _send_raw(self, sql: bytes) -> None:
        if self._raw.closed:
            raise Unavailable("postgres", "the connection was lost")
        await self._send(sql)

    def _begin(self, statement: float | None) -> None:
        # BEGIN travels with the first statement: one round trip less, and none for an unused transaction.
        self._opening = b"BEGIN;"
        if statement is not None:
            self._opening += f"SET LOCAL statement_timeout = {round(statement * 1000)};".encode()
        self._prepended = self._opening

    async def _commit(self) -> None:
        if self._prepended == self._opening and not self._deferred:
            return
        await self._send_raw(self._prepended + b";".join([*self._deferred, b"COMMIT"]))
        for callback in self._after_commit:
            callback()

    async def _rollback(self) -> None:
        if not self._raw.closed and self._raw.raw.get_transaction_status() != TRANSACTION_STATUS_IDLE:
            await self._send_raw(b"ROLLBACK")


@contextmanager
def _translating_errors() -> Iterator[None]:
    """Raise psycopg2's errors as those of `shared.errors`.

    Reading rows that have arrived raises one, too: after the server has ended the connection.
    """
    try:
        yield
    except psycopg2.Error as error:
        raise translate_error(error) from error


@asynccontextmanager
async def in_transaction(conn: Connection, statement: float | None) -> AsyncIterator[Connection]:
    """Begin a transaction and commit it when the block ends, or roll it back when the block raises.

    `statement` is the limit of each of its statements in seconds, None for that of the session.
    """
    conn._begin(statement)
    try:
        yield conn
        await conn._commit()
    except BaseException:
        await conn._rollback()
        raise
