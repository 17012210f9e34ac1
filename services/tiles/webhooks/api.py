"""Routes of webhooks."""

from __future__ import annotations

from aiohttp import web

from services.tiles.webhooks.schemas import NewWebhookView, WebhookDraft, WebhookListView
from services.tiles.webhooks.service import WEBHOOKS
from shared.http.access import Access
from shared.http.operations import Operation, respond, respond_empty
from shared.identity import Identity, Scope


async def create_webhook(
    request: web.Request, canvas_id: int, body: WebhookDraft, caller: Identity
) -> web.Response:
    """Let the changes of a canvas be sent somewhere, as its owner or a moderator.

    Deliveries are signed as in Standard Webhooks, in order, and repeated until they are accepted.
    """
    return respond(await request.app[WEBHOOKS].create(caller, canvas_id, body), status=201)


async def list_webhooks(request: web.Request, canvas_id: int, caller: Identity) -> web.Response:
    """List the webhooks of a canvas, as its owner or a moderator."""
    return respond(await request.app[WEBHOOKS].list(caller, canvas_id))


async def remove_webhook(
    request: web.Request, canvas_id: int, webhook_id: int, caller: Identity
) -> web.Response:
    """Remove a webhook, as the canvas's owner or a moderator."""
    await request.app[WEBHOOKS].remove(caller, canvas_id, webhook_id)
    return respond_empty()


OPERATIONS = (
    Operation(
        "POST", "/canvases/{canvas_id}/webhooks", create_webhook, {201: NewWebhookView}, Access.ARTIST,
        ("403 not_canvas_owner", "404 canvas_not_found", "409 too_many_webhooks"),
    ),
    Operation(
        "GET", "/canvases/{canvas_id}/webhooks", list_webhooks, {200: WebhookListView}, Access.ARTIST,
        ("403 not_canvas_owner", "404 canvas_not_found"), scope=Scope.ACCOUNT,
    ),
    Operation(
        "DELETE", "/canvases/{canvas_id}/webhooks/{webhook_id}", remove_webhook, {204: None}, Access.ARTIST,
        ("403 not_canvas_owner", "404 canvas_not_found", "404 webhook_not_found"),
    ),
)  # fmt: skip
