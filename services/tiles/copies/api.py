"""The route of copies."""

from __future__ import annotations

from functools import partial

from aiohttp import web

from services.tiles.canvases.schemas import CanvasView
from services.tiles.copies.schemas import CopyDraft
from services.tiles.copies.service import COPIES
from shared.http.access import Access
from shared.http.clients import identify_client, read_path_prefix
from shared.http.operations import Operation, respond
from shared.http.server import API_PREFIX
from shared.identity import Identity


async def copy_canvas(
    request: web.Request, canvas_id: int, body: CopyDraft, caller: Identity
) -> web.Response:
    """Copy a canvas; the copy is the caller's.

    Everyone who sees a canvas may copy its settings; its public tiles, which keep their artists, only its
    owner or a moderator, and at most 4,096 of them. Members, templates, messages and history are not copied.
    """
    client = partial(identify_client, request, caller)
    copy = await request.app[COPIES].copy(caller, client, canvas_id, body)
    location = f"{read_path_prefix(request)}{API_PREFIX}/canvases/{copy.id}"
    return respond(CanvasView.of(copy), status=201, headers={"Location": location})


OPERATIONS = (
    Operation(
        "POST", "/canvases/{canvas_id}/copy", copy_canvas, {201: CanvasView}, Access.ARTIST,
        ("403 not_canvas_owner", "404 canvas_not_found", "409 copy_too_large", "429 canvas_limit",
         "429 picture_limit", "429 pictures_busy"),
    ),
)  # fmt: skip
