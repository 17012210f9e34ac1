"""The broker, looked at with each service's own user."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Mapping
from urllib.parse import urlsplit

import aio_pika
from aiormq.exceptions import (
    AMQPError,
    AuthenticationError,
    ChannelNotFoundEntity,
    ProbableAuthenticationError,
)

from deploy.checks.doctor.facts import Broker, BrokerTrouble, Queue
from shared.messaging.connection import open_channel
from shared.messaging.topology import QUEUES, dead_queue

CONNECT_SECONDS = 3.0


def ask_broker(urls: Mapping[str, str], suspended: str | None) -> Broker:
    """Connect as every service at once; URLs by service."""
    return asyncio.run(_ask(urls, suspended))


async def _ask(urls: Mapping[str, str], suspended: str | None) -> Broker:
    answers = await asyncio.gather(*(_connect(url) for url in urls.values()))
    trouble: dict[str, tuple[BrokerTrouble, str]] = {}
    queues: tuple[Queue, ...] = ()
    for service, (wrong, seen) in zip(urls, answers, strict=True):
        if wrong:
            trouble[service] = wrong
        else:
            queues = seen
    address = urlsplit(next(iter(urls.values()), "")).netloc.rpartition("@")[2]
    return Broker(address, trouble, queues, suspended)


async def _connect(url: str) -> tuple[tuple[BrokerTrouble, str] | None, tuple[Queue, ...]]:
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            connection = await aio_pika.connect(url, timeout=CONNECT_SECONDS, name="tessera doctor")
            async with connection:
                return None, await _queues(connection)
    except (AuthenticationError, ProbableAuthenticationError) as error:
        return ("password", str(error)), ()
    except TimeoutError:
        return ("timeout", f"no answer within {CONNECT_SECONDS:g} s"), ()
    except (AMQPError, OSError) as error:
        # aio-pika wraps the error and keeps only its words.
        refused = f"[Errno {errno.ECONNREFUSED}]" in str(error)
        return ("refused" if refused else "other", str(error)), ()


async def _queues(connection: aio_pika.abc.AbstractConnection) -> tuple[Queue, ...]:
    found = []
    channel = await open_channel(connection)
    for name in _names():
        try:
            # Declared passively: asked about, never made.
            answer = await channel.queue_declare(name, passive=True)
        except ChannelNotFoundEntity:
            found.append(Queue(name, None))
            channel = await open_channel(connection)  # the broker closed the other
        else:
            found.append(Queue(name, answer.message_count or 0, answer.consumer_count or 0))
    return tuple(found)


def _names() -> list[str]:
    return [name for queue in QUEUES for name in (queue, dead_queue(queue))]
