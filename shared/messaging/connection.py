"""One supervised connection to RabbitMQ, which reconnects whenever it breaks.

aio-pika's robust connection restores channels one by one and cannot restore exclusive queues under load, so
it is never certain when it is complete again. Here a session starts on a new channel after each connect and
declares everything it needs; when it ends, so does everything it declared.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, NoReturn

import aio_pika
import structlog
from aio_pika.abc import AbstractConnection
from aiormq.abc import AbstractChannel
from aiormq.exceptions import AMQPError
from prometheus_client import Gauge

from shared.cancellation import reraise_lost_cancellation
from shared.errors import Unavailable

log = structlog.get_logger(__name__)

CONNECTED = Gauge("broker_connected", "1 while this process's link to RabbitMQ is up.", ["link"])

FIRST_DELAY: Final = 0.2
LONGEST_DELAY: Final = 5.0
CONNECT_SECONDS: Final = 5.0
CLOSE_SECONDS: Final = 2.0
# A frozen broker is noticed after three missed heartbeats.
HEARTBEAT_SECONDS: Final = 5

Session = Callable[[AbstractChannel], Awaitable[None]]

BROKEN = (AMQPError, OSError, TimeoutError, Unavailable)


class BrokerLink:
    """A connection and its one channel, kept up for a session; `name` appears in logs and in the broker.

    With `confirms`, awaiting a publish awaits the broker's confirmation.
    """

    def __init__(self, url: str, name: str, *, confirms: bool = True) -> None:
        self._url = url
        self._name = name
        self._confirms = confirms
        self._connected = False
        CONNECTED.labels(name).set(0)

    @property
    def connected(self) -> bool:
        """Whether the channel is open now."""
        return self._connected

    async def run(self, session: Session) -> NoReturn:
        """Run `session` on a new channel, and again after each break, until cancelled.

        A session is cancelled when its channel closes or the broker cancels its consumer. When the link
        itself is cancelled, the session is cancelled with its channel still open, so that it can finish.
        """
        delay = FIRST_DELAY
        while True:
            started = time.monotonic()
            try:
                await self._connect_and_run(session)
            except BROKEN as error:
                log.warning("broker link broken", link=self._name, reason=f"{type(error).__name__}: {error}")
            except asyncio.CancelledError as error:
                # aiormq also raises it in tasks that wait on a connection that missed its heartbeats.
                task = asyncio.current_task()
                if task is None or task.cancelling():
                    raise
                log.warning("broker link broken", link=self._name, reason=repr(error))
            except Exception:
                log.exception("broker session failed", link=self._name)
            if time.monotonic() - started > CONNECT_SECONDS + LONGEST_DELAY:
                delay = FIRST_DELAY
            await asyncio.sleep(delay * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret
            delay = min(delay * 2, LONGEST_DELAY)

    async def _connect_and_run(self, session: Session) -> None:
        with reraise_lost_cancellation():
            connection = await aio_pika.connect(
                self._url, timeout=CONNECT_SECONDS, heartbeat=HEARTBEAT_SECONDS, name=f"tessera {self._name}"
            )
        try:
            with reraise_lost_cancellation():
                channel = await open_channel(connection, confirms=self._confirms)
            self._set_connected(True)
            await _run_session(channel, session)
        finally:
            self._set_connected(False)
            with suppress(*BROKEN), reraise_lost_cancellation():
                async with asyncio.timeout(CLOSE_SECONDS):
                    await connection.close()

    def _set_connected(self, connected: bool) -> None:
        self._connected = connected
        CONNECTED.labels(self._name).set(connected)
        if connected:
            log.info("broker link up", link=self._name)


async def open_channel(connection: AbstractConnection, *, confirms: bool = True) -> AbstractChannel:
    """Open a channel, by default with publisher confirms; a returned message is the result of its publish."""
    # aio-pika's own Channel does not report that the broker cancelled a consumer (its queue was deleted).
    if connection.transport is None:
        raise Unavailable("rabbitmq", "the connection closed at once")
    return await connection.transport.connection.channel(
        publisher_confirms=confirms, on_return_raises=False, timeout=CONNECT_SECONDS
    )


async def _run_session(channel: AbstractChannel, session: Session) -> None:
    """Run the session until it ends, the channel closes or the broker cancels its consumer."""
    ended = asyncio.Event()
    channel.on_consumer_cancel_callbacks.add(lambda _: ended.set())
    channel.closing.add_done_callback(lambda _: ended.set())
    work = asyncio.ensure_future(session(channel))
    work.add_done_callback(lambda _: ended.set())
    try:
        await ended.wait()
    finally:
        work.cancel()
        await asyncio.wait((work,))
    if work.cancelled():
        raise Unavailable("rabbitmq", "the channel or its consumer was closed")
    work.result()
