"""Presence: which artists watch a canvas, and at which tile they are, across all processes.

Nothing of it is stored. Each process tells the others of its own people through a broker exchange that keeps
nothing: changes as they happen, everybody every few seconds. Whoever was not heard of for a while is gone, so
a killed process's people vanish, a lost message is made good, and a new process asks who is there.

Guests have no name to show and are not counted. An artist with several sockets is one person, shown where
they moved last. A client may find itself in what it gets and ignores its own id.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
import structlog
from aiormq.abc import AbstractChannel, DeliveredMessage
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.tiles.canvases.rules import MAX_SIDE, TILE_SIZES
from services.tiles.live.viewer import Viewer
from shared.messaging.connection import BrokerLink

log = structlog.get_logger(__name__)

EXCHANGE: Final = "tessera.presence"
TICK_SECONDS: Final = 0.02
"""What happens in one tick is told together."""

HEARTBEAT_SECONDS: Final = 4.0
EXPIRY_SECONDS: Final = 12.0
"""Three heartbeats; with the look every second, people of a dead process vanish within 13 s."""

ANSWER_SECONDS: Final = 0.06
"""What other processes take to answer and this one to tell it, with room to spare."""

LONGEST_WAIT_SECONDS: Final = 0.5

MOVES_PER_SECOND: Final = 20
LONGEST_QUEUE: Final = 10_000
MAX_CELL: Final = MAX_SIDE // min(TILE_SIZES) - 1


class Cell(BaseModel):
    """A cell of the canvas."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    x: int = Field(ge=0, le=MAX_CELL)
    y: int = Field(ge=0, le=MAX_CELL)


class Move(BaseModel):
    """`{"type": "presence", "tile": {"x", "y"} | null, "editing": bool}` from a client."""

    model_config = ConfigDict(strict=True, frozen=True)

    tile: Cell | None
    editing: bool = False


class Person(BaseModel):
    """An artist on a canvas; `moved_at` in seconds since 1970, by the clock of their process."""

    model_config = ConfigDict(frozen=True)

    id: int
    username: str
    tile: Cell | None = None
    editing: bool = False
    moved_at: float

    @property
    def shown(self) -> dict[str, Any]:
        """What others are sent."""
        return self.model_dump(exclude={"moved_at"})


class Announcement(BaseModel):
    """What a process tells the others of one canvas.

    `people` are those who came or moved, or with `is_full` all there are; with `asks` the others answer with
    all of theirs.
    """

    process: str
    canvas_id: int
    people: list[Person] = []
    left: list[int] = []
    is_full: bool = False
    asks: bool = False


@dataclass
class Remote:
    """What another process last said of a canvas, and when it was heard, by the clock of this one."""

    people: dict[int, Person] = field(default_factory=dict)
    heard_at: float = 0.0


class Allowance:
    """How many moves a socket may still send; refills by `per_second` up to as many."""

    def __init__(self, per_second: float) -> None:
        self._per_second = self._left = per_second
        self._counted_at = time.monotonic()

    def take(self) -> bool:
        """Use one up; False when there is none."""
        now = time.monotonic()
        refilled = self._left + (now - self._counted_at) * self._per_second
        self._left, self._counted_at = min(self._per_second, refilled), now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Room:
    """The people of one canvas, as this process knows them and as its viewers were told."""

    def __init__(self, canvas_id: int) -> None:
        self.canvas_id = canvas_id
        self.viewers: dict[Viewer, Person | None] = {}
        self.allowances: dict[Viewer, Allowance] = {}
        self.remotes: dict[str, Remote] = {}
        self.told: dict[int, Person] = {}
        self.announced: dict[int, Person] = {}
        self.is_due = False
        self.answered = asyncio.Event()
        self.uses = 0

    @property
    def own_people(self) -> dict[int, Person]:
        """The artists with a socket in this process."""
        return _merged(person for person in self.viewers.values() if person is not None)

    @property
    def everybody(self) -> dict[int, Person]:
        """The artists of all processes."""
        remote = (person for other in self.remotes.values() for person in other.people.values())
        return _merged((*self.own_people.values(), *remote))

    def forget_silent(self, now: float) -> bool:
        """Drop processes that were not heard for too long; True if somebody is gone with them."""
        silent = {p: remote for p, remote in self.remotes.items() if now - remote.heard_at > EXPIRY_SECONDS}
        for process in silent:
            del self.remotes[process]
        return any(remote.people for remote in silent.values())

    def tell(self) -> None:
        """Send this process's viewers what changed since they were told last, encoded once."""
        before, now = self.told, self.everybody
        self.told = now
        joined = [person.shown for artist_id, person in now.items() if artist_id not in before]
        left = [person.shown for artist_id, person in before.items() if artist_id not in now]
        moved = [
            person.shown
            for artist_id, person in now.items()
            if artist_id in before and _place(person) != _place(before[artist_id])
        ]
        concerned = {person["id"] for person in (*joined, *left, *moved)}
        if not concerned:
            return
        frame = orjson.dumps({"type": "presence", "joined": joined, "left": left, "moved": moved})
        for viewer in self.viewers:
            # Nobody needs to be told of nobody but themselves.
            if viewer.artist is None or concerned != {viewer.artist.account_id}:
                viewer.send_frame(frame)


class Presence:
    """All rooms with viewers in this process."""

    def __init__(self, broker_url: str, *, name: str) -> None:
        self._link = BrokerLink(broker_url, f"{name} presence")
        self._process = uuid.uuid4().hex
        self._rooms: dict[int, Room] = {}
        self._wishes: asyncio.Queue[Announcement | int] | None = None

    async def run(self) -> None:
        """Exchange news with the other processes until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._link.run(self._session))
            tasks.create_task(self._beat())

    @asynccontextmanager
    async def watching(self, viewer: Viewer, canvas_id: int) -> AsyncIterator[list[dict[str, Any]]]:
        """Give who is on the canvas; in the block tell the viewer of changes, and others of the viewer.

        The first viewer of a canvas in this process waits a moment for what other processes know.
        """
        room = self._rooms.get(canvas_id) or self._open(canvas_id)
        room.uses += 1
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                    await room.answered.wait()
            room.tell()  # so that what this viewer is given is what the others were told
            self._enter(viewer, room)
            yield [person.shown for person in room.told.values()]
        finally:
            self._leave(viewer, room)
            room.uses -= 1
            if not room.uses:
                self._close(room)

    def move(self, viewer: Viewer, canvas_id: int, message: Mapping[str, Any]) -> dict[str, Any] | None:
        """Take a client's `presence` message; returns what is wrong with it, or None."""
        room = self._rooms[canvas_id]
        person = room.viewers[viewer]
        if person is None:
            return _error("not_authenticated", "a guest watches and sends nothing but ping")
        try:
            move = Move.model_validate(message)
        except ValidationError:
            return _error("invalid", 'send {"type": "presence", "tile": {"x", "y"} or null, "editing": bool}')
        if not room.allowances[viewer].take():
            return {**_error("rate_limited", "too many moves"), "retry_after": 1 / MOVES_PER_SECOND}
        changes = {"tile": move.tile, "editing": move.editing, "moved_at": time.time()}
        room.viewers[viewer] = person.model_copy(update=changes)
        self._make_due(room)
        return None

    def _open(self, canvas_id: int) -> Room:
        room = self._rooms[canvas_id] = Room(canvas_id)
        self._wish(canvas_id)
        self._wish(self._question(room))
        if self._wishes is None:
            room.answered.set()
        return room

    def _close(self, room: Room) -> None:
        self._announce_changes(room)
        del self._rooms[room.canvas_id]
        self._wish(room.canvas_id)

    def _enter(self, viewer: Viewer, room: Room) -> None:
        room.viewers[viewer] = None
        if viewer.artist is not None:
            room.viewers[viewer] = Person(
                id=viewer.artist.account_id, username=viewer.artist.username, moved_at=time.time()
            )
            room.allowances[viewer] = Allowance(MOVES_PER_SECOND)
            self._make_due(room)

    def _leave(self, viewer: Viewer, room: Room) -> None:
        room.allowances.pop(viewer, None)
        if room.viewers.pop(viewer, None) is not None:
            self._make_due(room)

    def _make_due(self, room: Room) -> None:
        if not room.is_due:
            room.is_due = True
            asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick, room)

    def _tick(self, room: Room) -> None:
        room.is_due = False
        self._announce_changes(room)
        room.tell()

    def _announce_changes(self, room: Room) -> None:
        before, now = room.announced, room.own_people
        room.announced = now
        changed = [person for artist_id, person in now.items() if person != before.get(artist_id)]
        left = [artist_id for artist_id in before if artist_id not in now]
        if changed or left:
            self._wish(
                Announcement(process=self._process, canvas_id=room.canvas_id, people=changed, left=left)
            )

    def _question(self, room: Room) -> Announcement:
        return Announcement(process=self._process, canvas_id=room.canvas_id, asks=True)

    def _announce_all(self, room: Room) -> None:
        room.announced = room.own_people
        people = list(room.announced.values())
        self._wish(Announcement(process=self._process, canvas_id=room.canvas_id, people=people, is_full=True))

    def _wish(self, wish: Announcement | int) -> None:
        """Have an announcement published, or a canvas heard if it has a room and not if it has none.

        Without a broker the wish is void: the next session begins with all rooms. An announcement that a
        broker does not take fast enough is left to the next heartbeat.
        """
        if self._wishes is None:
            return
        if isinstance(wish, int) or self._wishes.qsize() < LONGEST_QUEUE:
            self._wishes.put_nowait(wish)

    async def _beat(self) -> None:
        last = time.monotonic()
        while True:
            await asyncio.sleep(1)
            now = time.monotonic()
            for room in self._rooms.values():
                if room.forget_silent(now):
                    self._make_due(room)
                if now - last >= HEARTBEAT_SECONDS and room.announced:
                    self._announce_all(room)
            if now - last >= HEARTBEAT_SECONDS:
                last = now

    async def _session(self, channel: AbstractChannel) -> None:
        await channel.exchange_declare(EXCHANGE, exchange_type="direct", durable=False)
        declared = await channel.queue_declare(
            exclusive=True, auto_delete=True, arguments={"x-max-length": LONGEST_QUEUE}
        )
        queue = str(declared.queue)
        await channel.basic_consume(queue, self._hear, no_ack=True)
        wishes: asyncio.Queue[Announcement | int] = asyncio.Queue()
        self._wishes = wishes
        for room in self._rooms.values():
            wishes.put_nowait(room.canvas_id)
            wishes.put_nowait(self._question(room))
            self._announce_all(room)
        try:
            while True:
                await self._grant(channel, queue, await wishes.get())
        finally:
            self._wishes = None

    async def _grant(self, channel: AbstractChannel, queue: str, wish: Announcement | int) -> None:
        if isinstance(wish, Announcement):
            body = wish.model_dump_json().encode()
            await channel.basic_publish(body, exchange=EXCHANGE, routing_key=str(wish.canvas_id))
            room = self._rooms.get(wish.canvas_id)
            if wish.asks and room is not None:
                asyncio.get_running_loop().call_later(ANSWER_SECONDS, room.answered.set)
        elif wish in self._rooms:
            await channel.queue_bind(queue, EXCHANGE, routing_key=str(wish))
        else:
            await channel.queue_unbind(queue, EXCHANGE, routing_key=str(wish))

    async def _hear(self, delivered: DeliveredMessage) -> None:
        try:
            said = Announcement.model_validate_json(delivered.body)
        except ValidationError as error:
            log.warning("message unreadable", reason=str(error))
            return
        room = self._rooms.get(said.canvas_id)
        if room is None or said.process == self._process:
            return
        if said.asks:
            self._announce_all(room)
            return
        remote = room.remotes.setdefault(said.process, Remote())
        remote.heard_at = time.monotonic()
        if said.is_full:
            remote.people.clear()
        for artist_id in said.left:
            remote.people.pop(artist_id, None)
        remote.people.update((person.id, person) for person in said.people)
        self._make_due(room)


def _merged(people: Iterable[Person]) -> dict[int, Person]:
    """One person an artist: where they moved last."""
    merged: dict[int, Person] = {}
    for person in people:
        known = merged.get(person.id)
        if known is None or known.moved_at < person.moved_at:
            merged[person.id] = person
    return merged


def _place(person: Person) -> tuple[Cell | None, bool]:
    return person.tile, person.editing


def _error(code: str, detail: str) -> dict[str, Any]:
    return {"type": "error", "code": code, "detail": detail}
