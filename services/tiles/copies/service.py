"""The use case of copying a canvas, in one transaction."""

from __future__ import annotations

import time
from contextlib import nullcontext
from dataclasses import replace

from aiohttp import web

from services.tiles.artists.actors import actor_of
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.journal import CanvasChanges, Journal
from services.tiles.canvases.quota import CanvasQuota
from services.tiles.canvases.rules import Canvas, Placing
from services.tiles.canvases.service import add_canvas, visible_to
from services.tiles.copies import rules, store
from services.tiles.copies.schemas import CopyDraft
from services.tiles.drawings import Client, Drawings
from services.tiles.edits.rules import NewVersion
from services.tiles.edits.versions import defer_versions
from services.tiles.revisions.rules import Change, Kind
from services.tiles.tiles.store import list_by_ids
from shared.db import Connection, Database
from shared.identity import Identity

CHUNK = 32
"""Tiles copied at a time: 1 MB of pixels at most, and as much again of revisions and events."""

COPY_SECONDS = 15.0
STATEMENT_SECONDS = 8.0
"""Limits of a whole copy, checked between its chunks, and of each of its statements.

The gateway waits 20 s for a response: who saw it give up would find the copy later, or make another.
"""


class Copies:
    """Copies canvases; a copied picture is charged and has its turn like a drawing of as many pixels."""

    def __init__(self, database: Database, journal: Journal, quota: CanvasQuota, drawings: Drawings) -> None:
        self._database = database
        self._journal = journal
        self._quota = quota
        self._drawings = drawings

    async def copy(self, caller: Identity, client: Client, canvas_id: int, draft: CopyDraft) -> Canvas:
        """Make a canvas of the caller's with the settings of another, and its public tiles if wanted.

        Members, templates, messages, drafts and history stay where they are; tiles keep their artists. Raises
        NotFound, NotAllowed `not_canvas_owner`, Conflict `copy_too_large`, TooManyRequests.
        """
        deadline = time.monotonic() + COPY_SECONDS
        async with self._database.connection() as conn:
            source = await _get_source(conn, caller, canvas_id, draft)
        pixels = source.tile_count * source.tile_size**2 if draft.with_picture else 0
        self._drawings.charge(client, pixels)
        async with self._drawings.turn(pixels) if draft.with_picture else nullcontext():
            await self._quota.take(caller)
            return await self._make(caller, canvas_id, draft, deadline)

    async def _make(self, caller: Identity, canvas_id: int, draft: CopyDraft, deadline: float) -> Canvas:
        async with self._journal.transaction(statement=STATEMENT_SECONDS) as (conn, changes):
            store.prepend_one_moment(conn)
            source = await _get_source(conn, caller, canvas_id, draft)
            copy = await add_canvas(conn, changes, caller, _settings_of(source, draft))
            if draft.with_picture:
                count = await _copy_tiles(conn, changes, source, copy, caller.account_id, deadline)
                copy = replace(copy, tile_count=count)
        return copy


async def _get_source(conn: Connection, caller: Identity, canvas_id: int, draft: CopyDraft) -> Canvas:
    source = visible_to(caller, await canvases_store.get(conn, canvas_id))
    rules.check_may_copy(source, actor_of(caller), with_picture=draft.with_picture)
    return source


async def _copy_tiles(
    conn: Connection,
    changes: CanvasChanges,
    source: Canvas,
    copy: Canvas,
    actor_id: int,
    deadline: float,
) -> int:
    """Copy the public tiles in chunks; returns how many there are."""
    count = after = 0
    while (last := await store.get_last_of_next(conn, source.id, after=after, count=CHUNK)) is not None:
        ids = await store.copy_tiles(conn, source.id, copy.id, after=after, last=last)
        versions = [
            NewVersion(
                Change.of(tile, Kind.CREATED, changes.number(copy), tile.creator_id or actor_id), actor_id
            )
            for tile in await list_by_ids(conn, ids)
        ]
        defer_versions(conn, changes, versions)
        changes.defer()
        await conn.flush()
        rules.check_duration(deadline - time.monotonic())
        after = last
        count += len(ids)
    return count


def _settings_of(source: Canvas, draft: CopyDraft) -> dict[str, object]:
    """Return the columns of a copy; one in `place` mode is open from the beginning."""
    placing: Placing | None = None
    if source.placing is not None:
        placing = replace(source.placing, starts_at=None, ends_at=None, frozen=False)
    return {
        **canvases_store.placing_columns(placing),
        "name": draft.name,
        "description": source.description,
        "width": source.width,
        "height": source.height,
        "tile_size": source.tile_size,
        "palette": list(source.palette),
        "paper_color": source.paper_color,
        "collaboration_mode": source.mode,
        "max_tiles_per_user": source.max_tiles_per_user,
        "is_public": source.is_public if draft.is_public is None else draft.is_public,
        "chat": source.chat,
        "who_paints": source.who_paints,
    }


COPIES = web.AppKey("COPIES", Copies)
