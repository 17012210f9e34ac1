"""A tile, two artists who paint on it, and the revisions that this leaves."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import strategies as st

from services.tiles.artists.rules import Artist
from services.tiles.revisions.rules import Content, Details, Kind, Revision
from services.tiles.tiles.rules import Tile

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ANN, VANDAL = Artist(1, "ann", "Ann"), Artist(2, "vandal", "Vandal")
PLAIN = Details(None, None, is_public=True)
TILE = Tile(
    id=7, canvas_id=1, x=2, y=3, size=16, pixels=bytes(256), title=None, description=None, is_public=True,
    creator=ANN, like_count=4, version=5, created_at=NOW, updated_at=NOW,
)  # fmt: skip
PIXELS = st.lists(
    st.tuples(st.integers(0, 255), st.integers(0, 255)), min_size=1, max_size=20
)  # (offset, colour)


def tile_of(colours: bytes) -> bytes:
    """256 pixels that begin with these."""
    return colours + bytes(256 - len(colours))


def whole(author: Artist, colours: bytes, kind: Kind = Kind.PAINTED, title: str | None = None) -> Revision:
    details = replace(PLAIN, title=title)
    return Revision(7, 0, author.id, kind, zlib.compress(tile_of(colours)), None, details)


def packed(*painted: tuple[int, int]) -> bytes:
    return b"".join(struct.pack(">HB", *pixel) for pixel in painted)


def stroke(author: Artist, *painted: tuple[int, int]) -> Revision:
    return Revision(7, 0, author.id, Kind.STROKE, None, packed(*painted), None)


def deletion(author: Artist) -> Revision:
    return Revision(7, 0, author.id, Kind.DELETED, None, None, PLAIN)


def begins(content: Content | None) -> list[int]:
    assert content is not None
    return list(content.pixels[:4])
