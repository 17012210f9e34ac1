"""The journal of a canvas: every change gets the next number, is kept for catching up, and is published.

The number, the kept event and the message are written in the transaction of the change itself. So numbers
have no gaps and no duplicates, and every change reaches viewers and services.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import orjson
from sqlalchemy import bindparam, select, text

from services.tiles.canvases.rules import Canvas, CanvasSeq, Numbers
from services.tiles.tables import canvas_events, canvases
from shared.db import Connection, Database, integers
from shared.http.paging import PAGE_BYTES
from shared.messaging.contracts import CanvasEvent
from shared.messaging.outbox import Outbox

_ADVANCE = text(
    "UPDATE canvases SET seq = advanced.seq, tile_count = tile_count + advanced.tiles_added,"
    " picture_seq = CASE WHEN id = ANY(CAST(:redrawn AS bigint[])) THEN advanced.seq ELSE picture_seq END,"
    " active_minute = floor(date_part('epoch', clock_timestamp()) / 60), updated_at = clock_timestamp()"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:seqs AS bigint[]), CAST(:tiles_added AS int[]))"
    " AS advanced (canvas_id, seq, tiles_added)"
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
_PAGE_AFTER = text(
    "SELECT event FROM (SELECT event, row_number() OVER by_seq AS number,"
    " sum(octet_length(CAST(event AS text))) OVER by_seq AS bytes"
    " FROM (SELECT seq, event FROM canvas_events WHERE canvas_id = :canvas_id AND seq > :after"
    " ORDER BY seq LIMIT :count) AS following WINDOW by_seq AS (ORDER BY seq)) AS measured"
    " WHERE number = 1 OR bytes <= :bytes ORDER BY number"
)
_CANVASES_TO_PRUNE = text(
    "SELECT canvases.id FROM canvases CROSS JOIN LATERAL ("
    " SELECT occurred_at FROM canvas_events"
    " WHERE canvas_id = canvases.id AND seq <= canvases.seq - :newest ORDER BY seq LIMIT 1) AS oldest"
    " WHERE canvases.seq > :newest AND canvases.id > :after"
    " AND oldest.occurred_at < now() - make_interval(secs => :seconds)"
    " ORDER BY canvases.id LIMIT :count"
)
# Up to the first event that is young enough and no further: what is kept has no gap, even if the clock of one
# transaction is behind that of the one before it.
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
"""Rows per statement."""


class CanvasChanges:
    """The changes that one transaction makes to canvases: numbered one by one, written together.

    The caller holds the lock of each canvas and read its `seq` under that lock. If it did not, the primary
    key of `canvas_events` refuses the second change with the same number.
    """

    def __init__(self, conn: Connection, outbox: Outbox) -> None:
        self._conn = conn
        self._outbox = outbox
        self._numbers = Numbers()
        self._events: list[CanvasEvent] = []
        self._redrawn: set[int] = set()
        self._tiles_added: Counter[int] = Counter()

    def number(self, canvas: Canvas | CanvasSeq) -> int:
        """Return the number of a canvas's next change; an event with this number must be added."""
        return self._numbers.next(canvas)

    def record(
        self,
        event_type: type[CanvasEvent],
        canvas: Canvas | CanvasSeq,
        shown: Mapping[str, Any],
        **fields: Any,
    ) -> None:
        """Record the next change of a canvas: viewers get what is `shown`, services the event's `fields`."""
        seq = self.number(canvas)
        shown = view(event_type, seq, **shown)
        self.add(event_type(canvas_id=canvas.id, seq=seq, view=shown, **fields))

    def add(self, event: CanvasEvent, *, redraws: bool | None = None, tiles_added: int = 0) -> None:
        """Add a numbered event.

        `redraws`: whether the canvas looks different now, where the event's type does not decide that;
        `tiles_added`: the change of the canvas's number of tiles.
        """
        self._events.append(event)
        if event.changes_picture if redraws is None else redraws:
            self._redrawn.add(event.canvas_id)
        self._tiles_added[event.canvas_id] += tiles_added

    def defer(self) -> None:
        """Write what was recorded with the next flush or the COMMIT; numbers count on from there.

        Three statements however many events: the canvases, what viewers catch up from, the outbox.
        """
        events, self._events = self._events, []
        if not events:
            return
        last = {event.canvas_id: event.seq for event in events}
        self._conn.defer(
            _ADVANCE,
            {
                "ids": integers(last),
                "seqs": integers(last.values()),
                "tiles_added": integers([self._tiles_added[canvas_id] for canvas_id in last]),
                "redrawn": integers(self._redrawn),
            },
        )
        self._redrawn.clear()
        self._tiles_added.clear()
        # One by one: clients catch up on single changes, even where one event carries many.
        kept = [
            (event.canvas_id, seq, shown)
            for event in events
            for seq, shown in enumerate(event.shown, event.seq + 1 - len(event.shown))
        ]
        self._conn.defer(
            _KEEP,
            {
                "canvas_ids": integers([canvas_id for canvas_id, _, _ in kept]),
                "seqs": integers([seq for _, seq, _ in kept]),
                "events": orjson.dumps([shown for _, _, shown in kept]).decode(),
            },
        )
        self._outbox.defer(self._conn, *events)


class Journal:
    """Opens the transactions in which canvases change."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    @asynccontextmanager
    async def transaction(
        self, *, statement: float | None = None
    ) -> AsyncIterator[tuple[Connection, CanvasChanges]]:
        """Lend a connection in a transaction and its changes, which are written with the COMMIT.

        Each statement may take `statement` seconds where the pool's limit is too short.
        """
        async with self._database.transaction(statement=statement) as conn:
            changes = CanvasChanges(conn, self._outbox)
            yield conn, changes
            changes.defer()


def view(event_type: type[CanvasEvent], seq: int, **fields: Any) -> dict[str, Any]:
    """Build what the live feed sends for an event."""
    return {"seq": seq, "kind": event_type.type, **fields}


async def list_events_after(
    conn: Connection, canvas_id: int, after: int, count: int
) -> Sequence[dict[str, Any]]:
    """Return up to `count` kept events that follow number `after`, in order."""
    rows = await conn.fetch_all(_AFTER, {"canvas_id": canvas_id, "after": after, "count": count})
    return [row.event for row in rows]


async def list_page_after(
    conn: Connection, canvas_id: int, after: int, count: int
) -> Sequence[dict[str, Any]]:
    """Return the events of `list_events_after`, but no more than PAGE_BYTES of them, or one."""
    params = {"canvas_id": canvas_id, "after": after, "count": count, "bytes": PAGE_BYTES}
    return [row.event for row in await conn.fetch_all(_PAGE_AFTER, params)]


async def get_last_seq(conn: Connection, canvas_id: int) -> int | None:
    """Return the number of the canvas's last change, or None for an unknown canvas."""
    value = await conn.fetch_value(_LAST, {"canvas_id": canvas_id})
    return None if value is None else int(value)


def follows_without_gap(events: Sequence[dict[str, Any]], after: int) -> bool:
    """Return whether the kept events begin right after number `after`; if not, older ones were pruned."""
    return not events or events[0]["seq"] == after + 1


async def prune(conn: Connection, *, older_than_seconds: int, newest: int) -> int:
    """Delete events older than that, but never the `newest` ones of a canvas; returns how many were deleted.

    What is left of each canvas has no gap up to its last change. Every statement is short.
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
