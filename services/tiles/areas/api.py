"""Routes of areas."""

from __future__ import annotations

from aiohttp import web

from services.tiles.areas.schemas import AreaDraft, AreaView
from services.tiles.areas.service import AREAS
from shared.http.access import Access
from shared.http.clients import locate
from shared.http.models import Page, Paging
from shared.http.operations import Operation, respond, respond_empty
from shared.identity import Identity, Scope


async def claim_area(request: web.Request, canvas_id: int, body: AreaDraft, caller: Identity) -> web.Response:
    """Claim a rectangle of cells of a canvas in `area-lock` mode, to work there alone.

    All areas of an artist on a canvas may hold `max_tiles_per_user` cells in total.
    """
    area = await request.app[AREAS].claim(caller, canvas_id, body)
    return respond(AreaView.model_validate(area), status=201, headers=locate(request, area.id))


async def list_areas(
    request: web.Request, canvas_id: int, query: Paging, caller: Identity | None
) -> web.Response:
    """List the live areas of a canvas, oldest first."""
    return respond(await request.app[AREAS].list(caller, canvas_id, query))


async def renew_area(request: web.Request, canvas_id: int, area_id: int, caller: Identity) -> web.Response:
    """Restart the lifetime of the caller's area."""
    return respond(AreaView.model_validate(await request.app[AREAS].renew(caller, canvas_id, area_id)))


async def release_area(request: web.Request, canvas_id: int, area_id: int, caller: Identity) -> web.Response:
    """Release an area, as its holder, the canvas's owner or a moderator."""
    await request.app[AREAS].release(caller, canvas_id, area_id)
    return respond_empty()


OPERATIONS = (
    Operation(
        "POST", "/canvases/{canvas_id}/areas", claim_area, {201: AreaView}, Access.ARTIST,
        (
            "403 area_limit", "403 members_only", "409 archived", "409 area_taken", "409 no_claims",
            "409 wrong_mode",
        ),
        scope=Scope.PAINT,
    ),
    Operation(
        "GET", "/canvases/{canvas_id}/areas", list_areas, {200: Page[AreaView]},
        refusals=("409 no_claims", "409 wrong_mode"),
    ),
    Operation(
        "PUT", "/canvases/{canvas_id}/areas/{area_id}", renew_area, {200: AreaView}, Access.ARTIST,
        ("403 not_area_holder", "404 area_not_found", "409 no_claims", "409 wrong_mode"),
        scope=Scope.PAINT,
    ),
    Operation(
        "DELETE", "/canvases/{canvas_id}/areas/{area_id}", release_area, {204: None}, Access.ARTIST,
        ("403 not_area_holder", "404 area_not_found", "409 no_claims", "409 wrong_mode"),
        scope=Scope.PAINT,
    ),
)  # fmt: skip
