"""Publishing without waiting and without a promise: for messages whose loss their readers notice and repair.

What must not be lost goes through the outbox instead.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final, NoReturn

import structlog
from aiormq.abc import AbstractChannel
from pamqp import commands
from prometheus_client import Counter

from shared.messaging.connection import BrokerLink
from shared.messaging.topology import declare

log = structlog.get_logger(__name__)

TRANSIENT: Final = 1
MAX_WAITING_BYTES: Final = 4 * 1024 * 1024
"""What waits while the broker does not read; more is dropped."""

PAUSE_SECONDS: Final = 0.01
"""The pause between two rounds: the cost is per message, so what is published meanwhile goes out together."""

URGENT_PAUSE_SECONDS: Final = 0.002
"""The same while something urgent waits, which somebody waits for."""

DROPPED = Counter("publisher_dropped", "Messages without a promise that were not published.", ["link"])


class Publisher:
    """Publishes transient messages to an exchange, without confirms; `sender` is named in each.

    While the broker is away messages are dropped; while it does not read, those beyond MAX_WAITING_BYTES.
    """

    def __init__(self, broker_url: str, *, name: str, exchange: str, sender: str) -> None:
        self._name = f"{name} publisher"
        self._link = BrokerLink(broker_url, self._name, confirms=False)
        self._exchange = exchange
        self._sender = sender
        self._urgent: dict[str, list[bytes]] = {}
        self._waiting: dict[str, list[bytes]] = {}
        self.waiting_bytes = 0
        """What is to be published next; as much again may be on its way."""
        self.connections = 0
        """How many there were so far, with the present one."""
        self._is_connected = False
        self._arrived = asyncio.Event()
        self._urgent_arrived = asyncio.Event()

    def publish(self, key: str, line: bytes, *, urgent: bool = False) -> bool:
        """Publish a line, which has no newline in it; lines of one key that wait share a message.

        An urgent one is published before the others that wait. Returns False if it was dropped.
        """
        if not self._is_connected or self.waiting_bytes + len(line) > MAX_WAITING_BYTES:
            DROPPED.labels(self._name).inc()
            return False
        (self._urgent if urgent else self._waiting).setdefault(key, []).append(line)
        self.waiting_bytes += len(line)
        self._arrived.set()
        if urgent:
            self._urgent_arrived.set()
        return True

    async def run(self) -> None:
        """Publish until cancelled, through every outage of the broker."""
        await self._link.run(self._session)

    async def _session(self, channel: AbstractChannel) -> NoReturn:
        self._is_connected = True
        self.connections += 1
        try:
            await declare(channel)
            while True:
                await self._arrived.wait()
                await self._publish_waiting(channel)
                await asyncio.sleep(URGENT_PAUSE_SECONDS)
                with suppress(TimeoutError):
                    async with asyncio.timeout(PAUSE_SECONDS - URGENT_PAUSE_SECONDS):
                        await self._urgent_arrived.wait()
        finally:
            self._is_connected = False
            self._take_waiting()

    async def _publish_waiting(self, channel: AbstractChannel) -> None:
        properties = commands.Basic.Properties(
            app_id=self._sender, content_type="application/x-ndjson", delivery_mode=TRANSIENT
        )
        for messages in self._take_waiting():
            for key, lines in messages.items():
                await channel.basic_publish(
                    b"\n".join(lines), exchange=self._exchange, routing_key=key, properties=properties
                )

    def _take_waiting(self) -> tuple[dict[str, list[bytes]], dict[str, list[bytes]]]:
        """Return the messages that wait, the urgent ones first: the lines of each key."""
        taken = self._urgent, self._waiting
        self._urgent, self._waiting = {}, {}
        self.waiting_bytes = 0
        self._arrived.clear()
        self._urgent_arrived.clear()
        return taken
