"""Routes of pixels."""

from __future__ import annotations

from aiohttp import web

from services.tiles.pixels.schemas import PixelView, Position
from services.tiles.pixels.service import PIXELS
from shared.http.operations import Operation, respond
from shared.identity import Identity


async def get_pixel(
    request: web.Request, canvas_id: int, query: Position, caller: Identity | None
) -> web.Response:
    """Show the colour of a pixel and who painted it, on a canvas in any mode."""
    return respond(await request.app[PIXELS].get(caller, canvas_id, query))


OPERATIONS = (
    Operation(
        "GET", "/canvases/{canvas_id}/pixel", get_pixel, {200: PixelView}, refusals=("404 canvas_not_found",)
    ),
)
