"""Rules that turn events into counts; standard library only.

Events may arrive late, twice and in any order. Each has the state of its tile or canvas after it
(`like_count` is a total, not a step) and its canvas's sequence number. So the state at the newest event of
each tile and canvas is enough: an older event is ignored, and a newer one changes the artist's counts by the
difference between the two states. The counts are then the sums over all known states in any order of events.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class Counts:
    """What a tile, a canvas or a picture that is shared adds to its artist's stats."""

    tiles_created: int = 0
    likes_received: int = 0
    canvases_created: int = 0
    pixels_painted: int = 0

    def __sub__(self, other: Counts) -> Counts:
        return Counts(
            self.tiles_created - other.tiles_created,
            self.likes_received - other.likes_received,
            self.canvases_created - other.canvases_created,
            self.pixels_painted - other.pixels_painted,
        )


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
        """A deleted tile and the likes it had count for nothing."""
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
        """A deleted canvas counts for nothing; its tiles still count for their artists."""
        return Counts() if self.is_deleted else Counts(canvases_created=1)


@dataclass(frozen=True, slots=True)
class KnownPlacing:
    """The pixels that an artist had placed on a canvas by event number `seq` of its sequence."""

    canvas_id: int
    artist_id: int
    pixels: int
    seq: int

    @property
    def counts(self) -> Counts:
        """They count even if the canvas is deleted, like the tiles of one."""
        return Counts(pixels_painted=self.pixels)


Known = KnownTile | KnownCanvas | KnownPlacing


KnownT = TypeVar("KnownT", KnownTile, KnownCanvas, KnownPlacing)

_OPTIONAL = ("is_public", "x", "y", "created_at")
"""Fields that not every event has; a value stays until a newer event has another."""


def merge(known: KnownT | None, received: KnownT) -> KnownT:
    """Return the newer of two states, with the optional fields that only the older one has."""
    if known is None:
        return received
    newer, older = (received, known) if received.seq > known.seq else (known, received)
    missing = {name: getattr(older, name) for name in _OPTIONAL if getattr(newer, name, older) is None}
    return replace(newer, **missing)


def compute_difference(known: Known | None, received: Known) -> Counts | None:
    """Return the change of the artist's counts, or None if the received state is not newer."""
    if known is None:
        return received.counts
    return received.counts - known.counts if received.seq > known.seq else None
