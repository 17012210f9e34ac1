"""What an edit is, and what becomes of edits that are written together; standard library only.

Each edit is decided by itself, on the tile that those before it left, as if it had come alone.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from services.tiles.artists.rules import Actor
from services.tiles.canvases.rules import Canvas, check_visible
from services.tiles.revisions.rules import WHOLE_EVERY, Change, Kind, pack_stroke
from services.tiles.tiles.rules import (
    Tile,
    TileState,
    check_may_describe,
    check_may_edit,
    check_may_paint,
    check_version,
    looks_different,
    no_such_tile,
    waits_for_review,
)
from shared.errors import Invalid, Refusal

MAX_PIXELS = 4096
"""Of one stroke: as JSON it fits a WebSocket message (`live.api.MAX_MESSAGE_BYTES`)."""

Pixels = Sequence[Sequence[int]]
"""`[[offset, colour], ...]`; offset counts the tile's pixels row by row from 0, colour as in a tile."""


@dataclass(frozen=True, slots=True)
class NewValues:
    """A change of a whole tile: new values for the fields in `named`; the others mean nothing and stay."""

    named: frozenset[str]
    pixels: bytes = b""
    title: str | None = None
    description: str | None = None
    is_public: bool = True

    @classmethod
    def of_pixels(cls, pixels: bytes) -> NewValues:
        """Change the pixels alone."""
        return cls(frozenset({"pixels"}), pixels)

    @property
    def changes_pixels(self) -> bool:
        """Whether the pixels are named."""
        return "pixels" in self.named

    @property
    def kind(self) -> Kind:
        """The kind of revision that the change leaves when an artist makes it."""
        return Kind.PAINTED if self.changes_pixels else Kind.DESCRIBED

    def without_pixels(self) -> NewValues | None:
        """Return the rest of the change, None if that is nothing."""
        named = self.named - {"pixels"}
        return replace(self, named=named) if named else None

    def applied_to(self, state: TileState) -> Tile:
        """Return the tile's next version."""
        values = {name: getattr(self, name) for name in self.named}
        return replace(state.tile, **values, version=state.tile.version + 1, updated_at=state.now)


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of a whole tile that an artist asks for.

    `traceparent` is the request's, for the event of the change.
    """

    actor: Actor
    username: str
    tile_id: int
    values: NewValues
    expected_version: int | None
    traceparent: str | None = None

    @property
    def weight(self) -> int:
        """How much of a batch it takes, in pixels of a stroke: its event shows the whole tile."""
        return 500


@dataclass(frozen=True, slots=True)
class Stroke:
    """Pixels of a tile that an artist paints; `canvas_id` is set if the tile must lie on that canvas."""

    actor: Actor
    username: str
    tile_id: int
    canvas_id: int | None
    pixels: Pixels

    @property
    def weight(self) -> int:
        """How much of a batch it takes, in pixels."""
        return len(self.pixels)


Write = Stroke | Edit


@dataclass(frozen=True, slots=True)
class Painted:
    """A durable stroke: the version of the tile that it made, and its number on the canvas."""

    tile_id: int
    version: int
    seq: int


class Written(NamedTuple):
    """A tile as a write left it, and its JSON if an event has needed it already."""

    tile: Tile
    json: bytes | None = None


@dataclass(slots=True)
class NewVersion:
    """A version of a whole tile: the revision to store and what its event needs besides.

    `redraws`: whether the canvas looks different; `json`: the tile, once it has been encoded for the event.
    """

    change: Change
    actor_id: int
    redraws: bool = True
    traceparent: str | None = None
    json: bytes | None = None

    @property
    def written(self) -> Written:
        """The tile as this version leaves it."""
        return Written(self.change.tile, self.json)


@dataclass(frozen=True, slots=True)
class NewStroke:
    """A version of a tile that a stroke makes; of `change.tile`, pixels and version are older."""

    change: Change
    stroke: Stroke


Version = NewVersion | NewStroke

Outcome = Painted | NewVersion | None | Exception
"""Outcome of a write: `Painted` for a stroke; for an edit the new version, or None if it needs a review;
otherwise the error: a Refusal, or Unavailable if a dependency failed."""


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
    def tile(self) -> Tile:
        """The tile with all that was applied; built by hand, as replace() takes four times as long."""
        was = self.state.tile
        return Tile(
            was.id, was.canvas_id, was.x, was.y, was.size, bytes(self.pixels), was.title, was.description,
            was.is_public, was.creator, was.like_count, self.version, was.created_at, self.state.now,
        )  # fmt: skip


@dataclass(slots=True)
class Batch:
    """The result of writes that are made together: an outcome for each, and what is to be stored of them."""

    outcomes: list[Outcome] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    tiles: dict[int, ChangedTile] = field(default_factory=dict)


def check_picture(pixels: bytes, size: int, colours: int) -> None:
    """Raise Invalid unless these pixels fill a tile of `size` and are in the palette's `colours`."""
    if len(pixels) != size * size:
        raise Invalid.field(
            "body", "pixels", msg=f"must hold {size * size} bytes ({size} x {size}), not {len(pixels)}"
        )
    if max(pixels) > colours:
        raise Invalid.field(
            "body", "pixels", msg=f"must hold palette indices 0 to {colours}, not {max(pixels)}"
        )


def check_stroke(pixels: Pixels, size: int, colours: int) -> None:
    """Raise Invalid unless every pixel lies in a tile of `size` and shows one of the palette's `colours`."""
    end = size * size
    for index, (offset, colour) in enumerate(pixels):
        if not 0 <= offset < end:
            raise Invalid.field(
                "body", "pixels", index, 0, msg=f"must be an offset in the tile, 0 to {end - 1}, not {offset}"
            )
        if not 0 <= colour <= colours:
            raise Invalid.field(
                "body", "pixels", index, 1, msg=f"must be a palette index, 0 to {colours}, not {colour}"
            )


def check_may_change(state: TileState, actor: Actor, values: NewValues, expected_version: int | None) -> None:
    """Raise unless the actor may make the change to the version they expect, and its pixels fit the tile."""
    if values.changes_pixels:
        check_may_edit(state, actor)
    if values.named - {"pixels"}:
        check_may_describe(state, actor)
    check_version(state.tile, expected_version)
    if values.changes_pixels:
        check_picture(values.pixels, state.canvas.tile_size, len(state.canvas.palette))


def new_version(
    state: TileState,
    values: NewValues,
    seq: int,
    actor: Actor,
    *,
    kind: Kind | None = None,
    author_id: int | None = None,
    traceparent: str | None = None,
) -> NewVersion:
    """Apply a change that is allowed; `author_id` is whose work it is, if that is not the actor."""
    tile = values.applied_to(state)
    revision = Change.of(tile, kind or values.kind, seq, author_id or actor.id)
    return NewVersion(revision, actor.id, looks_different(state.tile, tile), traceparent)


def apply_all(
    writes: Iterable[Write], states: Mapping[int, TileState], number: Callable[[Canvas], int]
) -> Batch:
    """Apply the writes that are allowed, in order, to the tiles as they are; each has an outcome of its own.

    `number` gives the next change of a canvas its number.
    """
    batch = Batch()
    for write in writes:
        try:
            batch.outcomes.append(_apply(write, states, batch, number))
        except Refusal as refusal:
            batch.outcomes.append(refusal)
    return batch


def _apply(
    write: Write, states: Mapping[int, TileState], batch: Batch, number: Callable[[Canvas], int]
) -> Outcome:
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


def _paint(stroke: Stroke, changed: ChangedTile, batch: Batch, number: Callable[[Canvas], int]) -> Painted:
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
    whole = None if changed.version % WHOLE_EVERY else zlib.compress(changed.pixels)
    packed = pack_stroke(stroke.pixels)
    revision = Change(tile, changed.version, Kind.STROKE, seq, stroke.actor.id, whole, packed)
    batch.versions.append(NewStroke(revision, stroke))
    return Painted(tile.id, changed.version, seq)


def _edit(
    edit: Edit, changed: ChangedTile, batch: Batch, number: Callable[[Canvas], int]
) -> NewVersion | None:
    state = replace(changed.state, tile=changed.tile)
    check_visible(state.canvas, edit.actor)
    if waits_for_review(state.canvas, edit.actor):
        return None
    check_may_change(state, edit.actor, edit.values, edit.expected_version)
    version = new_version(state, edit.values, number(state.canvas), edit.actor, traceparent=edit.traceparent)
    tile = version.change.tile
    changed.state, changed.version = replace(state, tile=tile), tile.version
    changed.pixels = bytearray(tile.pixels)
    batch.versions.append(version)
    return version
