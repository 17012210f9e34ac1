"""From a tile's history to the change that painted each of its pixels; standard library only."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.tiles.artists.rules import Artist
from services.tiles.revisions.rules import STROKE_BYTES, Kind

KEEP_AFTER = 512
"""Versions after which origins are kept again: replaying fewer takes a few milliseconds."""

KEEP_AFTER_PIXELS = 65_536
"""Painted pixels after which they are, too: replaying so many takes ten milliseconds or more."""

_VERSION = "I"
"""The type of `array` that holds versions: unsigned, of 4 bytes."""


@dataclass(frozen=True, slots=True)
class PastChange:
    """A change of a tile as stored: `pixels` compressed, `stroke` packed."""

    version: int
    kind: Kind
    pixels: bytes | None
    stroke: bytes | None


@dataclass(frozen=True, slots=True)
class Origin:
    """The change that painted a pixel."""

    artist: Artist
    painted_at: datetime
    seq: int


class Origins:
    """The version that painted each pixel of a tile, 0 for a pixel that was never painted.

    A stroke paints its pixels, even in the colour that they had; a whole picture paints those that it
    changes. Replacing a colour paints none: its pixels remain the work of whoever painted them. Taking pixels
    back restores their previous origin, so that is known, too.
    """

    def __init__(self, size: int) -> None:
        pixels = size * size
        self.version = 0
        self.replayed = 0
        """Painted pixels that were replayed, those of a whole picture all."""
        self._last = array(_VERSION, bytes(4 * pixels))
        self._before = array(_VERSION, bytes(4 * pixels))
        self._content = bytearray(pixels)

    def version_of(self, offset: int) -> int:
        """Return the version that painted a pixel; 0 if none did."""
        return self._last[offset]

    def replay(self, changes: Sequence[PastChange]) -> None:
        """Apply the changes that follow `version`, in order."""
        for change in changes:
            if change.stroke is not None:
                self._apply_stroke(change, change.stroke)
            elif change.kind is Kind.DELETED:
                self._apply_picture(change.version, bytes(len(self._content)))
                self._last = array(_VERSION, bytes(4 * len(self._last)))
            elif change.kind is Kind.RECOLOURED and change.pixels is not None:
                self._content = bytearray(zlib.decompress(change.pixels))
            elif change.pixels is not None:
                self._apply_picture(change.version, zlib.decompress(change.pixels))
            self.version = change.version

    def is_worth_keeping(self, since: int) -> bool:
        """Return whether replaying the versions after `since` took longer than it should take again."""
        return self.version - since >= KEEP_AFTER or self.replayed >= KEEP_AFTER_PIXELS

    def pack(self) -> bytes:
        """Return everything, compressed."""
        return zlib.compress(self._last.tobytes() + self._before.tobytes() + bytes(self._content), 1)

    @classmethod
    def unpack(cls, size: int, version: int, packed: bytes) -> Origins:
        """Restore what `pack` returned at a version."""
        origins = cls(size)
        origins.version = version
        content, length = zlib.decompress(packed), 4 * size * size
        origins._last = array(_VERSION, content[:length])
        origins._before = array(_VERSION, content[length : 2 * length])
        origins._content = bytearray(content[2 * length :])
        return origins

    def _apply_stroke(self, change: PastChange, stroke: bytes) -> None:
        last, before, version = self._last, self._before, change.version
        self.replayed += len(stroke) // STROKE_BYTES
        offsets = [high << 8 | low for high, low in zip(stroke[0::3], stroke[1::3], strict=True)]
        for offset, colour in zip(offsets, stroke[2::3], strict=True):
            self._content[offset] = colour
        # A pixel counts once, however often the stroke passes it.
        for offset in dict.fromkeys(offsets):
            if change.kind is Kind.TAKEN_BACK:
                last[offset] = before[offset]
            else:
                before[offset], last[offset] = last[offset], version

    def _apply_picture(self, version: int, pixels: bytes) -> None:
        if pixels == self._content:
            return
        self.replayed += len(pixels)
        for offset, (old, new) in enumerate(zip(self._content, pixels, strict=True)):
            if old != new:
                self._before[offset], self._last[offset] = self._last[offset], version
        self._content = bytearray(pixels)
