"""The artists on one canvas, of this process and of the others, and what viewers were sent of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from services.tiles.canvases.rules import MAX_SIDE, TILE_SIZES
from services.tiles.live.cursors import Cursors
from services.tiles.live.subprotocols import encode_json
from services.tiles.live.viewer import Viewer
from shared.buckets import TokenBucket

EXPIRY_SECONDS: Final = 12.0
"""Three heartbeats; with the check every second, the artists of a dead process vanish within 13 s."""

MAX_CELL: Final = MAX_SIDE // min(TILE_SIZES) - 1


class Position(BaseModel):
    """A cell of the canvas."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    x: int = Field(ge=0, le=MAX_CELL)
    y: int = Field(ge=0, le=MAX_CELL)


class Participant(BaseModel):
    """An artist on a canvas; `moved_at` in seconds since 1970, by the clock of the socket's process."""

    model_config = ConfigDict(frozen=True)

    id: int
    username: str
    tile: Position | None = None
    editing: bool = False
    moved_at: float

    @property
    def shown(self) -> dict[str, Any]:
        """The artist as viewers get it."""
        return self.model_dump(exclude={"moved_at"})


@dataclass
class RemoteProcess:
    """What another process last announced for a canvas, and when that arrived, by the clock of this one."""

    participants: dict[int, Participant] = field(default_factory=dict)
    received_at: float = 0.0


class Room:
    """The artists on one canvas, as this process has received and as its viewers were sent."""

    def __init__(self, canvas_id: int) -> None:
        self.canvas_id = canvas_id
        self.viewers: dict[Viewer, Participant | None] = {}
        self.allowances: dict[Viewer, TokenBucket] = {}
        self.remotes: dict[str, RemoteProcess] = {}
        self.sent: dict[int, Participant] = {}
        self.announced: dict[int, Participant] = {}
        self.is_due = False
        self.cursors = Cursors()
        self.answered = asyncio.Event()
        self.uses = 0

    @property
    def local(self) -> dict[int, Participant]:
        """The artists with a socket in this process."""
        return _merge(participant for participant in self.viewers.values() if participant is not None)

    @property
    def everyone(self) -> dict[int, Participant]:
        """The artists of all processes."""
        remote = (one for process in self.remotes.values() for one in process.participants.values())
        return _merge((*self.local.values(), *remote))

    def drop_silent(self, now: float) -> bool:
        """Drop processes without an announcement for too long; returns True if artists vanish with them."""
        silent = {
            p: remote for p, remote in self.remotes.items() if now - remote.received_at > EXPIRY_SECONDS
        }
        for process in silent:
            del self.remotes[process]
        return any(remote.participants for remote in silent.values())

    def send_changes(self) -> None:
        """Send this process's viewers what changed since they were last sent something, encoded once."""
        before, now = self.sent, self.everyone
        self.sent = now
        joined = [one.shown for artist_id, one in now.items() if artist_id not in before]
        left = [one.shown for artist_id, one in before.items() if artist_id not in now]
        moved = [
            one.shown
            for artist_id, one in now.items()
            if artist_id in before and _place(one) != _place(before[artist_id])
        ]
        changed = {shown["id"] for shown in (*joined, *left, *moved)}
        if not changed:
            return
        frame = encode_json({"type": "presence", "joined": joined, "left": left, "moved": moved}).frame
        for viewer in self.viewers:
            # A viewer does not need a message about themselves alone.
            if viewer.artist is None or changed != {viewer.artist.account_id}:
                viewer.write(frame)


def _merge(participants: Iterable[Participant]) -> dict[int, Participant]:
    """Return one participant per artist: the one that moved last."""
    merged: dict[int, Participant] = {}
    for participant in participants:
        other = merged.get(participant.id)
        if other is None or other.moved_at < participant.moved_at:
            merged[participant.id] = participant
    return merged


def _place(participant: Participant) -> tuple[Position | None, bool]:
    return participant.tile, participant.editing
