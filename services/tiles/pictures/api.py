"""Routes of pictures."""

from __future__ import annotations

from aiohttp import web
from pydantic import Field

from services.tiles.pictures.rules import MAX_SCALE
from services.tiles.pictures.service import PICTURES
from shared.http.etags import etag, is_unchanged, not_modified
from shared.http.models import Query
from shared.http.operations import Answer, Operation
from shared.identity import Identity


class Scale(Query):
    """How often each pixel is repeated in both directions."""

    scale: int = Field(1, ge=1, le=MAX_SCALE)


async def draw_canvas(
    request: web.Request, canvas_id: int, query: Scale, caller: Identity | None
) -> web.Response:
    """Draw a canvas as an indexed-palette PNG; what nobody painted is transparent."""
    picture = await request.app[PICTURES].canvas(caller, canvas_id, query.scale)
    tag = etag(picture.seq, query.scale)
    if is_unchanged(request, tag):
        return not_modified(tag)
    return web.Response(
        body=picture.png, content_type="image/png", headers={"ETag": tag, "Cache-Control": "no-cache"}
    )


OPERATIONS = (
    Operation(
        "GET",
        r"/canvases/{canvas_id:\d+}.png",
        draw_canvas,
        {200: Answer("image/png", "The picture"), 304: None},
    ),
)
