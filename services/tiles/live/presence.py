"""Presence: which artists watch a canvas, and which tile they are at, across all processes.

Nothing of it is stored. Each process announces its own artists to the others through a broker exchange that
keeps nothing: changes as they happen, all artists every few seconds. Artists without an announcement for a
while are dropped, so the artists of a killed process vanish and a lost message is repaired; a new process
asks the others to announce theirs.

Guests have no name to show and are not listed. An artist with several sockets is listed once, at the tile of
the latest move. A client may receive its own artist's entry and ignores it.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

import structlog
from aiormq.abc import AbstractChannel, DeliveredMessage
from pydantic import BaseModel, ConfigDict, ValidationError

from services.tiles.live.cursors import BEHIND_SECONDS, Cursor, Point, interval_of, send_cursors
from services.tiles.live.room import Participant, Position, RemoteProcess, Room
from services.tiles.live.viewer import Viewer
from shared.buckets import TokenBucket
from shared.messaging.connection import BrokerLink

log = structlog.get_logger(__name__)

EXCHANGE: Final = "tessera.presence"
TICK_SECONDS: Final = 0.02
"""Changes within one tick are announced together."""

HEARTBEAT_SECONDS: Final = 4.0
ANSWER_SECONDS: Final = 0.06
"""The time in which other processes answer a question and this one passes the answer on, with a margin."""

LONGEST_WAIT_SECONDS: Final = 0.5

MOVES_PER_SECOND: Final = 20
LONGEST_QUEUE: Final = 10_000
CURSORS_QUEUE: Final = 20
"""Announcements that wait for the broker from which on cursors are not announced."""


class Move(BaseModel):
    """`{"type": "presence", "tile": {"x", "y"} | null, "editing": bool}` from a client."""

    model_config = ConfigDict(strict=True, frozen=True)

    tile: Position | None
    editing: bool = False


class Announcement(BaseModel):
    """What a process announces to the others about one canvas.

    `people` are those who came or moved, or with `is_full` all there are; with `asks` the other processes
    announce all of theirs.
    """

    process: str
    canvas_id: int
    people: list[Participant] = []
    left: list[int] = []
    cursors: list[Cursor] = []
    is_full: bool = False
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Binding:
    """A canvas whose announcements this process should receive if it has a room for it, and not otherwise."""

    canvas_id: int


class Presence:
    """All rooms with viewers in this process."""

    def __init__(self, broker_url: str, *, name: str) -> None:
        self._link = BrokerLink(broker_url, f"{name} presence")
        self._process = uuid.uuid4().hex
        self._rooms: dict[int, Room] = {}
        self._queue: asyncio.Queue[Announcement | Binding] | None = None

    async def run(self) -> None:
        """Exchange announcements with the other processes until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._link.run(self._session))
            tasks.create_task(self._beat())

    @asynccontextmanager
    async def watching(self, viewer: Viewer, canvas_id: int) -> AsyncIterator[list[dict[str, Any]]]:
        """Yield the artists on the canvas; in the block the viewer is sent changes, and announced to others.

        The first viewer of a canvas in this process waits a moment for the answers of other processes.
        """
        room = self._rooms.get(canvas_id) or self._open(canvas_id)
        room.uses += 1
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                    await room.answered.wait()
            room.send_changes()  # so that this viewer starts from what the others were sent
            self._enter(viewer, room)
            yield [participant.shown for participant in room.sent.values()]
        finally:
            self._leave(viewer, room)
            room.uses -= 1
            if not room.uses:
                self._close(room)

    def move(self, viewer: Viewer, canvas_id: int, message: Mapping[str, Any]) -> dict[str, Any] | None:
        """Process a client's `presence` message; returns the error to send back, or None."""
        room = self._rooms[canvas_id]
        participant = room.viewers[viewer]
        if participant is None:
            return _GUEST
        try:
            move = Move.model_validate(message)
        except ValidationError:
            return _error(
                "invalid", 'Send {"type": "presence", "tile": {"x", "y"} or null, "editing": bool}.'
            )
        if room.allowances[viewer].take(1):
            return {**_error("rate_limited", "Too many moves."), "retry_after": 1 / MOVES_PER_SECOND}
        changes = {"tile": move.tile, "editing": move.editing, "moved_at": time.time()}
        room.viewers[viewer] = participant.model_copy(update=changes)
        self._mark_due(room)
        return None

    def point(self, viewer: Viewer, canvas_id: int, message: Mapping[str, Any]) -> dict[str, Any] | None:
        """Process a client's `point` message; returns the error to send back, or None."""
        room = self._rooms[canvas_id]
        if viewer.artist is None:
            return _GUEST
        try:
            point = Point.model_validate(message)
        except ValidationError:
            return _error(
                "invalid", 'Send {"type": "point", "at": [x, y] or null}, with "view": [x, y, width, height].'
            )
        if room.cursors.may_point(viewer):
            cursor = Cursor(id=viewer.artist.account_id, at=point.at, view=point.view)
            self._move_cursor(room, cursor, is_own=True)
        return None

    def _move_cursor(self, room: Room, cursor: Cursor, *, is_own: bool) -> None:
        room.cursors.move(cursor, is_own=is_own)
        if room.cursors.due_at is None:
            loop = asyncio.get_running_loop()
            room.cursors.due_at = loop.time() + interval_of(len(room.viewers))
            loop.call_at(room.cursors.due_at, self._send_cursors, room)

    def _send_cursors(self, room: Room) -> None:
        late = asyncio.get_running_loop().time() - (room.cursors.due_at or 0)
        moved, own = room.cursors.take()
        if late > BEHIND_SECONDS:
            return
        if own and self._queue is not None and self._queue.qsize() < CURSORS_QUEUE:
            self._enqueue(Announcement(process=self._process, canvas_id=room.canvas_id, cursors=list(own)))
        send_cursors(moved, room.viewers)

    def _open(self, canvas_id: int) -> Room:
        room = self._rooms[canvas_id] = Room(canvas_id)
        self._enqueue(Binding(canvas_id))
        self._enqueue(self._question(room))
        if self._queue is None:
            room.answered.set()
        return room

    def _close(self, room: Room) -> None:
        self._announce_changes(room)
        del self._rooms[room.canvas_id]
        self._enqueue(Binding(room.canvas_id))

    def _enter(self, viewer: Viewer, room: Room) -> None:
        room.viewers[viewer] = None
        if viewer.artist is not None:
            room.viewers[viewer] = Participant(
                id=viewer.artist.account_id, username=viewer.artist.username, moved_at=time.time()
            )
            room.allowances[viewer] = TokenBucket(MOVES_PER_SECOND, MOVES_PER_SECOND)
            self._mark_due(room)

    def _leave(self, viewer: Viewer, room: Room) -> None:
        room.allowances.pop(viewer, None)
        room.cursors.forget(viewer)
        if room.viewers.pop(viewer, None) is not None:
            self._mark_due(room)

    def _mark_due(self, room: Room) -> None:
        """Announce and send the room's changes at the end of this tick."""
        if not room.is_due:
            room.is_due = True
            asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick, room)

    def _tick(self, room: Room) -> None:
        room.is_due = False
        self._announce_changes(room)
        room.send_changes()

    def _announce_changes(self, room: Room) -> None:
        before, now = room.announced, room.local
        room.announced = now
        changed = [one for artist_id, one in now.items() if one != before.get(artist_id)]
        left = [artist_id for artist_id in before if artist_id not in now]
        if changed or left:
            self._enqueue(
                Announcement(process=self._process, canvas_id=room.canvas_id, people=changed, left=left)
            )

    def _question(self, room: Room) -> Announcement:
        return Announcement(process=self._process, canvas_id=room.canvas_id, asks=True)

    def _announce_all(self, room: Room) -> None:
        room.announced = room.local
        people = list(room.announced.values())
        self._enqueue(
            Announcement(process=self._process, canvas_id=room.canvas_id, people=people, is_full=True)
        )

    def _enqueue(self, message: Announcement | Binding) -> None:
        """Queue a message for the current session; without one, drop it: the next begins with all rooms.

        If the broker is too slow for an announcement, the next heartbeat makes up for it.
        """
        if self._queue is None:
            return
        if isinstance(message, Binding) or self._queue.qsize() < LONGEST_QUEUE:
            self._queue.put_nowait(message)

    async def _beat(self) -> None:
        """Every second drop silent processes; every HEARTBEAT_SECONDS announce all artists of this one."""
        last = time.monotonic()
        while True:
            await asyncio.sleep(1)
            now = time.monotonic()
            for room in self._rooms.values():
                if room.drop_silent(now):
                    self._mark_due(room)
                if now - last >= HEARTBEAT_SECONDS and room.announced:
                    self._announce_all(room)
            if now - last >= HEARTBEAT_SECONDS:
                last = now

    async def _session(self, channel: AbstractChannel) -> None:
        """Consume announcements and publish what is queued, as long as the connection lasts."""
        await channel.exchange_declare(EXCHANGE, exchange_type="direct", durable=False)
        declared = await channel.queue_declare(
            exclusive=True, auto_delete=True, arguments={"x-max-length": LONGEST_QUEUE}
        )
        queue_name = str(declared.queue)
        await channel.basic_consume(queue_name, self._receive, no_ack=True)
        queue: asyncio.Queue[Announcement | Binding] = asyncio.Queue()
        self._queue = queue
        for room in self._rooms.values():
            queue.put_nowait(Binding(room.canvas_id))
            queue.put_nowait(self._question(room))
            self._announce_all(room)
        try:
            while True:
                message = await queue.get()
                if isinstance(message, Binding):
                    await self._bind(channel, queue_name, message)
                else:
                    await self._publish(channel, message)
        finally:
            self._queue = None

    async def _publish(self, channel: AbstractChannel, announcement: Announcement) -> None:
        body = announcement.model_dump_json().encode()
        await channel.basic_publish(body, exchange=EXCHANGE, routing_key=str(announcement.canvas_id))
        room = self._rooms.get(announcement.canvas_id)
        if announcement.asks and room is not None:
            asyncio.get_running_loop().call_later(ANSWER_SECONDS, room.answered.set)

    async def _bind(self, channel: AbstractChannel, queue_name: str, binding: Binding) -> None:
        change = channel.queue_bind if binding.canvas_id in self._rooms else channel.queue_unbind
        await change(queue_name, EXCHANGE, routing_key=str(binding.canvas_id))

    async def _receive(self, delivered: DeliveredMessage) -> None:
        """Apply an announcement of another process to its room."""
        try:
            announcement = Announcement.model_validate_json(delivered.body)
        except ValidationError as error:
            log.warning("message unreadable", reason=str(error))
            return
        room = self._rooms.get(announcement.canvas_id)
        if room is None or announcement.process == self._process:
            return
        if announcement.asks:
            self._announce_all(room)
            return
        remote = room.remotes.setdefault(announcement.process, RemoteProcess())
        remote.received_at = time.monotonic()
        if announcement.is_full:
            remote.participants.clear()
        for artist_id in announcement.left:
            remote.participants.pop(artist_id, None)
        remote.participants.update((one.id, one) for one in announcement.people)
        for cursor in announcement.cursors:
            self._move_cursor(room, cursor, is_own=False)
        if announcement.people or announcement.left or announcement.is_full:
            self._mark_due(room)


def _error(code: str, detail: str) -> dict[str, Any]:
    return {"type": "error", "code": code, "detail": detail}


_GUEST: Final = _error("not_authenticated", "Guests can only watch; the one message they may send is ping.")
