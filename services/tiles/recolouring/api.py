"""The route that replaces a colour."""

from __future__ import annotations

from aiohttp import web

from services.tiles.recolouring.schemas import RecolouredView, Replacement
from services.tiles.recolouring.service import RECOLOURINGS
from shared.http.access import Access
from shared.http.operations import Operation, respond
from shared.identity import Identity, Scope


async def replace_colour(
    request: web.Request, canvas_id: int, body: Replacement, caller: Identity
) -> web.Response:
    """Replace a colour on a canvas by another, as its owner or a moderator; `dry_run` only counts.

    Every tile that has the colour gets a new version, by the caller, all in one transaction; its history
    takes it back, tile by tile, and so does a rollback. Locks do not prevent it, nor does it wait for a
    review. What waits for one, and templates, keep the colour. At most 4096 tiles at once; for more, replace
    it in one area at a time.
    """
    return respond(await request.app[RECOLOURINGS].replace(caller, canvas_id, body))


OPERATIONS = (
    Operation(
        "POST", "/canvases/{canvas_id}/colours/replace", replace_colour, {200: RecolouredView}, Access.ARTIST,
        ("403 not_canvas_owner", "404 canvas_not_found", "409 archived", "409 too_many_tiles",
            "429 picture_limit"),
        scope=Scope.MODERATE,
    ),
)  # fmt: skip
