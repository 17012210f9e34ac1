"""How events become counts; standard library only.

Events may come late, twice and in any order. Each says how its tile or canvas stands after it (`like_count`
is a total, not a step) and carries its canvas's sequence number. So it is enough to remember how each thing
stood at its newest event: an older one is no news, and a newer one moves the artist's counts by the
difference between what the thing counted for before and what it counts for now. The counts are then always
the sums over the things known, whatever the order was.
"""

from __future__ import annotations

from dataclasses import dataclass


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

    @property
    def counts(self) -> Counts:
        """A deleted canvas counts for nothing; its tiles remain their artists' work."""
        return Counts() if self.is_deleted else Counts(canvases_created=1)


Known = KnownTile | KnownCanvas


def difference(known: Known | None, heard: Known) -> Counts | None:
    """Return by how much the artist's counts change, or None when what was heard is no news."""
    if known is None:
        return heard.counts
    return heard.counts - known.counts if heard.seq > known.seq else None
