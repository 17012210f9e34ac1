"""Routes of offers of canvases."""

from __future__ import annotations

from aiohttp import web

from services.tiles.canvases.schemas import CanvasView
from services.tiles.offers.schemas import OfferDraft, OfferOfCanvasView, OfferView
from services.tiles.offers.service import OFFERS
from shared.http.access import Access
from shared.http.models import Page, Paging
from shared.http.operations import Operation, respond, respond_empty
from shared.identity import Identity


async def offer_canvas(
    request: web.Request, canvas_id: int, body: OfferDraft, caller: Identity
) -> web.Response:
    """Offer a canvas to another artist, as its owner, in place of an earlier offer.

    It changes hands once they accept. Repeating the offer changes nothing.
    """
    offer = await request.app[OFFERS].offer(caller, canvas_id, body.account_id)
    return respond(OfferView.model_validate(offer), status=201)


async def get_offer(request: web.Request, canvas_id: int, caller: Identity) -> web.Response:
    """Show the offer of a canvas to its owner and to the artist it was made to; null to others."""
    offer = await request.app[OFFERS].get(caller, canvas_id)
    return respond(OfferOfCanvasView(offer=offer and OfferView.model_validate(offer)))


async def list_offers(request: web.Request, query: Paging, caller: Identity) -> web.Response:
    """List the canvases that are offered to the caller, by id."""
    return respond(await request.app[OFFERS].list(caller, query))


async def accept_offer(request: web.Request, canvas_id: int, caller: Identity) -> web.Response:
    """Accept a canvas that is offered to the caller; its former owner stays as a moderator."""
    return respond(CanvasView.of(await request.app[OFFERS].accept(caller, canvas_id)))


async def end_offer(request: web.Request, canvas_id: int, caller: Identity) -> web.Response:
    """Take the offer of a canvas back, as its owner, or decline it, as the artist it was made to."""
    await request.app[OFFERS].end(caller, canvas_id)
    return respond_empty()


OPERATIONS = (
    Operation(
        "POST", "/canvases/{canvas_id}/owner", offer_canvas, {201: OfferView}, Access.ARTIST,
        ("403 not_canvas_owner", "404 artist_not_found", "404 canvas_not_found", "409 canvas_owner"),
    ),
    Operation(
        "GET", "/canvases/{canvas_id}/owner/offer", get_offer, {200: OfferOfCanvasView}, Access.ARTIST,
        ("404 canvas_not_found",),
    ),
    Operation(
        "DELETE", "/canvases/{canvas_id}/owner/offer", end_offer, {204: None}, Access.ARTIST,
        ("404 offer_not_found",),
    ),
    Operation(
        "POST", "/canvases/{canvas_id}/owner/accept", accept_offer, {200: CanvasView}, Access.ARTIST,
        ("403 account_suspended", "404 offer_not_found", "409 member_limit"),
    ),
    Operation("GET", "/canvases/offers", list_offers, {200: Page[OfferView]}, Access.ARTIST),
)  # fmt: skip
