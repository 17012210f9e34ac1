"""Use cases of likes."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web

from services.tiles.artists.store import lead_with_meeting
from services.tiles.canvases.journal import Journal, view
from services.tiles.likes import store
from services.tiles.likes.schemas import LikeState, LikeView
from services.tiles.tiles import store as tiles_store
from services.tiles.tiles.rules import TileState, check_may_like
from services.tiles.tiles.service import actor_of, seen_by
from shared.db import Connection, Database
from shared.http.models import Page, Paging
from shared.http.paging import after_id, slice_of
from shared.identity import Identity
from shared.messaging.contracts import TileLiked, TileUnliked


class Likes:
    """Liking, not liking any more, and who likes."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal

    async def like(self, caller: Identity, tile_id: int) -> LikeState:
        """Like a tile; a second time changes nothing. Raises NotFound, NotAllowed `own_tile`."""
        async with self._database.transaction() as conn:
            lead_with_meeting(conn, caller)
            state = seen_by(caller, await tiles_store.state_to_change(conn, tile_id))
            check_may_like(state, actor_of(caller))
            change = 1 if await store.add(conn, tile_id, caller.account_id) else 0
            return self._counted(conn, state, caller, TileLiked, change)

    async def unlike(self, caller: Identity, tile_id: int) -> LikeState:
        """Take a like back; without one nothing changes. Raises NotFound."""
        async with self._database.transaction() as conn:
            state = seen_by(caller, await tiles_store.state_to_change(conn, tile_id))
            change = -1 if await store.remove(conn, tile_id, caller.account_id) else 0
            return self._counted(conn, state, caller, TileUnliked, change)

    async def list(self, caller: Identity | None, tile_id: int, paging: Paging) -> Page[LikeView]:
        """Return a slice of who likes a tile. Raises NotFound."""
        async with self._database.connection() as conn:
            seen_by(caller, await tiles_store.state(conn, tile_id))
            found = await store.listed(conn, tile_id, after=after_id(paging), count=paging.limit + 1)
        items, cursor = slice_of(found, paging, lambda like: (like.artist.id,))
        return Page(items=list(items), next_cursor=cursor)

    def _counted(
        self,
        conn: Connection,
        state: TileState,
        caller: Identity,
        event_type: type[TileLiked | TileUnliked],
        change: int,
    ) -> LikeState:
        tile = replace(state.tile, like_count=state.tile.like_count + change)
        if change:
            store.count(conn, tile.id, change)
            seq = state.canvas.seq + 1
            self._journal.record(
                conn,
                event_type(
                    canvas_id=tile.canvas_id,
                    seq=seq,
                    tile_id=tile.id,
                    creator_id=tile.creator.id,
                    actor_id=caller.account_id,
                    version=tile.version,
                    like_count=tile.like_count,
                    view=view(event_type, seq, tile_id=tile.id, like_count=tile.like_count),
                ),
            )
        return LikeState(liked=event_type is TileLiked, like_count=tile.like_count)


LIKES = web.AppKey("LIKES", Likes)
