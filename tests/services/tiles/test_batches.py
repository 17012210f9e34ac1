"""Edits and strokes that arrive together: one transaction, each answered as if it had come alone."""

from __future__ import annotations

import asyncio
import base64
import os
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import psycopg2
import pytest
from aiohttp import ClientResponse

from tests.support.busy import here
from tests.support.identities import TestKeys
from tests.support.parts import VirtualHost, free_ports
from tests.support.strokes import answer, answers, painting, stroke
from tests.support.tiles import StartTiles, TilesClient, account_id, journal_of, painted
from tests.support.tiles_process import process
from tests.support.waiting import PATIENCE

SETTLED_SECONDS = 0.1
"""After this, a request that was sent is waiting to be written."""


@contextmanager
def holding(database_url: str, canvas_id: int) -> Iterator[None]:
    """Hold the canvas like a slow writer."""
    connection = psycopg2.connect(database_url)
    try:
        connection.cursor().execute("SELECT FROM canvases WHERE id = %s FOR UPDATE", (canvas_id,))
        yield
    finally:
        connection.rollback()  # waits for the lock to be given back, where closing does not
        connection.close()


def rows(database_url: str, sql: str, *params: Any) -> list[tuple[Any, ...]]:
    connection = psycopg2.connect(database_url)
    try:
        cursor = connection.cursor()
        cursor.execute(sql, params)
        return cursor.fetchall()
    finally:
        connection.close()


async def together(
    tiles: TilesClient, canvas_id: int, first: Awaitable[ClientResponse], *others: Awaitable[ClientResponse]
) -> list[tuple[int, str | None]]:
    """Return status and code of calls, of which all but the first are one batch."""
    with holding(tiles.database_url, canvas_id):
        calls = [asyncio.ensure_future(first)]
        await asyncio.sleep(min(5, here(SETTLED_SECONDS)))
        calls += map(asyncio.ensure_future, others)
        await asyncio.sleep(min(5, here(SETTLED_SECONDS)))
    return [(answer.status, (await answer.json()).get("code")) for answer in await asyncio.gather(*calls)]


def replayed(events: list[dict[str, Any]]) -> dict[int, tuple[int, bytes]]:
    """Return version and pixels of each tile, from all events of the canvas."""
    shown: dict[int, tuple[int, bytes]] = {}
    for event in events:
        if event["kind"] == "tile.painted":
            pixels = bytearray(shown[event["tile_id"]][1])
            for offset, colour in event["pixels"]:
                pixels[offset] = colour
            shown[event["tile_id"]] = event["version"], bytes(pixels)
        elif event["kind"] in ("tile.created", "tile.updated"):
            tile = event["tile"]
            shown[tile["id"]] = tile["version"], base64.b64decode(tile["pixels"])
    return shown


async def test_a_refused_edit_does_not_affect_the_others(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner", max_tiles_per_user=16)
    paths = [f"/tiles/{(await tiles.tile('ann', canvas['id'], x))['id']}" for x in range(4)]
    foreign = f"/tiles/{(await tiles.tile('bob', canvas['id'], 0, 1))['id']}"
    locked = f"/tiles/{(await tiles.tile('bob', canvas['id'], 1, 1))['id']}"
    await tiles.call("bob", "POST", f"{locked}/lock")

    def put(path: str, body: dict[str, Any], who: str = "ann", **headers: str) -> Awaitable[ClientResponse]:
        return tiles.call(who, "PUT", path, json=body, headers=headers)

    answers = await together(
        tiles,
        canvas["id"],
        put(paths[0], {"title": "first"}),
        put(paths[0], {"pixels": painted(2)}),
        put(paths[1], {"pixels": painted(3)}, **{"If-Match": '"7"'}),
        put(paths[1], {"pixels": painted(17)}),
        put(paths[1], {"pixels": painted(4)[:-4]}),
        put(paths[2], {"title": "Sea", "is_public": False}),
        put(foreign, {"pixels": painted(5)}),
        put(locked, {"pixels": painted(5)}),
        put(f"/tiles/{2**62}", {"pixels": painted(5)}),
        tiles.call("ann", "PATCH", f"{paths[3]}/pixels", json={"pixels": [[0, 6]]}),
        put(locked, {"pixels": painted(7)}, "bob"),
    )
    assert answers == [
        (200, None), (200, None), (412, "stale_version"), (422, "invalid"), (422, "invalid"), (200, None),
        (403, "not_tile_creator"), (409, "tile_locked"), (404, "tile_not_found"), (200, None), (200, None),
    ]  # fmt: skip
    transactions = rows(
        tiles.database_url,
        "SELECT count(*) FROM revisions WHERE canvas_id = %s AND version > 1 GROUP BY xmin::text",
        canvas["id"],
    )
    assert sorted(transactions) == [(1,), (4,)]
    shown = [await (await tiles.call("ann", "GET", path)).json() for path in [*paths, locked]]
    assert [tile["version"] for tile in shown] == [3, 1, 2, 2, 2]
    assert [shown[0]["title"], shown[0]["pixels"], shown[4]["pixels"]] == ["first", painted(2), painted(7)]
    assert (shown[2]["title"], shown[2]["is_public"]) == ("Sea", False)
    events = await journal_of(tiles.database_url, canvas["id"])
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))


async def test_of_edits_to_the_same_version_in_two_processes_one_wins(
    start_tiles: StartTiles, database_url: str
) -> None:
    processes = [await start_tiles(database_url), await start_tiles(database_url)]
    tile = await processes[0].tile("ann", (await processes[0].canvas())["id"])

    def put(number: int) -> Awaitable[ClientResponse]:
        return processes[number % 2].call(
            "ann", "PUT", f"/tiles/{tile['id']}", json={"pixels": painted(number)}, headers={"If-Match": "1"}
        )

    responses = await asyncio.gather(*map(put, range(8)))
    assert Counter(response.status for response in responses) == {200: 1, 412: 7}


async def test_no_stroke_or_edit_of_two_processes_is_lost_or_duplicated(
    start_tiles: StartTiles, database_url: str
) -> None:
    processes = [await start_tiles(database_url), await start_tiles(database_url)]
    canvas = await processes[0].canvas("ann")
    ids = [(await processes[0].tile("ann", canvas["id"], x))["id"] for x in range(2)]

    def change(number: int) -> Awaitable[ClientResponse]:
        process, path = processes[number % 2], f"/tiles/{ids[number // 2 % 2]}"
        match number % 3:
            case 0:
                return process.call("ann", "PUT", path, json={"pixels": painted(number % 17)})
            case 1:
                return process.call("ann", "PUT", path, json={"title": f"{number}"})
            case _:
                pixels = {"pixels": [[number, number % 17]]}
                return process.call("ann", "PATCH", f"{path}/pixels", json=pixels)

    responses = await asyncio.gather(*map(change, range(96)))
    assert {response.status for response in responses} == {200}
    versions = [(await response.json())["version"] for response in responses]
    assert sorted(versions) == sorted([*range(2, 50)] * 2)
    events = await journal_of(database_url, canvas["id"])
    assert [event["seq"] for event in events] == list(range(1, 100))
    shown = replayed(events)
    for tile_id in ids:
        tile = await (await processes[0].call("ann", "GET", f"/tiles/{tile_id}")).json()
        assert shown[tile_id] == (tile["version"], base64.b64decode(tile["pixels"]))


async def test_an_edit_is_written_even_if_its_client_has_disconnected(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("ann")
    path = f"/tiles/{(await tiles.tile('ann', canvas['id']))['id']}"
    with holding(tiles.database_url, canvas["id"]):
        sent = [
            asyncio.create_task(tiles.call("ann", "PUT", path, json={"pixels": painted(n)})) for n in (1, 2)
        ]
        await asyncio.sleep(min(5, here(SETTLED_SECONDS)))
        for call in sent:
            call.cancel()
        await asyncio.wait(sent)
    assert (await tiles.call("ann", "PUT", path, json={"pixels": painted(3)})).status == 200
    events = await journal_of(tiles.database_url, canvas["id"])
    assert [event["seq"] for event in events] == [1, 2, 3, 4, 5]


async def test_the_event_of_an_edit_carries_the_trace_of_its_request(tiles: TilesClient) -> None:
    tile = await tiles.tile("ann", (await tiles.canvas())["id"])
    trace_id = "ab" * 16
    headers = {"traceparent": f"00-{trace_id}-{'cd' * 8}-01"}
    await tiles.call("ann", "PUT", f"/tiles/{tile['id']}", json={"title": "Sea"}, headers=headers)
    (published,) = rows(
        tiles.database_url,
        "SELECT payload::json ->> 'traceparent' FROM outbox WHERE routing_key LIKE 'tile.updated.%%'",
    )
    assert published[0].split("-")[1] == trace_id


@pytest.mark.slow
async def test_acknowledged_edits_survive_a_crash_of_the_process(
    tiles: TilesClient, database_url: str, broker: VirtualHost, keys: TestKeys, tmp_path: Path
) -> None:
    canvas = await tiles.canvas("ann")
    ids = [(await tiles.tile("ann", canvas["id"], x))["id"] for x in range(4)]
    port = free_ports(1)[0]
    answered: dict[tuple[int, int], str] = {}
    async with (
        process(port, database_url, broker.url, keys, tmp_path / "log") as pid,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http,
    ):

        async def edit(number: int) -> None:
            """Edit until the process dies."""
            tile_id, count = ids[number % 4], 0
            headers = keys.bearer(account_id("ann"), "ann")
            while True:
                count += 1
                body = {"pixels": painted(count % 17), "title": f"{number}.{count}"}
                try:
                    path = f"/api/v1/tiles/{tile_id}"
                    async with http.put(path, json=body, headers=headers) as response:
                        if response.status == 200:
                            answered[tile_id, (await response.json())["version"]] = body["title"]
                except aiohttp.ClientError:
                    return

        editing = [asyncio.create_task(edit(number)) for number in range(8)]
        async with asyncio.timeout(PATIENCE):
            while len(answered) < 200:  # noqa: ASYNC110 - until enough was answered
                await asyncio.sleep(0.01)
        os.kill(pid, signal.SIGKILL)
        await asyncio.gather(*editing)
    kept = rows(
        database_url,
        "SELECT tile_id, version, details ->> 'title' FROM revisions WHERE canvas_id = %s",
        canvas["id"],
    )
    titles = {(tile_id, version): title for tile_id, version, title in kept}
    assert {change: titles.get(change) for change in answered} == answered
    published = [
        e["tile"] for e in await journal_of(database_url, canvas["id"]) if e["kind"] == "tile.updated"
    ]
    assert {(t["id"], t["version"]): t["title"] for t in published}.items() >= answered.items()


async def test_strokes_that_arrive_while_a_batch_waits_for_its_canvas_join_it(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("ann")
    tile_id = (await tiles.tile("ann", canvas["id"]))["id"]
    async with painting(tiles, canvas["id"], "ann") as socket:
        assert (await answer(socket, stroke(0, tile_id, (0, 1))))["type"] == "ack"
        with holding(tiles.database_url, canvas["id"]):
            for ref in range(1, 4):
                await socket.send_json(stroke(ref, tile_id, (ref, 1)))
                await asyncio.sleep(min(5, here(SETTLED_SECONDS)))
        assert [one["ref"] for one in await answers(socket, 3)] == [1, 2, 3]
    transactions = rows(
        tiles.database_url,
        "SELECT count(*) FROM revisions WHERE tile_id = %s AND kind = 'stroke' GROUP BY xmin::text",
        tile_id,
    )
    assert sorted(transactions) == [(1,), (3,)]


@pytest.mark.parametrize(
    ("who", "method", "path", "body", "outcome"),
    [
        ("ann", "PATCH", "/tiles/{tile}/pixels", {"pixels": [[9, 5]]}, "ack"),
        ("ann", "PUT", "/tiles/{tile}", {"pixels": painted(5)}, "ack"),
        ("ann", "PUT", "/tiles/{tile}", {"is_public": False}, "tile_not_found"),
        ("ann", "POST", "/tiles/{tile}/lock", None, "tile_locked"),
        ("ann", "DELETE", "/tiles/{tile}", None, "tile_not_found"),
        ("owner", "PATCH", "/canvases/{canvas}", {"collaboration_mode": "tile-lock"}, "not_tile_creator"),
        ("owner", "PATCH", "/canvases/{canvas}", {"collaboration_mode": "review"}, "not_tile_creator"),
        ("owner", "PATCH", "/canvases/{canvas}", {"collaboration_mode": "area-lock"}, "outside_area"),
    ],
)
async def test_a_stroke_is_decided_on_what_another_process_has_just_changed(
    start_tiles: StartTiles,
    database_url: str,
    who: str,
    method: str,
    path: str,
    body: dict[str, Any] | None,
    outcome: str,
) -> None:
    tiles, other = await start_tiles(database_url), await start_tiles(database_url)
    canvas = await tiles.canvas("owner", collaboration_mode="free")
    tile_id = (await tiles.tile("ann", canvas["id"]))["id"]
    async with painting(tiles, canvas["id"], "bob") as socket:
        for ref in range(4):
            assert (await answer(socket, stroke(ref, tile_id, (ref, 1))))["type"] == "ack"
        changed = await other.call(who, method, path.format(tile=tile_id, canvas=canvas["id"]), json=body)
        assert changed.status < 300, await changed.text()
        for ref in range(4, 8):
            answered = await answer(socket, stroke(ref, tile_id, (ref, 1)))
            assert answered.get("code", answered["type"]) == outcome
    if outcome == "ack":
        shown = await (await tiles.call("ann", "GET", f"/tiles/{tile_id}")).json()
        events = await journal_of(database_url, canvas["id"])
        assert replayed(events)[tile_id] == (shown["version"], base64.b64decode(shown["pixels"]))
        assert [event["seq"] for event in events] == list(range(1, 12))


async def test_a_tile_that_is_painted_again_and_again_is_read_once(
    tiles: TilesClient, database_url: str
) -> None:
    canvas = await tiles.canvas("ann")
    tile_id = (await tiles.tile("ann", canvas["id"]))["id"]
    async with painting(tiles, canvas["id"], "ann") as socket:
        for ref in range(3):
            await answer(socket, stroke(ref, tile_id, (ref, 1)))
        with closing(psycopg2.connect(database_url)) as connection, connection, connection.cursor() as cursor:
            # Behind the back of the service, which changes no tile without a number.
            cursor.execute("UPDATE tiles SET pixels = set_byte(pixels, 200, 7) WHERE id = %s", (tile_id,))
        await answer(socket, stroke(3, tile_id, (3, 1)))
    ((pixels,),) = rows(database_url, "SELECT pixels FROM tiles WHERE id = %s", tile_id)
    assert (pixels[3], pixels[200]) == (1, 0)


@pytest.mark.real_limits
async def test_a_locked_canvas_does_not_delay_other_canvases(tiles: TilesClient) -> None:
    held, free = await tiles.canvas("ann"), await tiles.canvas("ann")
    paths = [f"/tiles/{(await tiles.tile('ann', canvas['id']))['id']}" for canvas in (held, free)]

    async def save(path: str) -> tuple[int, str | None]:
        response = await tiles.call("ann", "PUT", path, json={"pixels": painted(1)})
        return response.status, (await response.json()).get("code")

    with holding(tiles.database_url, held["id"]):
        assert await asyncio.gather(*map(save, paths)) == [(503, "busy"), (200, None)]
        started = time.monotonic()
        assert await asyncio.gather(*map(save, paths)) == [(503, "busy"), (200, None)]
        assert time.monotonic() - started < here(1), "it is known by now who is held up"
        lock = await tiles.call("ann", "POST", f"{paths[0]}/lock")
        assert (lock.status, (await lock.json())["code"]) == (503, "busy")
        assert lock.headers["Retry-After"] == "1"
    assert await asyncio.gather(*map(save, paths)) == [(200, None), (200, None)]
    assert await asyncio.gather(*map(save, paths)) == [(200, None), (200, None)]


@pytest.mark.real_limits
async def test_a_stroke_on_a_locked_canvas_can_be_retried(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("ann")
    tile = await tiles.tile("ann", canvas["id"])
    params = {"ticket": tiles.keys.ticket(account_id("ann"), "ann")}
    path = f"/api/v1/ws/canvas/{canvas['id']}"
    async with tiles.client.ws_connect(path, params=params) as socket:
        stroke = {"type": "paint", "ref": 1, "tile_id": tile["id"], "pixels": [[0, 1]]}

        async def answer() -> dict[str, Any]:
            await socket.send_json(stroke)
            while (message := await socket.receive_json(timeout=PATIENCE))["type"] not in ("ack", "nack"):
                pass
            return dict(message)

        with holding(tiles.database_url, canvas["id"]):
            assert await answer() == {"type": "nack", "ref": 1, "code": "busy", "retry_after": 1}
        assert (await answer())["type"] == "ack"
