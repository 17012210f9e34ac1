"""Routes that write tiles."""

from __future__ import annotations

from aiohttp import web

from services.tiles.edits.schemas import STROKE_BOUNDS, PaintedView, StrokeDraft, TileChange, TileDraft
from services.tiles.edits.service import EDITS
from services.tiles.edits.strokes import STROKES
from services.tiles.tiles.api import respond_tile
from services.tiles.tiles.schemas import TileView
from shared.http.access import Access
from shared.http.clients import locate
from shared.http.etags import expected_version
from shared.http.operations import Operation, respond, respond_empty
from shared.identity import Identity, Scope


async def create_tile(request: web.Request, body: TileDraft, caller: Identity) -> web.Response:
    """Claim a free cell with a painted tile.

    On a canvas in `review` mode the tile is blank, and the pixels are `pending`, until they are approved.
    """
    tile, json = await request.app[EDITS].claim(caller, body)
    return respond_tile(tile, json=json, status=201, headers=locate(request, tile.id))


async def update_tile(request: web.Request, tile_id: int, body: TileChange, caller: Identity) -> web.Response:
    """Change a tile; omitted fields keep their values.

    With `If-Match: "<version>"` only if the tile is still at that version. On a canvas in `review` mode the
    pixels are `pending` and show once they are approved.
    """
    tile, json = await request.app[EDITS].change(caller, tile_id, body, expected_version(request))
    return respond_tile(tile, json=json)


async def delete_tile(request: web.Request, tile_id: int, caller: Identity) -> web.Response:
    """Delete a tile, as its creator, the canvas's owner or a moderator."""
    await request.app[EDITS].delete(caller, tile_id)
    return respond_empty()


async def paint_pixels(
    request: web.Request, tile_id: int, body: StrokeDraft, caller: Identity
) -> web.Response:
    """Paint some pixels of a tile; answered when they are durable.

    Strokes of all artists that arrive together are written together, each with an answer of its own.
    """
    painted = await request.app[STROKES].paint(caller, tile_id, body.pixels)
    return respond(PaintedView.model_validate(painted))


TILE_OPERATIONS = (
    Operation(
        "POST", "/tiles", create_tile, {201: TileView}, Access.ARTIST,
        (
            "403 members_only", "403 outside_area", "403 tile_limit", "404 canvas_not_found",
            "409 archived", "409 cell_occupied", "409 no_claims", "429 paint_limit",
        ),
        scope=Scope.PAINT,
    ),
    Operation(
        "PUT", "/tiles/{tile_id}", update_tile, {200: TileView}, Access.ARTIST,
        (
            "403 members_only", "403 not_tile_creator", "403 outside_area", "409 archived", "409 no_claims",
            "409 tile_locked", "412 stale_version", "429 paint_limit", "429 overloaded",
        ),
        scope=Scope.PAINT,
    ),
    Operation(
        "DELETE", "/tiles/{tile_id}", delete_tile, {204: None}, Access.ARTIST,
        ("403 not_allowed", "409 archived", "409 no_claims", "409 tile_locked"),
        scope=Scope.PAINT,
    ),
)  # fmt: skip

STROKE_OPERATIONS = (
    Operation(
        "PATCH", "/tiles/{tile_id}/pixels", paint_pixels, {200: PaintedView}, Access.ARTIST,
        (
            "403 members_only", "403 not_tile_creator", "404 tile_not_found", "409 archived", "409 no_claims",
            "409 tile_locked", "429 paint_limit", "429 overloaded",
        ),
        body_bounds=STROKE_BOUNDS,
        scope=Scope.PAINT,
    ),
)  # fmt: skip
