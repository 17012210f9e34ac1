"""What a tile's history shows; standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from services.tiles.artists.rules import Artist
from services.tiles.revisions.rules import Kind
from shared.errors import NotFound

FoundT = TypeVar("FoundT")


@dataclass(frozen=True, slots=True)
class RevisionEntry:
    """A line of a tile's history."""

    tile_id: int
    version: int
    author: Artist
    kind: Kind
    seq: int
    occurred_at: datetime


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
