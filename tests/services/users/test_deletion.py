"""Deleted accounts: no name stays, the follows of others are counted exactly, and the work remains."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from shared.messaging.contracts import AccountDeleted, AccountSuspended
from tests.support.histories import CanvasHistory
from tests.support.users import ADA, ANN, BOB, CAT, MOD, Caller, EventApplier, Users, registered

FANS = [Caller(100 + n, f"fan_{n}") for n in range(8)]


async def follow(users: Users, follower: Caller, followee: Caller) -> int:
    return (await users.call(follower, "PUT", f"/users/{followee.id}/follow")).status


def left(artist: Caller) -> AccountDeleted:
    return AccountDeleted(account_id=artist.id, version=9)


async def check_follow_counts(users: Users, *artists: Caller) -> None:
    """Each count equals the list it counts."""
    for artist in artists:
        stats = (await users.get(f"/users/{artist.id}"))["stats"]
        for side in ("followers", "following"):
            assert stats[side] == len(await users.pages(f"/users/{artist.id}/{side}"))


async def test_a_deleted_artist_has_no_name_but_keeps_the_stats(users: Users, applier: EventApplier) -> None:
    history = CanvasHistory(canvas_id=1)
    for what in ("create", "like"):
        history.step(what, 0)
    artist = Caller(history.creator(0), "somebody")
    await applier.apply(registered(artist, "Some Body"), *history.events)
    await users.call(artist, "PUT", "/users/profile", json={"bio": "my secrets", "avatar_color": "#123456"})
    await applier.apply(left(artist))
    shown = await users.get(f"/users/{artist.id}")
    assert (shown["username"], shown["display_name"], shown["bio"]) == ("_deleted", "deleted artist", None)
    assert (shown["stats"]["tiles_created"], shown["stats"]["likes_received"]) == (1, 1)
    assert shown["avatar_color"] != "#123456"


async def test_a_deleted_artist_is_not_found(users: Users, applier: EventApplier) -> None:
    await applier.apply(registered(ANN), registered(BOB), left(ANN))
    for name in ("ann", "_deleted"):
        assert (await users.call(None, "GET", f"/users/by-name/{name}")).status == 404
        assert await users.pages("/users", search=name) == []
    assert [item["id"] for item in await users.pages("/users")] == [BOB.id]
    assert await follow(users, BOB, ANN) == 404


async def test_no_later_event_restores_a_deleted_account(users: Users, applier: EventApplier) -> None:
    await applier.apply(
        left(ANN),
        registered(ANN, "Ann"),
        AccountSuspended(account_id=ANN.id, actor_id=MOD.id, reason="late", version=3),
    )
    response = await users.call(ANN, "PUT", "/users/profile", json={"display_name": "Still here"})
    assert response.status == 404
    assert await follow(users, ANN, BOB) == 404
    assert (await users.get(f"/users/{ANN.id}"))["display_name"] == "deleted artist"
    accounts = await users.pages("/admin/users", ADA, status="deleted")
    assert [item["id"] for item in accounts] == [ANN.id]


async def test_follows_of_a_deleted_account_end_and_counts_stay_exact(
    users: Users, applier: EventApplier
) -> None:
    await users.meet(ANN, BOB, CAT)
    for pair in ((ANN, BOB), (BOB, ANN), (CAT, ANN), (CAT, BOB), (BOB, CAT)):
        assert await follow(users, *pair) == 204
    await applier.apply(left(ANN))
    await check_follow_counts(users, ANN, BOB, CAT)
    assert [item["id"] for item in await users.pages("/users/3/following")] == [BOB.id]
    assert (await users.get("/users/1"))["stats"]["followers"] == 0


@pytest.mark.parametrize("attempt", range(3))
async def test_a_follow_during_the_deletion_leaves_nothing_behind(
    users: Users, applier: EventApplier, attempt: int
) -> None:
    await users.meet(ANN, *FANS)
    for fan in FANS[::2]:
        await follow(users, fan, ANN)
    statuses = await asyncio.gather(
        *(follow(users, fan, ANN) for fan in FANS),
        applier.apply(left(ANN)),
        *(follow(users, ANN, fan) for fan in FANS),
    )
    assert {status for status in statuses if status is not None} <= {204, 404}
    assert await users.pages("/users/1/followers") == []
    assert await users.pages("/users/1/following") == []
    await check_follow_counts(users, ANN, *FANS)


async def test_an_account_with_more_follows_than_one_statement_deletes_is_deleted(
    users: Users, applier: EventApplier
) -> None:
    await users.meet(ANN)
    async with applier.database.connection() as conn:
        await conn.execute(
            text(
                "INSERT INTO profiles (id, username, following) SELECT n, 'fan', 1"
                " FROM generate_series(1000, 5999) AS n"
            )
        )
        await conn.execute(
            text("INSERT INTO follows SELECT n, 1, now() FROM generate_series(1000, 5999) AS n")
        )
    await applier.apply(left(ANN))
    async with applier.database.connection() as conn:
        assert await conn.fetch_value(text("SELECT count(*) FROM follows")) == 0
        assert await conn.fetch_value(text("SELECT sum(following) FROM profiles")) == 0
