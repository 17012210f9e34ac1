"""The client's side of `tessera.v2.binary`: writes strokes and reads acks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.tiles.live.binary import ACKS, PAINT, Reader


def encode_paint(ref: int, tile_id: int, *pixels: Sequence[int]) -> bytes:
    """A stroke, each pixel with its own colour."""
    message = bytes((PAINT,)) + _number(ref) + _number(tile_id) + _number(len(pixels) << 1)
    last = 0
    for index, (offset, colour) in enumerate(pixels):
        moved = offset - last
        message += _number(2 * moved if moved >= 0 else -2 * moved - 1) if index else _number(offset)
        message += bytes((colour,))
        last = offset
    return message


def decode_acks(message: bytes) -> list[dict[str, Any]]:
    """The acks of a message, as in `tessera.v1.json`."""
    reader = Reader(message)
    reader.skip(ACKS)
    acks = []
    while not reader.is_at_end:
        acks.append({"type": "ack", **{name: reader.number() for name in ("ref", "seq", "version")}})
    return acks


def _number(value: int) -> bytes:
    low, rest = value & 127, value >> 7
    return bytes((low | 128,)) + _number(rest) if rest else bytes((low,))
