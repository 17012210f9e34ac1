"""Copies of a canvas: its settings for everyone who sees it, its picture for who manages it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from services.tiles import drawings
from services.tiles.copies import rules, service, store
from tests.support.messaging import sql
from tests.support.tiles import StartTiles, TilesClient, journal_of, painted

MODERATOR = ("moderator",)
KEPT = (
    "description", "width", "height", "tile_size", "palette", "paper_color", "collaboration_mode",
    "max_tiles_per_user", "chat", "who_paints", "cooldown_seconds", "max_charges",
)  # fmt: skip


async def copy(
    tiles: TilesClient, who: str, canvas: dict[str, Any], status: int = 201, **fields: Any
) -> dict[str, Any]:
    body = {"name": "A copy", **fields}
    response = await tiles.call(who, "POST", f"/canvases/{canvas['id']}/copy", json=body)
    assert response.status == status, await response.text()
    made: dict[str, Any] = await response.json()
    return made


async def tiles_of(tiles: TilesClient, canvas: dict[str, Any]) -> list[dict[str, Any]]:
    response = await tiles.call("owner", "GET", f"/tiles/canvas/{canvas['id']}")
    return list((await response.json())["items"])


@pytest.mark.parametrize(
    "fields",
    [
        {
            "description": "By the sea",
            "paper_color": "#fff1e8",
            "chat": "off",
            "collaboration_mode": "review",
        },
        {"collaboration_mode": "place", "cooldown_seconds": 3, "max_charges": 9},
    ],
    ids=["review", "place"],
)
async def test_a_copy_has_the_settings_of_the_canvas_and_belongs_to_who_made_it(
    tiles: TilesClient, fields: dict[str, Any]
) -> None:
    canvas = await tiles.canvas("owner", **fields)
    made = await copy(tiles, "ann", canvas)
    assert {name: made[name] for name in KEPT} == {name: canvas[name] for name in KEPT}
    assert (made["name"], made["owner"]["username"], made["tile_count"]) == ("A copy", "ann", 0)


async def test_a_copied_picture_keeps_tiles_and_artists_but_neither_drafts_nor_likes(
    tiles: TilesClient,
) -> None:
    canvas = await tiles.canvas("owner")
    tile = await tiles.tile("ann", canvas["id"], 1, 2, pixels=painted(3), title="A door")
    await tiles.tile("bob", canvas["id"], 0, 0, is_public=False)
    await tiles.call("bob", "POST", f"/tiles/{tile['id']}/like")
    made = await copy(tiles, "owner", canvas, with_picture=True)
    [found] = await tiles_of(tiles, made)
    assert (found["x"], found["y"], found["pixels"], found["title"]) == (1, 2, painted(3), "A door")
    assert (found["creator"]["username"], found["like_count"], found["version"]) == ("ann", 0, 1)
    assert found["id"] != tile["id"]
    assert made["tile_count"] == 1


async def test_a_copied_picture_is_in_the_journal_and_in_the_history_of_the_copy(
    tiles: TilesClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.tiles.copies.service.CHUNK", 2)
    canvas = await tiles.canvas("owner")
    for x in range(4):
        await tiles.tile("ann", canvas["id"], x, 0, pixels=painted(x))
        await tiles.tile("bob", canvas["id"], x, 1, pixels=painted(x))
    made = await copy(tiles, "owner", canvas, with_picture=True)
    events = await journal_of(tiles.database_url, made["id"])
    assert [event["seq"] for event in events] == list(range(1, 10))
    assert [event["kind"] for event in events] == ["canvas.created", *["tile.created"] * 8]
    count = f"SELECT count(*) FROM revisions WHERE kind = 'created' AND canvas_id = {made['id']}"
    assert await sql(tiles.database_url, count) == 8


async def test_a_copy_shows_one_moment_and_delays_no_painter(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner")
    tile = await tiles.tile("ann", canvas["id"], pixels=painted(1))
    path = f"/tiles/{tile['id']}"
    made, *saved = await asyncio.gather(
        copy(tiles, "owner", canvas, with_picture=True),
        *(tiles.call("ann", "PUT", path, json={"pixels": painted(2)}) for _ in range(8)),
    )
    assert {one.status for one in saved} == {200}
    assert (await tiles_of(tiles, made))[0]["pixels"] in (painted(1), painted(2))


async def test_a_picture_of_too_many_tiles_is_not_copied(
    tiles: TilesClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas = await tiles.canvas("owner")
    await tiles.tile("ann", canvas["id"])
    monkeypatch.setattr(rules, "MAX_TILES", 0)
    assert (await copy(tiles, "owner", canvas, 409, with_picture=True))["code"] == "copy_too_large"
    assert (await copy(tiles, "owner", canvas))["tile_count"] == 0


@pytest.mark.parametrize(
    ("who", "roles", "settings", "picture"),
    [
        (None, (), 401, 401),
        ("stranger", (), 201, 403),
        ("painter", (), 201, 403),
        ("owner", (), 201, 201),
        ("mod", MODERATOR, 201, 201),
    ],
)
async def test_everyone_copies_settings_and_who_manages_the_canvas_its_picture(
    tiles: TilesClient, who: str | None, roles: tuple[str, ...], settings: int, picture: int
) -> None:
    canvas = await tiles.canvas("owner")
    await tiles.tile("painter", canvas["id"])
    path = f"/canvases/{canvas['id']}/copy"
    for with_picture, status in ((False, settings), (True, picture)):
        body = {"name": "A copy", "with_picture": with_picture}
        assert (await tiles.call(who, "POST", path, roles=roles, json=body)).status == status


async def test_a_private_canvas_is_copied_by_who_sees_it_and_its_copy_is_private(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner", is_public=False)
    await copy(tiles, "bob", canvas, 404)
    assert not (await copy(tiles, "owner", canvas))["is_public"]
    assert (await copy(tiles, "owner", canvas, is_public=True))["is_public"]


async def test_a_copy_needs_a_name(tiles: TilesClient) -> None:
    refused = await copy(tiles, "owner", await tiles.canvas("owner"), 422, name="x")
    assert refused["errors"][0]["loc"] == ["body", "name"]


async def test_eight_copies_at_once_by_somebody_who_has_done_nothing_yet_are_all_made(
    start_tiles: StartTiles, database_url: str
) -> None:
    replicas = [await start_tiles(database_url) for _ in range(2)]
    canvas = await replicas[0].canvas("owner")
    await asyncio.gather(*(copy(replicas[number % 2], "newcomer", canvas) for number in range(8)))


async def test_a_copy_that_takes_too_long_is_given_up_and_leaves_nothing(
    tiles: TilesClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas = await tiles.canvas("owner")
    await tiles.tile("ann", canvas["id"])
    monkeypatch.setattr(service, "COPY_SECONDS", 0.0)
    assert (await copy(tiles, "owner", canvas, 409, with_picture=True))["code"] == "copy_too_large"
    assert await sql(tiles.database_url, "SELECT count(*) FROM canvases") == 1
    assert await sql(tiles.database_url, "SELECT count(*) FROM tiles") == 1


async def test_a_process_copies_one_picture_at_a_time_and_settings_meanwhile(
    tiles: TilesClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas = await tiles.canvas("owner")
    await tiles.tile("ann", canvas["id"])
    is_under_way, may_go_on = asyncio.Event(), asyncio.Event()
    get_last_of_next = store.get_last_of_next

    async def waiting(*args: Any, **kwargs: Any) -> int | None:
        is_under_way.set()
        await may_go_on.wait()
        return await get_last_of_next(*args, **kwargs)

    monkeypatch.setattr(store, "get_last_of_next", waiting)
    monkeypatch.setattr(drawings, "WAIT_SECONDS", 0.0)
    first = asyncio.create_task(copy(tiles, "owner", canvas, with_picture=True))
    await is_under_way.wait()
    assert (await copy(tiles, "owner", canvas, 429, with_picture=True))["code"] == "pictures_busy"
    await copy(tiles, "owner", canvas)
    may_go_on.set()
    assert (await first)["tile_count"] == 1
