"""The journal of a canvas: every change gets the next number, is kept for catching up, and is told.

The number, the kept event and the message are written with the change itself, so there is no gap, no
duplicate and no change that nobody hears of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import JSON, Text, bindparam, cast, func, insert, select, text, update

from services.tiles.tables import canvas_events, canvases
from shared.db import Connection, integers
from shared.messaging.contracts import CanvasEvent, TilePainted
from shared.messaging.outbox import Outbox

_ADVANCE = (
    update(canvases)
    .where(canvases.c.id == bindparam("canvas_id"))
    .values(
        seq=bindparam("new_seq"),
        tile_count=canvases.c.tile_count + bindparam("tiles_added"),
        updated_at=func.clock_timestamp(),
    )
)
_KEEP = insert(canvas_events).values(
    canvas_id=bindparam("canvas_id"), seq=bindparam("seq"), event=cast(bindparam("event", type_=Text), JSON)
)
_ADVANCE_ALL = text(
    "UPDATE canvases SET seq = advanced.seq, updated_at = clock_timestamp()"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:seqs AS bigint[])) AS advanced (id, seq)"
    " WHERE canvases.id = advanced.id"
)
_KEEP_ALL = text(
    "INSERT INTO canvas_events (canvas_id, seq, event)"
    " SELECT * FROM ROWS FROM (unnest(CAST(:canvas_ids AS bigint[])), unnest(CAST(:seqs AS bigint[])),"
    " json_array_elements(CAST(:events AS json)))"
)
_AFTER = (
    select(canvas_events.c.event)
    .where(canvas_events.c.canvas_id == bindparam("canvas_id"), canvas_events.c.seq > bindparam("after"))
    .order_by(canvas_events.c.seq)
    .limit(bindparam("count"))
)
_LAST = select(canvases.c.seq).where(canvases.c.id == bindparam("canvas_id"))


class Journal:
    """Writes changes down; each in the transaction that makes it."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def record(self, conn: Connection, event: CanvasEvent, *, tiles_added: int = 0) -> None:
        """Give the canvas `event.seq`, keep what viewers get (`event.view`), and tell the other services.

        The caller holds the canvas's lock and has counted `event.seq` on from the `seq` it read; should it
        not have, the primary key of canvas_events refuses the second change of that number.
        """
        conn.defer(_ADVANCE, {"canvas_id": event.canvas_id, "new_seq": event.seq, "tiles_added": tiles_added})
        conn.defer(
            _KEEP,
            {"canvas_id": event.canvas_id, "seq": event.seq, "event": orjson.dumps(event.view).decode()},
        )
        self._outbox.emit(conn, event)

    def record_all(self, conn: Connection, events: Sequence[TilePainted]) -> None:
        """Like `record` for events of many canvases, each with the views of many changes.

        Kept one by one, so that catching up knows nothing of batches; told in one message a canvas.
        """
        conn.defer(
            _ADVANCE_ALL,
            {
                "ids": integers(event.canvas_id for event in events),
                "seqs": integers(event.seq for event in events),
            },
        )
        numbered = [
            (event.canvas_id, event.seq - len(event.views) + place)
            for event in events
            for place in range(1, len(event.views) + 1)
        ]
        views = [shown for event in events for shown in event.views]
        conn.defer(
            _KEEP_ALL,
            {
                "canvas_ids": integers(canvas_id for canvas_id, _ in numbered),
                "seqs": integers(seq for _, seq in numbered),
                "events": orjson.dumps(views).decode(),
            },
        )
        self._outbox.emit(conn, *events)


def view(event_type: type[CanvasEvent], seq: int, **fields: Any) -> dict[str, Any]:
    """Build what the live feed sends for an event."""
    return {"seq": seq, "kind": event_type.type, **fields}


async def events_after(conn: Connection, canvas_id: int, after: int, count: int) -> Sequence[dict[str, Any]]:
    """Return up to `count` kept events that follow number `after`, in order."""
    rows = await conn.fetch_all(_AFTER, {"canvas_id": canvas_id, "after": after, "count": count})
    return [row.event for row in rows]


async def last_seq(conn: Connection, canvas_id: int) -> int | None:
    """Return the number of the canvas's last change, or None for an unknown canvas."""
    value = await conn.fetch_value(_LAST, {"canvas_id": canvas_id})
    return None if value is None else int(value)
