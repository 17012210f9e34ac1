"""Use cases of areas."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from services.tiles.areas import rules, store
from services.tiles.areas.rules import Area
from services.tiles.areas.schemas import AreaDraft, AreaView
from services.tiles.artists.store import lead_with_meeting
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.journal import Journal, view
from services.tiles.canvases.rules import Canvas, Mode, check_mode
from services.tiles.canvases.service import visible_to
from services.tiles.tiles.service import actor_of
from shared.db import Connection, Database
from shared.errors import Conflict, NotFound, UniqueViolated
from shared.http.models import Page, Paging
from shared.http.paging import after_id, slice_of
from shared.identity import Identity
from shared.messaging.contracts import AreaClaimed, AreaExpired, AreaReleased

SWEPT_AT_ONCE = 100
"""Expired areas released by one transaction, which holds the canvas."""


class Areas:
    """Claiming, renewing and giving back areas of a canvas, and sweeping expired ones."""

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
            async with self._database.transaction() as conn:
                return await self._claim(conn, caller, canvas_id, draft)
        except UniqueViolated as error:
            if error.constraint != "ex_areas_overlap":
                raise
            raise Conflict("area_taken", "some of these cells are in an area already") from None

    async def _claim(self, conn: Connection, caller: Identity, canvas_id: int, draft: AreaDraft) -> Area:
        lead_with_meeting(conn, caller)
        canvases_store.lead_with_lock(conn, canvas_id)
        found, held, now = await store.claim_state(conn, canvas_id, caller.account_id)
        canvas = visible_to(caller, found)
        assert now is not None
        rules.check_may_claim(canvas, draft.x, draft.y, draft.columns, draft.rows, cells_held=held)
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
        self._record_claimed(conn, canvas, area)
        return area

    async def renew(self, caller: Identity, canvas_id: int, area_id: int) -> Area:
        """Start the area's lifetime anew. Raises NotFound, also for an expired one, Conflict, NotAllowed."""
        async with self._database.transaction() as conn:
            canvas, area = await self._held(conn, caller, canvas_id, area_id)
            rules.check_may_renew(area, actor_of(caller))
            await store.extend(conn, area_id, self._lifetime)
            renewed = await store.get(conn, canvas_id, area_id)
            assert renewed is not None
            self._record_claimed(conn, canvas, renewed)
            return renewed

    async def release(self, caller: Identity, canvas_id: int, area_id: int) -> None:
        """Give the area back. Raises NotFound, also for an expired one, Conflict, NotAllowed."""
        async with self._database.transaction() as conn:
            canvas, area = await self._held(conn, caller, canvas_id, area_id)
            rules.check_may_release(area, canvas, actor_of(caller))
            store.remove(conn, area_id)
            seq = canvas.seq + 1
            self._journal.record(
                conn,
                AreaReleased(
                    canvas_id=canvas_id,
                    seq=seq,
                    area_id=area_id,
                    holder_id=area.holder.id,
                    actor_id=caller.account_id,
                    view=view(AreaReleased, seq, area_id=area_id),
                ),
            )

    async def list(self, viewer: Identity | None, canvas_id: int, paging: Paging) -> Page[AreaView]:
        """Return a slice of the canvas's live areas. Raises NotFound, Conflict `wrong_mode`."""
        async with self._database.connection() as conn:
            canvas = visible_to(viewer, await canvases_store.get(conn, canvas_id))
            check_mode(canvas, Mode.AREA_LOCK)
            found = await store.listed(conn, canvas_id, after=after_id(paging), count=paging.limit + 1)
        items, cursor = slice_of(found, paging, lambda area: (area.id,))
        return Page(items=[AreaView.model_validate(area) for area in items], next_cursor=cursor)

    async def sweep(self) -> None:
        """Remove expired areas and tell the viewers; they stopped counting when they expired."""
        async with self._database.connection() as conn:
            canvas_ids = await store.canvases_with_expired(conn)
        for canvas_id in canvas_ids:
            while await self._sweep_canvas(canvas_id) == SWEPT_AT_ONCE:
                pass

    async def _sweep_canvas(self, canvas_id: int) -> int:
        async with self._database.transaction() as conn:
            canvases_store.lead_with_lock(conn, canvas_id)
            last, expired = await store.expired(conn, canvas_id, SWEPT_AT_ONCE)
            for seq, area in enumerate(expired, last + 1):
                store.remove(conn, area.id)
                self._journal.record(
                    conn,
                    AreaExpired(
                        canvas_id=canvas_id,
                        seq=seq,
                        area_id=area.id,
                        holder_id=area.holder.id,
                        view=view(AreaExpired, seq, area_id=area.id),
                    ),
                )
        return len(expired)

    async def _held(
        self, conn: Connection, caller: Identity, canvas_id: int, area_id: int
    ) -> tuple[Canvas, Area]:
        canvases_store.lead_with_lock(conn, canvas_id)
        canvas = visible_to(caller, await canvases_store.get(conn, canvas_id))
        check_mode(canvas, Mode.AREA_LOCK)
        area = await store.get(conn, canvas_id, area_id)
        if area is None:
            raise NotFound("area_not_found", "no such area, or it has expired")
        return canvas, area

    def _record_claimed(self, conn: Connection, canvas: Canvas, area: Area) -> None:
        seq = canvas.seq + 1
        shown = AreaView.model_validate(area).model_dump(mode="json")
        self._journal.record(
            conn,
            AreaClaimed(
                canvas_id=canvas.id,
                seq=seq,
                area_id=area.id,
                holder_id=area.holder.id,
                expires_at=area.expires_at,
                view=view(AreaClaimed, seq, area_id=area.id, area=shown),
            ),
        )


AREAS = web.AppKey("AREAS", Areas)
