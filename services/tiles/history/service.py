"""Use cases of a tile's history."""

from __future__ import annotations

from aiohttp import web

from services.tiles.artists.actors import actor_of
from services.tiles.artists.store import ensure_artist
from services.tiles.canvases.journal import Journal
from services.tiles.edits.limits import PaintAllowance, count_tile
from services.tiles.edits.rules import NewValues, Written, new_version
from services.tiles.edits.versions import defer_versions
from services.tiles.history import store
from services.tiles.history.rules import check_exists
from services.tiles.history.schemas import ContributionView, HistoryPaging, RevisionView, VersionView
from services.tiles.revisions.rules import LAST_VERSION, Kind, reconstruct
from services.tiles.revisions.store import list_up_to
from services.tiles.tiles.rules import check_may_revert, check_version
from services.tiles.tiles.service import state_visible_to
from services.tiles.tiles.states import get_state, get_state_for_update
from shared.db import Database
from shared.http.models import Page, Paging
from shared.http.paging import after_id, slice_of
from shared.identity import Identity


class History:
    """Showing the versions of a tile, and bringing one back."""

    def __init__(self, database: Database, journal: Journal, allowance: PaintAllowance) -> None:
        self._database = database
        self._journal = journal
        self._allowance = allowance

    async def list(self, caller: Identity | None, tile_id: int, paging: HistoryPaging) -> Page[RevisionView]:
        """Return a slice of a tile's revisions, newest first. Raises NotFound."""
        before = after_id(paging) or (LAST_VERSION if paging.until is None else paging.until + 1)
        async with self._database.connection() as conn:
            state_visible_to(caller, await get_state(conn, tile_id))
            found = await store.list_revisions(
                conn, tile_id, before=before, count=paging.limit + 1, joined=paging.until is None
            )
        items, cursor = slice_of(found, paging, lambda entry: (entry.version,))
        return Page(items=[RevisionView.model_validate(entry) for entry in items], next_cursor=cursor)

    async def list_artists(
        self, caller: Identity | None, tile_id: int, paging: Paging
    ) -> Page[ContributionView]:
        """Return a slice of the artists who painted a tile, the latest first. Raises NotFound."""
        before = after_id(paging) or LAST_VERSION
        async with self._database.connection() as conn:
            state_visible_to(caller, await get_state(conn, tile_id))
            found = await store.list_contributions(conn, tile_id, before=before, count=paging.limit + 1)
        items, cursor = slice_of(found, paging, lambda contribution: (contribution.last_version,))
        return Page(items=[ContributionView.model_validate(item) for item in items], next_cursor=cursor)

    async def get_version(self, caller: Identity | None, tile_id: int, version: int) -> VersionView:
        """Return a version of a tile with its pixels. Raises NotFound for tile or version."""
        async with self._database.connection() as conn:
            state_visible_to(caller, await get_state(conn, tile_id))
            entry = check_exists(await store.get_revision(conn, tile_id, version))
            revisions = await list_up_to(conn, tile_id, version)
        return VersionView.showing(entry, reconstruct(revisions))

    async def revert(
        self, caller: Identity, tile_id: int, version: int, expected_version: int | None
    ) -> Written:
        """Bring the pixels of a version back as a new one.

        Raises NotFound for tile or version, Conflict `tile_locked`, NotAllowed, StaleVersion,
        TooManyRequests.
        """
        actor = actor_of(caller)
        async with self._journal.transaction() as (conn, changes):
            ensure_artist(conn, caller)
            state = state_visible_to(caller, await get_state_for_update(conn, tile_id))
            check_may_revert(state, actor)
            check_version(state.tile, expected_version)
            self._allowance.take(actor.id, count_tile(len(state.tile.pixels)))
            content = check_exists(reconstruct(await list_up_to(conn, tile_id, version)))
            values, seq = NewValues.of_pixels(content.pixels), changes.number(state.canvas)
            reverted = new_version(state, values, seq, actor, kind=Kind.REVERTED)
            defer_versions(conn, changes, [reverted])
        return reverted.written


HISTORY = web.AppKey("HISTORY", History)
