"""One canvas as this process broadcasts it: its viewers and their positions in the sequence."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import orjson

from services.tiles.canvases.journal import View
from services.tiles.live.pace import Pace
from services.tiles.live.viewer import CANVAS_GONE, TOO_FAR_BEHIND, Viewer, text_frame
from shared.messaging.contracts import CanvasDeleted, CanvasUpdated

RECENT_BYTES = 512 * 1024
"""Frames kept in memory per canvas, for viewers that reconnect."""

EARLY_EVENTS = 2000
"""Events that wait for a missing one; of more only the number is kept, and the journal has the rest."""

FRAME_EVENTS = 500
"""The most in one frame; a long gap that is filled makes several."""

SLICE_VIEWERS = 128
"""Viewers who are sent a frame before the loop does other work, about 1 ms: each send takes 7 to 10 µs."""


class Sent(NamedTuple):
    """A frame that was broadcast, and the numbers of the first and the last event in it."""

    first: int
    last: int
    frame: bytes


class Channel:
    """Accepts a canvas's events in sequence only, and sends each to each viewer once.

    `accepted` is the number of the last event accepted, `sent` of the last one whose broadcast has begun;
    those between wait for it. A viewer that has caught up from the database may be ahead of `sent`.
    """

    def __init__(self, canvas_id: int, pace: Pace) -> None:
        self.canvas_id = canvas_id
        self.viewers: set[Viewer] = set()
        self.is_started = False
        self.accepted = 0
        self.sent = 0
        self._pace = pace
        self._newest = 0
        self._early: dict[int, View] = {}
        self._pending: list[View] = []
        self._ahead: dict[Viewer, int] = {}
        self._recent: deque[Sent] = deque()
        self._recent_bytes = 0
        self._flushing: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    def start_at(self, seq: int) -> None:
        """Begin after change number `seq`."""
        self.is_started = True
        self.accepted = self.sent = seq

    def skip_to(self, seq: int) -> None:
        """Continue after change number `seq` without those before it, which cannot be read any more.

        The viewers are disconnected; they resume with `since`, and load a snapshot.
        """
        for viewer in list(self.viewers):
            self.detach(viewer)
            viewer.dismiss(TOO_FAR_BEHIND)
        self.accepted = self.sent = seq
        self._pending.clear()
        self._early.clear()
        self._recent.clear()
        self._recent_bytes = 0

    @property
    def has_gap(self) -> bool:
        """Whether an event has arrived that cannot be sent before missing ones."""
        return self._newest > self.accepted

    def accept(self, event: View) -> None:
        """Accept an event if it is the next one, and those that waited for it; otherwise let it wait."""
        seq = event["seq"]
        self._newest = max(self._newest, seq)
        if seq == self.accepted + 1:
            self._append(event)
            while (waiting := self._early.pop(self.accepted + 1, None)) is not None:
                self._append(waiting)
        elif seq > self.accepted and len(self._early) < EARLY_EVENTS:
            self._early[seq] = event

    def _append(self, event: View) -> None:
        self.accepted = event["seq"]
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
        """Broadcast what is pending: at once in quiet times, with other events in busy ones."""
        if self._pending and self._flushing is None:
            self._flushing = asyncio.create_task(self._flush_when_due())

    async def _flush_when_due(self) -> None:
        now = asyncio.get_running_loop().time()
        # Even without a delay this leaves a turn of the loop to the acknowledgements of what is broadcast.
        await asyncio.sleep(self._pace.seconds_until_due(self.canvas_id, now))
        self._flushing = None
        await self.flush()

    async def flush(self) -> None:
        """Broadcast the pending events: encoded once, the same frame for every viewer.

        One broadcast at a time, so that each viewer gets frames in order; others work between its slices.
        """
        async with self._turn:
            events, self._pending = self._pending, []
            for part in _parts(events):
                await self._broadcast(part)
                self._dismiss_after(part[-1])

    async def _broadcast(self, events: Sequence[View]) -> None:
        self._pace.record(self.canvas_id, len(self.viewers), asyncio.get_running_loop().time())
        payload = batch_frame(events)
        last = events[-1]["seq"]
        self._remember(Sent(self.sent + 1, last, payload))
        # From here on, a viewer that attaches begins after these events, and is not among `level`.
        self.sent = last
        level = list(self.viewers - self._ahead.keys())
        for viewer, position in list(self._ahead.items()):
            unseen = [event for event in events if event["seq"] > position]
            if unseen:
                viewer.send_frame(batch_frame(unseen))
            if position <= self.sent:
                del self._ahead[viewer]
        frame = text_frame(payload)
        for start in range(0, len(level), SLICE_VIEWERS):
            if start:
                await asyncio.sleep(0)
            for viewer in level[start : start + SLICE_VIEWERS]:
                if viewer in self.viewers:
                    viewer.write(frame)

    def _remember(self, sent: Sent) -> None:
        self._recent.append(sent)
        self._recent_bytes += len(sent.frame)
        while self._recent_bytes > RECENT_BYTES:
            self._recent_bytes -= len(self._recent.popleft().frame)

    def _dismiss_after(self, event: View) -> None:
        if not _sends_away(event):
            return
        for viewer in list(self.viewers):
            if event["kind"] == CanvasDeleted.type or not viewer.may_see_private(
                event["canvas"]["owner"]["id"]
            ):
                self.detach(viewer)
                viewer.dismiss(CANVAS_GONE)


def _parts(events: Sequence[View]) -> Iterator[Sequence[View]]:
    """Divide events into frames; an event that sends viewers away is the last of its frame.

    Those whom it sends away get it, and none that follow.
    """
    start = 0
    for end, event in enumerate(events, 1):
        if end == len(events) or end - start == FRAME_EVENTS or _sends_away(event):
            yield events[start:end]
            start = end


def _sends_away(event: View) -> bool:
    if event["kind"] == CanvasUpdated.type:
        return not event["canvas"]["is_public"]
    return bool(event["kind"] == CanvasDeleted.type)


def batch_frame(events: Sequence[View]) -> bytes:
    """Encode a `batch` message."""
    return orjson.dumps({"type": "batch", "events": events})
