"""Handing over a canvas."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from services.tiles.artists.rules import Artist
from services.tiles.canvases.journal import CanvasChanges
from services.tiles.canvases.rules import Canvas
from services.tiles.canvases.schemas import CanvasView
from services.tiles.ownership import store
from services.tiles.webhooks import store as webhooks
from shared.db import Connection
from shared.messaging.contracts import CanvasHandedOver


def hand_over(conn: Connection, changes: CanvasChanges, canvas: Canvas, heir: Artist) -> Canvas:
    """Give a canvas, which the caller holds, to another artist with the COMMIT; returns it as it is then."""
    store.defer_owner(conn, canvas.id, heir.id)
    # They lead where the former owner wanted.
    webhooks.defer_removal(conn, canvas.id)
    roles = {artist_id: role for artist_id, role in canvas.roles.items() if artist_id != heir.id}
    handed = replace(canvas, owner=heir, roles=roles, updated_at=datetime.now(UTC))
    changes.record(
        CanvasHandedOver,
        canvas,
        {"canvas": CanvasView.of(handed).model_dump(mode="json")},
        owner_id=heir.id,
        actor_id=canvas.owner.id,
        name=canvas.name,
        is_public=canvas.is_public,
    )
    return handed
