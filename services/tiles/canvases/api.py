"""Routes of canvases."""

from __future__ import annotations

from aiohttp import web

from services.tiles.canvases.schemas import (
    CanvasChange,
    CanvasDraft,
    CanvasList,
    CanvasStats,
    CanvasView,
    EventsAfter,
    EventsView,
)
from services.tiles.canvases.service import CANVASES
from shared.http.access import Access
from shared.http.clients import locate
from shared.http.etags import etag, expected_version, is_unchanged, not_modified, tag_headers
from shared.http.models import Page
from shared.http.operations import Operation, respond, respond_empty
from shared.identity import Identity


async def create_canvas(request: web.Request, body: CanvasDraft, caller: Identity) -> web.Response:
    """Create a canvas.

    `palette` is a name (pico-8, sweetie-16, gameboy, okabe-ito) or a list of 2-255 colours.
    """
    canvas = await request.app[CANVASES].create(caller, body)
    return respond(CanvasView.of(canvas), status=201, headers=locate(request, canvas.id))


async def list_canvases(request: web.Request, query: CanvasList, caller: Identity | None) -> web.Response:
    """List the canvases that the caller may see, oldest first by default."""
    return respond(await request.app[CANVASES].list(caller, query))


async def get_canvas(request: web.Request, canvas_id: int, caller: Identity | None) -> web.Response:
    """Show a canvas."""
    canvas = await request.app[CANVASES].get(canvas_id, caller)
    tag = etag(canvas.seq)
    if is_unchanged(request, tag):
        return not_modified(tag)
    return respond(CanvasView.of(canvas), headers=tag_headers(tag))


async def update_canvas(
    request: web.Request, canvas_id: int, body: CanvasChange, caller: Identity
) -> web.Response:
    """Change a canvas, as its owner or a moderator; omitted fields keep their values.

    Size and tile size never change. A palette may grow, and colours that were never used may be replaced or,
    at its end, removed: 409 `colour_in_use` names those that have been painted with, or are in a template.
    Viewers have the new palette before the first pixel in a new colour.

    Making a canvas private closes the sockets of viewers who may no longer see it with 4404. With `If-Match`
    only if nothing on the canvas has changed since.
    """
    canvas = await request.app[CANVASES].change(caller, canvas_id, body, expected_version(request))
    return respond(CanvasView.of(canvas), headers={"ETag": etag(canvas.seq)})


async def delete_canvas(request: web.Request, canvas_id: int, caller: Identity) -> web.Response:
    """Delete a canvas, as its owner or a moderator; the sockets of its viewers close with 4404."""
    await request.app[CANVASES].delete(caller, canvas_id)
    return respond_empty()


async def get_canvas_stats(request: web.Request, canvas_id: int, caller: Identity | None) -> web.Response:
    """Show statistics of a canvas."""
    return respond(await request.app[CANVASES].get_stats(caller, canvas_id))


async def list_canvas_events(
    request: web.Request, canvas_id: int, query: EventsAfter, caller: Identity | None
) -> web.Response:
    """List the changes after a given change, in order and without gaps.

    A page holds fewer than `limit` if they are large (1 MiB). Repeat with the `seq` of the last item until
    there are none. 410 means that too much has happened since; load the canvas again (a snapshot).
    """
    return respond(await request.app[CANVASES].list_events(caller, canvas_id, query))


OPERATIONS = (
    Operation("POST", "/canvases", create_canvas, {201: CanvasView}, Access.ARTIST, ("429 canvas_limit",)),
    Operation("GET", "/canvases", list_canvases, {200: Page[CanvasView]}),
    Operation("GET", "/canvases/{canvas_id}", get_canvas, {200: CanvasView, 304: None}),
    Operation(
        "PATCH", "/canvases/{canvas_id}", update_canvas, {200: CanvasView}, Access.ARTIST,
        (
            "403 not_canvas_owner", "404 canvas_not_found", "409 colour_in_use", "409 mode_fixed",
            "409 wrong_mode", "412 stale_version",
        ),
    ),
    Operation(
        "DELETE", "/canvases/{canvas_id}", delete_canvas, {204: None}, Access.ARTIST,
        ("403 not_canvas_owner", "404 canvas_not_found"),
    ),
    Operation("GET", "/canvases/{canvas_id}/stats", get_canvas_stats, {200: CanvasStats}),
    Operation(
        "GET", "/canvases/{canvas_id}/events", list_canvas_events, {200: EventsView},
        refusals=("410 too_old",),
    ),
)  # fmt: skip
