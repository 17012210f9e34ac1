"""How events become counts; standard library only.

Events may come late, twice and in any order. Each says how its tile or canvas stands after it (`like_count`
is a total, not a step) and carries its canvas's sequence number. So it is enough to remember how each thing
stood at its newest event: an older one is no news, and a newer one moves the artist's counts by the
difference between what the thing counted for before and what it counts for now. The counts are then always
the sums over the things known, whatever the order was.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class Counts:
    """What something adds to its artist's stats."""

    tiles_created: int = 0
    likes_received: int = 0
    canvases_created: int = 0

    def __sub__(self, other: Counts) -> Counts:
        return Counts(
            self.tiles_created - other.tiles_created,
            self.likes_received - other.likes_received,
            self.canvases_created - other.canvases_created,
        )


@dataclass(frozen=True, slots=True)
class Stats:
    """The five counts of a profile."""

    tiles_created: int
    likes_received: int
    canvases_created: int
    followers: int
    following: int


@dataclass(frozen=True, slots=True)
class KnownTile:
    """A tile as event number `seq` of its canvas left it."""

    tile_id: int
    canvas_id: int
    creator_id: int
    like_count: int
    is_deleted: bool
    seq: int
    is_public: bool | None = None
    x: int | None = None
    y: int | None = None
    created_at: datetime | None = None

    @property
    def counts(self) -> Counts:
        """A deleted tile counts for nothing, and neither do the likes it had."""
        return Counts() if self.is_deleted else Counts(tiles_created=1, likes_received=self.like_count)


@dataclass(frozen=True, slots=True)
class KnownCanvas:
    """A canvas as event number `seq` of its sequence left it."""

    canvas_id: int
    owner_id: int
    is_deleted: bool
    seq: int
    is_public: bool | None = None
    created_at: datetime | None = None

    @property
    def counts(self) -> Counts:
        """A deleted canvas counts for nothing; its tiles remain their artists' work."""
        return Counts() if self.is_deleted else Counts(canvases_created=1)


Known = KnownTile | KnownCanvas


KnownT = TypeVar("KnownT", KnownTile, KnownCanvas)

_TOLD_BY_SOME = ("is_public", "x", "y", "created_at")
"""Not every event tells these; what one told stays until a newer one tells otherwise."""


def remembered(known: KnownT | None, heard: KnownT) -> KnownT:
    """Return what is known after hearing an event: the newest, filled up with what only the other told."""
    if known is None:
        return heard
    newer, older = (heard, known) if heard.seq > known.seq else (known, heard)
    told = {name: getattr(older, name) for name in _TOLD_BY_SOME if getattr(newer, name, older) is None}
    return replace(newer, **told)


def difference(known: Known | None, heard: Known) -> Counts | None:
    """Return by how much the artist's counts change, or None when what was heard is no news."""
    if known is None:
        return heard.counts
    return heard.counts - known.counts if heard.seq > known.seq else None
