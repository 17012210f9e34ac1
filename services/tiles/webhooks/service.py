"""Use cases of webhooks; who may manage a canvas may manage its webhooks."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from services.tiles.artists.actors import actor_of
from services.tiles.canvases import store as canvases
from services.tiles.canvases.access import check_may_manage
from services.tiles.canvases.locking import prepend_lock
from services.tiles.canvases.rules import Canvas
from services.tiles.canvases.service import visible_to
from services.tiles.webhooks import store
from services.tiles.webhooks.rules import (
    WEBHOOKS_MAX,
    Network,
    check_url,
    make_secret,
    too_many_webhooks,
    webhook_not_found,
    write_secret,
)
from services.tiles.webhooks.schemas import NewWebhookView, WebhookDraft, WebhookListView, WebhookView
from shared.db import Connection, Database
from shared.identity import Identity


class Webhooks:
    """Makes, lists and removes webhooks. Every method raises NotFound, NotAllowed `not_canvas_owner`."""

    def __init__(self, database: Database, allowed: Sequence[Network]) -> None:
        self._database = database
        self._allowed = allowed

    async def create(self, caller: Identity, canvas_id: int, draft: WebhookDraft) -> NewWebhookView:
        """Make a webhook, which gets what changes from now on.

        Raises Invalid for an address that it cannot have, Conflict `too_many_webhooks`.
        """
        check_url(draft.url, self._allowed)
        secret = make_secret()
        async with self._database.transaction() as conn:
            # The canvas's lock serialises those who count.
            prepend_lock(conn, canvas_id)
            canvas = await self._get_managed(conn, caller, canvas_id)
            if await store.count(conn, canvas_id) >= WEBHOOKS_MAX:
                raise too_many_webhooks()
            webhook_id = await store.add(conn, canvas_id, draft.url, secret, canvas.seq)
        return NewWebhookView(id=webhook_id, url=draft.url, secret=write_secret(secret))

    async def list(self, caller: Identity, canvas_id: int) -> WebhookListView:
        """Return the webhooks of a canvas, without their secrets."""
        async with self._database.connection() as conn:
            await self._get_managed(conn, caller, canvas_id)
            found = await store.list_of(conn, canvas_id)
        return WebhookListView(items=[WebhookView.model_validate(webhook) for webhook in found])

    async def remove(self, caller: Identity, canvas_id: int, webhook_id: int) -> None:
        """Remove a webhook; raises NotFound `webhook_not_found`."""
        async with self._database.transaction() as conn:
            await self._get_managed(conn, caller, canvas_id)
            if not await store.remove(conn, canvas_id, webhook_id):
                raise webhook_not_found()

    async def _get_managed(self, conn: Connection, caller: Identity, canvas_id: int) -> Canvas:
        canvas = visible_to(caller, await canvases.get(conn, canvas_id))
        check_may_manage(canvas, actor_of(caller))
        return canvas


WEBHOOKS = web.AppKey("WEBHOOKS", Webhooks)
