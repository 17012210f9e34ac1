"""Routes of time-lapses."""

from __future__ import annotations

from functools import partial

from aiohttp import web
from pydantic import Field

from services.tiles.timelapse.rules import DEFAULT_FRAMES, MAX_FRAMES
from services.tiles.timelapse.service import TIMELAPSES
from shared.http.clients import identify_client
from shared.http.etags import etag, respond_tagged
from shared.http.models import Query
from shared.http.operations import Operation, RawResponse
from shared.identity import Identity


class Length(Query):
    """The largest number of frames, evenly spread over the changes."""

    frames: int = Field(DEFAULT_FRAMES, ge=2, le=MAX_FRAMES)


async def draw_timelapse(
    request: web.Request, canvas_id: int, query: Length, caller: Identity | None
) -> web.Response:
    """Draw the history of a canvas as an animated PNG, at most 512 pixels per side.

    It shows the existing public tiles, from the beginning of the newest 100,000 changes.
    """
    client = partial(identify_client, request, caller)
    timelapse = await request.app[TIMELAPSES].get(caller, client, canvas_id, query.frames)
    tag = etag(timelapse.seq, query.frames)
    return respond_tagged(request, tag, timelapse.png, "image/png")


OPERATIONS = (
    Operation(
        "GET",
        "/canvases/{canvas_id}/timelapse.png",
        draw_timelapse,
        {200: RawResponse("image/png", "The animation"), 304: None},
        refusals=("429 picture_limit", "429 pictures_busy"),
    ),
)
