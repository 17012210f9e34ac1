"""Routes of canvases."""

from __future__ import annotations

from aiohttp import web

from services.tiles.canvases.schemas import CanvasDraft, CanvasView
from services.tiles.canvases.service import CANVASES
from shared.http.etags import etag, is_unchanged, not_modified
from shared.http.models import Page, Paging
from shared.http.operations import Operation, respond
from shared.identity import Access, Identity


async def create_canvas(request: web.Request, body: CanvasDraft, caller: Identity) -> web.Response:
    """Make a canvas.

    `palette` is a name (pico-8, sweetie-16, gameboy, okabe-ito) or a list of 2-255 colours.
    """
    canvas = await request.app[CANVASES].create(caller, body)
    return respond(CanvasView.of(canvas), status=201, headers={"Location": f"{request.path}/{canvas.id}"})


async def list_canvases(request: web.Request, query: Paging, caller: Identity | None) -> web.Response:
    """List the canvases the caller may see, oldest first."""
    return respond(await request.app[CANVASES].list(caller, query))


async def get_canvas(request: web.Request, canvas_id: int, caller: Identity | None) -> web.Response:
    """Show a canvas."""
    canvas = await request.app[CANVASES].get(canvas_id, caller)
    tag = etag(canvas.seq)
    if is_unchanged(request, tag):
        return not_modified(tag)
    return respond(CanvasView.of(canvas), headers={"ETag": tag, "Cache-Control": "no-cache"})


OPERATIONS = (
    Operation("POST", "/canvases", create_canvas, {201: CanvasView}, Access.ARTIST),
    Operation("GET", "/canvases", list_canvases, {200: Page[CanvasView]}),
    Operation("GET", "/canvases/{canvas_id}", get_canvas, {200: CanvasView, 304: None}),
)
