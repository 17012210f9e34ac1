"""Snapshots of a canvas, read as a client reads them."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from aiohttp import ClientResponse

from services.tiles.pictures.snapshot import HEADER, MAGIC, MEDIA_TYPE, TILE, WITH_PIXELS


@dataclass
class Snapshot:
    """A snapshot as a client reads it."""

    seq: int
    columns: int
    rows: int
    tile_size: int
    palette: list[str]
    tiles: dict[int, tuple[int, int, int, bytes]]


def read_snapshot(response: ClientResponse, body: bytes) -> Snapshot:
    assert response.content_type == MEDIA_TYPE
    magic, version, colours, columns, rows, tile_size, count, seq = HEADER.unpack_from(body)
    assert magic == MAGIC
    assert response.headers["X-Canvas-Seq"] == str(seq)
    end = HEADER.size + 3 * colours
    palette = [f"#{body[at : at + 3].hex()}" for at in range(HEADER.size, end, 3)]
    packed = zlib.decompress(body[end:])
    step = TILE.size + (tile_size**2 if version == WITH_PIXELS else 0)
    assert len(packed) == count * step
    found = {}
    for at in range(0, len(packed), step):
        tile_id, x, y, tile_version = TILE.unpack_from(packed, at)
        found[tile_id] = (x, y, tile_version, packed[at + TILE.size : at + step])
    return Snapshot(seq, columns, rows, tile_size, palette, found)
