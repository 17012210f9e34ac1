"""The users service on a database of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from services.users.app import create_app, create_worker
from services.users.settings import UsersSettings
from services.users.tables import metadata
from shared.db import Database
from shared.db.migrations import migrate
from tests.support.identities import TestKeys
from tests.support.parts import Databases, VirtualHost, emptying
from tests.support.users import (
    ANN,
    CLEAR_AUDIT,
    NO_BROKER,
    Client,
    EventApplier,
    StartUsers,
    StartWorker,
    Users,
    is_ready,
)
from tests.support.waiting import eventually


@pytest.fixture(scope="session")
def migrated_users(database: Databases) -> str:
    url = database("users")
    migrate("users", url)
    return url


@pytest.fixture(scope="session")
def emptied(database: Databases, migrated_users: str) -> Iterator[Callable[[], str]]:
    """`emptied()` is the URL of the one database of these tests, without a row."""
    url = database("users", like=migrated_users)
    with emptying(url, metadata, instead={"audit": CLEAR_AUDIT}) as empty:

        def emptied() -> str:
            empty()
            return url

        yield emptied


@pytest.fixture
def database_url(emptied: Callable[[], str]) -> str:
    return emptied()


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """The test's own pool of connections to the service's database."""
    database = Database(database_url, application="test")
    yield database
    await database.close()


@pytest.fixture
def applier(db: Database) -> EventApplier:
    return EventApplier(db)


@pytest.fixture
async def keys() -> AsyncIterator[TestKeys]:
    keys = TestKeys()
    await keys.start()
    yield keys
    await keys.stop()


@pytest.fixture
def start_users(aiohttp_client: Any, keys: TestKeys) -> StartUsers:
    """`await start_users(database_url)` starts a web process and waits until it has the keys."""

    async def start(database_url: str, broker_url: str = NO_BROKER) -> Users:
        app = create_app(
            UsersSettings(database_url=database_url, broker_url=broker_url, jwks_url=keys.jwks_url)
        )
        users = Users(await aiohttp_client(app), keys)

        async def knows_keys() -> bool:
            # Refused before the database is used, which may be down.
            return (await users.call(ANN, "PUT", f"/users/{ANN.id}/follow")).status == 403

        await eventually(knows_keys)
        return users

    return start


@pytest.fixture
async def users(start_users: StartUsers, database_url: str) -> Users:
    """A web process without a broker, which it does not need."""
    return await start_users(database_url)


@pytest.fixture
def start_worker(aiohttp_client: Any) -> StartWorker:
    """`await start_worker(database_url, broker_url)` starts a worker without waiting until it is ready."""

    async def start(database_url: str, broker_url: str) -> Client:
        settings = UsersSettings(database_url=database_url, broker_url=broker_url, jwks_url="http://unused")
        client: Client = await aiohttp_client(create_worker(settings))
        return client

    return start


@pytest.fixture
async def worker(start_worker: StartWorker, database_url: str, broker: VirtualHost) -> Client:
    """A worker that is ready."""
    client = await start_worker(database_url, broker.url)
    await eventually(lambda: is_ready(client))
    return client
