"""One canvas as this process broadcasts it: its viewers and their positions in the sequence."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from services.tiles.live.viewer import CANVAS_GONE, Viewer
from shared.messaging.contracts import CanvasDeleted, CanvasUpdated

BrowserEvent = dict[str, Any]
"""A change as a browser gets it: `seq`, `kind` and what the kind has besides."""

TICK_SECONDS = 0.02
"""Events of one tick share a frame: the cost is per frame, not per event."""

RECENT_BYTES = 512 * 1024
"""Frames kept in memory per canvas, for viewers that reconnect."""


class Sent(NamedTuple):
    """A frame that was broadcast, and the numbers of the first and the last event in it."""

    first: int
    last: int
    frame: bytes


class Channel:
    """Accepts a canvas's events in sequence only, and sends each to each viewer once.

    `accepted` is the number of the last event accepted, `sent` of the last one broadcast; those between wait
    for the next tick. A viewer that has caught up from the database may be ahead of `sent`.
    """

    def __init__(self, canvas_id: int) -> None:
        self.canvas_id = canvas_id
        self.viewers: set[Viewer] = set()
        self.accepted = 0
        self.sent = 0
        self._newest = 0
        self._pending: list[BrowserEvent] = []
        self._ahead: dict[Viewer, int] = {}
        self._recent: deque[Sent] = deque()
        self._recent_bytes = 0
        self._flushing: asyncio.TimerHandle | None = None
        self._flushed_at = 0.0

    def start_at(self, seq: int) -> None:
        """Begin after change number `seq`; if later events have arrived already, there is a gap to fill."""
        self.accepted = self.sent = seq
        self._pending.clear()
        self._recent.clear()
        self._recent_bytes = 0

    @property
    def has_gap(self) -> bool:
        """Whether an event has arrived that cannot be sent before missing ones."""
        return self._newest > self.accepted

    def accept(self, event: BrowserEvent) -> None:
        """Accept an event if it is the next one; otherwise only note its number."""
        seq = event["seq"]
        self._newest = max(self._newest, seq)
        if seq == self.accepted + 1:
            self.accepted = seq
            self._pending.append(event)

    def attach(self, viewer: Viewer, position: int) -> None:
        """Send the viewer everything after `position`, which is `sent` or later."""
        self.viewers.add(viewer)
        if position > self.sent:
            self._ahead[viewer] = position

    def detach(self, viewer: Viewer) -> None:
        """Stop sending to the viewer."""
        self.viewers.discard(viewer)
        self._ahead.pop(viewer, None)

    def frames_after(self, since: int) -> list[bytes] | None:
        """Return the frames from `since` to `sent`, or None if those kept in memory do not reach back."""
        if since == self.sent:
            return []
        if not self._recent or not self._recent[0].first - 1 <= since < self.sent:
            return None
        missed = [sent for sent in self._recent if sent.last > since]
        frames = [sent.frame for sent in missed]
        if missed[0].first <= since:
            events = orjson.loads(frames[0])["events"]
            frames[0] = batch_frame([event for event in events if event["seq"] > since])
        return frames

    def flush_soon(self) -> None:
        """Flush one tick after the last flush: at once in quiet times, with other events in busy ones."""
        if self._pending and self._flushing is None:
            loop = asyncio.get_running_loop()
            self._flushing = loop.call_at(self._flushed_at + TICK_SECONDS, self._flush_now)

    def _flush_now(self) -> None:
        self._flushing = None
        self._flushed_at = asyncio.get_running_loop().time()
        self.flush()

    def flush(self) -> None:
        """Broadcast the pending events: encoded once, the same frame for every viewer."""
        events, self._pending = self._pending, []
        while events:
            # A viewer whom an event sends away gets that event, and none that follow in the same tick.
            count = next((n for n, event in enumerate(events, 1) if _sends_away(event)), len(events))
            self._broadcast(events[:count])
            self._dismiss_after(events[count - 1])
            events = events[count:]

    def _broadcast(self, events: Sequence[BrowserEvent]) -> None:
        frame = batch_frame(events)
        last = events[-1]["seq"]
        self._remember(Sent(self.sent + 1, last, frame))
        self.sent = last
        for viewer in self.viewers - self._ahead.keys():
            viewer.send_frame(frame)
        for viewer, position in list(self._ahead.items()):
            unseen = [event for event in events if event["seq"] > position]
            if unseen:
                viewer.send_frame(batch_frame(unseen))
            if position <= self.sent:
                del self._ahead[viewer]

    def _remember(self, sent: Sent) -> None:
        self._recent.append(sent)
        self._recent_bytes += len(sent.frame)
        while self._recent_bytes > RECENT_BYTES:
            self._recent_bytes -= len(self._recent.popleft().frame)

    def _dismiss_after(self, event: BrowserEvent) -> None:
        if not _sends_away(event):
            return
        for viewer in list(self.viewers):
            if event["kind"] == CanvasDeleted.type or not viewer.may_see_private(
                event["canvas"]["owner"]["id"]
            ):
                self.detach(viewer)
                viewer.dismiss(CANVAS_GONE)


def _sends_away(event: BrowserEvent) -> bool:
    if event["kind"] == CanvasUpdated.type:
        return not event["canvas"]["is_public"]
    return bool(event["kind"] == CanvasDeleted.type)


def batch_frame(events: Sequence[BrowserEvent]) -> bytes:
    """Encode a `batch` message."""
    return orjson.dumps({"type": "batch", "events": events})
