"""The databases of two services and a virtual host: an outbox on one side, inbox and effects on the other."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aio_pika
import pytest

from shared.db import Database
from shared.messaging.outbox import Outbox
from shared.messaging.topology import QUEUES, dead_queue
from tests.support.messaging import create_tables, opened
from tests.support.parts import Databases, VirtualHost


@pytest.fixture
def tiles_url(database: Databases) -> str:
    return create_tables(database("tiles"))


@pytest.fixture
def users_url(database: Databases) -> str:
    return create_tables(database("users"))


@pytest.fixture
async def tiles_db(tiles_url: str) -> AsyncIterator[Database]:
    async with opened(tiles_url) as db:
        yield db


@pytest.fixture
async def users_db(users_url: str) -> AsyncIterator[Database]:
    async with opened(users_url) as db:
        yield db


@pytest.fixture
def outbox(tiles_db: Database) -> Outbox:
    return Outbox(tiles_db, producer="tiles")


@pytest.fixture
async def broker_url(broker: VirtualHost) -> AsyncIterator[str]:
    """The module's virtual host, emptied after each test."""
    yield broker.url
    async with await aio_pika.connect(broker.url) as connection, connection.channel() as channel:
        for queue in QUEUES:
            await channel.queue_delete(queue)
            await channel.queue_delete(dead_queue(queue))
