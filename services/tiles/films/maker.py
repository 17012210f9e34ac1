"""Makes films, one at a time in each worker, and slowly, so that strokes come first.

A film and each part of its file are written under a lease. If a worker ends, another begins its film again,
and makes the same one: the part of the history that it shows ends when it was requested.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from typing import Any, Final

import structlog
from PIL import Image

from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.rules import Canvas
from services.tiles.films import store
from services.tiles.films.encoders import DrawingThread, Encoder, EncoderFailed, find_formats, open_encoder
from services.tiles.films.projector import Projector
from services.tiles.films.rules import MAX_BYTES, PART_BYTES, Film, FilmFailure, count_frames
from services.tiles.films.schemas import FilmView
from services.tiles.timelapse.history import read_before, read_changes
from services.tiles.timelapse.rules import Reel
from shared.db import Database
from shared.errors import Unavailable

log = structlog.get_logger(__name__)

POLL_SECONDS: Final = 1.0

PROGRESS_SECONDS: Final = 0.5
"""The pause between two progress reports of a film."""

PAUSE: Final = 2.0
"""Seconds of pause per second of work: films take a third of a core at most."""

RENEW_SECONDS: Final = store.LEASE_SECONDS / 3
"""The pause between two renewals of a lease, short enough that one may be late."""

COUNT_SECONDS: Final = 60.0
"""How long counting the changes of a canvas may take: enough for tens of millions."""

Announce = Callable[[int, int, dict[str, Any]], None]
"""Called with a canvas, an artist and their film whenever that has changed; must not block."""


class _Lost(Exception):
    """The film was cancelled, or another worker has its lease."""


class FilmMaker:
    """Makes the films that artists request; each worker process runs one."""

    def __init__(self, database: Database, announce: Announce, ffmpeg: str) -> None:
        self._database = database
        self._announce = announce
        self._ffmpeg = ffmpeg

    async def run(self) -> None:
        """Make films until cancelled."""
        while True:
            try:
                while await self.make_next():
                    pass
            except Unavailable as error:
                # The lease ends, and the film is begun again.
                log.info("films paused", reason=str(error))
            await asyncio.sleep(POLL_SECONDS)

    async def make_next(self) -> bool:
        """Make the oldest film that waits; returns False if there is none."""
        async with self._database.transaction() as conn:
            film = await store.lease(conn, find_formats(self._ffmpeg))
        if film is None:
            return False
        try:
            await self._make(film)
        except _Lost:
            log.info("film abandoned", film_id=film.id)
        except asyncio.CancelledError:
            with suppress(Unavailable):
                async with self._database.connection() as conn:
                    await store.release(conn, film)
            raise
        return True

    async def _make(self, film: Film) -> None:
        failure = None
        try:
            await self._write_under_lease(film)
        except _TooLarge:
            failure = FilmFailure.TOO_LARGE
        except EncoderFailed as error:
            log.warning("film not encoded", film_id=film.id, format=film.format, reason=str(error))
            failure = FilmFailure.ENCODER
        async with self._database.connection() as conn:
            self._show(await store.finish(conn, film, failure))

    async def _write_under_lease(self, film: Film) -> None:
        """Write a film while its lease is renewed, and stop once it is lost.

        Counting changes and waiting for ffmpeg may take longer than a lease: another worker would begin the
        film as well, and attempts that did not fail would be used up.
        """
        writing = asyncio.create_task(self._write(film))
        renewing = asyncio.create_task(self._renew(film))
        try:
            await asyncio.wait((writing, renewing), return_when=asyncio.FIRST_COMPLETED)
            first = writing if writing.done() else renewing
            first.result()
        finally:
            for task in (writing, renewing):
                task.cancel()
            await asyncio.gather(writing, renewing, return_exceptions=True)

    async def _renew(self, film: Film) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            async with self._database.connection() as conn:
                if not await store.renew(conn, film):
                    raise _Lost

    async def _write(self, film: Film) -> None:
        reel = Reel(0, film.starts_at, film.ends_at)
        async with self._database.transaction(statement=COUNT_SECONDS) as conn:
            canvas = await canvases_store.get(conn, film.canvas_id)
            assert canvas is not None
            changes = await store.count_changes(conn, canvas.id, reel.start, reel.end)
        frames = count_frames(changes, film.seconds)
        projector = Projector(canvas, film.step, changes, frames)
        thread = DrawingThread()
        try:
            async with open_encoder(film, frames, canvas, thread, self._ffmpeg) as encoder:
                file = _File(self._database, film)
                reported = -PROGRESS_SECONDS
                pause = Pause(encoder)
                async for frame in self._project(projector, canvas, reel, thread):
                    await file.write(await encoder.add(frame))
                    await pause.take()
                    if pause.ended_at - reported >= PROGRESS_SECONDS:
                        reported = pause.ended_at
                        await self._report(film, frames, projector.shown)
                await self._close(file, encoder)
                await self._report(film, frames, projector.shown)
        finally:
            thread.close()

    async def _project(
        self, projector: Projector, canvas: Canvas, reel: Reel, thread: DrawingThread
    ) -> AsyncIterator[Image.Image]:
        async for shots in read_before(self._database, canvas.id, reel):
            await thread.run(projector.begin, shots)
        async for shots in read_changes(self._database, canvas.id, reel):
            async for frame in _drawn(projector.play(shots), thread):
                yield frame
        async for frame in _drawn(projector.finish(), thread):
            yield frame

    async def _close(self, file: _File, encoder: Encoder) -> None:
        await file.write(await encoder.finish())
        await file.flush()

    async def _report(self, film: Film, frames: int, frames_done: int) -> None:
        async with self._database.connection() as conn:
            self._show(await store.progress(conn, film, frames, frames_done))

    def _show(self, film: Film | None) -> None:
        """Announce a film as it is now. Raises _Lost if it is no longer this worker's."""
        if film is None:
            raise _Lost
        self._announce(film.canvas_id, film.creator_id, FilmView.of(film).model_dump(mode="json"))


class Pause:
    """Lets other work go first: after each frame, a pause in proportion to what it took.

    A lower priority alone does not: it counts within a container or a session, not between them.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._encoding = encoder.cpu_seconds()
        self.ended_at = asyncio.get_running_loop().time()

    async def take(self) -> None:
        """Pause PAUSE times as long as the frame took: here, and the encoder's process beside it."""
        here = asyncio.get_running_loop().time() - self.ended_at
        encoding = self._encoder.cpu_seconds()
        beside, self._encoding = encoding - self._encoding, encoding
        # The process encodes while this sleeps.
        await asyncio.sleep(here * PAUSE + beside * (1 + PAUSE))
        self.ended_at = asyncio.get_running_loop().time()


class _TooLarge(Exception):
    """The file of a film would be larger than MAX_BYTES."""


class _File:
    """The file of a film, written to the database in parts. Raises _Lost and _TooLarge."""

    def __init__(self, database: Database, film: Film) -> None:
        self._database = database
        self._film = film
        self._waiting = bytearray()
        self._size = 0
        self._parts = 0

    async def write(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > MAX_BYTES:
            raise _TooLarge
        self._waiting += data
        while len(self._waiting) >= PART_BYTES:
            await self._store(PART_BYTES)

    async def flush(self) -> None:
        if self._waiting:
            await self._store(len(self._waiting))

    async def _store(self, size: int) -> None:
        part = bytes(self._waiting[:size])
        async with self._database.connection() as conn:
            if not await store.add_part(conn, self._film, self._parts, part):
                raise _Lost
        del self._waiting[:size]
        self._parts += 1


async def _drawn(frames: Iterator[Image.Image], thread: DrawingThread) -> AsyncIterator[Image.Image]:
    while (frame := await thread.run(next, frames, None)) is not None:
        yield frame
