"""Digests: who asks for one is mailed what they have not read, once a day at most."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from services.users.notices.digests import Digests
from shared.db import Database
from shared.messaging.contracts import AccountDeleted, DigestStopped, TileLiked
from shared.messaging.outbox import Outbox
from tests.support.messaging import sql
from tests.support.users import ANN, BOB, Caller, EventApplier, Users, list_outbox


async def want(users: Users, artist: Caller, digest: bool = True) -> None:
    response = await users.call(artist, "PATCH", "/users/notices/settings", json={"digest": digest})
    assert (await response.json())["digest"] is digest


async def a_day_later(database_url: str) -> None:
    await sql(database_url, "UPDATE notice_boxes SET digested_at = digested_at - interval '1 day'")


async def digests(database: Database, *, workers: int = 1) -> list[dict[str, Any]]:
    """Let the workers request what is due, and return every digest requested so far."""
    outbox = Outbox(database, producer="users")
    await asyncio.gather(*(Digests(database, outbox).request_due() for _ in range(workers)))
    return [one["data"] for one in await list_outbox(database) if one["type"] == "digest.send"]


def liked(tile_id: int, seq: int) -> TileLiked:
    return TileLiked(
        canvas_id=7, seq=seq, tile_id=tile_id, creator_id=ANN.id, actor_id=BOB.id, version=1, like_count=1
    )


async def test_at_first_nobody_gets_a_digest(users: Users, applier: EventApplier, database_url: str) -> None:
    await applier.apply(liked(5, 2))
    await a_day_later(database_url)
    assert await digests(applier.database) == []


async def test_a_digest_counts_what_is_not_read_by_kind_once(
    users: Users, applier: EventApplier, database_url: str
) -> None:
    await users.meet(ANN, BOB)
    await want(users, ANN)
    await applier.apply(liked(5, 2), liked(6, 3))
    await users.call(BOB, "PUT", f"/users/{ANN.id}/follow")
    await a_day_later(database_url)
    assert await digests(applier.database, workers=4) == [
        {"account_id": ANN.id, "counts": {"like": 2, "follower": 1}}
    ]


async def test_a_digest_has_only_what_is_new_since_the_last_and_not_read(
    users: Users, applier: EventApplier, database_url: str
) -> None:
    await applier.apply(liked(4, 2))
    await want(users, ANN)
    for tile_id in (5, 6):
        await applier.apply(liked(tile_id, tile_id))
        await a_day_later(database_url)
        assert (await digests(applier.database))[-1]["counts"] == {"like": 1}
    await applier.apply(liked(7, 9))
    newest = (await users.get("/users/notices/unread", ANN))["seq"]
    await users.call(ANN, "POST", "/users/notices/read", json={"up_to": newest})
    await a_day_later(database_url)
    assert len(await digests(applier.database)) == 2


async def test_there_is_one_digest_a_day_however_often_it_is_asked_for(
    users: Users, applier: EventApplier, database_url: str
) -> None:
    await want(users, ANN)
    await applier.apply(liked(5, 2))
    assert await digests(applier.database) == []
    await a_day_later(database_url)
    await digests(applier.database)
    await applier.apply(liked(6, 3))
    await want(users, ANN, digest=False)
    await want(users, ANN)
    await applier.apply(liked(7, 4))
    assert len(await digests(applier.database)) == 1


@pytest.mark.parametrize(
    "event", [DigestStopped(account_id=ANN.id), AccountDeleted(account_id=ANN.id, version=2)]
)
async def test_no_digest_follows_a_stop_or_the_end_of_the_account(
    users: Users, applier: EventApplier, database_url: str, event: Any
) -> None:
    await users.meet(ANN)
    await want(users, ANN)
    await applier.apply(liked(5, 2), event)
    await a_day_later(database_url)
    assert await digests(applier.database) == []
