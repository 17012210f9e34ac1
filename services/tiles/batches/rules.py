"""What becomes of changes that are written together; standard library only.

Each is decided by itself, on what those before it left, as if it had come alone.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from services.tiles.canvases.rules import check_visible
from services.tiles.history.rules import Change, Kind
from services.tiles.strokes.rules import Painted, Stroke, check_pixels, pack
from services.tiles.tiles.rules import (
    Actor,
    Tile,
    TileState,
    changed,
    check_may_change,
    check_may_paint,
    decoded,
    looks_different,
    waits_for_review,
)
from shared.errors import NotFound, Refusal

PICTURE_EVERY = 64
"""Versions of a tile; with the whole picture kept that often, any version is at most 63 strokes away."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What an artist wants changed of a whole tile: the new `values`, pixels as base64.

    `traceparent` is the request's, for the event that tells of it.
    """

    actor: Actor
    username: str
    tile_id: int
    values: Mapping[str, Any]
    expected_version: int | None
    traceparent: str | None = None

    @property
    def weight(self) -> int:
        """How much of a batch it takes, in pixels of a stroke: its event shows the whole tile."""
        return 500


Write = Stroke | Edit

Verdict = Painted | Tile | None | Exception
"""Of a stroke Painted; of an edit the tile it made, None where it has to wait for a review; else why not.

A Refusal is the write's own fault, Unavailable that of a dependency.
"""


@dataclass(frozen=True, slots=True)
class Applied:
    """A write that took effect, and the revision it leaves; `redraws` if the canvas looks different now."""

    write: Write
    change: Change
    redraws: bool


@dataclass(slots=True)
class WetTile:
    """A tile while writes are applied to it; `state` is older than `pixels` and `version` by strokes only."""

    state: TileState
    pixels: bytearray
    version: int

    @classmethod
    def of(cls, state: TileState) -> WetTile:
        """Begin with a tile as it is."""
        return cls(state, bytearray(state.tile.pixels), state.tile.version)

    @property
    def tile(self) -> Tile:
        """The tile as it is now; built by hand, as replace() takes four times as long for each stroke."""
        was = self.state.tile
        return Tile(
            was.id, was.canvas_id, was.x, was.y, was.size, bytes(self.pixels), was.title, was.description,
            was.is_public, was.creator, was.like_count, self.version, was.created_at, self.state.now,
        )  # fmt: skip


@dataclass(slots=True)
class Batch:
    """What writes come to that are made together; tiles by id, and the last number given on each canvas."""

    verdicts: list[Verdict] = field(default_factory=list)
    applied: list[Applied] = field(default_factory=list)
    tiles: dict[int, WetTile] = field(default_factory=dict)
    seqs: dict[int, int] = field(default_factory=dict)


def apply_all(writes: Iterable[Write], states: Mapping[int, TileState]) -> Batch:
    """Apply each write that may be, in order, to the tiles as they are; each has a verdict of its own."""
    batch = Batch()
    for write in writes:
        try:
            batch.verdicts.append(_apply(write, states, batch))
        except Refusal as refusal:
            batch.verdicts.append(refusal)
    return batch


def _apply(write: Write, states: Mapping[int, TileState], batch: Batch) -> Verdict:
    """Apply one write to the batch. Raises the refusals of `tiles.rules`, after which nothing is changed."""
    wet = batch.tiles.get(write.tile_id)
    if wet is None:
        if write.tile_id not in states:
            raise NotFound("tile_not_found", "no such tile")
        wet = WetTile.of(states[write.tile_id])
    return _paint(write, wet, batch) if isinstance(write, Stroke) else _edit(write, wet, batch)


def _paint(stroke: Stroke, wet: WetTile, batch: Batch) -> Painted:
    canvas, tile = wet.state.canvas, wet.state.tile
    if stroke.canvas_id not in (None, canvas.id):
        raise NotFound("tile_not_found", "no such tile")
    check_visible(canvas, stroke.actor.id, is_moderator=stroke.actor.is_moderator)
    check_may_paint(wet.state, stroke.actor)
    check_pixels(stroke.pixels, canvas.tile_size, len(canvas.palette))
    for offset, colour in stroke.pixels:
        wet.pixels[offset] = colour
    wet.version += 1
    seq = _take_in(wet, batch)
    picture = None if wet.version % PICTURE_EVERY else zlib.compress(wet.pixels)
    change = Change(
        tile, wet.version, Kind.STROKE, seq, stroke.actor.id, pixels=picture, stroke=pack(stroke.pixels)
    )
    batch.applied.append(Applied(stroke, change, redraws=True))
    return Painted(tile.id, wet.version, seq)


def _edit(edit: Edit, wet: WetTile, batch: Batch) -> Tile | None:
    before = replace(wet.state, tile=wet.tile)
    check_visible(before.canvas, edit.actor.id, is_moderator=edit.actor.is_moderator)
    if waits_for_review(before.canvas, edit.actor):
        return None
    check_may_change(before, edit.actor, edit.values.keys(), edit.expected_version)
    tile = changed(before, decoded(edit.values, before.canvas))
    wet.state, wet.pixels, wet.version = replace(before, tile=tile), bytearray(tile.pixels), tile.version
    seq = _take_in(wet, batch)
    change = Change.of(tile, Kind.of_values(edit.values), seq, edit.actor.id)
    batch.applied.append(Applied(edit, change, redraws=looks_different(before.tile, tile)))
    return tile


def _take_in(wet: WetTile, batch: Batch) -> int:
    """Let the batch write the tile; returns the number of its change on the canvas."""
    canvas = wet.state.canvas
    batch.tiles[wet.state.tile.id] = wet
    seq = batch.seqs[canvas.id] = batch.seqs.get(canvas.id, canvas.seq) + 1
    return seq
