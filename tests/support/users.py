"""The users service and artists who use it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import aiormq
import orjson
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient
from sqlalchemy import bindparam, select, text

from services.users.consumed import event_handlers
from services.users.profiles.service import Profiles
from services.users.reports.service import Reports
from services.users.stats.rules import Counts
from services.users.tables import artist_stats
from shared.db import Database
from shared.messaging.contracts import AccountRegistered, Event
from shared.messaging.outbox import Outbox
from shared.messaging.topology import EXCHANGE, declare
from tests.support.identities import TestKeys
from tests.support.messaging import apply

Client = TestClient[web.Request, web.Application]
StartUsers = Callable[..., Awaitable["Users"]]
StartWorker = Callable[[str, str], Awaitable[Client]]

NO_BROKER = "amqp://127.0.0.1:1/"

# Only the owner of the table can do this; it is slow, and rarely needed.
CLEAR_AUDIT = """
    DO $$ BEGIN IF EXISTS (SELECT FROM audit) THEN
        ALTER TABLE audit DISABLE TRIGGER USER;
        GRANT DELETE ON audit TO CURRENT_USER;
        DELETE FROM audit;
        REVOKE DELETE ON audit FROM CURRENT_USER;
        ALTER TABLE audit ENABLE TRIGGER USER;
    END IF; END $$
"""


class Caller(NamedTuple):
    id: int
    username: str
    roles: tuple[str, ...] = ()


ANN, BOB, CAT = Caller(1, "ann"), Caller(2, "bob"), Caller(3, "Cat_3")
MOD, MAX = Caller(11, "mod", ("moderator",)), Caller(12, "max", ("moderator",))
ADA, ADI = Caller(21, "ada", ("admin",)), Caller(22, "adi", ("admin",))


@dataclass(frozen=True)
class Users:
    """A running users service; a call is made as the given artist, or as a guest for None."""

    client: Client
    keys: TestKeys

    async def call(self, artist: Caller | None, method: str, path: str, **kwargs: Any) -> ClientResponse:
        headers = dict(kwargs.pop("headers", {}))
        if artist is not None:
            headers |= self.keys.bearer(*artist)
        return await self.client.request(method, f"/api/v1{path}", headers=headers, **kwargs)

    async def get(self, path: str, artist: Caller | None = None, **params: Any) -> Any:
        """Return the JSON of a GET that succeeds."""
        response = await self.call(artist, "GET", path, params=params)
        assert response.status == 200, await response.text()
        return await response.json()

    async def meet(self, *artists: Caller) -> None:
        """Create profiles by a first request of each artist."""
        for artist in artists:
            await self.get("/users/profile", artist)

    async def pages(self, path: str, artist: Caller | None = None, **params: Any) -> list[Any]:
        """Return all items of a list."""
        items, cursor = [], None
        while True:
            page = await self.get(path, artist, **params, **({"cursor": cursor} if cursor else {}))
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items


@dataclass(frozen=True)
class EventApplier:
    """Applies events as the worker does, without a broker, each in a transaction of its own."""

    database: Database

    async def apply(self, *events: Event) -> None:
        outbox = Outbox(self.database, producer="users")
        reports = Reports(self.database, outbox, per_hour=20)
        handlers = event_handlers(Profiles(self.database, outbox), reports)
        await apply(self.database, handlers, *events)


def registered(artist: Caller, display_name: str | None = None) -> AccountRegistered:
    return AccountRegistered(
        account_id=artist.id,
        username=artist.username,
        display_name=display_name,
        registered_at=datetime(2024, 2, 29, 12, tzinfo=UTC),
    )


async def list_outbox(database: Database) -> Sequence[dict[str, Any]]:
    """Return the messages in the outbox, in order."""
    async with database.connection() as conn:
        rows = await conn.fetch_all(text("SELECT payload FROM outbox ORDER BY id"))
    return [orjson.loads(row.payload) for row in rows]


async def counts(database: Database, artists: Sequence[int]) -> dict[int, Counts]:
    """Return the counts of those artists who have a row."""
    statement = select(artist_stats).where(artist_stats.c.artist_id == bindparam("artist_id"))
    async with database.connection() as conn:
        rows = [await conn.fetch_one(statement, {"artist_id": artist}) for artist in artists]
    return {
        row.artist_id: Counts(row.tiles_created, row.likes_received, row.canvases_created, row.pixels_painted)
        for row in rows
        if row
    }


async def publish(broker_url: str, *events: Event) -> None:
    """Publish as the relays of tiles and auth do; an event given twice is one message published twice."""
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


async def is_ready(client: Client) -> bool:
    return (await client.get("/ready")).status == 200
