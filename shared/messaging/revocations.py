"""Delivery of revocations to every process, by broadcast, within milliseconds.

Revocations that a process missed, before it started or while the broker was down, are fetched from auth after
each connect. Until then, or until they expire if auth cannot be reached, those tokens are still accepted.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Final
from urllib.parse import urljoin

import aiohttp
import structlog
from aiormq.abc import DeliveredMessage
from pydantic import AwareDatetime, BaseModel, ValidationError

from shared.messaging.contracts import SessionRevoked
from shared.messaging.envelope import Envelope, UnreadableMessage
from shared.messaging.feed import Feed
from shared.messaging.topology import EXCHANGE
from shared.revocations import Revocations

log = structlog.get_logger(__name__)

PATH: Final = "/revocations"
"""Where auth lists the revocations of the last minutes; like /health, it is not routed by the gateway."""

FETCH_SECONDS: Final = 2.0
RETRY_SECONDS: Final = 1.0


class Revocation(BaseModel):
    """One revocation, as auth lists it."""

    account_id: int
    session_id: int | None
    before: AwareDatetime


class RevocationList(BaseModel):
    """Every revocation of a token that might still be valid."""

    revocations: list[Revocation]


class RevocationFeed:
    """Keeps `revocations` up to date; start one in each web process."""

    def __init__(self, broker_url: str, *, name: str, jwks_url: str, revocations: Revocations) -> None:
        self._revocations = revocations
        self._url = urljoin(jwks_url, PATH)
        self._missed = asyncio.Event()
        self._feed = Feed(
            broker_url,
            name=f"{name} revocations",
            exchange=EXCHANGE,
            on_message=self._receive,
            on_connected=self._mark_missed,
        )

    async def run(self) -> None:
        """Receive revocations until cancelled, and fetch missed ones after each connect."""
        await self._feed.bind(f"{SessionRevoked.type}.*")
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._feed.run())
            tasks.create_task(self._catch_up())

    def _receive(self, delivered: DeliveredMessage) -> None:
        try:
            event = SessionRevoked.from_envelope(Envelope.decode(delivered.body))
        except UnreadableMessage as error:
            log.warning("revocation unreadable", reason=str(error))
            return
        self._apply(event.account_id, event.session_id, event.before)

    def _apply(self, account_id: int, session_id: int | None, before: datetime) -> None:
        session = None if session_id is None else str(session_id)
        self._revocations.revoke(account_id, session, before.timestamp())

    async def _mark_missed(self) -> None:
        self._missed.set()

    async def _catch_up(self) -> None:
        while True:
            await self._missed.wait()
            # Cleared first: a reconnect during the fetch may have missed some again.
            self._missed.clear()
            try:
                missed = await self._fetch()
            except (aiohttp.ClientError, OSError, TimeoutError, ValidationError) as error:
                log.info("revocations not fetched", reason=repr(error))
                self._missed.set()
                await asyncio.sleep(RETRY_SECONDS)
            else:
                for one in missed:
                    self._apply(one.account_id, one.session_id, one.before)

    async def _fetch(self) -> list[Revocation]:
        timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(self._url) as response:
            response.raise_for_status()
            return RevocationList.model_validate_json(await response.read()).revocations
