"""What a tile's history shows; standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from services.tiles.artists.rules import Artist
from services.tiles.revisions.rules import Kind
from shared.errors import NotFound

PAINTING = (Kind.PAINTED, Kind.STROKE, Kind.TAKEN_BACK)
"""Kinds of changes that are one entry where an artist makes them in the same minute."""

FoundT = TypeVar("FoundT")


@dataclass(frozen=True, slots=True)
class RevisionEntry:
    """A line of a tile's history: a change, or the last of `count` changes that are one entry together."""

    tile_id: int
    version: int
    author: Artist
    kind: Kind
    seq: int
    occurred_at: datetime
    count: int = 1


@dataclass(frozen=True, slots=True)
class Contribution:
    """An artist who painted a tile, and the version of it that was the last one of theirs."""

    artist: Artist
    last_version: int


def check_exists(found: FoundT | None) -> FoundT:
    """Return what was found of a version; raises NotFound `revision_not_found` for None."""
    if found is None:
        raise NotFound("revision_not_found", "This tile has no such version.")
    return found
