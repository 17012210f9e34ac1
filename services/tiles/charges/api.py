"""Routes of charges."""

from __future__ import annotations

from aiohttp import web

from services.tiles.charges.schemas import ChargesView
from services.tiles.charges.service import CHARGES
from shared.http.access import Access
from shared.http.operations import Operation, respond
from shared.identity import Identity


async def get_charges(request: web.Request, canvas_id: int, caller: Identity) -> web.Response:
    """Show how many pixels the caller may place on a canvas in `place` mode, and when they may place more."""
    charges = await request.app[CHARGES].get(caller, canvas_id)
    return respond(ChargesView.model_validate(charges))


OPERATIONS = (
    Operation(
        "GET", "/canvases/{canvas_id}/charges", get_charges, {200: ChargesView}, Access.ARTIST,
        ("404 canvas_not_found", "409 wrong_mode"),
    ),
)  # fmt: skip
