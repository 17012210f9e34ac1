"""The use case of replacing a colour: tile by tile, chunk by chunk, in one transaction."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from aiohttp import web

from services.tiles.artists.actors import actor_of
from services.tiles.artists.store import ensure_artist
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.access import check_may_manage, check_not_archived
from services.tiles.canvases.journal import Journal
from services.tiles.canvases.locking import prepend_lock
from services.tiles.canvases.regions import Region
from services.tiles.canvases.service import visible_to
from services.tiles.drawings import Drawings
from services.tiles.edits.rules import NewVersion
from services.tiles.edits.versions import defer_versions
from services.tiles.recolouring import rules, store
from services.tiles.recolouring.schemas import RecolouredView, Replacement
from services.tiles.revisions.rules import Change, Kind
from services.tiles.tiles.store import list_by_ids
from shared.identity import Identity

RECOLOURING_SECONDS = 15.0
STATEMENT_SECONDS = 8.0
"""Limits of a whole replacement, checked between its chunks, and of each of its statements.

The gateway waits 20 s for a response, and other writers to the canvas wait as long as the replacement takes.
"""

CHUNK = 32
"""Tiles read and written at a time: some 3 MB of SQL at most."""


class Recolourings:
    """Replacing a colour of a canvas by another."""

    def __init__(self, journal: Journal, drawings: Drawings) -> None:
        self._journal = journal
        self._drawings = drawings

    async def replace(self, caller: Identity, canvas_id: int, order: Replacement) -> RecolouredView:
        """Replace a colour in all tiles, or only count what that would change.

        A preview reads without the canvas's lock and delays no writer. Either looks at all pixels of the
        area, and counts as drawing these. Raises NotFound, NotAllowed, Invalid naming `colour` or `by`,
        Conflict `archived` or `too_many_tiles`, TooManyRequests `picture_limit`.
        """
        deadline = time.monotonic() + RECOLOURING_SECONDS
        pixels = 0
        async with self._journal.transaction(statement=STATEMENT_SECONDS) as (conn, changes):
            if not order.dry_run:
                ensure_artist(conn, caller)
                prepend_lock(conn, canvas_id)
            canvas = visible_to(caller, await canvases_store.get(conn, canvas_id))
            check_may_manage(canvas, actor_of(caller))
            check_not_archived(canvas)
            rules.check_colours(order.colour, order.by, len(canvas.palette))
            region = Region(0, 0, canvas.columns, canvas.rows)
            if order.area is not None:
                region = Region(**order.area.model_dump())
            looked_at = min(canvas.tile_count, region.columns * region.rows) * canvas.tile_size**2
            self._drawings.charge(lambda: caller.account_id, looked_at)
            tile_ids = await store.list_with_colour(
                conn, canvas_id, region, order.colour, rules.MAX_RECOLOURED + 1
            )
            rules.check_extent(len(tile_ids))
            for start in range(0, len(tile_ids), CHUNK):
                found = await list_by_ids(conn, tile_ids[start : start + CHUNK])
                tiles = sorted(found, key=lambda tile: tile.id)
                pixels += sum(tile.pixels.count(order.colour) for tile in tiles)
                if order.dry_run:
                    continue
                now = datetime.now(UTC)
                versions = [
                    NewVersion(
                        Change.of(
                            rules.recolour(tile, order.colour, order.by, now),
                            Kind.RECOLOURED,
                            changes.number(canvas),
                            caller.account_id,
                        ),
                        caller.account_id,
                        is_repaint=True,
                    )
                    for tile in tiles
                ]
                defer_versions(conn, changes, versions)
                changes.defer()
                await conn.flush()
                rules.check_duration(deadline - time.monotonic())
        return RecolouredView(
            dry_run=order.dry_run,
            seq=canvas.seq + (0 if order.dry_run else len(tile_ids)),
            tiles=len(tile_ids),
            pixels=pixels,
        )


RECOLOURINGS = web.AppKey("RECOLOURINGS", Recolourings)
