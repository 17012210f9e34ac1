"""The hub: connects viewers to canvases, and both to the broker's feed and the database.

Messages from the broker are broadcast at once; changes that it did not deliver (while it was away, or before
this process was bound) are read from the canvas's journal, so a lost message is never a lost change.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from aiohttp import WSCloseCode, web
from prometheus_client import Gauge

from services.tiles.canvases import journal
from services.tiles.live.channel import Channel, batch_frame
from services.tiles.live.presence import Presence
from services.tiles.live.viewer import SESSION_ENDED, Viewer
from shared.db import Database
from shared.errors import Unavailable
from shared.messaging.envelope import Envelope
from shared.messaging.feed import CanvasFeed

log = structlog.get_logger(__name__)

CATCH_UP_CHUNK = 500
CATCH_UP_LIMIT = 5000
"""Events; for a client further behind, loading a snapshot is faster than replaying."""

RETRY_SECONDS = 0.5

VIEWERS = Gauge("live_viewers", "WebSockets of the live feed in this process.")


class Hub:
    """All canvases with viewers in this process."""

    def __init__(self, database: Database, broker_url: str, *, name: str) -> None:
        self._database = database
        self._feed = CanvasFeed(
            broker_url, name=name, on_message=self._receive, on_connected=self._fill_all_gaps
        )
        self.presence = Presence(broker_url, name=name)
        self._channels: dict[int, Channel] = {}
        self._starting: dict[int, asyncio.Task[None]] = {}
        self._watching: Counter[int] = Counter()
        self._filling: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Keep feed and presence connected until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._feed.run())
            tasks.create_task(self.presence.run())

    @asynccontextmanager
    async def watching(self, viewer: Viewer, canvas_id: int, since: int | None) -> AsyncIterator[None]:
        """Send the viewer `hello`, the changes since number `since`, and every change while in the block.

        Raises Unavailable when the database is away.
        """
        self._watching[canvas_id] += 1
        VIEWERS.inc()
        try:
            channel = await self._open(canvas_id)
            async with self.presence.watching(viewer, canvas_id) as people:
                viewer.send(
                    {"type": "hello", "seq": channel.sent, "you": _describe(viewer), "presence": people}
                )
                position = channel.sent if since is None else await self._catch_up(viewer, channel, since)
                channel.attach(viewer, position)
                try:
                    yield
                finally:
                    channel.detach(viewer)
        finally:
            VIEWERS.dec()
            self._watching[canvas_id] -= 1
            if not self._watching[canvas_id]:
                await self._drop(canvas_id)

    async def close(self) -> None:
        """Close every socket with 1001: clients reconnect to another process, with `since`."""
        viewers = [viewer for channel in self._channels.values() for viewer in channel.viewers]
        await asyncio.gather(*(v.close(WSCloseCode.GOING_AWAY, b"the service restarts") for v in viewers))

    def close_account(self, account_id: int, session_id: str | None = None) -> None:
        """Close the sockets of an account, or of one session, with 1008, as its tokens were revoked."""
        for channel in self._channels.values():
            for viewer in channel.viewers:
                artist = viewer.artist
                if artist and artist.account_id == account_id and session_id in (None, artist.session_id):
                    viewer.dismiss(SESSION_ENDED)

    async def _open(self, canvas_id: int) -> Channel:
        channel = self._channels.get(canvas_id)
        if channel is None:
            channel = self._channels[canvas_id] = Channel(canvas_id)
            self._starting[canvas_id] = asyncio.create_task(self._start(channel))
        await asyncio.shield(self._starting[canvas_id])
        return channel

    async def _start(self, channel: Channel) -> None:
        # Bind first, then read the last number: a change in between arrives as a message and is not missed.
        await self._feed.bind(channel.canvas_id)
        async with self._database.connection() as conn:
            channel.start_at(await journal.get_last_seq(conn, channel.canvas_id) or 0)
        if channel.has_gap:
            self._fill_gap(channel)

    async def _drop(self, canvas_id: int) -> None:
        del self._watching[canvas_id]
        del self._channels[canvas_id]
        self._starting.pop(canvas_id).cancel()
        await self._feed.unbind(canvas_id)

    async def _catch_up(self, viewer: Viewer, channel: Channel, since: int) -> int:
        """Send what followed `since` until the viewer has reached the broadcast; returns its position."""
        if (frames := channel.frames_after(since)) is not None:
            for frame in frames:
                viewer.send_frame(frame)
            return channel.sent
        position = since
        if not await self._can_resume(channel.canvas_id, since):
            viewer.send({"type": "resync"})
            return channel.sent
        while position < channel.sent:
            async with self._database.connection() as conn:
                events = await journal.list_events_after(conn, channel.canvas_id, position, CATCH_UP_CHUNK)
            if not events or not journal.follows_without_gap(events, position):
                viewer.send({"type": "resync"})  # pruned in the meantime
                return channel.sent
            viewer.send_frame(batch_frame(events))
            position = events[-1]["seq"]
        return position

    async def _can_resume(self, canvas_id: int, since: int) -> bool:
        """Return whether the journal reaches back to `since`, in a number of events worth replaying."""
        async with self._database.connection() as conn:
            last = await journal.get_last_seq(conn, canvas_id) or 0
            if not last - CATCH_UP_LIMIT <= since <= last:
                return False
            next_events = await journal.list_events_after(conn, canvas_id, since, 1)
        return since == last or bool(next_events and journal.follows_without_gap(next_events, since))

    def _receive(self, envelope: Envelope) -> None:
        channel = self._channels.get(envelope.subject_id)
        if channel is None:
            return
        # A message carries many strokes, but only one change of any other kind.
        for event in envelope.data.get("views") or (envelope.data["view"],):
            channel.accept(event)
        channel.flush_soon()
        if channel.has_gap:
            self._fill_gap(channel)

    async def _fill_all_gaps(self) -> None:
        for channel in list(self._channels.values()):
            self._fill_gap(channel)

    def _fill_gap(self, channel: Channel) -> None:
        canvas_id = channel.canvas_id
        if canvas_id not in self._filling:
            task = self._filling[canvas_id] = asyncio.create_task(self._fill(channel))
            task.add_done_callback(lambda _: self._filling.pop(canvas_id))

    async def _fill(self, channel: Channel) -> None:
        while self._channels.get(channel.canvas_id) is channel:
            try:
                async with self._database.connection() as conn:
                    events = await journal.list_events_after(
                        conn, channel.canvas_id, channel.accepted, CATCH_UP_CHUNK
                    )
            except Unavailable as error:
                log.warning("gap not filled yet", canvas_id=channel.canvas_id, reason=str(error))
                await asyncio.sleep(RETRY_SECONDS)
                continue
            for event in events:
                channel.accept(event)
            channel.flush()
            if not channel.has_gap and len(events) < CATCH_UP_CHUNK:
                return


def _describe(viewer: Viewer) -> dict[str, object] | None:
    if viewer.artist is None:
        return None
    return {"id": viewer.artist.account_id, "username": viewer.artist.username}


HUB = web.AppKey("HUB", Hub)
