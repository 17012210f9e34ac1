"""Use cases of canvases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from services.tiles.artists.actors import actor_of, viewer_of
from services.tiles.canvases import access, rules, statistics, store
from services.tiles.canvases.colours import check_palette
from services.tiles.canvases.journal import CanvasChanges, Journal, follows_without_gap, list_page_after
from services.tiles.canvases.locking import prepend_lock
from services.tiles.canvases.quota import CanvasQuota
from services.tiles.canvases.rules import Canvas, CanvasFilter, Sort
from services.tiles.canvases.schemas import (
    CanvasChange,
    CanvasDraft,
    CanvasList,
    CanvasStats,
    CanvasView,
    EventsAfter,
    EventsView,
    PlacedStats,
    ShareView,
)
from shared.db import Connection, Database
from shared.errors import Gone, Invalid
from shared.http.models import Page
from shared.http.paging import decode_cursor, slice_of
from shared.identity import Identity, account_id_of
from shared.messaging.contracts import CanvasCreated, CanvasDeleted, CanvasUpdated

TOP_ARTISTS = 5
NOBODY = 0
"""The id of no account: a guest is a member of no canvas."""


class Canvases:
    """Creating, finding, changing and following canvases."""

    def __init__(self, database: Database, journal: Journal, quota: CanvasQuota) -> None:
        self._database = database
        self._journal = journal
        self._quota = quota

    async def create(self, caller: Identity, draft: CanvasDraft) -> Canvas:
        """Create a canvas owned by the caller.

        Raises Invalid if its measures do not fit together, TooManyRequests `canvas_limit`.
        """
        limit = rules.check_plan(draft.width, draft.height, draft.tile_size, draft.max_tiles_per_user)
        placing = rules.plan_placing(draft.collaboration_mode, draft.placing_values())
        palette = rules.palette_of(draft.palette)
        await self._quota.take(caller)
        async with self._journal.transaction() as (conn, changes):
            return await add_canvas(
                conn,
                changes,
                caller,
                {
                    **draft.model_dump(exclude={"palette", "max_tiles_per_user"}),
                    **store.placing_columns(placing),
                    "palette": list(palette),
                    "max_tiles_per_user": limit,
                },
            )

    async def get(self, canvas_id: int, viewer: Identity | None) -> Canvas:
        """Return a canvas the viewer may see; raises NotFound."""
        async with self._database.connection() as conn:
            return visible_to(viewer, await store.get(conn, canvas_id))

    async def list(self, viewer: Identity | None, query: CanvasList) -> Page[CanvasView]:
        """Return a slice of the canvases that the viewer may see."""
        sort = Sort(query.sort)
        member_id = account_id_of(viewer) or NOBODY
        position = None if query.cursor is None else decode_cursor(query.cursor, store.key_length(sort))
        async with self._database.connection() as conn:
            found = await store.list_visible(
                conn,
                viewer_of(viewer),
                CanvasFilter(sort, query.search, query.owner_id, None if query.member is None else member_id),
                beyond=position,
                count=query.limit + 1,
            )
        items, cursor = slice_of(found, query, lambda listed: listed[1])
        return Page(items=[CanvasView.of(canvas) for canvas, _ in items], next_cursor=cursor)

    async def change(
        self, caller: Identity, canvas_id: int, change: CanvasChange, expected_seq: int | None
    ) -> Canvas:
        """Change the named fields of a canvas and return it; setting what is already set changes nothing.

        Raises NotFound, NotAllowed, StaleVersion, Invalid, Conflict `mode_fixed`, `wrong_mode` or
        `colour_in_use`.
        """
        async with self._journal.transaction() as (conn, changes):
            canvas = await _get_for_update(conn, caller, canvas_id)
            access.check_may_manage(canvas, actor_of(caller))
            rules.check_unchanged_since(canvas, expected_seq)
            values = change.model_dump(include=change.model_fields_set)
            if "collaboration_mode" in values:
                values["mode"] = values.pop("collaboration_mode")
            if "palette" in values:
                values["palette"] = rules.palette_of(values["palette"])
            changed = rules.apply_change(canvas, values)
            if changed.is_archived != canvas.is_archived:
                access.check_may_archive(canvas, actor_of(caller))
            if changed == canvas:
                return canvas
            store.defer_save(conn, changed)
            if changed.palette != canvas.palette:
                used = await store.list_colours_used(conn, canvas)
                check_palette(canvas.palette, changed.palette, used)
                store.defer_save_palette(conn, canvas, changed.palette)
            if canvas.placing and changed.placing:
                store.defer_rescale(conn, canvas.id, canvas.placing, changed.placing)
            shown = CanvasView.of(replace(changed, updated_at=datetime.now(UTC)))
            changes.record(
                CanvasUpdated,
                canvas,
                {"canvas": shown.model_dump(mode="json")},
                redraws=changed.palette != canvas.palette,
                owner_id=canvas.owner.id,
                actor_id=caller.account_id,
                name=changed.name,
                is_public=changed.is_public,
            )
        return await self.get(canvas_id, caller)

    async def delete(self, caller: Identity, canvas_id: int) -> None:
        """Delete a canvas; its rows stay, but no request shows them. Raises NotFound, NotAllowed."""
        async with self._journal.transaction() as (conn, changes):
            canvas = await _get_for_update(conn, caller, canvas_id)
            access.check_may_delete(canvas, actor_of(caller))
            store.defer_save(conn, replace(canvas, is_active=False))
            changes.record(CanvasDeleted, canvas, {}, owner_id=canvas.owner.id, actor_id=caller.account_id)

    async def get_stats(self, viewer: Identity | None, canvas_id: int) -> CanvasStats:
        """Return statistics of a canvas; raises NotFound."""
        async with self._database.connection() as conn:
            canvas = visible_to(viewer, await store.get(conn, canvas_id))
            shares = await statistics.get_shares(conn, canvas_id, TOP_ARTISTS)
            used = await store.list_colours_used(conn, canvas)
            placed = await statistics.get_placed(conn, canvas_id) if canvas.placing else None
        return CanvasStats(
            canvas_id=canvas.id,
            tile_count=canvas.tile_count,
            cell_count=canvas.columns * canvas.rows,
            artist_count=shares.artist_count,
            like_count=shares.like_count,
            change_count=canvas.seq,
            last_activity_at=canvas.updated_at,
            top_artists=[ShareView.model_validate(share) for share in shares.top],
            colours_used=sorted(used),
            placed=placed and PlacedStats.of(placed),
        )

    async def list_events(self, viewer: Identity | None, canvas_id: int, query: EventsAfter) -> EventsView:
        """Return what followed a change. Raises NotFound, Gone `too_old` if that is no longer kept."""
        async with self._database.connection() as conn:
            canvas = visible_to(viewer, await store.get(conn, canvas_id))
            events = await list_page_after(conn, canvas_id, query.after, query.limit)
        if query.after > canvas.seq and not events:
            raise Invalid.field("query", "after", msg=f"must not be beyond the last change ({canvas.seq})")
        if not follows_without_gap(events, query.after) or (query.after < canvas.seq and not events):
            raise Gone("too_old", "These changes are no longer kept; load the canvas again.")
        return EventsView(items=list(events), seq=max(canvas.seq, events[-1]["seq"] if events else 0))


async def add_canvas(
    conn: Connection, changes: CanvasChanges, caller: Identity, values: dict[str, Any]
) -> Canvas:
    """Store a new canvas of the caller's, as the journal's first change of it; `values` are its columns."""
    canvas_id = await store.add(conn, {**values, "owner_id": caller.account_id})
    canvas = await store.get(conn, canvas_id)
    assert canvas is not None
    changes.record(
        CanvasCreated,
        canvas,
        {"canvas": CanvasView.of(canvas).model_dump(mode="json")},
        owner_id=caller.account_id,
        name=canvas.name,
        is_public=canvas.is_public,
    )
    return canvas


def visible_to(viewer: Identity | None, canvas: Canvas | None) -> Canvas:
    """Return the canvas if the viewer may see it; raises NotFound."""
    return access.check_visible(canvas, viewer_of(viewer))


async def _get_for_update(conn: Connection, caller: Identity, canvas_id: int) -> Canvas:
    """Lock a canvas that the caller may see and return it. Raises NotFound."""
    prepend_lock(conn, canvas_id)
    return visible_to(caller, await store.get(conn, canvas_id))


CANVASES = web.AppKey("CANVASES", Canvases)
