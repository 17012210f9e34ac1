"""Use cases of canvases."""

from __future__ import annotations

from aiohttp import web

from services.tiles.artists.store import lead_with_meeting
from services.tiles.canvases import rules, store
from services.tiles.canvases.journal import Journal, view
from services.tiles.canvases.rules import Canvas
from services.tiles.canvases.schemas import CanvasDraft, CanvasView
from shared.db import Database
from shared.http.models import Page, Paging
from shared.http.paging import after_id, slice_of
from shared.identity import Identity, account_id_of
from shared.messaging.contracts import CanvasCreated


class Canvases:
    """Making and finding canvases."""

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

    async def list(self, viewer: Identity | None, paging: Paging) -> Page[CanvasView]:
        """Return a slice of the canvases the viewer may see."""
        async with self._database.connection() as conn:
            found = await store.listed(
                conn,
                account_id_of(viewer),
                sees_all=viewer is not None and viewer.is_moderator,
                after=after_id(paging),
                count=paging.limit + 1,
            )
        items, cursor = slice_of(found, paging, lambda canvas: (canvas.id,))
        return Page(items=[CanvasView.of(canvas) for canvas in items], next_cursor=cursor)


def visible_to(viewer: Identity | None, canvas: Canvas | None) -> Canvas:
    """Return the canvas if the viewer may see it; raises NotFound."""
    return rules.check_visible(
        canvas, account_id_of(viewer), is_moderator=viewer is not None and viewer.is_moderator
    )


CANVASES = web.AppKey("CANVASES", Canvases)
