"""The broker: its queues, looked at with each service's own user, and its alarms."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import aio_pika
from aiormq.exceptions import (
    AMQPError,
    AuthenticationError,
    ChannelNotFoundEntity,
    ProbableAuthenticationError,
)

from shared.messaging.connection import open_channel
from shared.messaging.topology import QUEUES, dead_queue

CONNECT_SECONDS = 3.0

BrokerTrouble = Literal["refused", "timeout", "password", "vhost", "other"]


@dataclass(frozen=True)
class Queue:
    """One queue; `messages` is None when it does not exist."""

    name: str
    messages: int | None
    consumers: int = 0


@dataclass(frozen=True)
class Broker:
    """The broker, looked at with each service's own user.

    `trouble`: kind and error message, per service that cannot use it. `suspended` is the id of the broker
    when it is stopped by a signal or paused, not ended.
    """

    address: str
    trouble: Mapping[str, tuple[BrokerTrouble, str]]
    queues: tuple[Queue, ...]
    suspended: str | None = None


@dataclass(frozen=True)
class BrokerAlarms:
    """Alarms in force at the broker, which block every publisher."""

    names: tuple[str, ...]


def read_broker(urls: Mapping[str, str], suspended: str | None) -> Broker:
    """Connect as every service at once, given each service's URL; a suspended broker is not waited for."""
    if suspended:
        trouble: Mapping[str, tuple[BrokerTrouble, str]] = dict.fromkeys(urls, ("timeout", ""))
        return Broker(_address(urls), trouble, (), suspended)
    return asyncio.run(_read(urls))


def _address(urls: Mapping[str, str]) -> str:
    return urlsplit(next(iter(urls.values()), "")).netloc.rpartition("@")[2]


async def _read(urls: Mapping[str, str]) -> Broker:
    results = await asyncio.gather(*(_connect(url) for url in urls.values()))
    # aiormq tidies up a broken connection in tasks of its own, which must not be destroyed with the loop.
    if leftover := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(leftover, timeout=1)
    trouble: dict[str, tuple[BrokerTrouble, str]] = {}
    queues: tuple[Queue, ...] = ()
    for service, (wrong, found) in zip(urls, results, strict=True):
        if wrong:
            trouble[service] = wrong
        else:
            queues = found
    return Broker(_address(urls), trouble, queues)


async def _connect(url: str) -> tuple[tuple[BrokerTrouble, str] | None, tuple[Queue, ...]]:
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            connection = await aio_pika.connect(url, timeout=CONNECT_SECONDS, name="tessera doctor")
            async with connection:
                return None, await _read_queues(connection)
    except (AuthenticationError, ProbableAuthenticationError) as error:
        return ("password", str(error)), ()
    except TimeoutError:
        return ("timeout", f"no answer within {CONNECT_SECONDS:g} s"), ()
    except (AMQPError, OSError) as error:
        # aio-pika wraps the error and keeps only its message.
        if f"[Errno {errno.ECONNREFUSED}]" in str(error):
            return ("refused", str(error)), ()
        # aiormq drops the broker's words when it refuses the virtual host, and keeps an object's address.
        if "Connection.OpenOk" in str(error):
            return (
                "vhost",
                "it does not exist, or this user has no rights or too many connections in it",
            ), ()
        return ("other", str(error)), ()


async def _read_queues(connection: aio_pika.abc.AbstractConnection) -> tuple[Queue, ...]:
    found = []
    channel = await open_channel(connection)
    for name in (name for queue in QUEUES for name in (queue, dead_queue(queue))):
        try:
            # A passive declaration reads the queue and never creates it.
            declared = await channel.queue_declare(name, passive=True)
        except ChannelNotFoundEntity:
            found.append(Queue(name, None))
            channel = await open_channel(connection)  # the broker closed the other one
        else:
            found.append(Queue(name, declared.message_count or 0, declared.consumer_count or 0))
    return tuple(found)
