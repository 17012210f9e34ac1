"""Use cases of films: who sees a canvas and has an account may have some made, and sees only their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import asdict

from aiohttp import web

from services.tiles.artists.actors import viewer_of
from services.tiles.artists.store import ensure_artist
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.access import can_see
from services.tiles.canvases.rules import Canvas
from services.tiles.canvases.service import visible_to
from services.tiles.films import rules, store
from services.tiles.films.rules import Film, FilmFormat
from services.tiles.films.schemas import FilmDraft
from shared.db import Connection, Database
from shared.errors import UniqueViolated
from shared.identity import Identity


class Films:
    """Requests, shows, hands out and removes films. Every method raises NotFound for the canvas."""

    def __init__(self, database: Database, formats: Collection[FilmFormat]) -> None:
        self._database = database
        self.formats = formats

    async def request(self, caller: Identity, canvas_id: int, draft: FilmDraft) -> Film:
        """Have a film made by the worker.

        Raises Invalid, Conflict `film_pending` if one of the caller is under way, TooManyRequests
        `films_busy`.
        """
        rules.check_format(draft.format, self.formats)
        try:
            async with self._database.transaction() as conn:
                canvas = await self._get_canvas(conn, caller, canvas_id)
                now = await store.get_now(conn)
                rules.check_period(draft.starts_at, draft.ends_at, canvas, now)
                measures = rules.measure(canvas, draft.scale, draft.seconds)
                ensure_artist(conn, caller)
                await self._cancel_unseen(conn, caller)
                film = await store.add(
                    conn,
                    {
                        **asdict(measures),
                        "canvas_id": canvas_id,
                        "creator_id": caller.account_id,
                        "format": draft.format,
                        "seconds": draft.seconds,
                        "starts_at": draft.starts_at or canvas.created_at,
                        "ends_at": draft.ends_at,
                    },
                )
        except UniqueViolated:
            raise rules.film_pending() from None
        if film is None:
            raise rules.films_busy()
        return film

    async def list(self, caller: Identity, canvas_id: int) -> Sequence[Film]:
        """Return the caller's films of a canvas, newest first."""
        async with self._database.connection() as conn:
            await self._get_canvas(conn, caller, canvas_id)
            return await store.list_of(conn, caller.account_id, canvas_id)

    async def get(self, caller: Identity, canvas_id: int, film_id: int) -> Film:
        """Return a film of the caller; raises NotFound."""
        async with self._database.connection() as conn:
            await self._get_canvas(conn, caller, canvas_id)
            film = await store.get(conn, caller.account_id, canvas_id, film_id)
        if film is None:
            raise rules.film_not_found()
        return film

    async def remove(self, caller: Identity, canvas_id: int, film_id: int) -> None:
        """Cancel a film of the caller, or delete its file; raises NotFound."""
        async with self._database.transaction() as conn:
            await self._get_canvas(conn, caller, canvas_id)
            if not await store.delete(conn, caller.account_id, canvas_id, film_id):
                raise rules.film_not_found()

    async def read(self, film: Film) -> AsyncIterator[bytes]:
        """Return the file of a film, one part in memory at a time; raises NotFound once it is deleted."""
        sent = number = 0
        while sent < film.size_bytes:
            async with self._database.connection() as conn:
                part = await store.get_part(conn, film.id, number)
            if part is None:
                raise rules.film_not_found()
            yield part
            sent += len(part)
            number += 1

    async def _cancel_unseen(self, conn: Connection, caller: Identity) -> None:
        """Cancel a film of a canvas that the caller no longer sees: they can neither get nor cancel it."""
        film = await store.get_under_way(conn, caller.account_id)
        if film is None:
            return
        canvas = await canvases_store.get(conn, film.canvas_id)
        if canvas is None or not can_see(canvas, viewer_of(caller)):
            await store.delete(conn, caller.account_id, film.canvas_id, film.id)

    async def _get_canvas(self, conn: Connection, caller: Identity, canvas_id: int) -> Canvas:
        return visible_to(caller, await canvases_store.get(conn, canvas_id))


FILMS = web.AppKey("FILMS", Films)
