"""Feeds of events to single processes, such as the events of the canvases that a process has viewers for.

A feed is an exclusive queue that ends with its connection. Events that are published while it is down are
lost; its user fills the gap when `on_connected` is called (for a canvas: by `seq`, from the database).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, Final

import structlog
from aiormq.abc import AbstractChannel, DeliveredMessage

from shared.messaging.connection import BROKEN, BrokerLink
from shared.messaging.envelope import Envelope, UnreadableMessage
from shared.messaging.topology import EXCHANGE, declare

log = structlog.get_logger(__name__)

# A process that stopped reading loses its oldest messages rather than filling the broker's memory.
LONGEST_QUEUE: Final = 100_000
ANSWER_SECONDS: Final = 2.0


class Broadcast:
    """Receives every event whose routing key matches a bound pattern, in order, at most once.

    `on_message(envelope)` is called on the event loop and must not block. `on_connected()` is awaited after
    each connect, once every pattern is bound and messages arrive; if it raises, the feed reconnects.
    """

    def __init__(
        self,
        broker_url: str,
        *,
        name: str,
        on_message: Callable[[Envelope], None],
        on_connected: Callable[[], Awaitable[None]],
    ) -> None:
        self._link = BrokerLink(broker_url, f"{name} feed")
        self._on_message = on_message
        self._on_connected = on_connected
        self._patterns: set[str] = set()
        self._channel: AbstractChannel | None = None
        self._queue = ""

    @property
    def connected(self) -> bool:
        """Whether the broker can be reached now."""
        return self._link.connected

    async def subscribe(self, pattern: str) -> None:
        """Receive matching events from now on, or from the next `on_connected` on if the broker is down."""
        self._patterns.add(pattern)
        if self._channel is not None:
            await _request(self._channel.queue_bind(self._queue, EXCHANGE, routing_key=pattern))

    async def unsubscribe(self, pattern: str) -> None:
        """Stop receiving matching events; a few more may follow."""
        self._patterns.discard(pattern)
        if self._channel is not None:
            await _request(self._channel.queue_unbind(self._queue, EXCHANGE, routing_key=pattern))

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
            for pattern in tuple(self._patterns):
                if pattern in self._patterns:
                    await channel.queue_bind(self._queue, EXCHANGE, routing_key=pattern)
            await channel.basic_consume(self._queue, self._receive, no_ack=True)
            await self._on_connected()
            await asyncio.Future()
        finally:
            self._channel = None

    async def _receive(self, delivered: DeliveredMessage) -> None:
        try:
            envelope = Envelope.decode(delivered.body)
        except UnreadableMessage as error:
            log.warning("message unreadable", reason=str(error))
            return
        if self._is_relevant(envelope):
            self._on_message(envelope)

    def _is_relevant(self, envelope: Envelope) -> bool:
        return True


class CanvasFeed(Broadcast):
    """Receives every event of the bound canvases."""

    async def bind(self, canvas_id: int) -> None:
        """Receive the canvas's events from now on, or from the next `on_connected` on."""
        await self.subscribe(_pattern(canvas_id))

    async def unbind(self, canvas_id: int) -> None:
        """Stop receiving the canvas's events; a few more may follow."""
        await self.unsubscribe(_pattern(canvas_id))

    def _is_relevant(self, envelope: Envelope) -> bool:
        # `*.*.7` also matches the events of account 7.
        return envelope.subject_kind == "canvas"


async def _request(request: Coroutine[Any, Any, object]) -> None:
    """Await the broker's response; without one the session ends, and the next one binds every pattern again.

    It runs in a task of its own, because aiormq closes the shared channel if one caller is cancelled.
    """

    async def await_response() -> None:
        with suppress(*BROKEN):
            async with asyncio.timeout(ANSWER_SECONDS):
                await request

    await asyncio.wait((asyncio.ensure_future(await_response()),))


def _pattern(canvas_id: int) -> str:
    return f"*.*.{canvas_id}"
