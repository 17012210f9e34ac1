"""The hub: connects viewers to canvases, and both to the processes that change them and to the journal.

What this process commits is broadcast at once, without the broker; what others commit arrives from them. No
message needs to arrive: every second the numbers of all canvases are compared with the database, and what is
missing is read from the journal. So viewers see every change within two seconds while the broker is away.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
from aiohttp import WSCloseCode, web
from prometheus_client import Gauge

from services.tiles.canvases import journal
from services.tiles.canvases.journal import View
from services.tiles.live.channel import CATCH_UP_LIMIT, Channel
from services.tiles.live.chat_feed import ChatFeed
from services.tiles.live.pace import Pace
from services.tiles.live.presence import Presence
from services.tiles.live.viewer import SESSION_ENDED, Viewer
from services.tiles.peers import Peers
from shared.db import Database
from shared.errors import Unavailable

log = structlog.get_logger(__name__)

CATCH_UP_CHUNK = 500
"""Events."""

CATCH_UPS_AT_ONCE = 4
"""Returning viewers who read the journal: after an outage all return at once, and writes need connections."""

RETRY_SECONDS = 0.5

CHECK_SECONDS = 1.0
"""One query per second for all canvases, so that viewers see what a lost message said within two."""

GAP_SECONDS = 0.1
"""How long an event waits for the one before it, which another process has committed and is publishing."""

VIEWERS = Gauge("live_viewers", "WebSockets of the live feed in this process.")


class Hub:
    """All canvases with viewers in this process."""

    def __init__(self, database: Database, peers: Peers, broker_url: str, *, name: str) -> None:
        self._database = database
        self._peers = peers
        peers.listen_to_changes(self._receive, self._check)
        self.chat = ChatFeed(database)
        peers.listen_to_chat(self.chat.wake)
        peers.listen_to_films(self._send_film)
        self.presence = Presence(broker_url, name=name)
        self._pace = Pace()
        self._catching_up = asyncio.Semaphore(CATCH_UPS_AT_ONCE)
        self._channels: dict[int, Channel] = {}
        self._starting: dict[int, asyncio.Task[None]] = {}
        self._binding: set[asyncio.Task[None]] = set()
        self._watching: Counter[int] = Counter()
        self._filling: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Exchange presence with other processes, and look for missed changes, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.chat.run())
            tasks.create_task(self.presence.run())
            tasks.create_task(self._check_regularly())

    def announce(self, canvas_id: int, views: Sequence[View]) -> None:
        """Broadcast changes that this process has committed, here and in the other processes."""
        self._receive(canvas_id, views)
        self._peers.publisher.publish(canvas_id, views)

    def announce_chat(self, canvas_id: int) -> None:
        """Have what was written on a canvas broadcast, here and by the other processes."""
        self.chat.wake(canvas_id)
        self._peers.publisher.publish_chat(canvas_id)

    @asynccontextmanager
    async def watching(self, viewer: Viewer, canvas_id: int, since: int | None) -> AsyncIterator[None]:
        """Send the viewer `hello`, the changes since number `since`, and while in the block what happens.

        That is every change, and what is written.

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
                with self.chat.watching(viewer, canvas_id):
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

    def _send_film(self, canvas_id: int, artist_id: int, film: dict[str, Any]) -> None:
        """Send the progress of a film to the sockets of the artist who requested it, and to no others."""
        channel = self._channels.get(canvas_id)
        for viewer in () if channel is None else channel.viewers:
            if viewer.artist is not None and viewer.artist.account_id == artist_id:
                viewer.send({"type": "film", "film": film})

    async def _open(self, canvas_id: int) -> Channel:
        channel = self._channels.get(canvas_id)
        if channel is None:
            channel = self._channels[canvas_id] = Channel(canvas_id, self._pace)
            self._starting[canvas_id] = asyncio.create_task(self._start(channel))
        await asyncio.shield(self._starting[canvas_id])
        return channel

    async def _start(self, channel: Channel) -> None:
        async with self._database.connection() as conn:
            channel.start_at(await journal.get_last_seq(conn, channel.canvas_id) or 0)
            await self.chat.open(conn, channel.canvas_id)
        # Viewers need not wait for the broker: what is committed before the binding is found afterwards.
        binding = asyncio.create_task(self._bind(channel))
        self._binding.add(binding)
        binding.add_done_callback(self._binding.discard)

    async def _bind(self, channel: Channel) -> None:
        await self._peers.bind(channel.canvas_id)
        self._fill_gap(channel)

    async def _drop(self, canvas_id: int) -> None:
        del self._watching[canvas_id]
        del self._channels[canvas_id]
        self._starting.pop(canvas_id).cancel()
        self.chat.close(canvas_id)
        await self._peers.unbind(canvas_id)

    async def _catch_up(self, viewer: Viewer, channel: Channel, since: int) -> int:
        """Send what followed `since` until the viewer has reached the broadcast; returns its position."""
        if (batches := channel.batches_after(since, viewer.subprotocol)) is not None:
            for batch in batches:
                viewer.send_message(batch)
            return channel.sent
        position = since
        if not await self._can_resume(channel.canvas_id, since):
            viewer.send({"type": "resync"})
            return channel.sent
        while position < channel.sent:
            async with self._catching_up, self._database.connection() as conn:
                events = await journal.list_page_after(conn, channel.canvas_id, position, CATCH_UP_CHUNK)
            if not events or not journal.follows_without_gap(events, position):
                viewer.send({"type": "resync"})  # pruned in the meantime
                return channel.sent
            await viewer.send_in_turn(viewer.subprotocol.encode_batch(events))
            position = events[-1]["seq"]
        return position

    async def _can_resume(self, canvas_id: int, since: int) -> bool:
        """Return whether the journal reaches back to `since`, in a number of events worth replaying."""
        async with self._catching_up, self._database.connection() as conn:
            last = await journal.get_last_seq(conn, canvas_id) or 0
            if not last - CATCH_UP_LIMIT <= since <= last:
                return False
            next_events = await journal.list_events_after(conn, canvas_id, since, 1)
        return since == last or bool(next_events and journal.follows_without_gap(next_events, since))

    def _receive(self, canvas_id: int, views: Sequence[View]) -> None:
        channel = self._channels.get(canvas_id)
        if channel is None or not channel.is_started:
            return
        for event in views:
            channel.accept(event)
        channel.flush_soon()
        if channel.has_gap:
            self._fill_gap(channel, after=GAP_SECONDS)

    async def _check_regularly(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            await self._check()

    async def _check(self) -> None:
        """Find the canvases of which changes were missed, in one query, and fill their gaps."""
        accepted = {
            canvas_id: channel.accepted for canvas_id, channel in self._channels.items() if channel.is_started
        }
        if not accepted:
            return
        try:
            async with self._database.connection() as conn:
                advanced = await journal.list_advanced(conn, accepted)
        except Unavailable as error:
            log.warning("missed changes not looked for", reason=str(error))
            return
        for canvas_id in advanced:
            if (channel := self._channels.get(canvas_id)) is not None:
                self._fill_gap(channel)

    def _fill_gap(self, channel: Channel, *, after: float = 0.0) -> None:
        canvas_id = channel.canvas_id
        if canvas_id not in self._filling:
            task = self._filling[canvas_id] = asyncio.create_task(self._fill(channel, after))
            task.add_done_callback(lambda _: self._filling.pop(canvas_id))

    async def _fill(self, channel: Channel, after: float) -> None:
        """Read what is missing from the journal; a gap that closes within `after` seconds needs no query."""
        if after:
            await asyncio.sleep(after)
            if not channel.has_gap:
                return
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
            if not events:
                return
            if events[0]["seq"] > channel.accepted + 1:
                log.warning("missed changes are no longer kept", canvas_id=channel.canvas_id)
                channel.skip_to(events[0]["seq"] - 1)
            for event in events:
                channel.accept(event)
            await channel.flush()
            if not channel.has_gap and len(events) < CATCH_UP_CHUNK:
                return


def _describe(viewer: Viewer) -> dict[str, object] | None:
    if viewer.artist is None:
        return None
    return {"id": viewer.artist.account_id, "username": viewer.artist.username}


HUB = web.AppKey("HUB", Hub)
