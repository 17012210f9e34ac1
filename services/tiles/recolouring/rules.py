"""What replacing a colour means; standard library only."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.tiles.tiles.rules import Tile
from shared.errors import Conflict, Invalid

MAX_RECOLOURED = 4096
"""Tiles in one replacement: all those of a canvas of 64 x 64 cells."""


def check_colours(colour: int, by: int, colours: int) -> None:
    """Raise Invalid unless both are colours of a palette of so many, and not the same."""
    for name, value in (("colour", colour), ("by", by)):
        if value > colours:
            raise Invalid.field("body", name, msg=f"must be a palette index, at most {colours}, not {value}")
    if colour == by:
        raise Invalid.field("body", "by", msg="must be another colour")


def check_extent(tile_count: int) -> None:
    """Raise Conflict `too_many_tiles` for more tiles than MAX_RECOLOURED."""
    if tile_count > MAX_RECOLOURED:
        raise _too_many(f"More than {MAX_RECOLOURED} tiles have this colour")


def check_duration(seconds_left: float) -> None:
    """Raise Conflict `too_many_tiles` when a replacement has run out of time; nothing of it is done."""
    if seconds_left < 0:
        raise _too_many("Replacing it in all tiles takes too long")


def _too_many(reason: str) -> Conflict:
    return Conflict("too_many_tiles", f"{reason}; replace it in one area at a time.")


def recolour(tile: Tile, colour: int, by: int, now: datetime) -> Tile:
    """Return the tile's next version, with one colour instead of another."""
    pixels = tile.pixels.replace(bytes([colour]), bytes([by]))
    return replace(tile, pixels=pixels, version=tile.version + 1, updated_at=now)
