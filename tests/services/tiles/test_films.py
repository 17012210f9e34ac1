"""Films: requested by artists, made by the worker under a lease, and kept for a day."""

from __future__ import annotations

import asyncio
import io
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from PIL import Image

from services.tiles.consumed import HANDLERS
from services.tiles.films import encoders, maker, rules, store
from services.tiles.films.encoders import Encoder, find_formats
from services.tiles.films.maker import FilmMaker
from services.tiles.films.rules import FilmFormat
from services.tiles.peers import ChangePublisher
from shared.db import Connection, Database
from shared.messaging.contracts import AccountDeleted
from tests.support.films import PALETTE, colours_at, file_of, painted_canvas, path_of, request, shown
from tests.support.live import watching
from tests.support.messaging import sql
from tests.support.needs import lacks
from tests.support.parts import VirtualHost
from tests.support.tiles import StartTiles, TilesClient, account_id, painted
from tests.support.waiting import PATIENCE


@pytest.mark.parametrize("format_", ["gif", "apng"])
async def test_a_film_shows_the_history_from_the_empty_canvas_to_now(
    tiles: TilesClient, films: FilmMaker, format_: str
) -> None:
    film = await request(tiles, await painted_canvas(tiles), format=format_, scale=2)
    assert (film["status"], film["width"]) == ("waiting", 128)
    assert await films.make_next()
    ready = await shown(tiles, film)
    assert (ready["status"], ready["frames_done"], ready["frames"]) == ("ready", 4, 4)
    file = await file_of(tiles, film)
    assert len(file) == ready["size_bytes"]
    assert colours_at(file, 2 * 16, 2 * 32) == [0, 1, 2, 3]


async def test_a_film_of_a_part_of_the_history_begins_with_the_canvas_as_it_was(
    tiles: TilesClient, films: FilmMaker
) -> None:
    canvas = await painted_canvas(tiles)
    second, third = [
        await sql(tiles.database_url, f"SELECT occurred_at FROM revisions WHERE version = {version}")
        for version in (2, 3)
    ]
    film = await request(tiles, canvas, **{"from": second.isoformat(), "to": third.isoformat()})
    await tiles.tile("ann", canvas["id"], 0, 0, pixels=painted(5))
    await films.make_next()
    file = await file_of(tiles, film)
    assert (colours_at(file, 16 * 16, 16 * 32), colours_at(file, 0, 0)) == ([1, 2, 3], [0, 0, 0])


async def test_a_long_history_is_read_in_slices_and_evenly_shown(
    tiles: TilesClient, films: FilmMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas = await painted_canvas(tiles)
    tile = await sql(tiles.database_url, "SELECT id FROM tiles")
    for colour in [*range(4, 17)] * 4:
        await tiles.call("ann", "PUT", f"/tiles/{tile}", json={"pixels": painted(colour)})
    monkeypatch.setattr("services.tiles.timelapse.history.SHOTS", 7)
    film = await request(tiles, canvas, seconds=1)
    await films.make_next()
    seen = colours_at(await file_of(tiles, film), 16 * 16, 16 * 32)
    assert (len(seen), seen[0], seen[-1]) == (20, 0, 16)


@pytest.mark.parametrize("format_", ["mp4", "webp"])
async def test_ffmpeg_makes_mp4_and_webp(tiles: TilesClient, films: FilmMaker, format_: str) -> None:
    if which("ffmpeg") is None:
        lacks("ffmpeg", "install the package ffmpeg")
    film = await request(tiles, await painted_canvas(tiles), format=format_, scale=2)
    await films.make_next()
    assert (await shown(tiles, film))["status"] == "ready"
    file = await file_of(tiles, film)
    if format_ == "webp":
        with Image.open(io.BytesIO(file)) as animation:
            assert (animation.size, getattr(animation, "n_frames", 1) >= 4) == ((128, 128), True)
        return
    probed = await asyncio.to_thread(
        subprocess.run,
        ["ffmpeg", "-i", "pipe:0", "-vf", "format=rgb24", "-f", "rawvideo", "pipe:1"],
        input=file,
        capture_output=True,
        check=True,
    )
    last = probed.stdout[-128 * 128 * 3 :]
    at = (64 * 128 + 40) * 3
    assert [abs(a - b) < 12 for a, b in zip(last[at : at + 3], PALETTE[3], strict=True)] == [True] * 3


async def test_a_film_of_an_unchanged_canvas_is_one_frame(tiles: TilesClient, films: FilmMaker) -> None:
    film = await request(tiles, await tiles.canvas("owner"))
    await films.make_next()
    assert colours_at(await file_of(tiles, film), 0, 0) == [0]


async def test_drafts_and_deleted_tiles_are_not_in_a_film(tiles: TilesClient, films: FilmMaker) -> None:
    canvas = await tiles.canvas("owner")
    await tiles.tile("ann", canvas["id"], 0, 0, pixels=painted(1), is_public=False)
    gone = await tiles.tile("ann", canvas["id"], 1, 0, pixels=painted(2))
    await tiles.call("ann", "DELETE", f"/tiles/{gone['id']}")
    film = await request(tiles, canvas)
    await films.make_next()
    file = await file_of(tiles, film)
    assert colours_at(file, 0, 0) == colours_at(file, 16 * 16, 0) == [0]


async def test_an_artist_has_one_film_made_at_a_time(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner")
    body = {"format": "gif"}
    path = f"/canvases/{canvas['id']}/films"
    responses = await asyncio.gather(*(tiles.call("ann", "POST", path, json=body) for _ in range(8)))
    assert sorted(one.status for one in responses) == [202, *[409] * 7]
    assert (await request(tiles, canvas, "bob"))["status"] == "waiting"


async def test_no_more_films_wait_than_a_worker_gets_to(
    tiles: TilesClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas = await tiles.canvas("owner")
    monkeypatch.setattr(store, "MOST_WAITING", 3)
    path = f"/canvases/{canvas['id']}/films"
    artists = [f"ann{number}" for number in range(8)]
    made = await asyncio.gather(*(tiles.call(who, "POST", path, json={"format": "gif"}) for who in artists))
    assert sorted(one.status for one in made) == [202] * 3 + [429] * 5


async def test_the_newest_films_of_an_artist_are_kept(tiles: TilesClient, films: FilmMaker) -> None:
    canvas = await tiles.canvas("owner")
    made = []
    for _ in range(rules.KEPT_FILMS + 1):
        made.append(await request(tiles, canvas))
        await films.make_next()
    listed = await (await tiles.call("ann", "GET", f"/canvases/{canvas['id']}/films")).json()
    assert [one["id"] for one in listed["items"]] == [one["id"] for one in reversed(made[1:])]
    assert listed["formats"] == list(find_formats("ffmpeg"))


async def test_a_film_is_cancelled_while_it_is_made(
    tiles: TilesClient, films: FilmMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = await request(tiles, await painted_canvas(tiles))
    opened = encoders.open_encoder

    @asynccontextmanager
    async def cancelling(*args: Any) -> AsyncIterator[Encoder]:
        assert (await tiles.call("ann", "DELETE", path_of(film))).status == 204
        async with opened(*args) as encoder:
            yield encoder

    monkeypatch.setattr(maker, "open_encoder", cancelling)
    assert await films.make_next()
    assert await sql(tiles.database_url, "SELECT count(*) FROM film_parts") == 0
    assert (await tiles.call("ann", "DELETE", path_of(film))).status == 404


async def test_a_film_whose_file_gets_too_large_is_given_up(
    tiles: TilesClient, films: FilmMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = await request(tiles, await painted_canvas(tiles))
    monkeypatch.setattr(maker, "MAX_BYTES", 100)
    await films.make_next()
    given_up = await shown(tiles, film)
    assert (given_up["status"], given_up["failure"], given_up["size_bytes"]) == ("failed", "too_large", 0)


async def test_a_film_is_gone_after_a_day(tiles: TilesClient, films: FilmMaker, db: Database) -> None:
    film = await request(tiles, await painted_canvas(tiles))
    await films.make_next()
    await sql(tiles.database_url, "UPDATE films SET expires_at = now()")
    assert (await tiles.call("ann", "GET", f"{path_of(film)}/file")).status == 404
    async with db.connection() as conn:
        await store.prune(conn)
    assert await sql(tiles.database_url, "SELECT count(*) FROM film_parts") == 0


async def test_a_film_of_a_canvas_that_its_artist_no_longer_sees_does_not_hold_up_another(
    tiles: TilesClient, films: FilmMaker
) -> None:
    hidden, other = await tiles.canvas("owner"), await tiles.canvas("owner")
    unseen = await request(tiles, hidden)
    await tiles.call("owner", "PATCH", f"/canvases/{hidden['id']}", json={"is_public": False})
    seen = await request(tiles, other)
    await request(tiles, other, status=409)
    assert await films.make_next()
    assert (await shown(tiles, seen))["status"] == "ready"
    assert await sql(tiles.database_url, f"SELECT count(*) FROM films WHERE id = {unseen['id']}") == 0


async def test_the_films_of_a_deleted_canvas_are_gone(
    tiles: TilesClient, films: FilmMaker, db: Database
) -> None:
    canvas = await painted_canvas(tiles)
    await request(tiles, canvas)
    await films.make_next()
    await request(tiles, canvas, "bob")
    await tiles.call("owner", "DELETE", f"/canvases/{canvas['id']}")
    assert not await films.make_next()
    async with db.connection() as conn:
        await store.prune(conn)
    assert await sql(tiles.database_url, "SELECT count(*) FROM film_parts") == 0


async def test_the_clock_of_the_database_says_what_of_the_history_is_over(
    tiles: TilesClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas = await tiles.canvas("owner")

    async def an_hour_ago(conn: Connection) -> datetime:
        return await get_now(conn) - timedelta(hours=1)

    get_now = store.get_now
    monkeypatch.setattr(store, "get_now", an_hour_ago)
    moment = datetime.now(UTC) - timedelta(minutes=30)
    refused = await request(tiles, canvas, status=422, **{"from": moment.isoformat()})
    assert refused["errors"][0]["loc"] == ["body", "from"]


async def test_the_oldest_films_of_all_artists_make_room_for_newer_ones(
    tiles: TilesClient, films: FilmMaker, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas = await painted_canvas(tiles)
    made = {}
    for who in ("bob", "ann"):
        made[who] = await request(tiles, canvas, who)
        await films.make_next()
    await request(tiles, canvas, "carol")
    newest = (await shown(tiles, made["ann"]))["size_bytes"]
    monkeypatch.setattr(store, "MAX_KEPT_BYTES", newest)
    async with db.connection() as conn:
        await store.prune(conn)
    assert (await tiles.call("bob", "GET", path_of(made["bob"]))).status == 404
    assert len(await file_of(tiles, made["ann"])) == newest
    assert await sql(tiles.database_url, "SELECT count(*) FROM films WHERE status = 'waiting'") == 1


async def test_the_films_of_a_deleted_account_are_gone(tiles: TilesClient, db: Database) -> None:
    await request(tiles, await tiles.canvas("owner"))
    async with db.transaction() as conn:
        event = AccountDeleted(account_id=account_id("ann"), version=3)
        await HANDLERS[AccountDeleted](conn, event)
    assert await sql(tiles.database_url, "SELECT count(*) FROM films") == 0


@pytest.mark.parametrize(
    ("who", "roles", "status"),
    [(None, (), 401), ("bob", (), 404), ("mod", ("moderator",), 404), ("ann", (), 200)],
)
async def test_a_film_is_shown_to_who_requested_it_alone(
    tiles: TilesClient, who: str | None, roles: tuple[str, ...], status: int
) -> None:
    film = await request(tiles, await tiles.canvas("owner"))
    assert (await tiles.call(who, "GET", path_of(film), roles=roles)).status == status


@pytest.mark.parametrize(
    ("who", "roles", "status"),
    [(None, (), 401), ("bob", (), 404), ("owner", (), 202), ("mod", ("moderator",), 202)],
)
async def test_who_sees_a_canvas_may_have_films_made_of_it(
    tiles: TilesClient, who: str | None, roles: tuple[str, ...], status: int
) -> None:
    canvas = await tiles.canvas("owner", is_public=False)
    path = f"/canvases/{canvas['id']}/films"
    assert (await tiles.call(who, "POST", path, roles=roles, json={"format": "gif"})).status == status


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"format": "avi"}, "format"),
        ({"seconds": 121}, "seconds"),
        ({"scale": 17}, "scale"),
        ({"from": "2999-01-01T00:00:00Z"}, "from"),
        ({"to": "2001-01-01T00:00:00Z"}, "to"),
    ],
)
async def test_a_film_beyond_its_bounds_is_refused(
    tiles: TilesClient, fields: dict[str, Any], field: str
) -> None:
    refused = await request(tiles, await tiles.canvas("owner"), status=422, **fields)
    assert refused["errors"][0]["loc"] == ["body", field]


@pytest.mark.parametrize("ends", ["exit 1", "head -c 5000 > /dev/null; exit 1", "kill -9 $$"])
async def test_a_film_is_given_up_when_ffmpeg_fails(
    tiles: TilesClient, db: Database, tmp_path: Path, ends: str
) -> None:
    ffmpeg = tmp_path / "ffmpeg"
    ffmpeg.write_text(f"#!/bin/sh\n{ends}\n")
    ffmpeg.chmod(0o755)
    film = await request(tiles, await painted_canvas(tiles), format="mp4")
    assert await FilmMaker(db, lambda canvas_id, artist_id, film: None, str(ffmpeg)).make_next()
    given_up = await shown(tiles, film)
    assert (given_up["status"], given_up["failure"], given_up["size_bytes"]) == ("failed", "encoder", 0)


async def test_without_ffmpeg_an_mp4_is_refused(start_tiles: StartTiles, database_url: str) -> None:
    tiles = await start_tiles(database_url, ffmpeg="")
    canvas = await tiles.canvas("owner")
    assert (await request(tiles, canvas, status=422, format="mp4"))["errors"][0][
        "code"
    ] == "format_unavailable"
    listed = await (await tiles.call("ann", "GET", f"/canvases/{canvas['id']}/films")).json()
    assert listed["formats"] == [FilmFormat.APNG, FilmFormat.GIF]


async def test_progress_reaches_the_sockets_of_the_artist_and_of_nobody_else(
    live_tiles: TilesClient, broker: VirtualHost
) -> None:
    canvas = await painted_canvas(live_tiles)
    film = await request(live_tiles, canvas)
    publisher = ChangePublisher(broker.url, name="worker of a test")
    running = asyncio.create_task(publisher.run())
    database = Database(live_tiles.database_url, application="worker of a test")
    ticket = live_tiles.keys.ticket(account_id("ann"), "ann", ())
    async with (
        watching(live_tiles, canvas["id"]) as (guest, _),
        watching(live_tiles, canvas["id"], ticket=ticket) as (socket, _),
    ):
        await _reaches(socket, lambda: publisher.publish_film(canvas["id"], account_id("ann"), film))
        assert await FilmMaker(database, publisher.publish_film, "").make_next()
        told = await _next_of(socket, "film")
        while told["film"]["status"] != "ready":
            told = await _next_of(socket, "film")
        assert told["film"] == await shown(live_tiles, film)
        await live_tiles.tile("bob", canvas["id"], 0, 0)
        seen = []
        while "batch" not in seen:
            seen.append((await guest.receive_json(timeout=PATIENCE))["type"])
        assert "film" not in seen
    running.cancel()
    await database.close()


async def _reaches(socket: Any, publish: Callable[[], None]) -> None:
    """Publish until the socket receives it: what is published before both processes are connected is lost."""

    async def repeat() -> None:
        while True:
            publish()
            await asyncio.sleep(0.05)

    repeating = asyncio.create_task(repeat())
    await _next_of(socket, "film")
    repeating.cancel()


async def _next_of(socket: Any, kind: str) -> dict[str, Any]:
    while True:
        message: dict[str, Any] = await socket.receive_json(timeout=PATIENCE)
        if message["type"] == kind:
            return message
