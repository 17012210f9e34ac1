"""The live feed: what a process hears of the canvases it has viewers for, or of whatever else it must know.

An exclusive queue that dies with its connection: what is sent meanwhile is lost, and whoever uses the feed
fills the gap (canvases: that in `seq`, from the database) when `on_connected` says that hearing has begun
again.
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

# A process that stopped reading loses the oldest, rather than filling the broker's memory.
LONGEST_QUEUE: Final = 100_000
ANSWER_SECONDS: Final = 2.0


class Broadcast:
    """Hears every event whose routing key fits a bound pattern while connected, in order, at most once.

    `on_message(envelope)` is called on the event loop and must not block. `on_connected()` is awaited after
    each connect, once every binding is back and messages flow; if it raises, the feed reconnects.
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

    async def listen(self, pattern: str) -> None:
        """Hear these from now on; while the broker is away, from the next `on_connected` on."""
        self._patterns.add(pattern)
        if self._channel is not None:
            await _tell(self._channel.queue_bind(self._queue, EXCHANGE, routing_key=pattern))

    async def ignore(self, pattern: str) -> None:
        """Stop hearing these; a few more messages may follow."""
        self._patterns.discard(pattern)
        if self._channel is not None:
            await _tell(self._channel.queue_unbind(self._queue, EXCHANGE, routing_key=pattern))

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
            await channel.basic_consume(self._queue, self._hear, no_ack=True)
            await self._on_connected()
            await asyncio.Future()
        finally:
            self._channel = None

    async def _hear(self, delivered: DeliveredMessage) -> None:
        try:
            envelope = Envelope.decode(delivered.body)
        except UnreadableMessage as error:
            log.warning("message unreadable", reason=str(error))
            return
        if self._concerns(envelope):
            self._on_message(envelope)

    def _concerns(self, envelope: Envelope) -> bool:
        return True


class Feed(Broadcast):
    """Hears every event of the bound canvases."""

    async def bind(self, canvas_id: int) -> None:
        """Hear this canvas from now on; while the broker is away, from the next `on_connected` on."""
        await self.listen(_pattern(canvas_id))

    async def unbind(self, canvas_id: int) -> None:
        """Stop hearing this canvas; a few more messages may follow."""
        await self.ignore(_pattern(canvas_id))

    def _concerns(self, envelope: Envelope) -> bool:
        # `*.*.7` is also how the account 7 is addressed.
        return envelope.subject_kind == "canvas"


async def _tell(request: Coroutine[Any, Any, object]) -> None:
    """Await the broker's answer; without one the session ends, and the next begins with what is wanted then.

    A task of its own, because aiormq closes the channel, everybody's, when the caller of one is cancelled.
    """

    async def answered() -> None:
        with suppress(*BROKEN):
            async with asyncio.timeout(ANSWER_SECONDS):
                await request

    await asyncio.wait((asyncio.ensure_future(answered()),))


def _pattern(canvas_id: int) -> str:
    return f"*.*.{canvas_id}"
