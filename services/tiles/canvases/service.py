"""Use cases of canvases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from aiohttp import web

from services.tiles.artists.store import lead_with_meeting
from services.tiles.canvases import rules, store
from services.tiles.canvases.journal import Journal, events_after, follows_without_gap, view
from services.tiles.canvases.rules import Canvas, Sort, Wanted
from services.tiles.canvases.schemas import (
    CanvasChange,
    CanvasDraft,
    CanvasList,
    CanvasStats,
    CanvasView,
    EventsAfter,
    EventsView,
    ShareView,
)
from shared.db import Connection, Database
from shared.errors import Gone, Invalid
from shared.http.models import Page
from shared.http.paging import decode_cursor, slice_of
from shared.identity import Identity, account_id_of
from shared.messaging.contracts import CanvasCreated, CanvasDeleted, CanvasUpdated

TOP_ARTISTS = 5


class Canvases:
    """Making, finding, changing and following canvases."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal

    async def create(self, caller: Identity, draft: CanvasDraft) -> Canvas:
        """Make a canvas owned by the caller. Raises Invalid when its measures do not fit together."""
        limit = rules.check_plan(draft.width, draft.height, draft.tile_size, draft.max_tiles_per_user)
        palette = rules.PALETTES[draft.palette] if isinstance(draft.palette, str) else draft.palette
        async with self._database.transaction() as conn:
            lead_with_meeting(conn, caller)
            canvas_id = await store.add(
                conn,
                {
                    **draft.model_dump(exclude={"palette", "max_tiles_per_user"}),
                    "owner_id": caller.account_id,
                    "palette": list(palette),
                    "max_tiles_per_user": limit,
                },
            )
            canvas = await store.get(conn, canvas_id)
            assert canvas is not None
            seq = canvas.seq + 1
            shown = CanvasView.of(canvas).model_dump(mode="json")
            self._journal.record(
                conn,
                CanvasCreated(
                    canvas_id=canvas.id,
                    seq=seq,
                    owner_id=caller.account_id,
                    name=canvas.name,
                    is_public=canvas.is_public,
                    view=view(CanvasCreated, seq, canvas=shown),
                ),
            )
        return canvas

    async def get(self, canvas_id: int, viewer: Identity | None) -> Canvas:
        """Return a canvas the viewer may see; raises NotFound."""
        async with self._database.connection() as conn:
            return visible_to(viewer, await store.get(conn, canvas_id))

    async def list(self, viewer: Identity | None, query: CanvasList) -> Page[CanvasView]:
        """Return a slice of the canvases the viewer may see."""
        sort = Sort(query.sort)
        place = None if query.cursor is None else decode_cursor(query.cursor, store.key_length(sort))
        async with self._database.connection() as conn:
            found = await store.listed(
                conn,
                account_id_of(viewer),
                Wanted(sort, query.search, query.owner_id),
                sees_all=viewer is not None and viewer.is_moderator,
                beyond=place,
                count=query.limit + 1,
            )
        items, cursor = slice_of(found, query, lambda listed: listed[1])
        return Page(items=[CanvasView.of(canvas) for canvas, _ in items], next_cursor=cursor)

    async def change(
        self, caller: Identity, canvas_id: int, change: CanvasChange, expected_seq: int | None
    ) -> Canvas:
        """Change what is named of a canvas and return it; what is already so is no change.

        Raises NotFound, NotAllowed, StaleVersion, Invalid.
        """
        async with self._database.transaction() as conn:
            canvas = await self._to_manage(conn, caller, canvas_id)
            rules.check_unchanged_since(canvas, expected_seq)
            values = change.model_dump(include=change.model_fields_set)
            if "collaboration_mode" in values:
                values["mode"] = values.pop("collaboration_mode")
            changed = replace(canvas, **values)
            rules.check_limit(changed.max_tiles_per_user, canvas.columns * canvas.rows)
            if changed == canvas:
                return canvas
            store.save(conn, changed)
            seq = canvas.seq + 1
            shown = CanvasView.of(replace(changed, updated_at=datetime.now(UTC))).model_dump(mode="json")
            self._journal.record(
                conn,
                CanvasUpdated(
                    canvas_id=canvas.id,
                    seq=seq,
                    owner_id=canvas.owner.id,
                    actor_id=caller.account_id,
                    name=changed.name,
                    is_public=changed.is_public,
                    view=view(CanvasUpdated, seq, canvas=shown),
                ),
            )
        return await self.get(canvas_id, caller)

    async def delete(self, caller: Identity, canvas_id: int) -> None:
        """Take a canvas away; its rows stay, for nobody to see. Raises NotFound, NotAllowed."""
        async with self._database.transaction() as conn:
            canvas = await self._to_manage(conn, caller, canvas_id)
            store.save(conn, replace(canvas, is_active=False))
            seq = canvas.seq + 1
            self._journal.record(
                conn,
                CanvasDeleted(
                    canvas_id=canvas.id,
                    seq=seq,
                    owner_id=canvas.owner.id,
                    actor_id=caller.account_id,
                    view=view(CanvasDeleted, seq),
                ),
            )

    async def stats(self, viewer: Identity | None, canvas_id: int) -> CanvasStats:
        """Return a canvas in numbers; raises NotFound."""
        async with self._database.connection() as conn:
            canvas = visible_to(viewer, await store.get(conn, canvas_id))
            shares = await store.shares(conn, canvas_id, TOP_ARTISTS)
        return CanvasStats(
            canvas_id=canvas.id,
            tile_count=canvas.tile_count,
            cell_count=canvas.columns * canvas.rows,
            artist_count=shares.artist_count,
            like_count=shares.like_count,
            change_count=canvas.seq,
            last_activity_at=canvas.updated_at,
            top_artists=[ShareView.model_validate(share) for share in shares.top],
        )

    async def events(self, viewer: Identity | None, canvas_id: int, query: EventsAfter) -> EventsView:
        """Return what followed a change. Raises NotFound, Gone `too_old` for what is not kept any more."""
        async with self._database.connection() as conn:
            canvas = visible_to(viewer, await store.get(conn, canvas_id))
            events = await events_after(conn, canvas_id, query.after, query.limit)
        if query.after > canvas.seq and not events:
            raise Invalid.field("query", "after", msg=f"is beyond the last change ({canvas.seq})")
        if not follows_without_gap(events, query.after) or (query.after < canvas.seq and not events):
            raise Gone("too_old", "these changes are not kept any more; load the canvas anew")
        return EventsView(items=list(events), seq=max(canvas.seq, events[-1]["seq"] if events else 0))

    async def _to_manage(self, conn: Connection, caller: Identity, canvas_id: int) -> Canvas:
        store.lead_with_lock(conn, canvas_id)
        canvas = visible_to(caller, await store.get(conn, canvas_id))
        rules.check_may_manage(canvas, caller.account_id, is_moderator=caller.is_moderator)
        return canvas


def visible_to(viewer: Identity | None, canvas: Canvas | None) -> Canvas:
    """Return the canvas if the viewer may see it; raises NotFound."""
    return rules.check_visible(
        canvas, account_id_of(viewer), is_moderator=viewer is not None and viewer.is_moderator
    )


CANVASES = web.AppKey("CANVASES", Canvases)
