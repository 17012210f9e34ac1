"""The journal of a canvas: every change gets the next number, is kept for catching up, and is announced.

The number, the kept view and the message to other services are written in the transaction of the change
itself. So numbers have no gaps and no duplicates, and every change reaches viewers and services. Viewers need
not wait for a message: right after the commit the change is announced to those who broadcast it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import orjson
import structlog
from sqlalchemy import bindparam, select, text

from services.tiles.canvases.colours import pack_colours
from services.tiles.canvases.rules import Canvas, CanvasSeq, Numbers
from services.tiles.tables import canvas_events, canvases
from shared.db import Connection, Database, integers, texts
from shared.http.paging import PAGE_BYTES
from shared.messaging.contracts import CanvasEvent
from shared.messaging.outbox import Outbox

log = structlog.get_logger(__name__)

_ADVANCE = text(
    "UPDATE canvases SET seq = advanced.seq, tile_count = tile_count + advanced.tiles_added,"
    " picture_seq = CASE WHEN id = ANY(CAST(:redrawn AS bigint[])) THEN advanced.seq ELSE picture_seq END,"
    " active_minute = floor(date_part('epoch', clock_timestamp()) / 60), updated_at = clock_timestamp(),"
    " colours_used = colours_used | CAST(advanced.colours AS bit(256))"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:seqs AS bigint[]), CAST(:tiles_added AS int[]),"
    " CAST(:colours AS text[])) AS advanced (canvas_id, seq, tiles_added, colours)"
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
_ADVANCED = text(
    "SELECT id FROM canvases"
    " JOIN unnest(CAST(:canvas_ids AS bigint[]), CAST(:seqs AS bigint[])) AS known (canvas_id, seq)"
    " ON canvas_id = id WHERE canvases.seq > known.seq"
)
_LAST = select(canvases.c.seq).where(canvases.c.id == bindparam("canvas_id"))

View = dict[str, Any]
"""A change as browsers get it: `seq`, `kind` and what the kind has besides; parts may be encoded already."""

Announce = Callable[[int, Sequence[View]], None]
"""Called after a commit with a canvas and the views of its changes, in order; must not block."""

LONGEST_ANNOUNCEMENT = 500
"""Views; of a longer transaction only the last is announced, so that the others need not stay in memory."""

PRUNE_CANVASES = 500
PRUNE_EVENTS = 5000
"""Rows per statement."""


class CanvasChanges:
    """The changes that one transaction makes to canvases: numbered one by one, written together.

    The caller holds the lock of each canvas and read its `seq` under that lock. If it did not, the primary
    key of `canvas_events` refuses the second change with the same number.
    """

    def __init__(self, conn: Connection, outbox: Outbox, announce: Announce) -> None:
        self._conn = conn
        self._outbox = outbox
        self._announce = announce
        self._numbers = Numbers()
        self._events: list[CanvasEvent] = []
        self._views: dict[int, list[View]] = {}
        self._committing: dict[int, list[View]] = {}
        self._redrawn: set[int] = set()
        self._tiles_added: Counter[int] = Counter()
        self._colours: dict[int, set[int]] = {}

    def number(self, canvas: Canvas | CanvasSeq) -> int:
        """Return the number of a canvas's next change; an event with this number must be added."""
        return self._numbers.next(canvas)

    def record(
        self,
        event_type: type[CanvasEvent],
        canvas: Canvas | CanvasSeq,
        shown: Mapping[str, Any],
        *,
        redraws: bool | None = None,
        **fields: Any,
    ) -> None:
        """Record the next change of a canvas: viewers get what is `shown`, services the event's `fields`.

        `redraws` as in `add`.
        """
        self.add(event_type(canvas_id=canvas.id, seq=self.number(canvas), **fields), shown, redraws=redraws)

    def add(
        self,
        event: CanvasEvent,
        shown: Mapping[str, Any],
        *,
        redraws: bool | None = None,
        tiles_added: int = 0,
    ) -> None:
        """Add a numbered event for services, and what viewers are shown of it.

        `redraws`: whether the canvas looks different now, where the event's type does not decide that;
        `tiles_added`: the change of the canvas's number of tiles.
        """
        self._events.append(event)
        self._views.setdefault(event.canvas_id, []).append(view(event.type, event.seq, **shown))
        if event.changes_picture if redraws is None else redraws:
            self._redrawn.add(event.canvas_id)
        self._tiles_added[event.canvas_id] += tiles_added

    def add_unpublished(
        self, canvas_id: int, shown: View, *, redraws: bool = True, tiles_added: int = 0
    ) -> None:
        """Add a numbered change that only viewers receive, as services need no event of it."""
        self._views.setdefault(canvas_id, []).append(shown)
        self._tiles_added[canvas_id] += tiles_added
        if redraws:
            self._redrawn.add(canvas_id)

    def use(self, canvas_id: int, colours: Iterable[int]) -> None:
        """Note colours that pixels of this transaction have, which are then part of the palette for good."""
        self._colours.setdefault(canvas_id, set()).update(colours)

    def defer(self) -> None:
        """Write what was recorded with the next flush or the COMMIT; numbers count on from there.

        Three statements however many changes: the canvases, what viewers catch up from, the outbox.
        """
        views, self._views = self._views, {}
        events, self._events = self._events, []
        if not views:
            return
        last = {canvas_id: shown[-1]["seq"] for canvas_id, shown in views.items()}
        self._conn.defer(
            _ADVANCE,
            {
                "ids": integers(last),
                "seqs": integers(last.values()),
                "tiles_added": integers([self._tiles_added[canvas_id] for canvas_id in last]),
                "redrawn": integers(self._redrawn),
                "colours": texts([pack_colours(self._colours.get(canvas_id, ())) for canvas_id in last]),
            },
        )
        self._colours.clear()
        self._redrawn.clear()
        self._tiles_added.clear()
        kept = [(canvas_id, shown) for canvas_id, of_canvas in views.items() for shown in of_canvas]
        self._conn.defer(
            _KEEP,
            {
                "canvas_ids": integers([canvas_id for canvas_id, _ in kept]),
                "seqs": integers([shown["seq"] for _, shown in kept]),
                "events": orjson.dumps([shown for _, shown in kept]).decode(),
            },
        )
        if events:
            self._outbox.defer(self._conn, *events)
        self._announce_after_commit(views)

    def _announce_after_commit(self, views: Mapping[int, Sequence[View]]) -> None:
        if not self._committing:
            self._conn.after_commit(self._announce_committed)
        for canvas_id, of_canvas in views.items():
            announced = self._committing.setdefault(canvas_id, [])
            announced += of_canvas
            if len(announced) > LONGEST_ANNOUNCEMENT:
                del announced[:-1]

    def _announce_committed(self) -> None:
        for canvas_id, views in self._committing.items():
            try:
                self._announce(canvas_id, views)
            except Exception:
                # The write is durable and must be answered so; viewers find the change in the journal.
                log.exception("change not announced", canvas_id=canvas_id)


class Journal:
    """Opens the transactions in which canvases change; `announce` gets each change once it is committed."""

    def __init__(self, database: Database, outbox: Outbox, announce: Announce) -> None:
        self._database = database
        self._outbox = outbox
        self._announce = announce

    @asynccontextmanager
    async def transaction(
        self, *, statement: float | None = None
    ) -> AsyncIterator[tuple[Connection, CanvasChanges]]:
        """Lend a connection in a transaction and its changes, which are written with the COMMIT.

        Each statement may take `statement` seconds where the pool's limit is too short.
        """
        async with self._database.transaction(statement=statement) as conn:
            changes = CanvasChanges(conn, self._outbox, self._announce)
            yield conn, changes
            changes.defer()


def view(kind: str, seq: int, **fields: Any) -> View:
    """Build what the live feed sends for a change."""
    return {"seq": seq, "kind": kind, **fields}


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


async def list_advanced(conn: Connection, known: Mapping[int, int]) -> Sequence[int]:
    """Return the canvases whose last change has a higher number than the known one."""
    rows = await conn.fetch_all(_ADVANCED, {"canvas_ids": integers(known), "seqs": integers(known.values())})
    return [row.id for row in rows]


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
