"""Use cases of areas."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from services.tiles.areas import rules, store
from services.tiles.areas.rules import Area
from services.tiles.areas.schemas import AreaDraft, AreaView
from services.tiles.artists.actors import actor_of
from services.tiles.artists.store import ensure_artist
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.journal import CanvasChanges, Journal
from services.tiles.canvases.locking import prepend_lock
from services.tiles.canvases.regions import Region
from services.tiles.canvases.rules import Canvas, Mode, check_mode
from services.tiles.canvases.service import visible_to
from shared.db import Connection, Database
from shared.errors import Conflict, NotFound, UniqueViolated
from shared.http.models import Page, Paging
from shared.http.paging import after_id, slice_of
from shared.identity import Identity
from shared.messaging.contracts import AreaClaimed, AreaExpired, AreaReleased

SWEPT_AT_ONCE = 100
"""Expired areas deleted per transaction, which holds the canvas."""


class Areas:
    """Claiming, renewing and releasing areas of a canvas, and deleting expired ones."""

    def __init__(self, database: Database, journal: Journal, lifetime: timedelta) -> None:
        self._database = database
        self._journal = journal
        self._lifetime = lifetime

    async def claim(self, caller: Identity, canvas_id: int, draft: AreaDraft) -> Area:
        """Claim a rectangle of cells.

        Raises NotFound for the canvas, Conflict `wrong_mode` or `area_taken`, Invalid, NotAllowed
        `area_limit`.
        """
        try:
            async with self._journal.transaction() as (conn, changes):
                return await self._claim(conn, changes, caller, canvas_id, draft)
        except UniqueViolated as error:
            if error.constraint != "ex_areas_overlap":
                raise
            raise Conflict("area_taken", "Some of these cells are already in an area.") from None

    async def _claim(
        self, conn: Connection, changes: CanvasChanges, caller: Identity, canvas_id: int, draft: AreaDraft
    ) -> Area:
        ensure_artist(conn, caller)
        prepend_lock(conn, canvas_id)
        found, held, now = await store.get_claim_state(conn, canvas_id, caller.account_id)
        canvas = visible_to(caller, found)
        assert now is not None
        cells = Region(draft.x, draft.y, draft.columns, draft.rows)
        rules.check_may_claim(canvas, actor_of(caller), cells, cells_held=held)
        area_id = await store.add(
            conn,
            {
                **draft.model_dump(),
                "canvas_id": canvas_id,
                "holder_id": caller.account_id,
                "claimed_at": now,
                "expires_at": now + self._lifetime,
            },
        )
        area = await store.get(conn, canvas_id, area_id)
        assert area is not None
        _record_claimed(changes, canvas, area)
        return area

    async def renew(self, caller: Identity, canvas_id: int, area_id: int) -> Area:
        """Restart the area's lifetime. Raises NotFound, also for an expired one, Conflict, NotAllowed."""
        async with self._journal.transaction() as (conn, changes):
            canvas, area = await _get_for_update(conn, caller, canvas_id, area_id)
            rules.check_may_renew(area, actor_of(caller))
            await store.extend(conn, area_id, self._lifetime)
            renewed = await store.get(conn, canvas_id, area_id)
            assert renewed is not None
            _record_claimed(changes, canvas, renewed)
            return renewed

    async def release(self, caller: Identity, canvas_id: int, area_id: int) -> None:
        """Release the area. Raises NotFound, also for an expired one, Conflict, NotAllowed."""
        async with self._journal.transaction() as (conn, changes):
            canvas, area = await _get_for_update(conn, caller, canvas_id, area_id)
            rules.check_may_release(area, canvas, actor_of(caller))
            store.defer_delete(conn, area_id)
            changes.record(
                AreaReleased,
                canvas,
                {"area_id": area_id},
                area_id=area_id,
                holder_id=area.holder.id,
                actor_id=caller.account_id,
            )

    async def list(self, viewer: Identity | None, canvas_id: int, paging: Paging) -> Page[AreaView]:
        """Return a slice of the canvas's live areas. Raises NotFound, Conflict `wrong_mode`."""
        async with self._database.connection() as conn:
            canvas = visible_to(viewer, await canvases_store.get(conn, canvas_id))
            check_mode(canvas, Mode.AREA_LOCK)
            found = await store.list_live(conn, canvas_id, after=after_id(paging), count=paging.limit + 1)
        items, cursor = slice_of(found, paging, lambda area: (area.id,))
        return Page(items=[AreaView.model_validate(area) for area in items], next_cursor=cursor)

    async def sweep(self) -> None:
        """Delete expired areas, with an event for each; they ceased to hold when they expired."""
        async with self._database.connection() as conn:
            canvas_ids = await store.list_canvases_with_expired(conn)
        for canvas_id in canvas_ids:
            while await self._sweep_canvas(canvas_id) == SWEPT_AT_ONCE:
                pass

    async def _sweep_canvas(self, canvas_id: int) -> int:
        async with self._journal.transaction() as (conn, changes):
            prepend_lock(conn, canvas_id)
            canvas, expired = await store.list_expired(conn, canvas_id, SWEPT_AT_ONCE)
            for area in expired:
                store.defer_delete(conn, area.id)
                shown = {"area_id": area.id}
                changes.record(AreaExpired, canvas, shown, area_id=area.id, holder_id=area.holder.id)
        return len(expired)


async def _get_for_update(
    conn: Connection, caller: Identity, canvas_id: int, area_id: int
) -> tuple[Canvas, Area]:
    """Lock a canvas and return it with a live area of it. Raises NotFound, Conflict `wrong_mode`."""
    prepend_lock(conn, canvas_id)
    canvas = visible_to(caller, await canvases_store.get(conn, canvas_id))
    check_mode(canvas, Mode.AREA_LOCK)
    area = await store.get(conn, canvas_id, area_id)
    if area is None:
        raise NotFound("area_not_found", "No such area, or it has expired.")
    return canvas, area


def _record_claimed(changes: CanvasChanges, canvas: Canvas, area: Area) -> None:
    """Record that an area was claimed or renewed."""
    shown = {"area_id": area.id, "area": AreaView.model_validate(area).model_dump(mode="json")}
    changes.record(
        AreaClaimed,
        canvas,
        shown,
        area_id=area.id,
        holder_id=area.holder.id,
        expires_at=area.expires_at,
    )


AREAS = web.AppKey("AREAS", Areas)
