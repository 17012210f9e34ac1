"""The journal of a canvas: every change gets the next number, is kept for catching up, and is told.

The number, the kept event and the message are written with the change itself, so there is no gap, no
duplicate and no change that nobody hears of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import bindparam, case, func, select, text, update

from services.tiles.tables import canvas_events, canvases
from shared.db import Connection, integers
from shared.messaging.contracts import CanvasEvent, TilePainted
from shared.messaging.outbox import Outbox

_ADVANCE = (
    update(canvases)
    .where(canvases.c.id == bindparam("canvas_id"))
    .values(
        seq=bindparam("new_seq"),
        picture_seq=case((bindparam("redraws"), bindparam("new_seq")), else_=canvases.c.picture_seq),
        tile_count=canvases.c.tile_count + bindparam("tiles_added"),
        active_minute=func.floor(func.date_part("epoch", func.clock_timestamp()) / 60),
        updated_at=func.clock_timestamp(),
    )
)
_KEEP = text(
    "INSERT INTO canvas_events (canvas_id, seq, event)"
    " SELECT :canvas_id, seq, CAST(event AS json)"
    " FROM unnest(CAST(:seqs AS bigint[]), CAST(:events AS text[])) AS kept (seq, event)"
)
_ADVANCE_ALL = text(
    "UPDATE canvases SET seq = advanced.seq, picture_seq = advanced.seq,"
    " active_minute = floor(date_part('epoch', clock_timestamp()) / 60), updated_at = clock_timestamp()"
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
        changes_picture: bool | None = None,
    ) -> None:
        """Give the canvas the events' numbers, keep what viewers get (`view`), and tell the other services.

        The events are of one canvas and in sequence. The caller holds the canvas's lock and has counted on
        from the `seq` it read; should it not have, the primary key of canvas_events refuses the second change
        of a number. `changes_picture` is for a caller who knows better than the events' types.
        """
        if changes_picture is None:
            changes_picture = any(event.changes_picture for event in events)
        last = events[-1]
        conn.defer(
            _ADVANCE,
            {
                "canvas_id": last.canvas_id,
                "new_seq": last.seq,
                "tiles_added": tiles_added,
                "redraws": changes_picture,
            },
        )
        conn.defer(
            _KEEP,
            {
                "canvas_id": last.canvas_id,
                "seqs": [event.seq for event in events],
                "events": [orjson.dumps(event.view).decode() for event in events],
            },
        )
        self._outbox.emit(conn, *events)

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
