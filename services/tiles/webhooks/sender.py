"""The deliveries of webhooks, by the worker.

Who makes a webhook chooses an address that this machine connects to, so every connection is checked where it
is made: a socket is opened only to an address that is allowed, whatever a name was written or resolved like
before. Redirects are not followed.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Sequence
from typing import Any, Final

import aiohttp
import orjson
import structlog

from services.tiles.canvases.journal import follows_without_gap, list_page_after
from services.tiles.webhooks import store
from services.tiles.webhooks.rules import FAILURES_MAX, Delivery, Network, may_connect, pause_after, sign
from shared.db import Database
from shared.errors import Unavailable
from shared.messaging.contracts import CanvasDeleted

log = structlog.get_logger(__name__)

AT_ONCE: Final = 16
"""Deliveries under way in this process."""

EVENTS: Final = 100
"""Per delivery, and at most `shared.http.paging.PAGE_BYTES` of them."""

SECONDS: Final = 10.0
POLL_SECONDS: Final = 1.0


class _Forbidden(OSError):
    """A webhook leads to an address that it must not connect to."""


class WebhookSender:
    """Sends the changes of canvases to their webhooks; start one in each worker process."""

    def __init__(self, database: Database, allowed: Sequence[Network]) -> None:
        self._database = database
        self._allowed = allowed

    async def run(self) -> None:
        """Deliver until cancelled; a slow receiver does not delay deliveries to others."""
        underway: set[asyncio.Task[None]] = set()
        try:
            while True:
                leased = await self._lease(AT_ONCE - len(underway))
                for delivery in leased:
                    task = asyncio.create_task(self._deliver(delivery))
                    underway.add(task)
                    task.add_done_callback(underway.discard)
                if underway:
                    await asyncio.wait(underway, timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                else:
                    await asyncio.sleep(POLL_SECONDS)
        finally:
            for task in underway:
                task.cancel()

    async def deliver_due(self) -> None:
        """Make one attempt at each delivery that is due."""
        for delivery in await self._lease(AT_ONCE):
            await self._deliver(delivery)

    async def _lease(self, most: int) -> Sequence[Delivery]:
        if not most:
            return []
        try:
            async with self._database.connection() as conn:
                return await store.lease(conn, most)
        except Unavailable as error:
            log.info("webhooks paused", reason=str(error))
            return []

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            async with self._database.connection() as conn:
                events = await list_page_after(conn, delivery.canvas_id, delivery.delivered_seq, EVENTS)
            if not events:
                return
            error = await self._post(delivery, events)
            async with self._database.transaction() as conn:
                if error is not None:
                    failures = delivery.failures + 1
                    is_last = failures >= FAILURES_MAX
                    await store.fail(conn, delivery, error, pause_after(failures), is_last=is_last)
                elif events[-1]["kind"] == CanvasDeleted.type:
                    await store.remove(conn, delivery.canvas_id, delivery.id)
                else:
                    await store.succeed(conn, delivery, events[-1]["seq"])
        except Unavailable as error:
            # The lease ends, and the delivery is made again.
            log.info("delivery not settled", webhook_id=delivery.id, reason=str(error))

    async def _post(self, delivery: Delivery, events: Sequence[dict[str, Any]]) -> str | None:
        """Send events; returns why they were not accepted, for the owner of the webhook."""
        body = orjson.dumps(
            {
                "canvas_id": delivery.canvas_id,
                "events": events,
                "missed": not follows_without_gap(events, delivery.delivered_seq),
            }
        )
        # Of the same events the same id, so that a receiver recognises a delivery that comes twice.
        delivery_id = f"{delivery.id}-{events[0]['seq']}-{events[-1]['seq']}"
        timestamp = int(time.time())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Tessera",
            "webhook-id": delivery_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(delivery.secret, delivery_id, timestamp, body),
        }
        connector = aiohttp.TCPConnector(
            use_dns_cache=False, force_close=True, socket_factory=self._open_socket
        )
        try:
            async with (
                asyncio.timeout(SECONDS),
                aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session,
                session.post(delivery.url, data=body, headers=headers, allow_redirects=False) as response,
            ):
                return None if 200 <= response.status < 300 else f"status {response.status}"
        except TimeoutError:
            return f"no answer within {SECONDS:g} s"
        except aiohttp.ClientConnectorDNSError:
            return "the name does not resolve"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            is_forbidden = isinstance(getattr(error, "os_error", error), _Forbidden)
            return "this address is not allowed" if is_forbidden else "no connection"

    def _open_socket(self, info: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, address = info
        if not may_connect(str(address[0]), self._allowed):
            raise _Forbidden("not an address that webhooks may connect to")
        return socket.socket(family, kind, protocol)
