"""How revisions hold a tile's past compactly, and what taking changes back means; standard library only.

A revision holds the whole tile (all pixels, compressed) or a stroke (3 bytes a pixel); a stroke that makes
every 64th version holds both. A version of a tile is the newest whole one at or before it plus the strokes
after that: at most 64 revisions, as every change raises the version by one and leaves a revision.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from services.tiles.artists.rules import Artist
from services.tiles.tiles.rules import Tile
from shared.errors import Conflict, Invalid, NotFound

MAX_ROLLED_BACK = 4096
"""Tiles one rollback may concern: those of a canvas of 64 x 64 cells."""

FoundT = TypeVar("FoundT")


class Kind(StrEnum):
    """What a change did to its tile."""

    CREATED = "created"
    PAINTED = "painted"
    STROKE = "stroke"
    DESCRIBED = "described"
    REVERTED = "reverted"
    ROLLED_BACK = "rolled_back"
    DELETED = "deleted"
    RESTORED = "restored"

    @classmethod
    def of_values(cls, names: Collection[str]) -> Kind:
        """Return the kind of a change that gave a tile new values of these names."""
        return cls.PAINTED if "pixels" in names else cls.DESCRIBED


@dataclass(frozen=True, slots=True)
class Details:
    """What a tile is besides its pixels."""

    title: str | None
    description: str | None
    is_public: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A change as it happens, as it is kept; of `tile` the id and the place are.

    `pixels` are all of them, compressed; `stroke` is packed.
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
        """Keep a change of the whole tile, which is as it left it, or as it last was when it was deleted.

        A deletion leaves no pixels, and makes a version too, so that a restored tile goes on.
        """
        is_gone = kind is Kind.DELETED
        pixels = None if is_gone else zlib.compress(tile.pixels)
        details = Details(tile.title, tile.description, tile.is_public)
        return cls(tile, tile.version + is_gone, kind, seq, author_id, pixels, details=details)


@dataclass(frozen=True, slots=True)
class Revision:
    """A change as stored; `pixels` compressed, `stroke` 3 bytes a pixel, `details` None of a stroke."""

    tile_id: int
    version: int
    author_id: int
    kind: Kind
    pixels: bytes | None
    stroke: bytes | None
    details: Details | None


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
class Content:
    """What a revision left in a tile."""

    pixels: bytes
    details: Details


class Action(StrEnum):
    """What a rollback does to a tile, in the order of doing; a kept one's cell has been claimed since."""

    REMOVED = "removed"
    REVERTED = "reverted"
    RESTORED = "restored"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Removed:
    """A deleted tile as its first and its last revision tell of it; `size` is its canvas's."""

    id: int
    canvas_id: int
    x: int
    y: int
    size: int
    creator: Artist
    version: int
    created_at: datetime
    is_cell_taken: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What a rollback does to one tile: `tile` is what it will be, or for a removal what it was."""

    action: Action
    tile: Tile


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a tile's history: what stands at `version`, 0 for nothing, and what followed to `until`."""

    tile_id: int
    version: int
    until: int


def apply_stroke(pixels: bytes, stroke: bytes) -> bytes:
    """Return the pixels with a packed stroke painted over them; of a pixel named twice the last counts."""
    painted = bytearray(pixels)
    for high, low, colour in zip(stroke[0::3], stroke[1::3], stroke[2::3], strict=True):
        painted[high << 8 | low] = colour
    return bytes(painted)


def content_after(before: Content | None, revision: Revision) -> Content | None:
    """Return what a revision made of the tile, None for a tile that is not there.

    Raises ValueError for a stroke without what it was painted on.
    """
    if revision.kind is Kind.DELETED:
        return None
    details = revision.details or (before and before.details)
    if revision.pixels is not None and details:
        return Content(zlib.decompress(revision.pixels), details)
    if before is None or revision.stroke is None:
        raise ValueError(f"version {revision.version} of tile {revision.tile_id} stands on nothing")
    return replace(before, pixels=apply_stroke(before.pixels, revision.stroke))


def reconstruct(revisions: Sequence[Revision]) -> Content | None:
    """Return what a version was: `revisions` run from a whole one to the version's own.

    None when the tile was not there: it did not exist yet, or was deleted.
    """
    content = None
    for revision in revisions:
        content = content_after(content, revision)
    return content


def content_without(artist_id: int, before: Content | None, revisions: Sequence[Revision]) -> Content | None:
    """Return what the tile would be without an artist's share in `revisions`, which follow `before`.

    Each pixel has the value that the newest change by somebody else gave it, each detail likewise: others
    keep what they painted over the artist's work, and what they left of it gives way to what was below.
    A tile that the artist made is blank below, and is there only if others painted in it.
    """
    actual = kept = before
    for revision in revisions:
        made = content_after(actual, revision)
        if revision.author_id != artist_id:
            kept = _with_change(kept, actual, made)
            if kept and revision.stroke is not None:
                kept = replace(kept, pixels=apply_stroke(kept.pixels, revision.stroke))
        actual = made
    return kept


def _with_change(kept: Content | None, before: Content | None, after: Content | None) -> Content | None:
    """Do to `kept` what a change from `before` to `after` did."""
    if after is None or before is None or kept == before:
        return after
    if after == before:
        return kept
    if kept is None:
        kept = Content(bytes(len(before.pixels)), Details(None, None, before.details.is_public))
    return Content(
        _changed_pixels(kept.pixels, before.pixels, after.pixels),
        _changed_details(kept.details, before.details, after.details),
    )


_ANY = bytes([0]) + bytes([255]) * 255


def _changed_pixels(kept: bytes, before: bytes, after: bytes) -> bytes:
    # On whole tiles as integers: a loop over 16,384 pixels would take a thousand times as long.
    size = len(kept)
    old, new = int.from_bytes(before, "big"), int.from_bytes(after, "big")
    changed = int.from_bytes((old ^ new).to_bytes(size, "big").translate(_ANY), "big")
    untouched = int.from_bytes(kept, "big") & ~changed
    return (untouched | new & changed).to_bytes(size, "big")


def _changed_details(kept: Details, before: Details, after: Details) -> Details:
    return Details(
        kept.title if after.title == before.title else after.title,
        kept.description if after.description == before.description else after.description,
        kept.is_public if after.is_public == before.is_public else after.is_public,
    )


def known(found: FoundT | None) -> FoundT:
    """Return what was found of a version; raises NotFound `revision_not_found` if the tile has none such."""
    if found is None:
        raise NotFound("revision_not_found", "the tile has no such version")
    return found


def check_moment(since: datetime, now: datetime) -> None:
    """Raise Invalid naming `since` unless it lies in the past."""
    if since > now:
        raise Invalid.field("body", "since", msg="must be in the past")


def check_extent(concerned: int) -> None:
    """Raise Conflict `rollback_too_large` when more tiles are concerned than one rollback takes."""
    if concerned > MAX_ROLLED_BACK:
        raise Conflict(
            "rollback_too_large",
            f"more than {MAX_ROLLED_BACK} tiles have changed since then; roll back one area after the other",
        )


def check_duration(seconds_left: float) -> None:
    """Raise Conflict `rollback_too_large` when a rollback has no time left: nothing of it is done."""
    if seconds_left < 0:
        raise Conflict(
            "rollback_too_large",
            "so much has changed since then that it takes too long; choose a smaller area, one artist, or a"
            " later moment",
        )


def turn_back(tile: Tile, target: Content | None, now: datetime) -> Step | None:
    """Decide what a rollback does to a tile that is there; None when it is as it was."""
    if target is None:
        return Step(Action.REMOVED, tile)
    turned = replace(
        tile,
        pixels=target.pixels,
        title=target.details.title,
        description=target.details.description,
        is_public=target.details.is_public,
    )
    if turned == tile:
        return None
    return Step(Action.REVERTED, replace(turned, version=tile.version + 1, updated_at=now))


def put_back(
    wanted: Sequence[tuple[Removed, Content]], freed: Set[tuple[int, int]], now: datetime
) -> list[Step]:
    """Decide which deleted tiles a rollback restores, given the cells that its removals leave free.

    A tile returns under its own id, so that links, reports and its history hold; its likes are gone. Where
    somebody has claimed the cell since, the newer claim stands. Of several for one cell the newest returns.
    """
    steps, filled = [], set[tuple[int, int]]()
    for gone, target in sorted(wanted, key=lambda pair: -pair[0].id):
        cell = gone.x, gone.y
        is_free = cell not in filled and (cell in freed or not gone.is_cell_taken)
        filled |= {cell} if is_free else set()
        steps.append(Step(Action.RESTORED if is_free else Action.KEPT, _restored(gone, target, now)))
    return steps


def _restored(gone: Removed, target: Content, now: datetime) -> Tile:
    return Tile(
        id=gone.id,
        canvas_id=gone.canvas_id,
        x=gone.x,
        y=gone.y,
        size=gone.size,
        pixels=target.pixels,
        title=target.details.title,
        description=target.details.description,
        is_public=target.details.is_public,
        creator=gone.creator,
        like_count=0,
        version=gone.version + 1,
        created_at=gone.created_at,
        updated_at=now,
    )
