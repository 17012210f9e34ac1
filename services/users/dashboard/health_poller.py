"""Polling of what no event reports: depth of queues, health of processes, number of live viewers.

The worker polls every few seconds and stores what it observed, so that a request for the dashboard polls
nothing. Queues are read over AMQP, so that the broker's management API is not needed.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import aiohttp
import structlog
from aiormq.abc import AbstractChannel
from yarl import URL

from services.users.dashboard import store
from services.users.dashboard.service import READY
from services.users.dashboard.store import Observation
from shared.db import Database
from shared.errors import Unavailable
from shared.messaging.connection import BrokerLink
from shared.messaging.topology import QUEUES, dead_queue, declare

log = structlog.get_logger(__name__)

POLL_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 2.0
PRUNE_SECONDS: Final = 3600.0

UNREACHABLE: Final = "unreachable"

ProcessState = tuple[str, int | None]
"""State of a process and its number of live viewers; None if it does not serve the live feed."""

_VIEWERS: Final = "live_viewers "  # starts a line of the metrics of a process that serves the live feed


class HealthPoller:
    """Polls `targets` (URL by name) and the queues, and stores what it observed."""

    def __init__(self, database: Database, broker_url: str, targets: Mapping[str, str]) -> None:
        self._database = database
        self._link = BrokerLink(broker_url, "users health poller")
        self._targets = targets

    async def run(self) -> None:
        """Poll until cancelled; a process that cannot be reached is stored as `unreachable`."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._link.run(self._poll_queues))
            tasks.create_task(self._poll_processes())
            tasks.create_task(self._prune())

    async def _poll_queues(self, channel: AbstractChannel) -> None:
        await declare(channel)
        names = [name for queue in QUEUES for name in (queue, dead_queue(queue))]
        while True:
            declared = [await channel.queue_declare(name, passive=True) for name in names]
            await self._save(
                [
                    Observation("queue", name, queue.message_count or 0, READY)
                    for name, queue in zip(names, declared, strict=True)
                ]
            )
            await asyncio.sleep(POLL_SECONDS)

    async def _poll_processes(self) -> None:
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                groups = await asyncio.gather(
                    *(poll_target(session, *target) for target in self._targets.items())
                )
                await self._save([observation for group in groups for observation in group])
                await asyncio.sleep(POLL_SECONDS)

    async def _save(self, observations: Sequence[Observation]) -> None:
        try:
            async with self._database.transaction() as conn:
                await store.save_observations(conn, observations)
        except Unavailable as error:
            log.warning("observations not stored", reason=str(error))

    async def _prune(self) -> None:
        while True:
            try:
                async with self._database.connection() as conn:
                    await store.delete_old_activity(conn, datetime.now(UTC))
            except Unavailable as error:
                log.warning("old activity not deleted", reason=str(error))
            await asyncio.sleep(PRUNE_SECONDS)


async def poll_target(session: aiohttp.ClientSession, name: str, url: str) -> Sequence[Observation]:
    """Poll every process behind a URL: replicas share a host name with one address each."""
    try:
        addresses = await resolve(URL(url))
    except OSError as error:
        log.info("process unreachable", process=name, reason=repr(error))
        return [Observation("service", name, None, UNREACHABLE)]
    states = await asyncio.gather(*(_poll(session, name, address) for address in addresses))
    return combine(name, states)


async def resolve(url: URL) -> Sequence[URL]:
    """Return the URL once per address of its host; raises OSError if there is none."""
    found = await asyncio.get_running_loop().getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM)
    # A process with an IPv4 and an IPv6 address is one process.
    family = min(family for family, *_ in found)
    return [url.with_host(host) for host in sorted({str(at[0]) for kind, *_, at in found if kind == family})]


def combine(name: str, states: Sequence[ProcessState]) -> Sequence[Observation]:
    """Combine the processes of one name: they are ready if each is, and their viewers are added up."""
    state = next((state for state, _ in states if state != READY), READY)
    viewers = [count for _, count in states if count is not None]
    health = Observation("service", name, None, state)
    return [health, Observation("viewers", name, sum(viewers), state)] if viewers else [health]


async def _poll(session: aiohttp.ClientSession, name: str, url: URL) -> ProcessState:
    """Read whether a process is ready and, if it serves the live feed, its number of viewers."""
    try:
        async with session.get(url / "ready") as response:
            state = READY if response.status == 200 else str((await response.json(content_type=None))["code"])
        async with session.get(url / "metrics") as response:
            metrics = await response.text()
        viewers = [line.removeprefix(_VIEWERS) for line in metrics.splitlines() if line.startswith(_VIEWERS)]
        return state, round(float(viewers[0])) if viewers else None
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError, LookupError, TypeError) as error:
        log.info("process unreachable", process=name, url=str(url), reason=repr(error))
        return UNREACHABLE, None
