"""Use cases of likes."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web

from services.tiles.artists.actors import actor_of
from services.tiles.artists.store import ensure_artist
from services.tiles.canvases.journal import CanvasChanges, Journal
from services.tiles.likes import store
from services.tiles.likes.schemas import LikeState, LikeView
from services.tiles.tiles.rules import TileState, check_may_like
from services.tiles.tiles.service import state_visible_to
from services.tiles.tiles.states import get_state, get_state_for_update
from shared.db import Connection, Database
from shared.http.models import Page, Paging
from shared.http.paging import after_id, slice_of
from shared.identity import Identity
from shared.messaging.contracts import TileLiked, TileUnliked


class Likes:
    """Liking a tile, taking the like back, and listing likes."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal

    async def like(self, caller: Identity, tile_id: int) -> LikeState:
        """Like a tile; a second time changes nothing. Raises NotFound, NotAllowed `own_tile`."""
        async with self._journal.transaction() as (conn, changes):
            ensure_artist(conn, caller)
            state = state_visible_to(caller, await get_state_for_update(conn, tile_id))
            check_may_like(state, actor_of(caller))
            change = 1 if await store.insert_like(conn, tile_id, caller.account_id) else 0
            return _count(conn, changes, state, caller, TileLiked, change)

    async def unlike(self, caller: Identity, tile_id: int) -> LikeState:
        """Take a like back; without one nothing changes. Raises NotFound."""
        async with self._journal.transaction() as (conn, changes):
            state = state_visible_to(caller, await get_state_for_update(conn, tile_id))
            change = -1 if await store.delete_like(conn, tile_id, caller.account_id) else 0
            return _count(conn, changes, state, caller, TileUnliked, change)

    async def list(self, caller: Identity | None, tile_id: int, paging: Paging) -> Page[LikeView]:
        """Return a slice of the artists who like a tile. Raises NotFound."""
        async with self._database.connection() as conn:
            state_visible_to(caller, await get_state(conn, tile_id))
            found = await store.list_likes(conn, tile_id, after=after_id(paging), count=paging.limit + 1)
        items, cursor = slice_of(found, paging, lambda like: (like.artist.id,))
        return Page(items=list(items), next_cursor=cursor)


def _count(
    conn: Connection,
    changes: CanvasChanges,
    state: TileState,
    caller: Identity,
    event_type: type[TileLiked | TileUnliked],
    change: int,
) -> LikeState:
    """Count a like more, a like less or none, and record it."""
    tile = replace(state.tile, like_count=state.tile.like_count + change)
    if change:
        store.defer_count(conn, tile.id, change)
        changes.record(
            event_type,
            state.canvas,
            {"tile_id": tile.id, "like_count": tile.like_count},
            tile_id=tile.id,
            creator_id=tile.creator_id,
            actor_id=caller.account_id,
            version=tile.version,
            like_count=tile.like_count,
        )
    return LikeState(liked=event_type is TileLiked, like_count=tile.like_count)


LIKES = web.AppKey("LIKES", Likes)
