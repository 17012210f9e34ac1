"""GIF and APNG as streams: a frame is encoded when it comes, as what differs from the one before it.

Pillow writes both formats too, but only from a list of all frames in memory.
"""

from __future__ import annotations

import struct
import zlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Final

from PIL import GifImagePlugin, Image, ImageChops, ImageColor

from services.tiles.films.rules import Film
from services.tiles.pictures.png import INDEXED, SIGNATURE, chunk

Box = tuple[int, int, int, int]

_UNCHANGED: Final[Box] = (0, 0, 1, 1)
"""Drawn again where nothing differs: neither format allows a frame without pixels."""

_LEVEL: Final = 6
"""The compression level of zlib."""


class Animation(ABC):
    """A file that is made frame by frame, `frames` in all; index 0 is the canvas's paper.

    Slow: call it in a thread (Pillow and zlib release the GIL).
    """

    def __init__(self, film: Film, frames: int, paper: str, palette: Sequence[str]) -> None:
        self._film = film
        self._frames = frames
        self._colours = b"".join(bytes(ImageColor.getrgb(colour)) for colour in (paper, *palette))
        self._before: Image.Image | None = None

    def add(self, frame: Image.Image, hundredths: int) -> bytes:
        """Encode the next frame, which is shown for that many hundredths of a second."""
        if self._before is None:
            opening, box = self._open(), (0, 0, *frame.size)
        else:
            opening, box = b"", ImageChops.difference(self._before, frame).getbbox() or _UNCHANGED
        self._before = frame
        scale = self._film.scale
        part = frame.crop(box)
        if scale > 1:
            part = part.resize((part.width * scale, part.height * scale), Image.Resampling.NEAREST)
        return opening + self._encode(part, (box[0] * scale, box[1] * scale), hundredths)

    @abstractmethod
    def _open(self) -> bytes:
        """Return what precedes the first frame."""

    @abstractmethod
    def _encode(self, part: Image.Image, at: tuple[int, int], hundredths: int) -> bytes:
        """Encode the part of the picture that is drawn over the previous frame."""

    @abstractmethod
    def finish(self) -> bytes:
        """Return what follows the last frame."""


class Gif(Animation):
    """GIF89a, with one palette for all frames; the pixels are compressed by Pillow."""

    def _open(self) -> bytes:
        film = self._film
        bits = max(1, (len(self._colours) // 3 - 1).bit_length())
        palette = self._colours.ljust(3 << bits, b"\0")
        screen = struct.pack("<6sHHBBB", b"GIF89a", film.width, film.height, 0x80 | bits - 1, 0, 0)
        endless_loop = b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
        return screen + palette + endless_loop

    def _encode(self, part: Image.Image, at: tuple[int, int], hundredths: int) -> bytes:
        return b"".join(GifImagePlugin.getdata(part, at, duration=10 * hundredths))

    def finish(self) -> bytes:
        """Return the trailer."""
        return b";"


class Apng(Animation):
    """PNG with the chunks of an animation (PNG, third edition); the first frame is the picture as well."""

    def __init__(self, film: Film, frames: int, paper: str, palette: Sequence[str]) -> None:
        super().__init__(film, frames, paper, palette)
        self._number = 0

    def _open(self) -> bytes:
        header = struct.pack(">IIBBBBB", self._film.width, self._film.height, 8, INDEXED, 0, 0, 0)
        return (
            SIGNATURE
            + chunk(b"IHDR", header)
            + chunk(b"acTL", struct.pack(">II", self._frames, 0))
            + chunk(b"PLTE", self._colours)
        )

    def _encode(self, part: Image.Image, at: tuple[int, int], hundredths: int) -> bytes:
        is_first = not self._number
        control = chunk(
            b"fcTL",
            struct.pack(">IIIIIHHBB", self._count(), part.width, part.height, *at, hundredths, 100, 0, 0),
        )
        rows = part.tobytes()
        width = part.width
        # Each row begins with its filter, none: filters are made for photographs.
        unfiltered = b"".join(b"\0" + rows[start : start + width] for start in range(0, len(rows), width))
        data = zlib.compress(unfiltered, _LEVEL)
        if is_first:
            return control + chunk(b"IDAT", data)
        return control + chunk(b"fdAT", struct.pack(">I", self._count()) + data)

    def finish(self) -> bytes:
        """Return the last chunk."""
        return chunk(b"IEND", b"")

    def _count(self) -> int:
        number = self._number
        self._number += 1
        return number
