"""Feeds of messages to single processes, such as the changes of the canvases that a process has viewers for.

A feed is an exclusive queue that ends with its connection. Messages that are published while it is down are
lost; its user finds out what it missed when `on_connected` is called.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, Final

from aiormq.abc import AbstractChannel, DeliveredMessage

from shared.messaging.connection import BROKEN, BrokerLink
from shared.messaging.topology import declare

# A process that stopped reading loses its oldest messages rather than filling the broker's memory.
LONGEST_QUEUE: Final = 100_000
ANSWER_SECONDS: Final = 2.0


class Feed:
    """Receives every message of an exchange whose routing key matches a bound one, in order, at most once.

    `on_message(delivered)` is called on the event loop and must not block. `on_connected()` is awaited after
    each connect, once every key is bound and messages arrive; if it raises, the feed reconnects.
    """

    def __init__(
        self,
        broker_url: str,
        *,
        name: str,
        exchange: str,
        on_message: Callable[[DeliveredMessage], None],
        on_connected: Callable[[], Awaitable[None]],
    ) -> None:
        self._link = BrokerLink(broker_url, f"{name} feed")
        self._exchange = exchange
        self._on_message = on_message
        self._on_connected = on_connected
        self._keys: set[str] = set()
        self._channel: AbstractChannel | None = None
        self._queue = ""

    @property
    def connected(self) -> bool:
        """Whether the broker can be reached now."""
        return self._link.connected

    async def bind(self, key: str) -> None:
        """Receive matching messages from now on, or from the next `on_connected` on if the broker is down."""
        self._keys.add(key)
        if self._channel is not None:
            await _request(self._channel.queue_bind(self._queue, self._exchange, routing_key=key))

    async def unbind(self, key: str) -> None:
        """Stop receiving matching messages; a few more may follow."""
        self._keys.discard(key)
        if self._channel is not None:
            await _request(self._channel.queue_unbind(self._queue, self._exchange, routing_key=key))

    async def run(self) -> None:
        """Keep the feed up until cancelled."""
        await self._link.run(self._session)

    async def _session(self, channel: AbstractChannel) -> None:
        await declare(channel)
        declared = await channel.queue_declare(
            exclusive=True, auto_delete=True, arguments={"x-max-length": LONGEST_QUEUE}
        )
        self._queue, self._channel = str(declared.queue), channel
        try:
            for key in tuple(self._keys):
                if key in self._keys:
                    await channel.queue_bind(self._queue, self._exchange, routing_key=key)
            await channel.basic_consume(self._queue, self._receive, no_ack=True)
            await self._on_connected()
            await asyncio.Future()
        finally:
            self._channel = None

    async def _receive(self, delivered: DeliveredMessage) -> None:
        self._on_message(delivered)


async def _request(request: Coroutine[Any, Any, object]) -> None:
    """Await the broker's response; without one the session ends, and the next one binds every key again.

    It runs in a task of its own, because aiormq closes the shared channel if one caller is cancelled.
    """

    async def await_response() -> None:
        with suppress(*BROKEN):
            async with asyncio.timeout(ANSWER_SECONDS):
                await request

    await asyncio.wait((asyncio.ensure_future(await_response()),))
