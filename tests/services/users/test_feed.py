"""The feed: public tiles of followed artists, newest first."""

from __future__ import annotations

from typing import Any

import pytest

from shared.messaging.contracts import (
    CanvasCreated,
    CanvasDeleted,
    CanvasUpdated,
    TileCreated,
    TileDeleted,
    TileUpdated,
)
from tests.support.users import ANN, BOB, CAT, Caller, EventApplier, Users


def created(tile_id: int, artist: Caller, canvas_id: int = 1, *, is_public: bool = True) -> TileCreated:
    return TileCreated(
        canvas_id=canvas_id, seq=tile_id, tile_id=tile_id, creator_id=artist.id, actor_id=artist.id,
        version=1, x=tile_id, y=0, is_public=is_public,
    )  # fmt: skip


def canvas(canvas_id: int, *, is_public: bool = True) -> CanvasCreated:
    return CanvasCreated(canvas_id=canvas_id, seq=1, owner_id=BOB.id, name="a canvas", is_public=is_public)


@pytest.fixture
async def following(users: Users) -> Users:
    """Ann follows bob and cat."""
    await users.meet(ANN, BOB, CAT)
    for artist in (BOB, CAT):
        await users.call(ANN, "PUT", f"/users/{artist.id}/follow")
    return users


async def tiles(users: Users, **params: Any) -> list[int]:
    return [item["tile_id"] for item in await users.pages("/users/feed", ANN, **params)]


async def test_the_feed_shows_tiles_of_those_followed_newest_first(
    following: Users, applier: EventApplier
) -> None:
    await applier.apply(canvas(1), *(created(n, (BOB, CAT, ANN)[n % 3]) for n in range(10, 19)))
    expected = [n for n in range(18, 9, -1) if n % 3 != 2]
    for limit in (1, 2, 100):
        assert await tiles(following, limit=limit) == expected
    first = (await following.get("/users/feed", ANN))["items"][0]
    assert (first["kind"], first["canvas_id"], first["x"], first["y"]) == ("tile.created", 1, 18, 0)
    assert first["artist"] == {"id": BOB.id, "username": "bob", "display_name": "bob"}


async def test_the_feed_of_an_artist_without_follows_is_empty(
    following: Users, applier: EventApplier
) -> None:
    await applier.apply(canvas(1), created(10, CAT))
    assert await following.pages("/users/feed", BOB) == []


async def test_deleted_and_non_public_tiles_are_not_in_the_feed(
    following: Users, applier: EventApplier
) -> None:
    await applier.apply(
        *(canvas(1), canvas(2, is_public=False), canvas(3), canvas(4)),
        created(10, BOB),
        created(11, BOB, canvas_id=2),
        created(12, BOB, canvas_id=3),
        created(13, BOB, canvas_id=4),
        created(14, BOB),
        created(15, BOB, is_public=False),
        created(16, BOB),
        CanvasDeleted(canvas_id=3, seq=20, owner_id=BOB.id, actor_id=BOB.id),
        CanvasUpdated(canvas_id=4, seq=20, owner_id=BOB.id, actor_id=BOB.id, name="mine", is_public=False),
        TileDeleted(**created(14, BOB).model_dump() | {"seq": 20}),
        TileUpdated(**created(16, BOB, is_public=False).model_dump() | {"seq": 21}),
    )
    assert await tiles(following) == [10]


async def test_hidden_tiles_take_no_place_on_a_page(following: Users, applier: EventApplier) -> None:
    await applier.apply(canvas(1), canvas(2, is_public=False), created(10, BOB))
    await applier.apply(*(created(n, BOB, canvas_id=2) for n in range(11, 20)))
    assert await tiles(following, limit=1) == [10]


async def test_a_guest_has_no_feed(users: Users) -> None:
    assert (await users.call(None, "GET", "/users/feed")).status == 401
