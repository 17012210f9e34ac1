"""Routes of layers."""

from __future__ import annotations

from functools import partial

from aiohttp import web

from services.tiles.layers.aseprite import AsepriteFile
from services.tiles.layers.openraster import OpenRasterFile
from services.tiles.layers.rules import LayerFormat
from services.tiles.layers.schemas import LayersPart
from services.tiles.layers.service import LAYERS
from shared.http.access import Access
from shared.http.clients import identify_client
from shared.http.operations import Operation, RawResponse
from shared.identity import Identity


async def download_openraster(
    request: web.Request, canvas_id: int, query: LayersPart, caller: Identity
) -> web.Response:
    """Download the caller's tiles on a canvas as OpenRaster (`.ora`), which GIMP and Krita open.

    Each tile is a layer, named by its cell and its artist; drafts of the caller are included. Tiles at the
    edge of the part are whole, and reach beyond the picture.
    """
    return await _download(request, canvas_id, query, caller, LayerFormat.OPENRASTER)


async def download_aseprite(
    request: web.Request, canvas_id: int, query: LayersPart, caller: Identity
) -> web.Response:
    """Download the caller's tiles on a canvas as a sprite of Aseprite: indexed, with the canvas's palette.

    Layers are as in OpenRaster.
    """
    return await _download(request, canvas_id, query, caller, LayerFormat.ASEPRITE)


async def _download(
    request: web.Request, canvas_id: int, query: LayersPart, caller: Identity, wanted: LayerFormat
) -> web.Response:
    client = partial(identify_client, request, caller)
    file = await request.app[LAYERS].download(caller, client, canvas_id, query, wanted)
    headers = {
        "Content-Disposition": f'attachment; filename="tessera-{canvas_id}.{wanted}"',
        "Cache-Control": "private, no-store",
    }
    return web.Response(body=file.body, content_type=file.media_type, headers=headers)


_REFUSALS = (
    "404 canvas_not_found",
    "404 no_tiles",
    "409 too_many_layers",
    "429 picture_limit",
    "429 pictures_busy",
)

OPERATIONS = (
    Operation(
        "GET", "/canvases/{canvas_id}/layers.ora", download_openraster,
        {200: RawResponse(OpenRasterFile.media_type, "The file")}, Access.ARTIST, _REFUSALS,
    ),
    Operation(
        "GET", "/canvases/{canvas_id}/layers.aseprite", download_aseprite,
        {200: RawResponse(AsepriteFile.media_type, "The file")}, Access.ARTIST, _REFUSALS,
    ),
)  # fmt: skip
