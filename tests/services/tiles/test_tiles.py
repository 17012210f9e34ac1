"""Tiles: claiming, painting, finding, deleting."""

from __future__ import annotations

import asyncio
import base64
import io
from collections import Counter
from typing import Any

import pytest

from services.tiles.tiles.schemas import TileView
from tests.support.tiles import BLANK, SIZE, StartTiles, TilesClient, account_id, painted


async def test_a_tile_is_returned_as_the_contract_says(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    tile = await tiles.tile("ann", canvas["id"], 2, 3, pixels=painted(16), title="Sea")
    assert set(tile) == {
        "id", "canvas_id", "x", "y", "size", "pixels", "title", "description", "is_public", "creator",
        "like_count", "version", "created_at", "updated_at",
    }  # fmt: skip
    assert (tile["x"], tile["y"], tile["size"], tile["version"], tile["like_count"]) == (2, 3, SIZE, 1, 0)
    assert base64.b64decode(tile["pixels"]) == bytes([16]) * SIZE * SIZE
    assert tile["creator"]["username"] == "ann"
    assert await (await tiles.call(None, "GET", f"/tiles/{tile['id']}")).json() == tile


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"pixels": "not base64!"}, "pixels"),
        ({"pixels": base64.b64encode(bytes(255)).decode()}, "pixels"),
        ({"pixels": base64.b64encode(bytes(257)).decode()}, "pixels"),
        ({"pixels": painted(17)}, "pixels"),
        ({"pixels": ""}, "pixels"),
        ({"pixels": None}, "pixels"),
        ({"x": 4}, "x"),
        ({"y": 4}, "y"),
        ({"x": -1}, "x"),
        ({"x": 1.5}, "x"),
        ({"title": "x" * 101}, "title"),
        ({"title": "\u2800"}, "title"),
        ({"description": "\u202egnp.exe"}, "description"),
        ({"canvas_id": "1"}, "canvas_id"),
        ({"canvas_id": 2**63}, "canvas_id"),
        ({"is_public": "yes"}, "is_public"),
    ],
)
async def test_a_tile_that_breaks_a_rule_is_refused_by_field_and_not_stored(
    tiles: TilesClient, change: dict[str, Any], field: str
) -> None:
    canvas = await tiles.canvas()
    draft = {"canvas_id": canvas["id"], "x": 0, "y": 0, "pixels": BLANK, **change}
    response = await tiles.call("ann", "POST", "/tiles", json=draft)
    assert response.status == 422, await response.text()
    assert field in (await response.json())["errors"][0]["loc"]
    listed = await (await tiles.call(None, "GET", f"/tiles/canvas/{canvas['id']}")).json()
    assert listed["items"] == []


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 422),
        (b"", "application/json", 422),
        (b"[]", "application/json", 422),
        (b'"\xff"', "application/json", 422),
        (b"{}", "text/plain", 415),
        (b'{"title": "' + b"x" * 1_100_000 + b'"}', "application/json", 413),
    ],
)
async def test_a_body_that_cannot_be_read_is_a_problem(
    tiles: TilesClient, body: bytes, content_type: str, status: int
) -> None:
    response = await tiles.call(
        "ann", "POST", "/tiles", data=io.BytesIO(body), headers={"Content-Type": content_type}
    )
    assert response.status == status
    assert response.content_type == "application/problem+json"


async def test_eight_concurrent_claims_of_one_cell_make_one_tile(
    start_tiles: StartTiles, database_url: str
) -> None:
    processes = [await start_tiles(database_url), await start_tiles(database_url)]
    canvas = await processes[0].canvas()
    draft = {"canvas_id": canvas["id"], "x": 1, "y": 1, "pixels": BLANK}
    responses = await asyncio.gather(
        *(processes[i % 2].call(f"a{i}", "POST", "/tiles", json=draft) for i in range(8))
    )
    assert Counter(r.status for r in responses) == {201: 1, 409: 7}
    assert {(await r.json())["code"] for r in responses if r.status == 409} == {"cell_occupied"}


async def test_no_artist_exceeds_the_limit_of_a_canvas(start_tiles: StartTiles, database_url: str) -> None:
    processes = [await start_tiles(database_url), await start_tiles(database_url)]
    canvas = await processes[0].canvas(max_tiles_per_user=3)
    drafts = [{"canvas_id": canvas["id"], "x": i % 4, "y": i // 4, "pixels": BLANK} for i in range(8)]
    responses = await asyncio.gather(
        *(processes[i % 2].call("ann", "POST", "/tiles", json=draft) for i, draft in enumerate(drafts))
    )
    assert Counter(r.status for r in responses) == {201: 3, 403: 5}
    assert {(await r.json())["code"] for r in responses if r.status == 403} == {"tile_limit"}
    path = f"/tiles/user/{account_id('ann')}/count"
    count = await processes[0].call(None, "GET", path, params={"canvas_id": str(canvas["id"])})
    assert await count.json() == {"tile_count": 3, "max_tiles": 3, "remaining_tiles": 0}


async def test_only_its_creator_edits_a_tile(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner")
    tile = await tiles.tile("ann", canvas["id"])
    path, change = f"/tiles/{tile['id']}", {"pixels": painted(3)}
    refused = {
        None: 401,
        "stranger": 403,
        "owner": 403,
    }
    for who, status in refused.items():
        assert (await tiles.call(who, "PUT", path, json=change)).status == status
    assert (await tiles.call("mod", "PUT", path, json=change, roles=("moderator",))).status == 403
    response = await tiles.call("ann", "PUT", path, json=change)
    assert response.status == 200
    assert (await response.json())["version"] == 2


async def test_on_a_free_canvas_any_artist_paints_but_only_the_creator_describes(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner", collaboration_mode="free")
    path = f"/tiles/{(await tiles.tile('ann', canvas['id']))['id']}"
    assert (await tiles.call("bob", "PUT", path, json={"pixels": painted(3)})).status == 200
    assert (await tiles.call("bob", "PUT", path, json={"title": "mine"})).status == 403
    assert (await tiles.call("ann", "PUT", path, json={"title": "mine"})).status == 200


async def test_fields_that_a_change_does_not_name_stay(tiles: TilesClient) -> None:
    tile = await tiles.tile("ann", (await tiles.canvas())["id"], title="One", description="Two")
    response = await tiles.call("ann", "PUT", f"/tiles/{tile['id']}", json={"title": None})
    changed = await response.json()
    assert (changed["title"], changed["description"], changed["pixels"]) == (None, "Two", tile["pixels"])


async def test_a_change_that_names_nothing_is_refused(tiles: TilesClient) -> None:
    tile = await tiles.tile("ann", (await tiles.canvas())["id"])
    assert (await tiles.call("ann", "PUT", f"/tiles/{tile['id']}", json={})).status == 422


async def test_of_concurrent_writes_to_the_same_version_one_wins(tiles: TilesClient) -> None:
    tile = await tiles.tile("ann", (await tiles.canvas())["id"])
    responses = await asyncio.gather(
        *(
            tiles.call(
                "ann", "PUT", f"/tiles/{tile['id']}", json={"pixels": painted(i)}, headers={"If-Match": '"1"'}
            )
            for i in range(8)
        )
    )
    assert Counter(r.status for r in responses) == {200: 1, 412: 7}


async def test_the_tag_of_a_read_serves_as_the_condition_of_a_write(tiles: TilesClient) -> None:
    path = f"/tiles/{(await tiles.tile('ann', (await tiles.canvas())['id']))['id']}"
    tag = (await tiles.call("ann", "GET", path)).headers["ETag"]
    change = {"pixels": painted(2)}
    assert (await tiles.call("ann", "PUT", path, json=change, headers={"If-Match": tag})).status == 200
    assert (await tiles.call("ann", "PUT", path, json=change, headers={"If-Match": tag})).status == 412
    assert (await tiles.call("ann", "PUT", path, json=change, headers={"If-Match": "x"})).status == 422


async def test_only_creator_owner_and_moderator_delete_a_tile(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner", max_tiles_per_user=16)
    for number, (who, roles, status) in enumerate(
        [
            (None, (), 401),
            ("bob", (), 403),
            ("ann", (), 204),
            ("owner", (), 204),
            ("mod", ("moderator",), 204),
        ]
    ):
        tile = await tiles.tile("ann", canvas["id"], number % 4, number // 4)
        assert (await tiles.call(who, "DELETE", f"/tiles/{tile['id']}", roles=roles)).status == status
        gone = (await tiles.call(None, "GET", f"/tiles/{tile['id']}")).status
        assert gone == (404 if status == 204 else 200)
    shown = await (await tiles.call(None, "GET", f"/canvases/{canvas['id']}")).json()
    assert shown["tile_count"] == 2


async def test_a_liked_and_locked_tile_can_be_deleted(tiles: TilesClient) -> None:
    path = f"/tiles/{(await tiles.tile('ann', (await tiles.canvas())['id']))['id']}"
    assert (await tiles.call("bob", "POST", f"{path}/like")).status == 200
    assert (await tiles.call("ann", "POST", f"{path}/lock")).status == 201
    assert (await tiles.call("ann", "DELETE", path)).status == 204


async def test_a_draft_is_visible_only_to_its_creator_the_owner_and_moderators(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner")
    tile = await tiles.tile("ann", canvas["id"], is_public=False)
    for who, roles, status in [
        (None, (), 404), ("bob", (), 404), ("ann", (), 200), ("owner", (), 200), ("mod", ("moderator",), 200),
    ]:  # fmt: skip
        assert (await tiles.call(who, "GET", f"/tiles/{tile['id']}", roles=roles)).status == status
        listed = await (await tiles.call(who, "GET", f"/tiles/canvas/{canvas['id']}", roles=roles)).json()
        assert len(listed["items"]) == (status == 200)
    # Not 403, which would reveal that it exists.
    assert (await tiles.call("bob", "POST", f"/tiles/{tile['id']}/like")).status == 404


async def test_neighbours_are_those_within_the_radius_in_any_direction(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("ann", max_tiles_per_user=16)
    ids = {}
    for x in range(4):
        for y in range(4):
            if (x, y) != (2, 1):
                ids[x, y] = (await tiles.tile("ann", canvas["id"], x, y))["id"]

    async def cells(path: str, **params: int) -> set[tuple[int, int]]:
        response = await tiles.call(None, "GET", path, params={k: str(v) for k, v in params.items()})
        return {(t["x"], t["y"]) for t in (await response.json())["items"]}

    around = {(x, y) for x in range(3) for y in range(3)} - {(1, 1), (2, 1)}
    assert await cells(f"/tiles/{ids[1, 1]}/neighbors") == around
    assert await cells(f"/tiles/{ids[1, 1]}/neighbors", radius=5) == ids.keys() - {(1, 1)}
    assert await cells(f"/tiles/{ids[1, 1]}/adjacent-neighbors") == {(0, 1), (1, 0), (1, 2)}
    empty_cell = f"/tiles/canvas/{canvas['id']}/position/neighbors"
    assert await cells(empty_cell, x=2, y=1) == {(x, y) for x in (1, 2, 3) for y in (0, 1, 2)} - {(2, 1)}
    assert await cells(empty_cell, x=0, y=0, radius=1) == {(0, 1), (1, 0), (1, 1)}


@pytest.mark.parametrize("radius", ["0", "6", "x"])
async def test_a_radius_beyond_five_is_refused(tiles: TilesClient, radius: str) -> None:
    response = await tiles.call(None, "GET", "/tiles/1/neighbors", params={"radius": radius})
    assert response.status == 422


async def test_neighbours_of_an_unknown_tile_are_404(tiles: TilesClient) -> None:
    assert (await tiles.call(None, "GET", "/tiles/999/neighbors")).status == 404
    assert (await tiles.call(None, "GET", "/tiles/999/adjacent-neighbors")).status == 404


async def test_a_tile_is_found_by_its_position(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    tile = await tiles.tile("ann", canvas["id"], 3, 2)
    path = f"/tiles/canvas/{canvas['id']}/position"
    assert (await (await tiles.call(None, "GET", path, params={"x": "3", "y": "2"})).json())["id"] == tile[
        "id"
    ]
    assert (await tiles.call(None, "GET", path, params={"x": "2", "y": "3"})).status == 404
    assert (await tiles.call(None, "GET", path, params={"x": "2"})).status == 422


async def test_tiles_are_listed_by_canvas_with_or_without_pixels(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    made = [await tiles.tile("ann", canvas["id"], x, 0) for x in range(3)]
    path = f"/tiles/canvas/{canvas['id']}"
    listed = (await (await tiles.call(None, "GET", path)).json())["items"]
    assert listed == made
    index = (await (await tiles.call(None, "GET", path, params={"pixels": "false"})).json())["items"]
    assert [tile["pixels"] for tile in index] == [None] * 3


async def test_tiles_are_listed_and_counted_by_artist(tiles: TilesClient) -> None:
    first, second = await tiles.canvas(), await tiles.canvas()
    tile = await tiles.tile("ann", first["id"])
    await tiles.tile("ann", second["id"])
    await tiles.tile("bob", second["id"], 1)
    user_id = tile["creator"]["id"]
    listed = await (await tiles.call(None, "GET", f"/tiles/user/{user_id}")).json()
    assert len(listed["items"]) == 2
    count = await (await tiles.call(None, "GET", f"/tiles/user/{user_id}/count")).json()
    assert count == {"tile_count": 2, "max_tiles": None, "remaining_tiles": None}
    unknown = await tiles.call(None, "GET", f"/tiles/user/{user_id}/count", params={"canvas_id": "999"})
    assert unknown.status == 404


async def test_a_tile_looks_the_same_in_a_list_and_alone(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    made = await tiles.tile("ann", canvas["id"], 1, 2, title="Sea, Zoë", pixels=painted(3))
    alone = await (await tiles.call(None, "GET", f"/tiles/{made['id']}")).json()
    assert TileView.model_validate(alone).model_dump(mode="json") == alone, "as documented"
    path = f"/tiles/canvas/{canvas['id']}"
    for listing, expected in (
        (path, alone),
        (f"{path}?pixels=false", {**alone, "pixels": None}),
        (f"/canvases/{canvas['id']}/region", alone),
        (f"/tiles/user/{made['creator']['id']}", alone),
        (f"{path}/position/neighbors?x=0&y=1", alone),
    ):
        page = await (await tiles.call(None, "GET", listing)).json()
        assert page == {"items": [expected], "next_cursor": None}
        assert list(page["items"][0]) == list(alone)
