"""The tiles service on its own database, and artists who act on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import psycopg2
import pytest

from services.tiles.app import create_app
from services.tiles.films.maker import FilmMaker
from services.tiles.settings import TilesSettings
from services.tiles.tables import metadata
from shared.db import Database
from shared.db.migrations import migrate
from tests.support.identities import TestKeys
from tests.support.parts import Databases, VirtualHost, emptying
from tests.support.rollback import Cursor, Wall
from tests.support.tiles import Client, StartTiles, TilesClient, is_ready
from tests.support.waiting import eventually


@pytest.fixture(scope="session")
def migrated_tiles(database: Databases) -> str:
    url = database("tiles")
    migrate("tiles", url)
    return url


@pytest.fixture(scope="session")
def emptied(database: Databases, migrated_tiles: str) -> Iterator[Callable[[], str]]:
    """`emptied()` is the URL of the one database of these tests, without a row."""
    url = database("tiles", like=migrated_tiles)
    with emptying(url, metadata) as empty:

        def emptied() -> str:
            empty()
            return url

        yield emptied


@pytest.fixture
def database_url(emptied: Callable[[], str]) -> str:
    return emptied()


@pytest.fixture
async def keys() -> AsyncIterator[TestKeys]:
    keys = TestKeys()
    await keys.start()
    yield keys
    await keys.stop()


@pytest.fixture
def start_tiles(aiohttp_client: Any, keys: TestKeys) -> StartTiles:
    """`await start_tiles(database_url, broker_url)` is one process; call it again for another."""

    async def start(
        database_url: str, broker_url: str = "amqp://127.0.0.1:1/", *, wait: bool = True, **settings: Any
    ) -> TilesClient:
        app = create_app(
            TilesSettings(
                database_url=database_url, broker_url=broker_url, jwks_url=keys.jwks_url, **settings
            )
        )
        client: Client = await aiohttp_client(app)
        if wait:
            await eventually(lambda: is_ready(client))
        return TilesClient(client, keys, database_url)

    return start


@pytest.fixture
async def tiles(start_tiles: StartTiles, database_url: str) -> TilesClient:
    """The service without a broker: its messages wait in the outbox."""
    return await start_tiles(database_url)


@pytest.fixture
async def canvas_id(tiles: TilesClient) -> int:
    """A canvas of `owner`."""
    return int((await tiles.canvas("owner"))["id"])


@pytest.fixture
async def live_tiles(start_tiles: StartTiles, database_url: str, broker: VirtualHost) -> TilesClient:
    """The service with a broker."""
    return await start_tiles(database_url, broker.url)


@pytest.fixture
async def db(tiles: TilesClient) -> AsyncIterator[Database]:
    """The database as a worker sees it."""
    database = Database(tiles.database_url, application="worker of a test")
    yield database
    await database.close()


@pytest.fixture
def films(db: Database) -> FilmMaker:
    """What makes films in a worker; nobody is told of their progress."""
    return FilmMaker(db, lambda canvas_id, artist_id, film: None, "ffmpeg")


@pytest.fixture
def sql(database_url: str) -> Iterator[Cursor]:
    """A separate cursor on the service's database."""
    connection = psycopg2.connect(database_url)
    connection.autocommit = True
    yield connection.cursor()
    connection.close()


@pytest.fixture
async def wall(tiles: TilesClient) -> Wall:
    canvas = await tiles.canvas("owner", collaboration_mode="free", max_tiles_per_user=16)
    return Wall(tiles, canvas["id"])
