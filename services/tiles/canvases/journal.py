"""The journal of a canvas: every change gets the next number, is kept for catching up, and is told.

The number, the kept event and the message are written with the change itself, so there is no gap, no
duplicate and no change that nobody hears of.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import orjson
from sqlalchemy import bindparam, select, text

from services.tiles.tables import canvas_events, canvases
from shared.db import Connection, integers
from shared.messaging.contracts import CanvasEvent
from shared.messaging.outbox import Outbox

_ADVANCE = text(
    "UPDATE canvases SET seq = advanced.seq, tile_count = tile_count + :tiles_added,"
    " picture_seq = CASE WHEN id = ANY(CAST(:redrawn AS bigint[])) THEN advanced.seq ELSE picture_seq END,"
    " active_minute = floor(date_part('epoch', clock_timestamp()) / 60), updated_at = clock_timestamp()"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:seqs AS bigint[])) AS advanced (canvas_id, seq)"
    " WHERE id = canvas_id"
)
_KEEP = text(
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
_CANVASES_TO_PRUNE = text(
    "SELECT canvases.id FROM canvases CROSS JOIN LATERAL ("
    " SELECT occurred_at FROM canvas_events"
    " WHERE canvas_id = canvases.id AND seq <= canvases.seq - :newest ORDER BY seq LIMIT 1) AS oldest"
    " WHERE canvases.seq > :newest AND canvases.id > :after"
    " AND oldest.occurred_at < now() - make_interval(secs => :seconds)"
    " ORDER BY canvases.id LIMIT :count"
)
# Up to the first event that is young enough and no further: what is kept has no gap, though the clock of one
# transaction may be behind that of the one before.
_PRUNE = text(
    "WITH oldest AS ("
    " SELECT seq, occurred_at < now() - make_interval(secs => :seconds) AS is_old FROM canvas_events"
    " WHERE canvas_id = :canvas_id"
    " AND seq <= (SELECT seq FROM canvases WHERE id = :canvas_id) - :newest ORDER BY seq LIMIT :count)"
    " DELETE FROM canvas_events WHERE canvas_id = :canvas_id"
    " AND seq <= (SELECT max(seq) FROM oldest)"
    " AND seq < coalesce((SELECT min(seq) FROM oldest WHERE NOT is_old), 9223372036854775807)"
)
_LAST = select(canvases.c.seq).where(canvases.c.id == bindparam("canvas_id"))


PRUNE_CANVASES = 500
PRUNE_EVENTS = 5000
"""Rows of one statement."""


class Journal:
    """Writes changes down; each in the transaction that makes it."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def record(
        self,
        conn: Connection,
        *events: CanvasEvent,
        tiles_added: int = 0,
        redrawn: Collection[int] | None = None,
    ) -> None:
        """Give the canvases the events' numbers, keep what viewers get of each, and tell the other services.

        The events of a canvas are in sequence. The caller holds the canvas's lock and has counted on from the
        `seq` it read; should it not have, the primary key of canvas_events refuses the second change of a
        number. `tiles_added` is what they add to the tiles of each canvas, `redrawn` the canvases that look
        different now, from a caller who knows better than the events' types.
        """
        if redrawn is None:
            redrawn = {event.canvas_id for event in events if event.changes_picture}
        last = {event.canvas_id: event.seq for event in events}
        conn.defer(
            _ADVANCE,
            {
                "ids": integers(last),
                "seqs": integers(last.values()),
                "tiles_added": tiles_added,
                "redrawn": integers(redrawn),
            },
        )
        # One by one, so that catching up knows nothing of events that tell of many changes.
        kept = [
            (event.canvas_id, seq, shown)
            for event in events
            for seq, shown in enumerate(event.shown, event.seq + 1 - len(event.shown))
        ]
        conn.defer(
            _KEEP,
            {
                "canvas_ids": integers([canvas_id for canvas_id, _, _ in kept]),
                "seqs": integers([seq for _, seq, _ in kept]),
                "events": orjson.dumps([shown for _, _, shown in kept]).decode(),
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


def follows_without_gap(events: Sequence[dict[str, Any]], after: int) -> bool:
    """Whether the kept events reach back to number `after`; what is older was pruned."""
    return not events or events[0]["seq"] == after + 1


async def prune(conn: Connection, *, older_than_seconds: int, newest: int) -> int:
    """Forget events older than that, but never the `newest` ones of a canvas; returns how many.

    What is left of each canvas follows without a gap up to its last change. Every statement is short.
    """
    pruned, after = 0, 0
    limits = {"seconds": older_than_seconds, "newest": newest}
    while True:
        found = await conn.fetch_all(_CANVASES_TO_PRUNE, {**limits, "after": after, "count": PRUNE_CANVASES})
        for row in found:
            deleted = PRUNE_EVENTS
            while deleted == PRUNE_EVENTS:
                deleted = await conn.execute(_PRUNE, {**limits, "canvas_id": row.id, "count": PRUNE_EVENTS})
                pruned += deleted
        if len(found) < PRUNE_CANVASES:
            return pruned
        after = found[-1].id
