"""The state of canvases and tiles, said again by a repair for services that missed an event.

They are no changes: they have no number of their own, viewers do not receive them, and a service that knows a
newer state changes nothing. Many travel in one message. The subject is the first of them: the numbers in a
message decide what is newer, not the order of messages.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from shared.messaging.contracts.event import Event

LARGEST: int = 100
"""Canvases or tiles per message: it is applied in one transaction with up to 250 others."""


class RestatedCanvas(BaseModel):
    """A canvas as change number `seq` of its sequence left it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    canvas_id: int
    seq: int
    owner_id: int
    is_public: bool
    is_deleted: bool
    created_at: datetime


class RestatedTile(BaseModel):
    """A tile as change number `seq` of its canvas left it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    tile_id: int
    canvas_id: int
    seq: int
    creator_id: int
    like_count: int
    is_public: bool
    x: int
    y: int
    created_at: datetime


class DeletedTile(BaseModel):
    """A tile that change number `seq` of its canvas deleted."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    tile_id: int
    seq: int


class CanvasesRestated(Event):
    """What is true of some canvases now."""

    type: ClassVar[str] = "canvases.restated"
    subject_kind: ClassVar[str] = "canvas"

    canvases: list[RestatedCanvas] = Field(min_length=1, max_length=LARGEST)

    @property
    def subject_id(self) -> int:
        """The first canvas."""
        return self.canvases[0].canvas_id


class TilesRestated(Event):
    """What is true of some tiles now."""

    type: ClassVar[str] = "tiles.restated"
    subject_kind: ClassVar[str] = "tile"

    tiles: list[RestatedTile] = Field(min_length=1, max_length=LARGEST)

    @property
    def subject_id(self) -> int:
        """The first tile."""
        return self.tiles[0].tile_id


class DeletedTilesRestated(Event):
    """Which tiles are deleted."""

    type: ClassVar[str] = "deleted_tiles.restated"
    subject_kind: ClassVar[str] = "tile"

    tiles: list[DeletedTile] = Field(min_length=1, max_length=LARGEST)

    @property
    def subject_id(self) -> int:
        """The first tile."""
        return self.tiles[0].tile_id
