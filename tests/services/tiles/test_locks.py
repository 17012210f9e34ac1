"""Locks: one holder per tile, and no one else writes while a lock is live."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from services.tiles.app import create_worker
from services.tiles.settings import TilesSettings
from tests.support.identities import TestKeys
from tests.support.parts import VirtualHost
from tests.support.tiles import StartTiles, TilesClient, expire, journal_of, painted, sweeping
from tests.support.waiting import PATIENCE


async def free_tile(tiles: TilesClient) -> str:
    canvas = await tiles.canvas("owner", collaboration_mode="free")
    return f"/tiles/{(await tiles.tile('ann', canvas['id']))['id']}"


async def test_a_lock_is_returned_as_the_contract_says(tiles: TilesClient) -> None:
    path = await free_tile(tiles)
    lock = await (await tiles.call("bob", "POST", f"{path}/lock")).json()
    assert set(lock) == {"tile_id", "is_locked", "holder", "expires_at", "mine"}
    assert (lock["is_locked"], lock["holder"]["username"], lock["mine"]) == (True, "bob", True)
    seen = await (await tiles.call(None, "GET", f"{path}/lock")).json()
    assert seen == {**lock, "mine": False}


async def test_of_eight_concurrent_requests_for_a_lock_one_succeeds(
    start_tiles: StartTiles, database_url: str
) -> None:
    processes = [await start_tiles(database_url), await start_tiles(database_url)]
    path = await free_tile(processes[0])
    responses = await asyncio.gather(
        *(processes[i % 2].call(f"a{i}", "POST", f"{path}/lock") for i in range(8))
    )
    assert Counter(r.status for r in responses) == {201: 1, 409: 7}


async def test_the_live_locks_of_a_canvas_are_listed(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner", collaboration_mode="free")
    locked, _, draft = [await tiles.tile("ann", canvas["id"], x=x, is_public=x < 2) for x in range(3)]
    for tile in (locked, draft):
        await tiles.call("ann", "POST", f"/tiles/{tile['id']}/lock")
    listed = await (await tiles.call("ann", "GET", f"/canvases/{canvas['id']}/locks")).json()
    assert [(lock["tile_id"], lock["holder"]["username"], lock["mine"]) for lock in listed["items"]] == [
        (locked["id"], "ann", True)
    ]


async def test_acquiring_an_already_held_lock_is_200(tiles: TilesClient) -> None:
    path = await free_tile(tiles)
    assert (await tiles.call("bob", "POST", f"{path}/lock")).status == 201
    assert (await tiles.call("bob", "POST", f"{path}/lock")).status == 200


async def test_while_a_tile_is_locked_writes_of_others_are_refused(tiles: TilesClient) -> None:
    path = await free_tile(tiles)
    await tiles.call("bob", "POST", f"{path}/lock")
    for who in ("ann", "cat"):
        response = await tiles.call(who, "PUT", path, json={"pixels": painted(1)})
        assert (response.status, (await response.json())["code"]) == (409, "tile_locked")
    assert (await tiles.call("ann", "DELETE", path)).status == 409
    assert (await tiles.call("ann", "POST", f"{path}/lock")).status == 409
    assert (await tiles.call("bob", "PUT", path, json={"pixels": painted(1)})).status == 200


async def test_a_released_lock_is_free(tiles: TilesClient) -> None:
    path = await free_tile(tiles)
    await tiles.call("bob", "POST", f"{path}/lock")
    assert (await tiles.call("cat", "DELETE", f"{path}/lock")).status == 403
    assert (await tiles.call("bob", "DELETE", f"{path}/lock")).status == 204
    assert (await tiles.call("bob", "DELETE", f"{path}/lock")).status == 204
    assert (await tiles.call("cat", "POST", f"{path}/lock")).status == 201


async def test_a_moderator_releases_any_lock(tiles: TilesClient) -> None:
    path = await free_tile(tiles)
    await tiles.call("bob", "POST", f"{path}/lock")
    assert (await tiles.call("mod", "DELETE", f"{path}/lock", roles=("moderator",))).status == 204


async def test_only_the_holder_renews_a_lock_which_postpones_its_end(tiles: TilesClient) -> None:
    path = await free_tile(tiles)
    first = await (await tiles.call("bob", "POST", f"{path}/lock")).json()
    renewed = await (await tiles.call("bob", "PUT", f"{path}/lock")).json()
    assert renewed["expires_at"] > first["expires_at"]
    assert (await tiles.call("cat", "PUT", f"{path}/lock")).status == 409
    await tiles.call("bob", "DELETE", f"{path}/lock")
    response = await tiles.call("bob", "PUT", f"{path}/lock")
    assert (response.status, (await response.json())["code"]) == (409, "not_locked")


async def test_an_expired_lock_has_no_effect(start_tiles: StartTiles, database_url: str) -> None:
    tiles = await start_tiles(database_url)
    path = await free_tile(tiles)
    await tiles.call("bob", "POST", f"{path}/lock")
    expire(database_url)
    assert (await (await tiles.call(None, "GET", f"{path}/lock")).json())["is_locked"] is False
    assert (await tiles.call("cat", "PUT", path, json={"pixels": painted(1)})).status == 200
    assert (await tiles.call("cat", "POST", f"{path}/lock")).status == 201


async def test_an_artist_who_may_not_paint_a_tile_may_not_lock_it(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner")
    path = f"/tiles/{(await tiles.tile('ann', canvas['id']))['id']}"
    assert (await tiles.call("bob", "POST", f"{path}/lock")).status == 403
    assert (await tiles.call(None, "POST", f"{path}/lock")).status == 401
    assert (await tiles.call("ann", "POST", f"{path}/lock")).status == 201


async def test_a_moderator_breaks_a_lock_by_the_admin_route(tiles: TilesClient) -> None:
    path = await free_tile(tiles)
    await tiles.call("bob", "POST", f"{path}/lock")
    for who, status in ((None, 401), ("bob", 403), ("ann", 403), ("owner", 403)):
        assert (await tiles.call(who, "DELETE", f"/admin{path}/lock")).status == status
    for _ in range(2):
        assert (await tiles.call("mod", "DELETE", f"/admin{path}/lock", roles=("moderator",))).status == 204
    assert (await tiles.call("cat", "POST", f"{path}/lock")).status == 201
    unknown = await tiles.call("mod", "DELETE", "/admin/tiles/999/lock", roles=("moderator",))
    assert unknown.status == 404


async def test_two_workers_release_each_expired_lock_once(start_tiles: StartTiles, database_url: str) -> None:
    tiles = await start_tiles(database_url)
    canvas = await tiles.canvas("owner", collaboration_mode="free", max_tiles_per_user=16)
    made = [(await tiles.tile("ann", canvas["id"], i % 4, i // 4))["id"] for i in range(8)]
    for tile_id in made:
        await tiles.call("bob", "POST", f"/tiles/{tile_id}/lock")
    expire(database_url)
    await tiles.call("cat", "POST", f"/tiles/{made[0]}/lock")
    async with sweeping(database_url) as one, sweeping(database_url) as other:
        await asyncio.gather(one.locks.sweep(), other.locks.sweep())
    events = await journal_of(database_url, canvas["id"])
    released = [event["tile_id"] for event in events if event["kind"] == "lock.released"]
    assert sorted(released) == made[1:]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert (await (await tiles.call(None, "GET", f"/tiles/{made[0]}/lock")).json())["is_locked"] is True


async def test_a_running_worker_deletes_expired_locks(
    start_tiles: StartTiles, database_url: str, broker: VirtualHost, aiohttp_client: Any, keys: TestKeys
) -> None:
    tiles = await start_tiles(database_url)
    canvas = await tiles.canvas("owner", collaboration_mode="area-lock")
    body = {"x": 0, "y": 0, "columns": 1, "rows": 1}
    await tiles.call("ann", "POST", f"/canvases/{canvas['id']}/areas", json=body)
    await tiles.call("ann", "POST", f"/tiles/{(await tiles.tile('ann', canvas['id']))['id']}/lock")
    expire(database_url)
    await aiohttp_client(
        create_worker(TilesSettings(database_url=database_url, broker_url=broker.url, jwks_url=keys.jwks_url))
    )
    kinds: set[str] = set()
    async with asyncio.timeout(PATIENCE):
        while not {"lock.released", "area.expired"} <= kinds:
            await asyncio.sleep(0.1)
            kinds = {event["kind"] for event in await journal_of(database_url, canvas["id"])}
