"""Areas: rectangles that never overlap; artists work only inside their own."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from tests.support.tiles import (
    BLANK,
    StartTiles,
    TilesClient,
    account_id,
    expire,
    journal_of,
    painted,
    sweeping,
)

MODERATOR = {"roles": ("moderator",)}


async def area_canvas(tiles: TilesClient, **fields: Any) -> dict[str, Any]:
    return await tiles.canvas("owner", collaboration_mode="area-lock", **fields)


async def claim(
    tiles: TilesClient,
    artist: str | None,
    canvas_id: int,
    x: int = 0,
    y: int = 0,
    columns: int = 2,
    rows: int = 2,
) -> tuple[int, dict[str, Any]]:
    """Return the status and body of a claim."""
    body = {"x": x, "y": y, "columns": columns, "rows": rows}
    response = await tiles.call(artist, "POST", f"/canvases/{canvas_id}/areas", json=body)
    return response.status, await response.json()


async def live_areas(tiles: TilesClient, canvas_id: int) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (
        await (await tiles.call(None, "GET", f"/canvases/{canvas_id}/areas")).json()
    )["items"]
    return items


async def test_an_area_is_returned_as_it_is_listed(tiles: TilesClient) -> None:
    canvas = await area_canvas(tiles)
    status, area = await claim(tiles, "ann", canvas["id"], 1, 2, 3, 1)
    assert status == 201
    assert {name: area[name] for name in ("x", "y", "columns", "rows")} == {
        "x": 1, "y": 2, "columns": 3, "rows": 1,
    }  # fmt: skip
    assert (area["canvas_id"], area["holder"]["username"]) == (canvas["id"], "ann")
    assert area["expires_at"] > area["claimed_at"]
    assert await live_areas(tiles, canvas["id"]) == [area]


async def test_a_guest_cannot_claim_an_area(tiles: TilesClient) -> None:
    canvas = await area_canvas(tiles)
    assert (await claim(tiles, None, canvas["id"]))[0] == 401


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"x": 4}, "x"),
        ({"y": 9}, "y"),
        ({"x": -1}, "x"),
        ({"x": 3}, "columns"),
        ({"rows": 5}, "rows"),
        ({"columns": 0}, "columns"),
        ({"columns": 2**31}, "columns"),
        ({"rows": "1"}, "rows"),
    ],
)
async def test_an_area_outside_the_canvas_is_refused_by_field(
    tiles: TilesClient, change: dict[str, Any], field: str
) -> None:
    canvas = await area_canvas(tiles)
    body = {"x": 0, "y": 0, "columns": 2, "rows": 1, **change}
    response = await tiles.call("ann", "POST", f"/canvases/{canvas['id']}/areas", json=body)
    assert response.status == 422
    assert (await response.json())["errors"][0]["loc"] == ["body", field]


async def test_of_eight_overlapping_claims_at_once_one_is_granted(
    start_tiles: StartTiles, database_url: str
) -> None:
    processes = [await start_tiles(database_url), await start_tiles(database_url)]
    canvas = await area_canvas(processes[0])
    # All of them contain the cell (1, 1), each from a different corner.
    corners = [(x, y, columns, rows) for x, columns in ((0, 2), (1, 3)) for y, rows in ((0, 2), (1, 1))]
    answers = await asyncio.gather(
        *(claim(processes[i % 2], f"a{i}", canvas["id"], *corners[i % 4]) for i in range(8))
    )
    assert Counter(status for status, _ in answers) == {201: 1, 409: 7}
    assert {problem["code"] for status, problem in answers if status == 409} == {"area_taken"}


async def test_areas_granted_at_once_never_overlap(start_tiles: StartTiles, database_url: str) -> None:
    processes = [await start_tiles(database_url), await start_tiles(database_url)]
    canvas = await area_canvas(processes[0])
    places = [(x, y) for y in range(3) for x in range(3)]
    await asyncio.gather(
        *(claim(processes[i % 2], f"a{i}", canvas["id"], x, y) for i, (x, y) in enumerate(places))
    )
    areas = await live_areas(processes[0], canvas["id"])
    cells = [
        (x, y)
        for area in areas
        for x in range(area["x"], area["x"] + area["columns"])
        for y in range(area["y"], area["y"] + area["rows"])
    ]
    assert len(areas) >= 1
    assert len(cells) == len(set(cells))


async def test_the_cells_an_artist_holds_are_limited_even_under_concurrency(
    start_tiles: StartTiles, database_url: str
) -> None:
    processes = [await start_tiles(database_url), await start_tiles(database_url)]
    canvas = await area_canvas(processes[0], max_tiles_per_user=6)
    answers = await asyncio.gather(
        *(claim(processes[i % 2], "ann", canvas["id"], i % 4, i // 4 * 2, 1, 2) for i in range(8))
    )
    assert Counter(status for status, _ in answers) == {201: 3, 403: 5}
    assert {problem["code"] for status, problem in answers if status == 403} == {"area_limit"}
    assert (await claim(processes[0], "bob", canvas["id"], columns=4, rows=2))[0] == 403


async def test_areas_exist_only_in_area_lock_mode(tiles: TilesClient) -> None:
    for mode in ("free", "tile-lock", "review"):
        canvas = await tiles.canvas("owner", collaboration_mode=mode)
        status, problem = await claim(tiles, "ann", canvas["id"])
        assert (status, problem["code"]) == (409, "wrong_mode")
        assert (await tiles.call(None, "GET", f"/canvases/{canvas['id']}/areas")).status == 409
        assert (await tiles.call("ann", "DELETE", f"/canvases/{canvas['id']}/areas/1")).status == 409


async def test_areas_of_a_private_canvas_are_hidden_from_others(tiles: TilesClient) -> None:
    canvas = await area_canvas(tiles, is_public=False)
    assert (await claim(tiles, "owner", canvas["id"]))[0] == 201
    assert (await claim(tiles, "ann", canvas["id"], 2, 2))[0] == 404
    for who, status in ((None, 404), ("ann", 404), ("owner", 200)):
        assert (await tiles.call(who, "GET", f"/canvases/{canvas['id']}/areas")).status == status


async def test_an_artist_creates_tiles_only_inside_their_areas(tiles: TilesClient) -> None:
    canvas = await area_canvas(tiles)
    await claim(tiles, "ann", canvas["id"])

    async def create(artist: str, x: int) -> tuple[int, str | None]:
        draft = {"canvas_id": canvas["id"], "x": x, "y": 0, "pixels": BLANK}
        response = await tiles.call(artist, "POST", "/tiles", json=draft)
        return response.status, (await response.json()).get("code")

    assert await create("ann", 2) == (403, "outside_area")
    assert await create("bob", 0) == (403, "outside_area")
    assert await create("owner", 0) == (403, "outside_area")
    assert await create("ann", 1) == (201, None)


async def test_only_the_holder_of_an_area_paints_the_tiles_in_it(tiles: TilesClient) -> None:
    canvas = await area_canvas(tiles)
    _, area = await claim(tiles, "ann", canvas["id"])
    path = f"/tiles/{(await tiles.tile('ann', canvas['id']))['id']}"
    change = {"pixels": painted(3)}
    assert (await tiles.call("ann", "PUT", path, json=change)).status == 200
    for who, roles in (("bob", ()), ("owner", ()), ("mod", ("moderator",))):
        response = await tiles.call(who, "PUT", path, json=change, roles=roles)
        assert (response.status, (await response.json())["code"]) == (403, "outside_area")

    await tiles.call("ann", "DELETE", f"/canvases/{canvas['id']}/areas/{area['id']}")
    for change in ({"pixels": painted(4)}, {"title": "Mine"}):
        response = await tiles.call("ann", "PUT", path, json=change)
        assert (response.status, (await response.json())["code"]) == (403, "outside_area")

    await claim(tiles, "bob", canvas["id"])
    assert (await tiles.call("bob", "PUT", path, json={"pixels": painted(5)})).status == 200
    assert (await tiles.call("bob", "PUT", path, json={"title": "Mine"})).status == 403


async def test_an_artist_who_lost_an_area_cannot_acquire_or_renew_a_lock_in_it(tiles: TilesClient) -> None:
    canvas = await area_canvas(tiles)
    _, area = await claim(tiles, "ann", canvas["id"])
    path = f"/tiles/{(await tiles.tile('ann', canvas['id']))['id']}"
    assert (await tiles.call("bob", "POST", f"{path}/lock")).status == 403
    assert (await tiles.call("ann", "POST", f"{path}/lock")).status == 201
    assert (await tiles.call("ann", "PUT", f"{path}/lock")).status == 200
    await tiles.call("ann", "DELETE", f"/canvases/{canvas['id']}/areas/{area['id']}")
    assert (await tiles.call("ann", "PUT", f"{path}/lock")).status == 403
    assert (await tiles.call("ann", "DELETE", f"{path}/lock")).status == 204
    assert (await tiles.call("ann", "POST", f"{path}/lock")).status == 403


async def test_only_holder_owner_and_moderator_release_an_area(tiles: TilesClient) -> None:
    canvas = await area_canvas(tiles)
    for who, roles, status in [
        (None, (), 401), ("bob", (), 403), ("ann", (), 204), ("owner", (), 204), ("mod", ("moderator",), 204),
    ]:  # fmt: skip
        await claim(tiles, "ann", canvas["id"])
        (area,) = await live_areas(tiles, canvas["id"])
        path = f"/canvases/{canvas['id']}/areas/{area['id']}"
        assert (await tiles.call(who, "DELETE", path, roles=roles)).status == status
    assert await live_areas(tiles, canvas["id"]) == []
    assert (await tiles.call("ann", "DELETE", path)).status == 404
    assert (await claim(tiles, "bob", canvas["id"]))[0] == 201


async def test_an_area_of_another_canvas_is_not_found(tiles: TilesClient) -> None:
    first, second = await area_canvas(tiles), await area_canvas(tiles)
    _, area = await claim(tiles, "ann", first["id"])
    assert (await tiles.call("ann", "DELETE", f"/canvases/{second['id']}/areas/{area['id']}")).status == 404
    assert (await claim(tiles, "bob", second["id"]))[0] == 201


async def test_only_the_holder_renews_an_area_which_postpones_its_end(tiles: TilesClient) -> None:
    canvas = await area_canvas(tiles)
    _, area = await claim(tiles, "ann", canvas["id"])
    path = f"/canvases/{canvas['id']}/areas/{area['id']}"
    renewed = await (await tiles.call("ann", "PUT", path)).json()
    assert renewed["expires_at"] > area["expires_at"]
    assert {**renewed, "expires_at": area["expires_at"]} == area
    for who, roles in (("bob", ()), ("owner", ()), ("mod", ("moderator",))):
        assert (await tiles.call(who, "PUT", path, roles=roles)).status == 403


async def test_an_expired_area_has_no_effect_before_it_is_deleted(
    start_tiles: StartTiles, database_url: str
) -> None:
    tiles = await start_tiles(database_url)
    canvas = await area_canvas(tiles, max_tiles_per_user=4)
    _, area = await claim(tiles, "ann", canvas["id"])
    path = f"/tiles/{(await tiles.tile('ann', canvas['id']))['id']}"
    expire(database_url)
    assert await live_areas(tiles, canvas["id"]) == []
    assert (await tiles.call("ann", "PUT", path, json={"pixels": painted(1)})).status == 403
    assert (await tiles.call("ann", "PUT", f"/canvases/{canvas['id']}/areas/{area['id']}")).status == 404
    assert (await claim(tiles, "bob", canvas["id"]))[0] == 201
    # Nor does it count towards its holder's limit.
    assert (await claim(tiles, "ann", canvas["id"], 2, 2))[0] == 201


async def test_every_change_of_an_area_has_an_event_in_order(
    start_tiles: StartTiles, database_url: str
) -> None:
    tiles = await start_tiles(database_url)
    canvas = await area_canvas(tiles)
    _, first = await claim(tiles, "ann", canvas["id"])
    await tiles.call("ann", "PUT", f"/canvases/{canvas['id']}/areas/{first['id']}")
    await tiles.call("ann", "DELETE", f"/canvases/{canvas['id']}/areas/{first['id']}")
    _, second = await claim(tiles, "bob", canvas["id"])
    expire(database_url)
    async with sweeping(database_url) as sweepers:
        await sweepers.areas.sweep()
        await sweepers.areas.sweep()
    events = (await journal_of(database_url, canvas["id"]))[1:]
    assert [(event["seq"], event["kind"], event["area_id"]) for event in events] == [
        (2, "area.claimed", first["id"]),
        (3, "area.claimed", first["id"]),
        (4, "area.released", first["id"]),
        (5, "area.claimed", second["id"]),
        (6, "area.expired", second["id"]),
    ]
    assert events[0]["area"] == first
    assert events[3]["area"]["holder"]["id"] == account_id("bob")


async def test_two_workers_delete_each_expired_area_once(start_tiles: StartTiles, database_url: str) -> None:
    tiles = await start_tiles(database_url)
    canvas = await area_canvas(tiles, width=256, height=128)
    for i in range(128):
        await claim(tiles, f"a{i // 10}", canvas["id"], i % 16, i // 16, 1, 1)
    expire(database_url)
    async with sweeping(database_url) as one, sweeping(database_url) as other:
        await asyncio.gather(one.areas.sweep(), other.areas.sweep())
    events = (await journal_of(database_url, canvas["id"]))[1:]
    assert Counter(event["kind"] for event in events) == {"area.claimed": 128, "area.expired": 128}
    assert [event["seq"] for event in events] == list(range(2, 258))
