"""Live cursors: where artists point, and which part of the canvas they see.

They are beside the numbered changes and worth nothing a moment later, so nothing is stored, nothing is
repeated, and under load they are the first to be dropped: of an artist's points all but the newest, for a
viewer who still has something to read, and for all of them while the process is behind with its work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from services.tiles.canvases.rules import MAX_SIDE
from services.tiles.live.pace import SEND_SECONDS
from services.tiles.live.subprotocols import encode_json
from services.tiles.live.viewer import Viewer
from shared.buckets import TokenBucket

POINTS_PER_SECOND: Final = 20
"""Per socket; more are dropped."""

SHORTEST_SECONDS: Final = 0.05
"""The pause between two messages to a viewer, at least."""

BUDGET: Final = 0.05
"""The share of one core that sending the cursors of one canvas may take; a crowd gets them less often."""

BEHIND_SECONDS: Final = 0.1
"""How late a timer may be before cursors are dropped: strokes wait for the same loop."""

MOST_CURSORS: Final = 50
"""Per message; no one could follow more of them on a canvas."""

SLICE_VIEWERS: Final = 128
"""Viewers who are sent a message before the loop does other work, about 1 ms."""

Coordinate = Annotated[float, Field(ge=-MAX_SIDE, le=2 * MAX_SIDE, allow_inf_nan=False)]


class Point(BaseModel):
    """`{"type": "point", "at": [x, y] | null, "view"?: [x, y, width, height]}` from a client.

    In pixels of the canvas: where the artist points, null nowhere, and the part that they see, if it changed.
    """

    model_config = ConfigDict(strict=True, frozen=True)

    at: Annotated[list[Coordinate], Field(min_length=2, max_length=2)] | None
    view: Annotated[list[Coordinate], Field(min_length=4, max_length=4)] | None = None


class Cursor(BaseModel):
    """A point, and the artist whose it is."""

    model_config = ConfigDict(frozen=True)

    id: int
    at: list[float] | None
    view: list[float] | None = None

    @property
    def shown(self) -> dict[str, Any]:
        """The cursor as viewers get it, to a tenth of a pixel; without a view that did not change."""
        shown: dict[str, Any] = {"id": self.id, "at": self.at and [round(value, 1) for value in self.at]}
        if self.view is not None:
            shown["view"] = [round(value, 1) for value in self.view]
        return shown


class Cursors:
    """The cursors on one canvas that moved since viewers were last sent them."""

    def __init__(self) -> None:
        self._moved: dict[int, Cursor] = {}
        self._own: set[int] = set()
        self._allowances: dict[Viewer, TokenBucket] = {}
        self.due_at: float | None = None
        """When the next message is sent, by the clock of the loop; None while nothing has moved."""

    def may_point(self, viewer: Viewer) -> bool:
        """Count a point of a viewer; returns whether it is within their limit."""
        allowance = self._allowances.setdefault(viewer, TokenBucket(POINTS_PER_SECOND, POINTS_PER_SECOND))
        return not allowance.take(1)

    def forget(self, viewer: Viewer) -> None:
        """Forget the limit of a viewer who has left."""
        self._allowances.pop(viewer, None)

    def move(self, cursor: Cursor, *, is_own: bool) -> None:
        """Take a newer position of a cursor; `is_own`: its artist has a socket in this process."""
        before = self._moved.get(cursor.id)
        if before is None and len(self._moved) >= MOST_CURSORS:
            return
        if before is not None and cursor.view is None:
            cursor = cursor.model_copy(update={"view": before.view})
        self._moved[cursor.id] = cursor
        if is_own:
            self._own.add(cursor.id)

    def take(self) -> tuple[Sequence[Cursor], Sequence[Cursor]]:
        """Return what has moved since the last time: all cursors, and those that other processes lack."""
        moved, own = self._moved, self._own
        self._moved, self._own, self.due_at = {}, set(), None
        return list(moved.values()), [moved[artist_id] for artist_id in own]


def interval_of(viewers: int) -> float:
    """Return the seconds between two messages to so many viewers."""
    return max(SHORTEST_SECONDS, viewers * SEND_SECONDS / BUDGET)


def send_cursors(cursors: Sequence[Cursor], viewers: Iterable[Viewer]) -> None:
    """Send cursors to those viewers who have read everything else; not to one about themselves alone."""
    frame = encode_json({"type": "cursors", "cursors": [cursor.shown for cursor in cursors]}).frame
    only = cursors[0].id if len(cursors) == 1 else None
    receivers = iter([one for one in viewers if one.artist is None or one.artist.account_id != only])
    loop = asyncio.get_running_loop()

    def send_slice() -> None:
        some = list(islice(receivers, SLICE_VIEWERS))
        for viewer in some:
            viewer.write_if_idle(frame)
        if len(some) == SLICE_VIEWERS:
            loop.call_soon(send_slice)

    send_slice()
