"""Routes of the past."""

from __future__ import annotations

from functools import partial

from aiohttp import web

from services.tiles.past.schemas import PastPicture, PastSnapshot
from services.tiles.past.service import PASTS, PastRendering
from services.tiles.pictures.snapshot import MEDIA_TYPE
from shared.http.clients import identify_client
from shared.http.etags import respond_tagged
from shared.http.operations import Operation, RawResponse
from shared.identity import Identity


async def draw_past(
    request: web.Request, canvas_id: int, query: PastPicture, caller: Identity | None
) -> web.Response:
    """Draw a canvas, or a rectangle of its cells, as it was after a change.

    As a PNG of at most 512 x 512 pixels, of at most 16,384 cells. Only of tiles that are public and exist
    today. `X-Painted-At` is when what it shows was last painted.
    """
    client = partial(identify_client, request, caller)
    picture = await request.app[PASTS].picture(caller, client, canvas_id, query)
    return _respond(request, picture, query.at, "image/png")


async def get_past(
    request: web.Request, canvas_id: int, query: PastSnapshot, caller: Identity | None
) -> web.Response:
    """Load a canvas, or a rectangle of its cells, as it was after a change: at most 1,048,576 pixels.

    In the format of `/canvases/{canvas_id}/snapshot`, with the palette of today, in which colours that are
    used keep their places. Only with tiles that are public and exist today. `X-Painted-At` is when what it
    shows was last painted.
    """
    client = partial(identify_client, request, caller)
    snapshot = await request.app[PASTS].snapshot(caller, client, canvas_id, query)
    return _respond(request, snapshot, query.at, MEDIA_TYPE)


def _respond(request: web.Request, rendering: PastRendering, at: int, media_type: str) -> web.Response:
    headers = {"X-Canvas-Seq": str(at)}
    if rendering.painted_at is not None:
        headers["X-Painted-At"] = rendering.painted_at.isoformat()
    return respond_tagged(request, rendering.tag, rendering.body, media_type, headers)


_REFUSALS = ("404 canvas_not_found", "429 picture_limit", "429 pictures_busy")

OPERATIONS = (
    Operation(
        "GET",
        "/canvases/{canvas_id}/past.png",
        draw_past,
        {200: RawResponse("image/png", "The picture"), 304: None},
        refusals=_REFUSALS,
    ),
    Operation(
        "GET",
        "/canvases/{canvas_id}/past",
        get_past,
        {200: RawResponse(MEDIA_TYPE, "The cells as they were"), 304: None},
        refusals=_REFUSALS,
    ),
)
