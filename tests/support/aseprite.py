"""A reader of Aseprite's sprites, written from the specification and not from the writer.

https://github.com/aseprite/aseprite/blob/main/docs/ase-file-specs.md: it reads indexed sprites of one frame,
and raises AssertionError for whatever else, for lengths that do not agree, and for bytes that are left over.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

Colour = tuple[int, int, int, int]


@dataclass
class Cel:
    """The picture of a layer, and where it is."""

    layer: int
    x: int
    y: int
    width: int
    height: int
    pixels: bytes


@dataclass
class Sprite:
    """An indexed sprite; layers from the lowest to the topmost."""

    width: int
    height: int
    transparent: int
    grid: tuple[int, int, int, int]
    palette: list[Colour] = field(default_factory=list)
    layers: list[str] = field(default_factory=list)
    cels: list[Cel] = field(default_factory=list)

    def merged(self) -> dict[tuple[int, int], Colour]:
        """What is seen, where it is not transparent."""
        seen = {}
        for cel in sorted(self.cels, key=lambda cel: cel.layer):
            for offset, index in enumerate(cel.pixels):
                x, y = cel.x + offset % cel.width, cel.y + offset // cel.width
                if index != self.transparent and 0 <= x < self.width and 0 <= y < self.height:
                    seen[x, y] = self.palette[index]
        return seen


class _Bytes:
    """Takes the specification's types from the front."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def is_empty(self) -> bool:
        return not self._data

    def take(self, count: int) -> bytes:
        assert len(self._data) >= count, "cut off"
        taken, self._data = self._data[:count], self._data[count:]
        return taken

    def rest(self) -> bytes:
        return self.take(len(self._data))

    def byte(self) -> int:
        return self.take(1)[0]

    def word(self) -> int:
        return int.from_bytes(self.take(2), "little")

    def short(self) -> int:
        return int.from_bytes(self.take(2), "little", signed=True)

    def dword(self) -> int:
        return int.from_bytes(self.take(4), "little")

    def string(self) -> str:
        return self.take(self.word()).decode()


def read_aseprite(file: bytes) -> Sprite:
    data = _Bytes(file)
    assert data.dword() == len(file)
    assert data.word() == 0xA5E0
    assert data.word() == 1, "frames"
    width, height, depth = data.word(), data.word(), data.word()
    assert depth == 8, "indexed"
    assert data.dword() & 1, "the opacity of layers is valid"
    data.word()
    assert (data.dword(), data.dword()) == (0, 0)
    transparent = data.byte()
    data.take(3)
    colours = data.word()
    assert (data.byte(), data.byte()) == (1, 1), "pixels are square"
    grid = (data.short(), data.short(), data.word(), data.word())
    assert data.take(84) == bytes(84)
    sprite = Sprite(width, height, transparent, grid)
    _read_frame(data, sprite)
    assert data.is_empty
    assert len(sprite.palette) == colours
    return sprite


def _read_frame(data: _Bytes, sprite: Sprite) -> None:
    frame = _Bytes(data.take(data.dword() - 4))
    assert frame.word() == 0xF1FA
    old_count = frame.word()
    assert frame.word() > 0, "milliseconds"
    assert frame.take(2) == bytes(2)
    count = frame.dword() or old_count
    readers = {0x2004: _read_layer, 0x2005: _read_cel, 0x2019: _read_palette}
    for _ in range(count):
        size, kind = frame.dword(), frame.word()
        content = _Bytes(frame.take(size - 6))
        readers[kind](content, sprite)
        assert content.is_empty, hex(kind)
    assert frame.is_empty


def _read_layer(content: _Bytes, sprite: Sprite) -> None:
    assert content.word() & 3 == 3, "visible and editable"
    assert (content.word(), content.word()) == (0, 0), "a picture, in no group"
    content.take(4)
    assert content.word() == 0, "blends normally"
    assert content.byte() == 255
    content.take(3)
    sprite.layers.append(content.string())


def _read_cel(content: _Bytes, sprite: Sprite) -> None:
    layer, x, y = content.word(), content.short(), content.short()
    assert layer < len(sprite.layers)
    assert (content.byte(), content.word()) == (255, 2), "opaque and compressed"
    assert content.take(7) == bytes(7)
    width, height = content.word(), content.word()
    pixels = zlib.decompress(content.rest())
    assert len(pixels) == width * height
    sprite.cels.append(Cel(layer, x, y, width, height, pixels))


def _read_palette(content: _Bytes, sprite: Sprite) -> None:
    size, first, last = content.dword(), content.dword(), content.dword()
    assert (first, last) == (0, size - 1)
    content.take(8)
    for _ in range(size):
        assert content.word() == 0, "without a name"
        sprite.palette.append((content.byte(), content.byte(), content.byte(), content.byte()))
