"""Applying writes that arrived together; standard library only.

Each is decided by itself, on the tile that those before it left, as if it had come alone.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from services.tiles.canvases.access import check_visible
from services.tiles.canvases.rules import Canvas
from services.tiles.edits.rules import (
    Edit,
    NewStroke,
    NewVersion,
    Outcome,
    Painted,
    Stroke,
    Version,
    Write,
    check_may_change,
    check_stroke,
    new_version,
)
from services.tiles.revisions.rules import Change, Kind, is_kept_whole, pack_stroke
from services.tiles.tiles.rules import Tile, TileState, check_may_paint, no_such_tile, waits_for_review
from shared.errors import Refusal

Number = Callable[[Canvas], int]
"""Gives the next change of a canvas its number."""


@dataclass(slots=True)
class ChangedTile:
    """A tile while writes are applied to it; strokes change `pixels` and `version`, but not `state`."""

    state: TileState
    pixels: bytearray
    version: int

    @classmethod
    def of(cls, state: TileState) -> ChangedTile:
        """Begin with a tile as it is stored."""
        return cls(state, bytearray(state.tile.pixels), state.tile.version)

    @property
    def left(self) -> TileState:
        """The state with all that was applied; built by hand, as replace() takes four times as long."""
        before = self.state
        was = before.tile
        tile = Tile(
            was.id, was.canvas_id, was.x, was.y, was.size, bytes(self.pixels), was.title, was.description,
            was.is_public, was.creator, was.like_count, self.version, was.created_at, before.now,
        )  # fmt: skip
        return TileState(tile, before.canvas, before.lock, before.now, before.area_holder_id)


@dataclass(slots=True)
class Batch:
    """The result of writes that are made together: an outcome for each, and what is to be stored of them."""

    outcomes: list[Outcome] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    tiles: dict[int, ChangedTile] = field(default_factory=dict)


def apply_all(writes: Iterable[Write], states: Mapping[int, TileState], number: Number) -> Batch:
    """Apply the writes that are allowed, in order, to the tiles as they are; return an outcome for each."""
    batch = Batch()
    for write in writes:
        try:
            batch.outcomes.append(_apply(write, states, batch, number))
        except Refusal as refusal:
            batch.outcomes.append(refusal)
    return batch


def _apply(write: Write, states: Mapping[int, TileState], batch: Batch, number: Number) -> Outcome:
    """Apply one write to the batch. Raises the refusals of `tiles.rules`, after which nothing is changed."""
    changed = batch.tiles.get(write.tile_id)
    if changed is None:
        if write.tile_id not in states:
            raise no_such_tile()
        changed = ChangedTile.of(states[write.tile_id])
    outcome = (
        _paint(write, changed, batch, number)
        if isinstance(write, Stroke)
        else _edit(write, changed, batch, number)
    )
    if outcome is not None:
        batch.tiles[write.tile_id] = changed
    return outcome


def _paint(stroke: Stroke, changed: ChangedTile, batch: Batch, number: Number) -> Painted:
    canvas, tile = changed.state.canvas, changed.state.tile
    if stroke.canvas_id not in (None, canvas.id):
        raise no_such_tile()
    check_visible(canvas, stroke.actor)
    check_may_paint(changed.state, stroke.actor)
    check_stroke(stroke.pixels, canvas.tile_size, len(canvas.palette))
    for offset, colour in stroke.pixels:
        changed.pixels[offset] = colour
    changed.version += 1
    seq = number(canvas)
    is_whole = is_kept_whole(changed.version, len(stroke.pixels), len(changed.pixels))
    whole = zlib.compress(changed.pixels) if is_whole else None
    packed = pack_stroke(stroke.pixels)
    revision = Change(tile, changed.version, Kind.STROKE, seq, stroke.actor.id, whole, packed)
    batch.versions.append(NewStroke(revision, stroke))
    return Painted(tile.id, changed.version, seq)


def _edit(edit: Edit, changed: ChangedTile, batch: Batch, number: Number) -> NewVersion | None:
    state = changed.left
    check_visible(state.canvas, edit.actor)
    if waits_for_review(state.canvas, edit.actor):
        return None
    check_may_change(state, edit.actor, edit.values, edit.expected_version)
    version = new_version(state, edit.values, number(state.canvas), edit.actor, traceparent=edit.traceparent)
    version.is_repaint = edit.values.named == {"pixels"}
    tile = version.change.tile
    changed.state, changed.version = replace(state, tile=tile), tile.version
    changed.pixels = bytearray(tile.pixels)
    batch.versions.append(version)
    return version
