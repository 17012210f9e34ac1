"""One canvas as this process broadcasts it: its viewers and their positions in the sequence."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.tiles.canvases.journal import View
from services.tiles.live.frames import Message
from services.tiles.live.pace import Pace
from services.tiles.live.subprotocols import BINARY, Subprotocol
from services.tiles.live.viewer import CANVAS_GONE, TOO_FAR_BEHIND, Viewer
from services.tiles.members.service import CHANGED, REMOVED
from shared.messaging.contracts import CanvasDeleted, CanvasUpdated

RECENT_BYTES = 512 * 1024
"""Batches kept in memory per canvas, for viewers that reconnect."""

NOBODY = 0
"""The id of no account."""

CATCH_UP_LIMIT = 5000
"""Events; for a client further behind, loading a snapshot is faster than replaying."""

EARLY_EVENTS = 2000
"""Events that wait for a missing one; of more only the number is kept, and the journal has the rest."""

FRAME_EVENTS = 500
"""The most in one frame; a long gap that is filled makes several."""

SLICE_VIEWERS = 128
"""Viewers who are sent a frame before the loop does other work, about 1 ms: each send takes 7 to 10 µs."""


@dataclass(slots=True)
class Sent:
    """A batch that was broadcast, the numbers of its first and last event, and how it was encoded."""

    first: int
    last: int
    encoded: dict[Subprotocol, Message]

    @property
    def size(self) -> int:
        """Bytes that it occupies."""
        return sum(len(message.payload) for message in self.encoded.values())

    @property
    def events(self) -> list[View]:
        """The events of the batch."""
        subprotocol, message = next(iter(self.encoded.items()))
        return subprotocol.decode_batch(message)

    def message(self, subprotocol: Subprotocol) -> Message:
        """Return the batch in a subprotocol; encodes it if no viewer spoke that when it was broadcast."""
        if subprotocol not in self.encoded:
            self.encoded[subprotocol] = subprotocol.encode_batch(self.events)
        return self.encoded[subprotocol]


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

    def batches_after(self, since: int, subprotocol: Subprotocol) -> list[Message] | None:
        """Return the batches from `since` to `sent`, or None if those kept in memory do not reach back."""
        if since == self.sent:
            return []
        if not self._recent or not self._recent[0].first - 1 <= since < self.sent:
            return None
        missed = [sent for sent in self._recent if sent.last > since]
        kept = sum(sent.size for sent in missed)
        batches = [sent.message(subprotocol) for sent in missed]
        self._recent_bytes += sum(sent.size for sent in missed) - kept
        if missed[0].first <= since:
            unseen = [event for event in missed[0].events if event["seq"] > since]
            batches[0] = subprotocol.encode_batch(unseen)
        return batches

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
        """Broadcast the pending events: encoded once per subprotocol, the same frame for every viewer.

        One broadcast at a time, so that each viewer gets frames in order; others work between its slices.
        """
        async with self._turn:
            events, self._pending = self._pending, []
            for part in _parts(events):
                await self._broadcast(part)
                self._dismiss_after(part[-1])

    async def _broadcast(self, events: Sequence[View]) -> None:
        self._pace.record(self.canvas_id, len(self.viewers), asyncio.get_running_loop().time())
        level = list(self.viewers - self._ahead.keys())
        # Kept in the smallest encoding where nobody needs one now.
        spoken = {viewer.subprotocol for viewer in level} or {BINARY}
        encoded = {subprotocol: subprotocol.encode_batch(events) for subprotocol in spoken}
        last = events[-1]["seq"]
        self._remember(Sent(self.sent + 1, last, encoded))
        # From here on, a viewer that attaches begins after these events, and is not among `level`.
        self.sent = last
        for viewer, position in list(self._ahead.items()):
            unseen = [event for event in events if event["seq"] > position]
            if unseen:
                viewer.send_message(viewer.subprotocol.encode_batch(unseen))
            if position <= self.sent:
                del self._ahead[viewer]
        frames = {subprotocol: message.frame for subprotocol, message in encoded.items()}
        for start in range(0, len(level), SLICE_VIEWERS):
            if start:
                await asyncio.sleep(0)
            for viewer in level[start : start + SLICE_VIEWERS]:
                if viewer in self.viewers:
                    viewer.write(frames[viewer.subprotocol])

    def _remember(self, sent: Sent) -> None:
        self._recent.append(sent)
        self._recent_bytes += sent.size
        while self._recent and (
            self._recent_bytes > RECENT_BYTES or sent.last - self._recent[0].last >= CATCH_UP_LIMIT
        ):
            self._recent_bytes -= self._recent.popleft().size

    def _learn_membership(self, event: View) -> None:
        for viewer in self.viewers:
            if viewer.artist is not None and viewer.artist.account_id == event["artist_id"]:
                viewer.learn_membership(event["kind"] == CHANGED, event["seq"])

    def _dismiss_after(self, event: View) -> None:
        if not _may_disconnect(event):
            return
        if event["kind"] in (CHANGED, REMOVED):
            self._learn_membership(event)
        for viewer in list(self.viewers):
            if _is_sent_away(viewer, event):
                self.detach(viewer)
                viewer.dismiss(CANVAS_GONE)


def _is_sent_away(viewer: Viewer, event: View) -> bool:
    match event["kind"]:
        case CanvasDeleted.type:
            return True
        case CanvasUpdated.type:
            return not viewer.may_see_private(event["canvas"]["owner"]["id"])
        case _:
            is_meant = viewer.artist is not None and viewer.artist.account_id == event["artist_id"]
            return is_meant and not event["is_public"] and not viewer.may_see_private(NOBODY)


def _parts(events: Sequence[View]) -> Iterator[Sequence[View]]:
    """Divide events into frames; an event that may disconnect viewers is the last of its frame.

    The viewers that it disconnects receive it, and nothing after it.
    """
    start = 0
    for end, event in enumerate(events, 1):
        if end == len(events) or end - start == FRAME_EVENTS or _may_disconnect(event):
            yield events[start:end]
            start = end


def _may_disconnect(event: View) -> bool:
    if event["kind"] == CanvasUpdated.type:
        return not event["canvas"]["is_public"]
    return event["kind"] in (CanvasDeleted.type, CHANGED, REMOVED)
