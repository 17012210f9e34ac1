"""How revisions store a tile's past compactly; standard library only.

A revision holds the whole tile (all pixels, compressed) or a stroke (3 bytes per pixel); a large stroke, and
the one that makes every 64th version, holds both. A version of a tile is the newest whole revision at or
before it plus the strokes after that: at most 64 revisions, as every change raises the version by one and
leaves a revision.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from services.tiles.tiles.rules import Tile

WHOLE_EVERY = 64
"""Versions between two whole pictures of a tile that is only painted on."""

LARGE_STROKE = 8
"""A stroke of an eighth of a tile's pixels leaves a whole picture as well: to apply 63 strokes of a whole
tile takes much longer than to read the tile. The picture is seldom larger than such a stroke."""

LAST_VERSION = 2**31 - 1
"""The largest version that PostgreSQL's integer holds."""

_PIXEL = struct.Struct(">HB")

STROKE_BYTES = _PIXEL.size
"""Per pixel."""


class Kind(StrEnum):
    """The kind of a change of a tile."""

    CREATED = "created"
    PAINTED = "painted"
    STROKE = "stroke"
    DESCRIBED = "described"
    REVERTED = "reverted"
    ROLLED_BACK = "rolled_back"
    DELETED = "deleted"
    RESTORED = "restored"
    TAKEN_BACK = "taken_back"
    RECOLOURED = "recoloured"


@dataclass(frozen=True, slots=True)
class Details:
    """Everything in a tile that an artist can change, except its pixels."""

    title: str | None
    description: str | None
    is_public: bool

    @classmethod
    def of(cls, tile: Tile) -> Details:
        """Return a tile's details."""
        return cls(tile.title, tile.description, tile.is_public)


@dataclass(frozen=True, slots=True)
class Content:
    """Everything in a tile that an artist can change."""

    pixels: bytes
    details: Details


class Change(NamedTuple):
    """A revision to store; of `tile`, only id and place are.

    `pixels` are the whole tile, compressed; `stroke` is packed.
    """

    tile: Tile
    version: int
    kind: Kind
    seq: int
    author_id: int
    pixels: bytes | None
    stroke: bytes | None = None
    details: Details | None = None

    @classmethod
    def of(cls, tile: Tile, kind: Kind, seq: int, author_id: int) -> Change:
        """Describe a change of a whole tile, given as the change left it, or as it last was if deleted.

        A deletion stores no pixels, and makes a version too: a tile that is restored counts on from there.
        """
        is_deletion = kind is Kind.DELETED
        pixels = None if is_deletion else zlib.compress(tile.pixels)
        return cls(tile, tile.version + is_deletion, kind, seq, author_id, pixels, details=Details.of(tile))


@dataclass(frozen=True, slots=True)
class Revision:
    """A change as stored: `pixels` compressed, `stroke` packed, `details` None for a stroke."""

    tile_id: int
    version: int
    author_id: int
    kind: Kind
    pixels: bytes | None
    stroke: bytes | None
    details: Details | None


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a tile's history: `version` (0: before the tile existed) and the changes up to `until`."""

    tile_id: int
    version: int
    until: int


def is_kept_whole(version: int, stroke: int, pixels: int) -> bool:
    """Return whether a stroke of so many pixels also leaves the whole tile, which has `pixels`."""
    return version % WHOLE_EVERY == 0 or stroke * LARGE_STROKE >= pixels


def pack_stroke(pixels: Sequence[Sequence[int]]) -> bytes:
    """Pack `[[offset, colour], ...]` into 3 bytes per pixel."""
    return b"".join([_PIXEL.pack(offset, colour) for offset, colour in pixels])


def apply_stroke(pixels: bytes, stroke: bytes) -> bytes:
    """Return the pixels with a packed stroke painted over them; the last colour given for a pixel counts."""
    painted = bytearray(pixels)
    for high, low, colour in zip(stroke[0::3], stroke[1::3], stroke[2::3], strict=True):
        painted[high << 8 | low] = colour
    return bytes(painted)


def content_after(before: Content | None, revision: Revision) -> Content | None:
    """Return what a revision made of the tile; None if it deleted it.

    Raises ValueError for a stroke without pixels to apply it to.
    """
    if revision.kind is Kind.DELETED:
        return None
    details = revision.details or (before and before.details)
    if revision.pixels is not None and details:
        return Content(zlib.decompress(revision.pixels), details)
    if before is None or revision.stroke is None:
        raise ValueError(f"version {revision.version} of tile {revision.tile_id} has nothing to build on")
    return replace(before, pixels=apply_stroke(before.pixels, revision.stroke))


def reconstruct(revisions: Sequence[Revision]) -> Content | None:
    """Return the tile at the last of these revisions, which begin with a whole one.

    None if there was no tile: it did not exist yet, or was deleted.
    """
    content = None
    for revision in revisions:
        content = content_after(content, revision)
    return content
