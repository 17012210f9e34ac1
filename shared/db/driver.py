"""aiopg's connection, mended: a query that the server cancels fails with an error of its own.

aiopg raises `asyncio.CancelledError` for it (aiopg#537), which ends a request with an empty reply and a
TaskGroup "successfully", and logs it as an unhandled error of the event loop, even if it is handled. It also
waits with `asyncio.wait_for`, which in Python 3.11 can lose a cancellation, and costs more than a timer.
"""

from __future__ import annotations

import asyncio

import aiopg


class DriverConnection(aiopg.Connection):
    """Raises `psycopg2.errors.QueryCanceled`, so that a cancellation is always the caller's own."""

    async def _poll(self, waiter: asyncio.Future[None], timeout: float) -> None:
        """Wait for the outcome of what was sent, as aiopg does; close when the caller gives up on it."""
        self._ready(self._weakref)
        deadline = asyncio.get_running_loop().call_later(timeout, _expire, waiter)
        try:
            await waiter
        except (asyncio.CancelledError, TimeoutError):
            self.close()
            raise
        finally:
            deadline.cancel()
            self._waiter = None
            if waiter.done() and not waiter.cancelled():
                waiter.exception()  # retrieved, also when the caller was cancelled at the same moment


def _expire(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_exception(TimeoutError())


async def connect(dsn: str, *, timeout: float, application: str, options: str) -> DriverConnection:
    """Open a connection. Raises psycopg2.Error, OSError or TimeoutError."""
    connecting = DriverConnection(
        dsn, timeout, enable_hstore=False, application_name=application, options=options
    )
    opened = await connecting
    assert isinstance(opened, DriverConnection)
    return opened
