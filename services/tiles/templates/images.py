"""Reading pictures that people upload: PNG, WebP and GIF, of an animation the first frame.

A file of a few hundred bytes can claim to be a picture of gigabytes. So the size is read from its header and
checked before Pillow sees the file, and again when Pillow has read it, because frames may exceed the header.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from io import BytesIO
from typing import Final

from PIL import Image, ImageCms

from services.tiles.templates.rules import check_size
from shared.errors import Invalid

_FORMATS = ("PNG", "WEBP", "GIF")
_PNG, _GIF = b"\x89PNG\r\n\x1a\n", (b"GIF87a", b"GIF89a")
_UNREADABLE = (
    OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, OverflowError, zlib.error,
    struct.error, Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip
"""What Pillow raises for files that are broken, or were made to break it."""

_ORIENTATION: Final = 0x0112
_TURNS: Final[Mapping[int, Image.Transpose]] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What turns a picture upright, by its orientation (Exif 3.0, 4.6.5.1.6); 1 is upright."""


def read_image(file: bytes) -> Image.Image:
    """Return the first frame of a picture, upright, as RGBA in sRGB; takes some milliseconds per megapixel.

    Raises Invalid naming `image` for a file of another format, a broken one, and a picture that is too large.
    """
    check_size(*read_size(file))
    try:
        with Image.open(BytesIO(file), formats=_FORMATS) as image:
            check_size(*image.size)
            profile = image.info.get("icc_profile")
            image.load()
            check_size(*image.size)
            turn = _TURNS.get(_read_orientation(image.info.get("exif")))
            rgba = _eight_bits(image).convert("RGBA")
    except _UNREADABLE:
        raise _unreadable() from None
    upright = rgba if turn is None else rgba.transpose(turn)
    return _in_srgb(upright, profile)


def read_size(file: bytes) -> tuple[int, int]:
    """Return width and height as the header of a file names them. Raises Invalid naming `image`."""
    try:
        if file.startswith(_PNG) and file[12:16] == b"IHDR":
            width, height = struct.unpack_from(">II", file, 16)
            return width, height
        if file.startswith(_GIF):
            width, height = struct.unpack_from("<HH", file, 6)
            return width, height
        if file[:4] == b"RIFF" and file[8:12] == b"WEBP":
            return _read_webp_size(file)
    except struct.error:  # ends within its header
        raise _unreadable() from None
    raise _unreadable()


def _read_webp_size(file: bytes) -> tuple[int, int]:
    # https://developers.google.com/speed/webp/docs/riff_container
    match file[12:16]:
        case b"VP8X":
            low_width, high_width, low_height, high_height = struct.unpack_from("<HBHB", file, 24)
            return 1 + (low_width | high_width << 16), 1 + (low_height | high_height << 16)
        case b"VP8L":
            (bits,) = struct.unpack_from("<I", file, 21)
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", file, 26)
            return width & 0x3FFF, height & 0x3FFF
    raise _unreadable()


def _read_orientation(exif: bytes | None) -> int:
    """Return the orientation that Exif names, 1 if it names none that can be read.

    Pillow would read every other tag as well, which takes seconds for a file that was made for that.
    """
    tiff = (exif or b"").removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        entries = tiff[start + 2 : start + 2 + 12 * count]
        for tag, kind, values, value in struct.iter_unpack(f"{order}HHIH2x", entries):
            if (tag, kind, values) == (_ORIENTATION, 3, 1):
                return int(value)
    except struct.error:  # ends within its directory
        pass
    return 1


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return a picture of 16 bits per pixel, which Pillow would clip, with 8; others as they are."""
    if not image.mode.startswith("I"):
        return image
    return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")


def _in_srgb(rgba: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert from the colours of the embedded profile; one that is broken or not of RGB is ignored."""
    if not profile:
        return rgba
    try:
        embedded = ImageCms.ImageCmsProfile(BytesIO(profile))
        if embedded.profile.xcolor_space.strip() != "RGB":
            return rgba
        srgb = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(rgba, embedded, srgb, outputMode="RGBA")
    except (OSError, ValueError, ImageCms.PyCMSError):  # UnicodeDecodeError is a ValueError
        return rgba
    return converted or rgba


def _unreadable() -> Invalid:
    return Invalid.field("body", "image", msg="must be a PNG, WebP or GIF picture", rule="image_unreadable")
