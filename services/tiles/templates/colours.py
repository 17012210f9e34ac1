"""From the colours of a picture to those of a palette."""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Sequence

from PIL import Image, ImageColor

OPAQUE = 128
"""The least alpha, of 255, of a pixel that is to be painted."""

EXACT_COLOURS = 16_384
"""A picture with more is a photograph: its colours are matched in steps of 8, in half a second at most."""

_STEPS = [value & 0xF8 | 4 for value in range(256)]

Lab = tuple[float, float, float]


def match_palette(image: Image.Image, palette: Sequence[str], *, dither: bool) -> bytes:
    """Return the palette index of each pixel of an RGBA picture, row by row; 0 where it is transparent.

    That of the nearest colour in CIELAB; if dithered, by Floyd and Steinberg, the nearest in RGB, in which
    the error is spread. Takes up to a second for a million pixels: call it in a thread.
    """
    opaque = image.getchannel("A").point([0] * OPAQUE + [255] * (256 - OPAQUE))
    # What is transparent has a colour of the palette, without an error to spread.
    filled = Image.composite(image.convert("RGB"), Image.new("RGB", image.size, palette[0]), opaque)
    indices = _dithered(filled, palette) if dither else _nearest(filled, palette)
    matched = Image.frombytes("L", image.size, indices)
    return Image.composite(matched, Image.new("L", image.size, 0), opaque).tobytes()


def _dithered(image: Image.Image, palette: Sequence[str]) -> bytes:
    reference = Image.new("P", (1, 1))
    reference.putpalette(b"".join(bytes(ImageColor.getrgb(colour)) for colour in palette))
    dithered = image.quantize(palette=reference, dither=Image.Dither.FLOYDSTEINBERG)
    return dithered.tobytes().translate(bytes([*range(1, 256), 255]))


def _nearest(image: Image.Image, palette: Sequence[str]) -> bytes:
    if image.getcolors(EXACT_COLOURS) is None:
        image = image.point(_STEPS * 3)
    codes = memoryview(image.convert("RGBX").tobytes()).cast("I")
    nearest = NearestColour(palette)
    indices = {code: nearest.find(code.to_bytes(4, sys.byteorder)) for code in set(codes)}
    return bytes(map(indices.__getitem__, codes))


class NearestColour:
    """Finds the nearest colour of a palette. Candidates are tried outwards from the same lightness."""

    def __init__(self, palette: Sequence[str]) -> None:
        labs = [(*to_lab(ImageColor.getrgb(colour)), 1 + n) for n, colour in enumerate(palette)]
        self._candidates = sorted(labs)
        self._lightness = [candidate[0] for candidate in self._candidates]

    def find(self, colour: Sequence[int]) -> int:
        """Return the index, from 1, of the nearest colour to a red, green and blue; the first of equals."""
        lightness, a, b = to_lab(colour)
        start = bisect_left(self._lightness, lightness)
        best, least = 0, float("inf")
        for way in (range(start, len(self._candidates)), range(start - 1, -1, -1)):
            for at in way:
                other, other_a, other_b, index = self._candidates[at]
                apart = (other - lightness) ** 2
                if apart > least:
                    break
                distance = apart + (other_a - a) ** 2 + (other_b - b) ** 2
                if distance < least or (distance == least and index < best):
                    best, least = index, distance
        return best


_LINEAR = [
    value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
    for value in (channel / 255 for channel in range(256))
]
"""IEC 61966-2-1, the transfer function of sRGB."""


def to_lab(colour: Sequence[int]) -> Lab:
    """Return an sRGB colour (red, green, blue of 255) in CIELAB under D65, the white of sRGB."""
    red, green, blue = (_LINEAR[channel] for channel in colour[:3])
    x = _root((0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047)
    y = _root(0.2126729 * red + 0.7151522 * green + 0.0721750 * blue)
    z = _root((0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _root(share: float) -> float:
    # ISO/CIE 11664-4: a cube root, and a line where that would be too steep.
    return float(share ** (1 / 3)) if share > 216 / 24389 else (24389 / 27 * share + 16) / 116
