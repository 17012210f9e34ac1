"""Routes of likes."""

from __future__ import annotations

from aiohttp import web

from services.tiles.likes.schemas import LikeState, LikeView
from services.tiles.likes.service import LIKES
from shared.http.access import Access
from shared.http.models import Page, Paging
from shared.http.operations import Operation, respond
from shared.identity import Identity


async def like_tile(request: web.Request, tile_id: int, caller: Identity) -> web.Response:
    """Like a tile; liking it again changes nothing."""
    return respond(await request.app[LIKES].like(caller, tile_id))


async def unlike_tile(request: web.Request, tile_id: int, caller: Identity) -> web.Response:
    """Remove the caller's like; without one, nothing changes."""
    return respond(await request.app[LIKES].unlike(caller, tile_id))


async def list_likes(
    request: web.Request, tile_id: int, query: Paging, caller: Identity | None
) -> web.Response:
    """List the artists who like a tile."""
    return respond(await request.app[LIKES].list(caller, tile_id, query))


OPERATIONS = (
    Operation(
        "POST", "/tiles/{tile_id}/like", like_tile, {200: LikeState}, Access.ARTIST,
        ("403 own_tile", "409 no_claims"),
    ),
    Operation("DELETE", "/tiles/{tile_id}/like", unlike_tile, {200: LikeState}, Access.ARTIST),
    Operation("GET", "/tiles/{tile_id}/likes", list_likes, {200: Page[LikeView]}),
)  # fmt: skip
