"""Placing pixels: each for a charge, all or none, exact, and once however often it is asked for."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.identities import TestKeys
from tests.support.parts import VirtualHost, free_ports
from tests.support.placing import charges_of, colour_at, connected, let_pass, place, place_canvas
from tests.support.tiles import StartTiles, TilesClient, account_id, journal_of, outcome
from tests.support.tiles_process import process
from tests.support.waiting import PATIENCE


async def test_placed_pixels_cost_charges_and_are_seen(tiles: TilesClient) -> None:
    canvas_id = await place_canvas(tiles, cooldown_seconds=10, max_charges=3)
    before = datetime.now(UTC)
    placed = await (await place(tiles, "ann", canvas_id, (5, 6, 2), (40, 6, 3))).json()
    assert (placed["seq"], placed["charges"], placed["max_charges"]) == (2, 1, 3)
    full_at, next_at = (datetime.fromisoformat(placed[name]) for name in ("full_at", "next_charge_at"))
    assert full_at - next_at == timedelta(seconds=10)
    assert timedelta(seconds=20) <= full_at - before < timedelta(seconds=20 + PATIENCE)
    assert await charges_of(tiles, "ann", canvas_id) == {
        name: placed[name] for name in ("charges", "max_charges", "next_charge_at", "full_at")
    }
    assert await colour_at(tiles, canvas_id, 5, 6) == 2
    assert await colour_at(tiles, canvas_id, 40, 6) == 3
    assert (await journal_of(tiles.database_url, canvas_id))[-1] == {
        "seq": 2, "kind": "pixels.placed", "artist_id": account_id("ann"), "pixels": [[5, 6, 2], [40, 6, 3]],
    }  # fmt: skip


async def test_cells_belong_to_the_canvas_and_count_for_nobody(tiles: TilesClient) -> None:
    canvas_id = await place_canvas(tiles, max_tiles_per_user=1)
    await place(tiles, "ann", canvas_id, (0, 0, 1), (20, 0, 1), (40, 0, 1))
    region = await (await tiles.call(None, "GET", f"/canvases/{canvas_id}/region")).json()
    assert [tile["creator"] for tile in region["items"]] == [None] * 3
    assert (await (await tiles.call(None, "GET", f"/canvases/{canvas_id}")).json())["tile_count"] == 3
    for artist in ("ann", "owner"):
        path = f"/tiles/user/{account_id(artist)}"
        assert (await (await tiles.call(None, "GET", path)).json())["items"] == []
        counted = await (await tiles.call(None, "GET", f"{path}/count?canvas_id={canvas_id}")).json()
        assert counted["tile_count"] == 0


async def test_nobody_edits_locks_likes_or_deletes_a_tile_of_everybody(tiles: TilesClient) -> None:
    canvas_id = await place_canvas(tiles)
    await place(tiles, "ann", canvas_id, (0, 0, 1))
    tile = (await (await tiles.call(None, "GET", f"/canvases/{canvas_id}/region")).json())["items"][0]
    path = f"/tiles/{tile['id']}"
    for who, roles in (("ann", ()), ("owner", ()), ("mod", ("moderator",))):
        for method, target, body in (
            ("PUT", path, {"title": "Mine"}),
            ("PUT", path, {"pixels": tile["pixels"]}),
            ("PATCH", f"{path}/pixels", {"pixels": [[0, 1]]}),
            ("POST", f"{path}/lock", None),
            ("POST", f"{path}/like", None),
            ("DELETE", path, None),
        ):
            response = await tiles.call(who, method, target, json=body, roles=roles)
            assert await outcome(response) == (409, "no_claims"), target


async def test_pixels_beyond_the_charges_are_refused_as_a_whole(tiles: TilesClient) -> None:
    canvas_id = await place_canvas(tiles, cooldown_seconds=30, max_charges=3)
    await place(tiles, "ann", canvas_id, (0, 0, 1), (1, 0, 1))
    refused = await place(tiles, "ann", canvas_id, (2, 0, 1), (3, 0, 1))
    assert await outcome(refused) == (429, "cooldown")
    assert 1 <= int(refused.headers["Retry-After"]) <= 30
    assert await colour_at(tiles, canvas_id, 2, 0) == 0
    assert (await place(tiles, "ann", canvas_id, (2, 0, 1))).status == 200
    let_pass(tiles.database_url, 30)
    assert (await charges_of(tiles, "ann", canvas_id))["charges"] == 1


async def test_eight_clients_of_an_artist_on_two_processes_spend_each_charge_once(
    start_tiles: StartTiles, database_url: str
) -> None:
    processes = [await start_tiles(database_url), await start_tiles(database_url)]
    canvas_id = await place_canvas(processes[0], cooldown_seconds=3600, max_charges=20)
    answers = await asyncio.gather(
        *(place(processes[n % 2], "ann", canvas_id, (n, n, 1)) for n in range(40)),
        *(place(processes[n % 2], "bob", canvas_id, (n, n + 1, 2)) for n in range(20)),
    )
    assert Counter(answer.status for answer in answers[:40]) == {200: 20, 429: 20}
    assert {answer.status for answer in answers[40:]} == {200}
    painted = [
        event["pixels"][0][2]
        for event in await journal_of(database_url, canvas_id)
        if event["kind"] == "pixels.placed"
    ]
    assert Counter(painted) == {1: 20, 2: 20}
    assert (await charges_of(processes[1], "ann", canvas_id))["charges"] == 0


async def test_each_process_places_on_what_others_have_left(
    start_tiles: StartTiles, database_url: str
) -> None:
    one, two = await start_tiles(database_url), await start_tiles(database_url)
    canvas_id = await place_canvas(one, cooldown_seconds=1)
    await place(one, "ann", canvas_id, (0, 0, 1))
    await place(one, "ann", canvas_id, (1, 0, 1))
    await place(two, "bob", canvas_id, (2, 0, 2), (0, 0, 2))
    await place(one, "ann", canvas_id, (3, 0, 3))
    assert (await two.call("ann", "DELETE", f"/canvases/{canvas_id}/pixels/last")).status == 200
    await place(one, "ann", canvas_id, (4, 0, 4))
    assert [await colour_at(two, canvas_id, x, 0) for x in range(5)] == [2, 1, 2, 0, 4]


async def test_a_placement_that_is_refused_leaves_no_tile_behind(tiles: TilesClient) -> None:
    canvas_id = await place_canvas(tiles, cooldown_seconds=3600, max_charges=1)
    await place(tiles, "ann", canvas_id, (0, 0, 1))
    assert (await place(tiles, "ann", canvas_id, (40, 0, 1))).status == 429
    await place(tiles, "bob", canvas_id, (41, 0, 2))
    assert [await colour_at(tiles, canvas_id, x, 0) for x in (0, 40, 41)] == [1, 0, 2]


async def test_a_repeated_placement_is_answered_as_the_first_was(
    start_tiles: StartTiles, database_url: str
) -> None:
    processes = [await start_tiles(database_url), await start_tiles(database_url)]
    canvas_id = await place_canvas(processes[0], cooldown_seconds=60)
    answers = await asyncio.gather(
        *(place(processes[n % 2], "ann", canvas_id, (3, 4, 5), ref="a") for n in range(6))
    )
    first = await answers[0].json()
    assert first["charges"] == 5
    assert [await answer.json() for answer in answers] == [first] * 6
    async with connected(processes[1], canvas_id, "ann") as socket:
        await socket.send_json({"type": "place", "ref": "a", "pixels": [[3, 4, 5]]})
        assert await socket.receive_json(timeout=PATIENCE) == {"type": "ack", "ref": "a", **first}


async def test_a_ref_names_one_placement_of_one_artist_for_a_minute(tiles: TilesClient) -> None:
    canvas_id = await place_canvas(tiles)
    assert (await place(tiles, "ann", canvas_id, (0, 0, 1), ref=7)).status == 200
    assert await outcome(await place(tiles, "ann", canvas_id, (0, 0, 2), ref=7)) == (409, "ref_reused")
    assert (await place(tiles, "ann", canvas_id, (0, 0, 2), ref="7")).status == 200
    assert (await place(tiles, "bob", canvas_id, (0, 0, 3), ref=7)).status == 200
    let_pass(tiles.database_url, 61)
    again = await place(tiles, "ann", canvas_id, (0, 0, 2), ref=7)
    assert (await again.json())["seq"] == 5


@pytest.mark.parametrize("ref", [2**63, -(2**63), 2**64, "n" * 101, True, [7]])
async def test_a_ref_that_is_neither_a_bigint_nor_a_short_text_is_refused(
    tiles: TilesClient, ref: Any
) -> None:
    canvas_id = await place_canvas(tiles)
    response = await place(tiles, "ann", canvas_id, (0, 0, 1), ref=ref)
    assert response.status == 422
    assert {tuple(error["loc"][:2]) for error in (await response.json())["errors"]} == {("body", "ref")}
    assert (await charges_of(tiles, "ann", canvas_id))["full_at"] is None


@pytest.mark.slow
async def test_killed_between_write_and_answer_a_process_has_spent_a_charge_once(
    start_tiles: StartTiles, database_url: str, broker: VirtualHost, keys: TestKeys, tmp_path: Path
) -> None:
    survivor = await start_tiles(database_url, broker.url)
    canvas_id = await place_canvas(survivor, cooldown_seconds=3600, max_charges=1000)
    url = f"/api/v1/canvases/{canvas_id}/pixels"
    headers = keys.bearer(account_id("ann"), "ann")

    async def ask(base: str, n: int) -> dict[str, Any] | None:
        body = {"pixels": [[n % 64, n // 64, 1]], "ref": n}
        async with aiohttp.ClientSession(base) as http:
            try:
                async with http.post(url, json=body, headers=headers) as response:
                    return await response.json() if response.status == 200 else None
            except aiohttp.ClientError:
                return None

    answered: dict[int, dict[str, Any]] = {}
    (port,) = free_ports(1)
    async with process(port, database_url, broker.url, keys, tmp_path / "log") as group:
        asked = [asyncio.ensure_future(ask(f"http://127.0.0.1:{port}", n)) for n in range(60)]
        await next(asyncio.as_completed(asked))
        os.killpg(-group, signal.SIGKILL)
        answered |= {n: one for n, one in enumerate(await asyncio.gather(*asked)) if one is not None}
    again = [await ask(str(survivor.client.make_url("")), n) for n in range(60)]
    assert {n: again[n] for n in answered} == answered
    assert len({one["seq"] for one in again if one is not None}) == 60
    placed = [e for e in await journal_of(database_url, canvas_id) if e["kind"] == "pixels.placed"]
    assert sorted(event["pixels"][0][0] + 64 * event["pixels"][0][1] for event in placed) == list(range(60))
    assert (await charges_of(survivor, "ann", canvas_id))["charges"] == 1000 - 60


@pytest.mark.parametrize(
    ("pixels", "loc"),
    [
        ([], ["body", "pixels"]),
        ([[0, 0]], ["body", "pixels", 0]),
        ([[0, 0, 1], [64, 0, 1]], ["body", "pixels", 1, 0]),
        ([[0, 64, 1]], ["body", "pixels", 0, 1]),
        ([[0, 0, 17]], ["body", "pixels", 0, 2]),
        ([[-1, 0, 1]], ["body", "pixels", 0, 0]),
        ([[0, 0, "1"]], ["body", "pixels", 0, 2]),
        ([[0, 0, 1]] * 1001, ["body", "pixels"]),
    ],
)
async def test_a_pixel_outside_canvas_or_palette_is_refused_by_name(
    tiles: TilesClient, pixels: list[Any], loc: list[Any]
) -> None:
    canvas_id = await place_canvas(tiles, cooldown_seconds=0)
    response = await place(tiles, "ann", canvas_id, *pixels)
    assert response.status == 422
    assert (await response.json())["errors"][0]["loc"] == loc
    assert len(await journal_of(tiles.database_url, canvas_id)) == 1


async def test_one_placement_touches_a_bounded_number_of_tiles(tiles: TilesClient) -> None:
    canvas_id = await place_canvas(tiles, width=1024, height=1024, cooldown_seconds=0)
    scattered = [(16 * n % 1024, 16 * (16 * n // 1024), 1) for n in range(65)]
    response = await place(tiles, "ann", canvas_id, *scattered)
    assert (await response.json())["errors"][0]["loc"] == ["body", "pixels"]
    assert (await place(tiles, "ann", canvas_id, *scattered[:64])).status == 200


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"frozen": True}, "frozen"),
        ({"starts_at": "2999-01-01T00:00:00Z"}, "not_open"),
        ({"ends_at": "2001-01-01T00:00:00Z"}, "not_open"),
    ],
)
async def test_a_canvas_that_is_not_open_keeps_its_picture(
    tiles: TilesClient, change: dict[str, Any], code: str
) -> None:
    canvas_id = await place_canvas(tiles)
    await place(tiles, "ann", canvas_id, (1, 1, 7))
    await tiles.call("owner", "PATCH", f"/canvases/{canvas_id}", json=change)
    for who in ("ann", "owner"):
        assert await outcome(await place(tiles, who, canvas_id, (1, 1, 8))) == (409, code)
    undone = await tiles.call("ann", "DELETE", f"/canvases/{canvas_id}/pixels/last")
    assert await outcome(undone) == (409, code)
    assert await colour_at(tiles, canvas_id, 1, 1) == 7


@pytest.mark.parametrize(
    ("artist", "roles", "public", "private"),
    [
        (None, (), 401, 401),
        ("stranger", (), 200, 404),
        ("owner", (), 200, 200),
        ("mod", ("moderator",), 200, 200),
        ("admin", ("admin",), 200, 200),
    ],
)
async def test_every_artist_who_sees_the_canvas_places_pixels(
    tiles: TilesClient, artist: str | None, roles: tuple[str, ...], public: int, private: int
) -> None:
    for is_public, status in ((True, public), (False, private)):
        canvas_id = await place_canvas(tiles, is_public=is_public)
        body = {"pixels": [[0, 0, 1]]}
        for method, path in (("POST", "pixels"), ("DELETE", "pixels/last")):
            response = await tiles.call(
                artist, method, f"/canvases/{canvas_id}/{path}", json=body, roles=roles
            )
            assert response.status == status


async def test_pixels_are_placed_in_place_mode_only(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("ann", collaboration_mode="free")
    for method, path in (("POST", "pixels"), ("DELETE", "pixels/last")):
        response = await tiles.call(
            "ann", method, f"/canvases/{canvas['id']}/{path}", json={"pixels": [[0, 0, 1]]}
        )
        assert await outcome(response) == (409, "wrong_mode")
    assert (await place(tiles, "ann", 2**40, (0, 0, 1))).status == 404


async def test_artists_who_wait_keep_what_they_gained_when_the_cooldown_changes(tiles: TilesClient) -> None:
    canvas_id = await place_canvas(tiles, cooldown_seconds=100, max_charges=4)
    await place(tiles, "ann", canvas_id, (0, 0, 1), (0, 0, 1), (0, 0, 1))
    let_pass(tiles.database_url, 50)
    for change, charges, seconds in (
        ({"cooldown_seconds": 1000}, 1, 2500),
        ({"cooldown_seconds": 10}, 1, 25),
        ({"max_charges": 2, "cooldown_seconds": 1000}, 0, 2000),
        ({"max_charges": 8}, 6, 2000),
        ({"cooldown_seconds": 0}, 8, 0),
    ):
        await tiles.call("owner", "PATCH", f"/canvases/{canvas_id}", json=change)
        shown = await charges_of(tiles, "ann", canvas_id)
        assert shown["charges"] == charges
        if seconds:
            left = (datetime.fromisoformat(shown["full_at"]) - datetime.now(UTC)).total_seconds()
            assert seconds - PATIENCE < left <= seconds
    newcomer = await charges_of(tiles, "bob", canvas_id)
    assert (newcomer["charges"], newcomer["full_at"]) == (8, None)
