"""What no event tells: the depth of queues, the health of processes, who is watching live.

The worker looks around every few seconds and keeps what it saw with its age, so that the dashboard asks
nobody. Queues are asked over AMQP, which needs no more of the broker than the other services do.
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

LOOK_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 2.0
PRUNE_SECONDS: Final = 3600.0

UNREACHABLE: Final = "unreachable"

Seen = tuple[str, int | None]
"""State of a process, and how many watch live there; None where nobody can."""

_VIEWERS: Final = "live_viewers "  # shown by the processes that serve the live feed, on a line of its own


class HealthPoller:
    """Looks at `targets` (URL by name) and at the queues, and keeps what it saw."""

    def __init__(self, database: Database, broker_url: str, targets: Mapping[str, str]) -> None:
        self._database = database
        self._link = BrokerLink(broker_url, "users health poller")
        self._targets = targets

    async def run(self) -> None:
        """Look around until cancelled; what cannot be seen is kept as that."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._link.run(self._watch_queues))
            tasks.create_task(self._watch_processes())
            tasks.create_task(self._prune())

    async def _watch_queues(self, channel: AbstractChannel) -> None:
        await declare(channel)
        names = [name for queue in QUEUES for name in (queue, dead_queue(queue))]
        while True:
            declared = [await channel.queue_declare(name, passive=True) for name in names]
            await self._keep(
                [
                    Observation("queue", name, queue.message_count or 0, READY)
                    for name, queue in zip(names, declared, strict=True)
                ]
            )
            await asyncio.sleep(LOOK_SECONDS)

    async def _watch_processes(self) -> None:
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                seen = await asyncio.gather(*(look(session, *target) for target in self._targets.items()))
                await self._keep([observation for group in seen for observation in group])
                await asyncio.sleep(LOOK_SECONDS)

    async def _keep(self, seen: Sequence[Observation]) -> None:
        try:
            async with self._database.transaction() as conn:
                await store.observe(conn, seen)
        except Unavailable as error:
            log.warning("observations not kept", reason=str(error))

    async def _prune(self) -> None:
        while True:
            try:
                async with self._database.connection() as conn:
                    await store.forget_days(conn, datetime.now(UTC))
            except Unavailable as error:
                log.warning("days not forgotten", reason=str(error))
            await asyncio.sleep(PRUNE_SECONDS)


async def look(session: aiohttp.ClientSession, name: str, url: str) -> Sequence[Observation]:
    """Ask every process that stands behind a URL: a name may have many addresses, as replicas do."""
    try:
        addresses = await addresses_of(URL(url))
    except OSError as error:
        log.info("process not seen", process=name, reason=repr(error))
        return [Observation("service", name, None, UNREACHABLE)]
    seen = await asyncio.gather(*(_ask(session, name, address) for address in addresses))
    return together(name, seen)


async def addresses_of(url: URL) -> Sequence[URL]:
    """Return the URL with each address of its host. Raises OSError when there is none."""
    found = await asyncio.get_running_loop().getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM)
    # A process with an address of both kinds is one process.
    family = min(family for family, *_ in found)
    return [url.with_host(host) for host in sorted({str(at[0]) for kind, *_, at in found if kind == family})]


def together(name: str, seen: Sequence[Seen]) -> Sequence[Observation]:
    """Return what the processes of one name come to: ready if all are, and watched by all their viewers."""
    state = next((state for state, _ in seen if state != READY), READY)
    viewers = [count for _, count in seen if count is not None]
    health = Observation("service", name, None, state)
    return [health, Observation("viewers", name, sum(viewers), state)] if viewers else [health]


async def _ask(session: aiohttp.ClientSession, name: str, url: URL) -> Seen:
    """Ask a process how it is and, where it serves the live feed, how many are watching."""
    try:
        async with session.get(url / "ready") as response:
            state = READY if response.status == 200 else str((await response.json(content_type=None))["code"])
        async with session.get(url / "metrics") as response:
            metrics = await response.text()
        viewers = [line.removeprefix(_VIEWERS) for line in metrics.splitlines() if line.startswith(_VIEWERS)]
        return state, round(float(viewers[0])) if viewers else None
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError, LookupError, TypeError) as error:
        log.info("process not seen", process=name, url=str(url), reason=repr(error))
        return UNREACHABLE, None
