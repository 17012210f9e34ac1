"""Routes of strokes."""

from __future__ import annotations

from aiohttp import web

from services.tiles.strokes.schemas import PaintedView, StrokeDraft
from services.tiles.strokes.service import STROKES
from shared.http.access import Access
from shared.http.operations import Operation, respond
from shared.identity import Identity


async def paint_pixels(
    request: web.Request, tile_id: int, body: StrokeDraft, caller: Identity
) -> web.Response:
    """Paint some pixels of a tile; answered when they are durable.

    Strokes of all artists that arrive together are written together, each with an answer of its own.
    """
    painted = await request.app[STROKES].paint(caller, tile_id, body.pixels)
    return respond(PaintedView.model_validate(painted))


OPERATIONS = (
    Operation(
        "PATCH", "/tiles/{tile_id}/pixels", paint_pixels, {200: PaintedView}, Access.ARTIST,
        (
            "403 not_tile_creator", "404 tile_not_found", "409 tile_locked", "429 paint_limit",
            "429 overloaded",
        ),
    ),
)  # fmt: skip
