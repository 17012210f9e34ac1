"""One supervised connection to RabbitMQ: connect, work, and again whenever it breaks.

aio-pika's robust connection restores channels one by one and cannot restore exclusive queues under load, so
nobody can say when it is whole again. Here a session starts from nothing on a new channel each time, and its
end is the end of everything it declared.
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
# A broker that froze is noticed after three missed heartbeats.
HEARTBEAT_SECONDS: Final = 5

Session = Callable[[AbstractChannel], Awaitable[None]]

BROKEN = (AMQPError, OSError, TimeoutError, Unavailable)


class BrokerLink:
    """A connection and its one channel, kept up for a session; `name` is shown in logs and in the broker."""

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self._name = name
        self._up = False
        CONNECTED.labels(name).set(0)

    @property
    def connected(self) -> bool:
        """Whether the channel is open now."""
        return self._up

    async def run(self, session: Session) -> NoReturn:
        """Run `session` on a fresh channel, again after each break; ends only by cancellation.

        A session is cancelled when its channel closes or the broker cancels its consumer. When the link
        itself is cancelled, so is the session, with the channel still open for it to finish properly.
        """
        delay = FIRST_DELAY
        while True:
            started = time.monotonic()
            try:
                await self._connect_and_run(session)
            except BROKEN as error:
                log.warning("broker link broken", link=self._name, reason=f"{type(error).__name__}: {error}")
            except asyncio.CancelledError as error:
                # aiormq also raises it in whoever waits on a connection that missed its heartbeats.
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
                channel = await open_channel(connection)
            self._set_up(True)
            await _attend(channel, session)
        finally:
            self._set_up(False)
            with suppress(*BROKEN), reraise_lost_cancellation():
                async with asyncio.timeout(CLOSE_SECONDS):
                    await connection.close()

    def _set_up(self, up: bool) -> None:
        self._up = up
        CONNECTED.labels(self._name).set(up)
        if up:
            log.info("broker link up", link=self._name)


async def open_channel(connection: AbstractConnection) -> AbstractChannel:
    """Open a channel with publisher confirms; a returned message is the result of its publish."""
    # aio-pika's own Channel does not tell when the broker cancels a consumer (its queue was deleted).
    if connection.transport is None:
        raise Unavailable("rabbitmq", "the connection closed at once")
    return await connection.transport.connection.channel(on_return_raises=False, timeout=CONNECT_SECONDS)


async def _attend(channel: AbstractChannel, session: Session) -> None:
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
