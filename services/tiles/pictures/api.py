"""Routes of pictures."""

from __future__ import annotations

from functools import partial

from aiohttp import web

from services.tiles.pictures.renderings import Rendering
from services.tiles.pictures.schemas import CanvasPicture, PixelsPicture, Scale, SnapshotPart
from services.tiles.pictures.service import PICTURES
from services.tiles.pictures.snapshot import MEDIA_TYPE
from shared.http.clients import identify_client
from shared.http.etags import is_unchanged, not_modified, tag_headers
from shared.http.operations import Operation, RawResponse, respond_empty
from shared.http.ranges import respond_with_rest, resumed_at
from shared.identity import Identity


async def draw_canvas(
    request: web.Request, canvas_id: int, query: CanvasPicture, caller: Identity | None
) -> web.Response:
    """Draw a canvas or a rectangle of its cells as an indexed-palette PNG.

    Unpainted cells are transparent, unless `paper` is set; drafts are not shown. The `ETag` changes only with
    the picture. With `shrink` it is RGBA, of at most 512 x 512 pixels, for a view from afar or a thumbnail;
    tiles and blocks that have not changed cost little. `X-Canvas-Seq` is the number of the last change that
    it shows. With `pixels_above`, a client that does not know yet how large a canvas is gets the picture of a
    large one only (204 otherwise).
    """
    client = partial(identify_client, request, caller)
    picture = await request.app[PICTURES].canvas(caller, client, canvas_id, query)
    return respond_empty() if picture is None else _respond_with_seq(request, picture, "image/png")


async def draw_pixels(
    request: web.Request, canvas_id: int, query: PixelsPicture, caller: Identity | None
) -> web.Response:
    """Draw a rectangle of a canvas, given in pixels, as an indexed-palette PNG.

    Otherwise as the picture of cells.
    """
    client = partial(identify_client, request, caller)
    picture = await request.app[PICTURES].pixels(caller, client, canvas_id, query)
    return _respond_with_seq(request, picture, "image/png")


async def draw_preview(request: web.Request, canvas_id: int, caller: Identity | None) -> web.Response:
    """Draw a canvas in a size for previews of links: its longer side has 256 to 1,024 pixels.

    A small canvas is drawn larger, pixel by pixel; a large one is shrunk, up to 3 s late.
    """
    client = partial(identify_client, request, caller)
    return _respond(request, await request.app[PICTURES].preview(caller, client, canvas_id), "image/png")


async def draw_tile(
    request: web.Request, tile_id: int, query: Scale, caller: Identity | None
) -> web.Response:
    """Draw a tile as an indexed-palette PNG."""
    client = partial(identify_client, request, caller)
    picture = await request.app[PICTURES].tile(caller, client, tile_id, query)
    return _respond(request, picture, "image/png")


async def get_snapshot(
    request: web.Request, canvas_id: int, query: SnapshotPart, caller: Identity | None
) -> web.Response:
    """Load a canvas, or a rectangle of its cells, at one moment.

    Then open the WebSocket with `since` = `X-Canvas-Seq`: no change is missed and none arrives twice. Of a
    canvas that is too large for that, load all tiles without pixels (`pixels_up_to`), and parts of it with
    them: a part contains the changes up to its own number. Drafts are not included. Numbers are big-endian;
    offset, size, what:

    - 0, 4: `TSRA`
    - 4, 1: 1, or 2 if the tiles come without pixels
    - 5, 1: colours in the palette, n
    - 6, 2: columns of the canvas; 8, 2: rows; 10, 2: tile size in pixels, s
    - 12, 4: number of tiles
    - 16, 8: seq, the number of the last change that this shows
    - 24, 3n: the palette: red, green, blue of colour 1 to n
    - then a zlib stream (RFC 1950) of the tiles, row by row; each: tile id 8, x 2, y 2, version 4, pixels s*s
    """
    client = partial(identify_client, request, caller)
    snapshot = await request.app[PICTURES].snapshot(caller, client, canvas_id, query)
    return _respond_with_seq(request, snapshot, MEDIA_TYPE)


def _respond_with_seq(request: web.Request, rendering: Rendering, media_type: str) -> web.Response:
    response = _respond(request, rendering, media_type)
    response.headers["X-Canvas-Seq"] = str(rendering.seq)
    return response


def _respond(request: web.Request, rendering: Rendering, media_type: str) -> web.Response:
    if is_unchanged(request, rendering.tag):
        return not_modified(rendering.tag)
    offset = resumed_at(request, rendering.tag, len(rendering.body))
    return respond_with_rest(rendering.body, offset, tag_headers(rendering.tag), media_type)


def _describe_responses(media_type: str, whole: str) -> dict[int, RawResponse | None]:
    return {
        200: RawResponse(media_type, whole),
        206: RawResponse(media_type, "The rest of it, from the offset in `Range` on"),
        304: None,
    }


_RESUMING = {
    "Range": "`bytes=1024-` for the rest of a response whose transfer broke after 1,024 bytes",
    "If-Range": "The `ETag` of that response; if it is outdated, the response is the whole again",
}
_REFUSALS = ("429 picture_limit", "429 pictures_busy")

OPERATIONS = (
    Operation(
        "GET",
        r"/canvases/{canvas_id:\d+}.png",
        draw_canvas,
        {**_describe_responses("image/png", "The picture"), 204: None},
        refusals=("404 canvas_not_found", *_REFUSALS),
        headers=_RESUMING,
    ),
    Operation(
        "GET",
        "/canvases/{canvas_id}/pixels.png",
        draw_pixels,
        _describe_responses("image/png", "The picture"),
        refusals=("404 canvas_not_found", *_REFUSALS),
        headers=_RESUMING,
    ),
    Operation(
        "GET",
        "/canvases/{canvas_id}/preview.png",
        draw_preview,
        _describe_responses("image/png", "The picture"),
        refusals=("404 canvas_not_found", *_REFUSALS),
        headers=_RESUMING,
    ),
    Operation(
        "GET",
        r"/tiles/{tile_id:\d+}.png",
        draw_tile,
        _describe_responses("image/png", "The picture"),
        refusals=("404 tile_not_found", *_REFUSALS),
        headers=_RESUMING,
    ),
    Operation(
        "GET",
        "/canvases/{canvas_id}/snapshot",
        get_snapshot,
        _describe_responses(MEDIA_TYPE, "The cells; `X-Canvas-Seq` is the number of its last change"),
        refusals=("404 canvas_not_found", *_REFUSALS),
        headers=_RESUMING,
    ),
)
