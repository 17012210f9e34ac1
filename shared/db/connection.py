"""One connection to PostgreSQL: statements, deferred writes, transactions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import aiopg
import psycopg2
from prometheus_client import Histogram
from psycopg2.extensions import TRANSACTION_STATUS_IDLE, new_type, register_type
from sqlalchemy.sql import Executable

from shared.db.errors import translate_error
from shared.db.prepared import PreparedStatements
from shared.db.statements import BoundStatement, Params, bind_values
from shared.errors import Unavailable

type_of_bytea = new_type(
    psycopg2.BINARY.values,
    "BYTES",
    lambda value, cursor: None if value is None else bytes(psycopg2.BINARY(value, cursor)),
)
register_type(type_of_bytea)

_STALE = (psycopg2.errors.FeatureNotSupported, psycopg2.errors.InvalidSqlStatementName)
"""A table was altered ("cached plan must not change result type"), or the statement was deallocated."""

STATEMENT_SECONDS = Histogram(
    "db_statement_seconds",
    "Time of one round trip to PostgreSQL.",
    buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1),
)


class Connection:
    """A connection for one task; its statements run one after the other."""

    def __init__(
        self, raw: aiopg.Connection, cursor: aiopg.Cursor, prepared: PreparedStatements, timeout: float
    ) -> None:
        self._raw = raw
        self._cursor = cursor
        self._prepared = prepared
        self._timeout = timeout
        self._opening = b""
        """What begins the transaction, until it has been sent."""
        self._prepended: list[BoundStatement] = []
        self._deferred: list[BoundStatement] = []
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
        self._prepended.append(bind_values(statement, params))

    def defer(self, statement: Executable, params: Params | None = None) -> None:
        """Send the statement in the same round trip as this transaction's COMMIT."""
        self._deferred.append(bind_values(statement, params))

    async def flush(self) -> None:
        """Send the deferred statements now; a transaction of many changes need not keep all in memory."""
        if self._deferred:
            await self._send(self._take_waiting())

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

    async def _run(self, statement: Executable, params: Params | None) -> Any:
        """Send the statement after those prepended to it; returns psycopg2's cursor with its rows."""
        prepended, self._prepended = self._prepended, []
        await self._send([*prepended, bind_values(statement, params)])
        return self._cursor.raw

    def _take_waiting(self) -> list[BoundStatement]:
        waiting = [*self._prepended, *self._deferred]
        self._prepended, self._deferred = [], []
        return waiting

    async def _send(self, statements: Sequence[BoundStatement], ending: bytes = b"") -> None:
        """Send statements in one round trip, and once more if the first time met stale prepared ones.

        That is safe where nothing was done before: outside a transaction, or in its first round trip. Later
        the transaction is lost, which is a 503 to its caller; the next one prepares everything again.
        """
        opening, self._opening = self._opening, b""
        with _translating_errors():
            try:
                await self._exchange(opening, statements, ending)
            except _STALE as error:
                self._prepared.forget()
                if self._is_in_transaction():
                    if not opening:
                        raise Unavailable("postgres", "a table was altered during the transaction") from error
                    await self._rollback()
                await self._exchange(opening, statements, ending)

    async def _exchange(self, opening: bytes, statements: Iterable[BoundStatement], ending: bytes) -> None:
        if self._raw.closed:
            raise Unavailable("postgres", "the connection was lost")
        rendered = self._prepared.render(self._cursor.raw, statements)
        preparing = rendered.preparing
        if opening and preparing:
            # In a transaction of their own, as SET TRANSACTION must be the first statement of the caller's.
            preparing = b"BEGIN;" + preparing + b"COMMIT;"
        try:
            await self._execute(preparing + opening + b";".join([*rendered.statements, ending]))
        except psycopg2.IntegrityError:
            self._prepared.confirm(rendered)
            raise
        self._prepared.confirm(rendered)

    async def _execute(self, sql: bytes) -> None:
        started = time.perf_counter()
        try:
            await self._cursor.execute(sql, timeout=self._timeout)  # type: ignore[arg-type]  # bytes are welcome
        except TimeoutError:
            raise Unavailable("postgres", f"no answer within {self._timeout:g} s") from None
        finally:
            STATEMENT_SECONDS.observe(time.perf_counter() - started)

    def _begin(self, statement: float | None) -> None:
        # BEGIN travels with the first statement: one round trip less, and none for an unused transaction.
        self._opening = b"BEGIN;"
        if statement is not None:
            self._opening += f"SET LOCAL statement_timeout = {round(statement * 1000)};".encode()

    async def _commit(self) -> None:
        waiting = self._take_waiting()
        if self._opening and not waiting:
            return
        await self._send(waiting, b"COMMIT")
        for callback in self._after_commit:
            callback()

    async def _rollback(self) -> None:
        if self._is_in_transaction():
            with _translating_errors():
                await self._execute(b"ROLLBACK")

    def _is_in_transaction(self) -> bool:
        return not self._raw.closed and self._raw.raw.get_transaction_status() != TRANSACTION_STATUS_IDLE


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
