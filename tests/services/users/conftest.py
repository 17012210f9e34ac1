"""The users service on a database of its own, with artists to act."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import aiormq
import orjson
import psycopg2
import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient
from sqlalchemy import bindparam, select, text

from services.users.app import create_app, create_worker
from services.users.consumed import handlers
from services.users.profiles.service import Profiles
from services.users.settings import UsersSettings
from services.users.stats.rules import Counts
from services.users.tables import artist_stats, metadata
from shared.db import Database
from shared.db.migrations import migrate
from shared.messaging.contracts import AccountRegistered, Event
from shared.messaging.outbox import Outbox
from shared.messaging.topology import EXCHANGE, declare
from tests.parts import Broker, Databases
from tests.support.identities import TestKeys

Client = TestClient[web.Request, web.Application]
StartUsers = Callable[..., Awaitable["Users"]]
StartWorker = Callable[[str, str], Awaitable[Client]]

NO_BROKER = "amqp://127.0.0.1:1/"


class Artist(NamedTuple):
    id: int
    username: str
    roles: tuple[str, ...] = ()


ANN, BOB, CAT = Artist(1, "ann"), Artist(2, "bob"), Artist(3, "Cat_3")
MOD, MAX = Artist(11, "mod", ("moderator",)), Artist(12, "max", ("moderator",))
ADA, ADI = Artist(21, "ada", ("admin",)), Artist(22, "adi", ("admin",))


@dataclass(frozen=True)
class Users:
    """A running users service; every call is made as the artist named first, None for a guest."""

    client: Client
    keys: TestKeys

    async def call(self, artist: Artist | None, method: str, path: str, **kwargs: Any) -> ClientResponse:
        headers = dict(kwargs.pop("headers", {}))
        if artist is not None:
            headers |= self.keys.bearer(*artist)
        return await self.client.request(method, f"/api/v1{path}", headers=headers, **kwargs)

    async def get(self, path: str, artist: Artist | None = None, **params: Any) -> Any:
        """The JSON of a GET that succeeds."""
        response = await self.call(artist, "GET", path, params=params)
        assert response.status == 200, await response.text()
        return await response.json()

    async def meet(self, *artists: Artist) -> None:
        """Let them have a profile."""
        for artist in artists:
            await self.get("/users/profile", artist)

    async def pages(self, path: str, artist: Artist | None = None, **params: Any) -> list[Any]:
        """All items of a list."""
        items, cursor = [], None
        while True:
            page = await self.get(path, artist, **params, **({"cursor": cursor} if cursor else {}))
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items


@dataclass(frozen=True)
class Ear:
    """Hears events as the worker does, without a broker in between: each in a transaction of its own."""

    database: Database

    async def hear(self, *events: Event) -> None:
        hears = handlers(Profiles(self.database, Outbox(self.database, producer="users")))
        for event in events:
            async with self.database.transaction() as conn:
                await hears[type(event)](conn, event)


def registered(artist: Artist, display_name: str | None = None) -> AccountRegistered:
    return AccountRegistered(
        account_id=artist.id,
        username=artist.username,
        display_name=display_name,
        registered_at=datetime(2024, 2, 29, 12, tzinfo=UTC),
    )


async def eventually(holds: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    """Wait until it holds."""
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 - other processes bring it about
            await asyncio.sleep(0.02)


async def told(database: Database) -> Sequence[dict[str, Any]]:
    """What waits in the outbox, in order."""
    async with database.connection() as conn:
        rows = await conn.fetch_all(text("SELECT payload FROM outbox ORDER BY id"))
    return [orjson.loads(row.payload) for row in rows]


async def counts(database: Database, artists: Sequence[int]) -> dict[int, Counts]:
    """The counts of those artists who have any row."""
    statement = select(artist_stats).where(artist_stats.c.artist_id == bindparam("artist_id"))
    async with database.connection() as conn:
        rows = [await conn.fetch_one(statement, {"artist_id": artist}) for artist in artists]
    return {
        row.artist_id: Counts(row.tiles_created, row.likes_received, row.canvases_created)
        for row in rows
        if row
    }


async def publish(broker_url: str, *events: Event) -> None:
    """Publish as tiles' and auth's relays do; an event given twice is the same message twice."""
    messages = {id(event): event.envelope(producer="tests", traceparent=None) for event in events}
    connection = await aiormq.connect(broker_url)
    channel = await connection.channel()
    await declare(channel)
    for event in events:
        message = messages[id(event)]
        await channel.basic_publish(
            message.encode().encode(), exchange=EXCHANGE, routing_key=message.routing_key, mandatory=True
        )
    await connection.close()


@pytest.fixture(scope="session")
def migrated_users(database: Databases) -> str:
    url = database("users")
    migrate("users", url)
    return url


@pytest.fixture(scope="session")
def empty(migrated_users: str) -> Iterator[Callable[[], None]]:
    """Deletes every row: a hundred times as quick as a database for each test."""
    connection = psycopg2.connect(migrated_users)
    connection.autocommit = True
    tables = [table.name for table in reversed(metadata.sorted_tables) if table.name != "audit"]
    # What only the owner of the table can do, and the service never does; seldom needed, and slow.
    clear_audit = """
        DO $$ BEGIN IF EXISTS (SELECT FROM audit) THEN
            ALTER TABLE audit DISABLE TRIGGER USER;
            GRANT DELETE ON audit TO CURRENT_USER;
            DELETE FROM audit;
            REVOKE DELETE ON audit FROM CURRENT_USER;
            ALTER TABLE audit ENABLE TRIGGER USER;
        END IF; END $$;
    """

    def delete() -> None:
        with connection.cursor() as cursor:
            cursor.execute(clear_audit + "; ".join(f"DELETE FROM {table}" for table in tables))

    yield delete
    connection.close()


@pytest.fixture
def database_url(migrated_users: str, empty: Callable[[], None]) -> str:
    empty()
    return migrated_users


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """The test's own way into the service's database."""
    database = Database(database_url, application="test")
    yield database
    await database.close()


@pytest.fixture
def ear(db: Database) -> Ear:
    return Ear(db)


@pytest.fixture
async def keys() -> AsyncIterator[TestKeys]:
    keys = TestKeys()
    await keys.start()
    yield keys
    await keys.stop()


@pytest.fixture
def start_users(aiohttp_client: Any, keys: TestKeys) -> StartUsers:
    """`await start_users(database_url)` is one web process; it knows the keys when it is returned."""

    async def start(database_url: str, broker_url: str = NO_BROKER) -> Users:
        app = create_app(
            UsersSettings(database_url=database_url, broker_url=broker_url, jwks_url=keys.jwks_url)
        )
        users = Users(await aiohttp_client(app), keys)

        async def knows_keys() -> bool:
            # Refused before the database is asked, which may be away.
            return (await users.call(ANN, "PUT", f"/users/{ANN.id}/follow")).status == 403

        await eventually(knows_keys)
        return users

    return start


@pytest.fixture
async def users(start_users: StartUsers, database_url: str) -> Users:
    """The web process; there is no broker, and it needs none."""
    return await start_users(database_url)


@pytest.fixture
def start_worker(aiohttp_client: Any) -> StartWorker:
    """`await start_worker(database_url, broker_url)` is one worker process, not waited for."""

    async def start(database_url: str, broker_url: str) -> Client:
        settings = UsersSettings(database_url=database_url, broker_url=broker_url, jwks_url="http://unused")
        client: Client = await aiohttp_client(create_worker(settings))
        return client

    return start


@pytest.fixture
async def worker(start_worker: StartWorker, database_url: str, broker: Broker) -> Client:
    """A worker that is ready."""
    client = await start_worker(database_url, broker.url)
    await eventually(lambda: is_ready(client))
    return client


async def is_ready(client: Client) -> bool:
    return (await client.get("/ready")).status == 200
