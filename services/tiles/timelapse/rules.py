"""What a time-lapse shows, and its size; standard library only."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime

from services.tiles.revisions.rules import Kind, apply_stroke

MAX_CHANGES = 100_000
"""Of a longer history, the newest 100,000 changes are shown; they take some seconds to draw."""

DEFAULT_FRAMES, MAX_FRAMES = 60, 120
MAX_SIDE = 512
"""Pixels; a larger canvas is shown smaller."""


@dataclass(frozen=True, slots=True)
class Reel:
    """The part of a canvas's history that is shown: `changes` of them, from `start` to `end`."""

    changes: int
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Shot:
    """A change of a tile in the cell (`x`, `y`), as stored in its revision."""

    tile_id: int
    x: int
    y: int
    kind: Kind
    pixels: bytes | None
    stroke: bytes | None
    occurred_at: datetime
    seq: int


def reduction(width: int, height: int, most: int) -> int:
    """Return by what factor a canvas is shown smaller, so that no side has more than `most` pixels.

    It is a power of two, and so divides every tile size.
    """
    step = 1
    while max(width, height) > most * step:
        step *= 2
    return step


def changes_per_frame(changes: int, frames: int) -> int:
    """Return how many changes lie between two of at most `frames` frames, including the one before them."""
    return max(1, -(-changes // max(1, frames - 1)))


def pixels_after(before: bytes | None, shot: Shot) -> bytes | None:
    """Return a tile's pixels after a change; None if the tile is deleted."""
    if shot.kind is Kind.DELETED:
        return None
    if shot.pixels is not None:
        return zlib.decompress(shot.pixels)
    return apply_stroke(before, shot.stroke) if before and shot.stroke else before
