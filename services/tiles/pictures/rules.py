"""How large a picture may get; standard library only."""

from __future__ import annotations

from shared.errors import Invalid

MAX_SCALE = 16
MAX_PICTURE_PIXELS = 8192 * 8192
"""The largest canvas at scale 1; one byte per pixel while it is drawn."""


def check_scale(width: int, height: int, scale: int) -> None:
    """Raise Invalid naming `scale` if the picture would hold more than MAX_PICTURE_PIXELS."""
    if width * height * scale * scale > MAX_PICTURE_PIXELS:
        raise Invalid.field("query", "scale", msg="makes this picture too large")
