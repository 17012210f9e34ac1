"""What an edit and a stroke are, who may make them, and what they leave; standard library only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from services.tiles.artists.rules import Actor
from services.tiles.revisions.rules import Change, Kind
from services.tiles.tiles.rules import (
    Tile,
    TileState,
    check_may_describe,
    check_may_edit,
    check_version,
    looks_different,
)
from shared.errors import Invalid

MAX_PIXELS = 4096
"""Per stroke: as JSON it fits a WebSocket message (`live.api.MAX_MESSAGE_BYTES`)."""

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


class Stroke(NamedTuple):
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


class Painted(NamedTuple):
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

    `redraws`: whether the canvas looks different; `is_repaint`: whether an artist's edit changed the pixels
    alone; `json`: the tile, once it has been encoded for viewers.
    """

    change: Change
    actor_id: int
    redraws: bool = True
    traceparent: str | None = None
    is_repaint: bool = False
    json: bytes | None = None
    is_rollback: bool = False

    @property
    def written(self) -> Written:
        """The tile as this version leaves it."""
        return Written(self.change.tile, self.json)


class NewStroke(NamedTuple):
    """A version of a tile that a stroke makes; of `change.tile`, pixels and version are older."""

    change: Change
    stroke: Stroke


Version = NewVersion | NewStroke

Outcome = Painted | NewVersion | None | Exception
"""Outcome of a write: `Painted` for a stroke; for an edit the new version, or None if it needs a review;
otherwise the error: a Refusal, or Unavailable if a dependency failed."""


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
