"""Routes that place pixels."""

from __future__ import annotations

from aiohttp import web

from services.tiles.placing.schemas import PLACEMENT_BOUNDS, PlacedView, PlacementDraft, show_placed
from services.tiles.placing.service import PLACEMENTS
from shared.http.access import Access
from shared.http.operations import Operation, respond
from shared.identity import Identity, Scope


async def place_pixels(
    request: web.Request, canvas_id: int, body: PlacementDraft, caller: Identity
) -> web.Response:
    """Place pixels on a canvas in `place` mode, all or none; answered when they are durable.

    Each costs the caller a charge. A request whose answer was lost may be repeated with the same `ref` within
    a minute: it is answered as the first was, and costs nothing again.
    """
    placed = await request.app[PLACEMENTS].place(caller, canvas_id, body)
    return respond(PlacedView.model_validate(show_placed(placed)))


async def take_back_pixels(request: web.Request, canvas_id: int, caller: Identity) -> web.Response:
    """Take back the caller's last placement within 10 s, where nobody has painted over it.

    The pixels show again what was there before, and the charges return.
    """
    placed = await request.app[PLACEMENTS].take_back(caller, canvas_id)
    return respond(PlacedView.model_validate(show_placed(placed)))


OPERATIONS = (
    Operation(
        "POST", "/canvases/{canvas_id}/pixels", place_pixels, {200: PlacedView}, Access.ARTIST,
        (
            "403 members_only", "404 canvas_not_found", "409 archived", "409 frozen", "409 not_open",
            "409 ref_reused", "409 wrong_mode", "429 cooldown", "429 overloaded", "429 paint_limit",
        ),
        body_bounds=PLACEMENT_BOUNDS,
        scope=Scope.PAINT,
    ),
    Operation(
        "DELETE", "/canvases/{canvas_id}/pixels/last", take_back_pixels, {200: PlacedView}, Access.ARTIST,
        (
            "403 members_only", "404 canvas_not_found", "409 archived", "409 frozen", "409 not_open",
            "409 nothing_to_take_back", "409 wrong_mode",
        ),
        scope=Scope.PAINT,
    ),
)  # fmt: skip
