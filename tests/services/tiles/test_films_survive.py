"""Films outlive the workers that make them, and leave nothing where none can."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from services.tiles.films import encoders, maker, store
from services.tiles.films.encoders import Encoder
from services.tiles.films.maker import FilmMaker
from services.tiles.films.rules import MAX_ATTEMPTS, WITH_FFMPEG, Film
from shared.db import Database
from tests.support.films import colours_at, file_of, painted_canvas, path_of, request, shown
from tests.support.identities import TestKeys
from tests.support.messaging import sql
from tests.support.parts import VirtualHost, free_ports
from tests.support.tiles import StartTiles, TilesClient
from tests.support.tiles_process import process
from tests.support.waiting import eventually, poll_until

HALF_A_FILM = "head -c 600000 /dev/zero; cat > /dev/null; exec setpriv --pdeathsig KILL sleep infinity"
"""Takes all frames, but does not end. It reads none before what it writes has been read."""

WHOLE_FILM = "cat > /dev/null; printf 'a whole film'"


async def begin(db: Database) -> Film | None:
    """Begin a film as a worker does, and write a part of its file."""
    async with db.transaction() as conn:
        film = await store.lease(conn, WITH_FFMPEG)
    if film is not None:
        async with db.connection() as conn:
            assert await store.add_part(conn, film, 0, b"half a film")
    return film


async def let_leases_end(tiles: TilesClient) -> None:
    await sql(tiles.database_url, "UPDATE films SET leased_until = now() WHERE status = 'drawing'")


async def parts_of(tiles: TilesClient) -> int:
    return int(await sql(tiles.database_url, "SELECT count(*) FROM film_parts"))


def program(folder: Path, name: str, script: str) -> str:
    """What workers run instead of ffmpeg."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.slow
async def test_a_film_survives_a_worker_that_is_killed(
    start_tiles: StartTiles, database_url: str, broker: VirtualHost, keys: TestKeys, tmp_path: Path
) -> None:
    """Two real workers: while both live, the other leaves the film alone; then it makes it, all of it."""
    half, whole = (program(tmp_path, *one) for one in (("half", HALF_A_FILM), ("whole", WHOLE_FILM)))
    tiles = await start_tiles(database_url, broker.url, ffmpeg=half)
    canvas = await painted_canvas(tiles)
    film = await request(tiles, canvas, format="mp4")
    ports = free_ports(2)

    async def is_half_written() -> bool:
        return await parts_of(tiles) > 0

    async with process(
        *(ports[0], database_url, broker.url, keys, tmp_path / "killed.log", "worker"), ffmpeg=half
    ) as killed:
        await eventually(is_half_written)
        async with process(
            *(ports[1], database_url, broker.url, keys, tmp_path / "other.log", "worker"), ffmpeg=whole
        ):
            other = await request(tiles, canvas, "bob", format="mp4")
            assert await _status_until_ready(tiles, other, "bob") == "ready"
            assert await _attempt(tiles, film) == ("drawing", 1)
            os.kill(-killed, signal.SIGKILL)  # the worker alone; `killed` is its group
            await let_leases_end(tiles)
            assert await _status_until_ready(tiles, film) == "ready"
    assert await _attempt(tiles, film) == ("ready", 2)
    assert await file_of(tiles, film) == b"a whole film"
    assert await parts_of(tiles) == 2  # one of each film


async def _status_until_ready(tiles: TilesClient, film: dict[str, Any], who: str = "ann") -> str:
    async def read() -> str:
        return str((await shown(tiles, film, who))["status"])

    return await poll_until(read, "ready")


async def _attempt(tiles: TilesClient, film: dict[str, Any]) -> tuple[str, int]:
    """How far a film is, and how often it was begun."""
    attempt = await sql(tiles.database_url, f"SELECT attempt FROM films WHERE id = {film['id']}")
    return (await shown(tiles, film))["status"], attempt


async def test_a_film_whose_lease_has_ended_is_begun_again_by_one_other_worker(
    tiles: TilesClient, films: FilmMaker, db: Database
) -> None:
    film = await request(tiles, await painted_canvas(tiles))
    killed = await begin(db)
    assert killed is not None
    assert not await films.make_next()
    await let_leases_end(tiles)
    assert sorted(await asyncio.gather(films.make_next(), films.make_next())) == [False, True]
    async with db.connection() as conn:
        assert not await store.add_part(conn, killed, 1, b"too late")
        assert not await store.renew(conn, killed)
        assert await store.finish(conn, killed) is None
    assert colours_at(await file_of(tiles, film), 16 * 16, 16 * 32) == [0, 1, 2, 3]


async def test_a_film_that_ends_every_worker_is_given_up_with_what_was_made(
    tiles: TilesClient, films: FilmMaker, db: Database
) -> None:
    film = await request(tiles, await tiles.canvas("owner"))
    for _ in range(MAX_ATTEMPTS):
        assert await begin(db) is not None
        assert await parts_of(tiles) == 1  # those of the attempts before are gone
        await let_leases_end(tiles)
    assert not await films.make_next()
    async with db.connection() as conn:
        await store.prune(conn)
    given_up = await shown(tiles, film)
    assert (given_up["status"], given_up["failure"], given_up["size_bytes"]) == ("failed", "interrupted", 0)
    assert await parts_of(tiles) == 0
    assert (await request(tiles, {"id": film["canvas_id"]}))["status"] == "waiting"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Renew leases all the time."""
    monkeypatch.setattr(maker, "RENEW_SECONDS", 0.01)


@pytest.mark.usefixtures("impatient")
async def test_a_worker_keeps_its_lease_while_an_encoder_takes_long(
    tiles: TilesClient, films: FilmMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = await request(tiles, await painted_canvas(tiles))
    opened = encoders.open_encoder

    async def is_leased() -> bool:
        return bool(await sql(tiles.database_url, "SELECT leased_until > now() FROM films"))

    @asynccontextmanager
    async def slow(*args: Any) -> AsyncIterator[Encoder]:
        await let_leases_end(tiles)
        await eventually(is_leased)
        async with opened(*args) as encoder:
            yield encoder

    monkeypatch.setattr(maker, "open_encoder", slow)
    assert await films.make_next()
    assert await _attempt(tiles, film) == ("ready", 1)


@pytest.mark.usefixtures("impatient")
async def test_a_worker_stops_waiting_for_an_encoder_when_its_film_is_cancelled(
    tiles: TilesClient, films: FilmMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = await request(tiles, await painted_canvas(tiles))

    @asynccontextmanager
    async def hanging(*_args: Any) -> AsyncIterator[Encoder]:
        assert (await tiles.call("ann", "DELETE", path_of(film))).status == 204
        await asyncio.Event().wait()
        yield  # type: ignore[misc]

    monkeypatch.setattr(maker, "open_encoder", hanging)
    assert await films.make_next()
    assert await parts_of(tiles) == 0
