"""What taking changes back means; standard library only."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.tiles.artists.rules import Artist
from services.tiles.revisions.rules import Content, Details, Revision, apply_stroke, content_after
from services.tiles.tiles.rules import Tile
from shared.errors import Conflict, Invalid

MAX_ROLLED_BACK = 4096
"""Tiles in one rollback: all those of a canvas of 64 x 64 cells."""


class Action(StrEnum):
    """What a rollback does to a tile, in order of execution; a kept one's cell has been claimed since."""

    REMOVED = "removed"
    REVERTED = "reverted"
    RESTORED = "restored"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Removed:
    """A deleted tile, from its first and its last revision; `size` is its canvas's tile size."""

    id: int
    canvas_id: int
    x: int
    y: int
    size: int
    creator: Artist | None
    version: int
    created_at: datetime
    is_cell_taken: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What a rollback does to one tile: `tile` is what it will be, or for a removal what it was."""

    action: Action
    tile: Tile


def content_without(artist_id: int, before: Content | None, revisions: Sequence[Revision]) -> Content | None:
    """Return what the tile would be without an artist's share in `revisions`, which follow `before`.

    Each pixel has the value that the newest change by another artist gave it, and each detail likewise: what
    others painted over the artist's work stays, and what is left of that work gives way to what was below it.
    A tile that the artist claimed is blank below, and remains only if others painted in it.
    """
    actual = kept = before
    for revision in revisions:
        made = content_after(actual, revision)
        if revision.author_id != artist_id:
            kept = _apply_change(kept, actual, made)
            if kept and revision.stroke is not None:
                kept = replace(kept, pixels=apply_stroke(kept.pixels, revision.stroke))
        actual = made
    return kept


def _apply_change(kept: Content | None, before: Content | None, after: Content | None) -> Content | None:
    """Do to `kept` what a change from `before` to `after` did."""
    if after is None or before is None or kept == before:
        return after
    if after == before:
        return kept
    if kept is None:
        kept = Content(bytes(len(before.pixels)), Details(None, None, before.details.is_public))
    return Content(
        _apply_to_pixels(kept.pixels, before.pixels, after.pixels),
        _apply_to_details(kept.details, before.details, after.details),
    )


_TO_MASK = bytes([0]) + bytes([255]) * 255
"""Translates a byte that is not 0 to 255."""


def _apply_to_pixels(kept: bytes, before: bytes, after: bytes) -> bytes:
    # On whole tiles as integers: a loop over 16,384 pixels would take a thousand times as long.
    size = len(kept)
    old, new = int.from_bytes(before, "big"), int.from_bytes(after, "big")
    changed = int.from_bytes((old ^ new).to_bytes(size, "big").translate(_TO_MASK), "big")
    untouched = int.from_bytes(kept, "big") & ~changed
    return (untouched | new & changed).to_bytes(size, "big")


def _apply_to_details(kept: Details, before: Details, after: Details) -> Details:
    return Details(
        kept.title if after.title == before.title else after.title,
        kept.description if after.description == before.description else after.description,
        kept.is_public if after.is_public == before.is_public else after.is_public,
    )


def check_moment(since: datetime, now: datetime) -> None:
    """Raise Invalid naming `since` unless it lies in the past."""
    if since > now:
        raise Invalid.field("body", "since", msg="must be in the past")


def check_extent(tile_count: int) -> None:
    """Raise Conflict `rollback_too_large` for more tiles than MAX_ROLLED_BACK."""
    if tile_count > MAX_ROLLED_BACK:
        raise Conflict(
            "rollback_too_large",
            f"More than {MAX_ROLLED_BACK} tiles have changed since then; roll back one area at a time.",
        )


def check_duration(seconds_left: float) -> None:
    """Raise Conflict `rollback_too_large` when a rollback has run out of time; nothing of it is done."""
    if seconds_left < 0:
        raise Conflict(
            "rollback_too_large",
            "Rolling back everything since then takes too long; choose a smaller area, one artist, or a later"
            " moment.",
        )


def turn_back(tile: Tile, target: Content | None, now: datetime) -> Step | None:
    """Decide what a rollback does to an existing tile; None if it already is what it should be."""
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

    A tile returns under its own id, so that links, reports and its history still lead to it; its likes are
    lost. A cell that has been claimed since stays with its claimant. Of several tiles of one cell, the newest
    returns.
    """
    steps, filled = [], set[tuple[int, int]]()
    for gone, target in sorted(wanted, key=lambda pair: -pair[0].id):
        cell = gone.x, gone.y
        is_free = cell not in filled and (cell in freed or not gone.is_cell_taken)
        filled |= {cell} if is_free else set()
        steps.append(Step(Action.RESTORED if is_free else Action.KEPT, _restore(gone, target, now)))
    return steps


def _restore(gone: Removed, target: Content, now: datetime) -> Tile:
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
