"""Routes of heat maps."""

from __future__ import annotations

from functools import partial

from aiohttp import web
from pydantic import Field

from services.tiles.heat.rules import MAX_HOURS
from services.tiles.heat.service import HEAT_MAPS
from shared.http.clients import identify_client
from shared.http.models import Query
from shared.http.operations import Operation, RawResponse
from shared.identity import Identity


class Span(Query):
    """How far back to look."""

    hours: int = Field(24, ge=1, le=MAX_HOURS)


async def draw_heat_map(
    request: web.Request, canvas_id: int, query: Span, caller: Identity | None
) -> web.Response:
    """Draw where strokes and pixels were placed in the last hours, at most 512 pixels per side.

    A pixel of the map stands for a square of the canvas, whose side is a power of two. The newest 100,000
    strokes are counted; a map may be ten seconds old.
    """
    client = partial(identify_client, request, caller)
    png = await request.app[HEAT_MAPS].get(caller, client, canvas_id, query.hours)
    return web.Response(body=png, content_type="image/png", headers={"Cache-Control": "no-cache"})


OPERATIONS = (
    Operation(
        "GET",
        "/canvases/{canvas_id}/heatmap.png",
        draw_heat_map,
        {200: RawResponse("image/png", "The heat map")},
        refusals=("404 canvas_not_found", "429 picture_limit", "429 pictures_busy"),
    ),
)
