"""The binary messages of the subprotocol `tessera.v2.binary`; docs/live.md describes them byte by byte.

Pure: from events to bytes and back. A message that breaks the format in any way is Malformed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import orjson

BATCH: Final = 1
ACKS: Final = 2
"""First byte of a message from the server."""

PAINT: Final = 1
"""First byte of a message from a client."""

MAX_NUMBER: Final = 2**53 - 1
"""The largest number that JavaScript holds exactly."""

NUMBER_BYTES: Final = 8
"""Bytes of the largest number: 7 bits in each."""

_IS_JSON, _IS_OTHER_TILE, _IS_OTHER_ARTIST, _IS_ONE_COLOUR = 1, 2, 4, 8
_FLAG_BITS = 4

_PLACEMENT: Final = _IS_JSON
"""Head of the record of a placement: JSON of no length, which an event never has."""

_BY_OTHER_ARTIST, _IN_ONE_COLOUR = 1, 2
_PLACEMENT_FLAG_BITS = 2

_STROKE = "tile.painted"
_PLACED = "pixels.placed"
_PLACED_FIELDS = frozenset({"seq", "kind", "artist_id", "pixels"})
_STROKE_FIELDS = frozenset({"seq", "kind", "tile_id", "version", "artist_id", "pixels"})
_LARGEST_ID = MAX_NUMBER // 2
"""Differences of ids up to this one are numbers, including the sign."""

Event = dict[str, Any]
"""A change as a browser gets it: `seq`, `kind` and what the kind has besides."""


class Malformed(ValueError):
    """Bytes that are not a message; the text says what is wrong with them."""


def has_strokes(events: Iterable[Event]) -> bool:
    """Return whether any of the events is smaller in a binary batch than as JSON: a stroke or a placement."""
    return any(_is_compact(event) or _is_placement(event) for event in events)


def encode_batch(events: Sequence[Event]) -> bytes:
    """Encode events whose numbers follow each other: strokes and placements compactly, others as JSON."""
    message = bytearray((BATCH,))
    _put(message, events[0]["seq"])
    tile_id = version = artist_id = 0
    for event in events:
        if _is_placement(event):
            artist_id = _put_placement(message, event, artist_id)
            continue
        if not _is_compact(event):
            record = orjson.dumps(event)
            _put(message, len(record) << 1 | _IS_JSON)
            message += record
            continue
        pixels = event["pixels"]
        is_other_tile = event["tile_id"] != tile_id or event["version"] != version + 1
        is_other_artist = event["artist_id"] != artist_id
        is_one_colour = _shows_one_colour(pixels)
        flags = _IS_OTHER_TILE * is_other_tile | _IS_OTHER_ARTIST * is_other_artist
        _put(message, len(pixels) << _FLAG_BITS | flags | _IS_ONE_COLOUR * is_one_colour)
        version = event["version"]
        if is_other_tile:
            _put(message, _fold(event["tile_id"] - tile_id))
            _put(message, version)
            tile_id = event["tile_id"]
        if is_other_artist:
            _put(message, _fold(event["artist_id"] - artist_id))
            artist_id = event["artist_id"]
        _put_pixels(message, pixels, is_one_colour)
    return bytes(message)


def decode_batch(message: bytes) -> list[Event]:
    """Return the events of a batch. Raises Malformed."""
    reader = Reader(message)
    reader.skip(BATCH)
    seq = reader.number()
    tile_id = version = artist_id = 0
    events: list[Event] = []
    while not reader.is_at_end:
        head = reader.number()
        if head == _PLACEMENT:
            placed = _read_placement(reader, artist_id)
            artist_id = placed["artist_id"]
            events.append({"seq": seq, "kind": _PLACED, **placed})
            seq += 1
            continue
        if head & _IS_JSON:
            events.append(_event_of(reader.take(head >> 1), seq))
            seq += 1
            continue
        version += 1
        if head & _IS_OTHER_TILE:
            tile_id = _moved(tile_id, reader.difference())
            version = reader.number()
        if head & _IS_OTHER_ARTIST:
            artist_id = _moved(artist_id, reader.difference())
        pixels = reader.pixels(head >> _FLAG_BITS, is_one_colour=bool(head & _IS_ONE_COLOUR))
        stroke = {"tile_id": tile_id, "version": version, "artist_id": artist_id, "pixels": pixels}
        events.append({"seq": seq, "kind": _STROKE, **stroke})
        seq += 1
    return events


def encode_acks(acks: Iterable[Mapping[str, Any]]) -> bytes:
    """Encode `ack` messages whose refs are numbers."""
    message = bytearray((ACKS,))
    for ack in acks:
        for name in ("ref", "seq", "version"):
            _put(message, ack[name])
    return bytes(message)


class PackedStroke:
    """A client's stroke: its head is read at once, its pixels, which take milliseconds, only when needed.

    Raises Malformed. Whether the stroke is valid (number of pixels, offsets, colours) is decided where it is
    for all clients.
    """

    __slots__ = ("_is_one_colour", "_reader", "_tile_id", "pixel_count", "ref")

    def __init__(self, message: bytes) -> None:
        self._reader = Reader(message)
        self._reader.skip(PAINT)
        self.ref, self._tile_id, head = (self._reader.number() for _ in range(3))
        self.pixel_count, self._is_one_colour = head >> 1, bool(head & 1)

    def unpack(self) -> dict[str, Any]:
        """Return the stroke as the `paint` message of the JSON protocol; can be called once."""
        pixels = self._reader.pixels(self.pixel_count, is_one_colour=self._is_one_colour)
        if not self._reader.is_at_end:
            raise Malformed("bytes follow the last pixel")
        return {"type": "paint", "ref": self.ref, "tile_id": self._tile_id, "pixels": pixels}


class Reader:
    """Reads a message from its start to its end. Each method raises Malformed for what is not there."""

    def __init__(self, message: bytes) -> None:
        self._message = message
        self._at = 0

    @property
    def is_at_end(self) -> bool:
        """Whether every byte has been read."""
        return self._at == len(self._message)

    def skip(self, kind: int) -> None:
        """Read the first byte, which must be this one."""
        if self.byte() != kind:
            raise Malformed("the first byte names no kind of message")

    def byte(self) -> int:
        """Read one byte."""
        if self.is_at_end:
            raise Malformed("the message is truncated")
        self._at += 1
        return self._message[self._at - 1]

    def take(self, count: int) -> bytes:
        """Read that many bytes."""
        if count > len(self._message) - self._at:
            raise Malformed("the message is truncated")
        taken = self._message[self._at : self._at + count]
        self._at += count
        return taken

    def number(self) -> int:
        """Read a number: 7 bits per byte, the lowest first, in the shortest form, at most MAX_NUMBER."""
        value = 0
        for shift in range(0, 7 * NUMBER_BYTES, 7):
            byte = self.byte()
            value |= (byte & 127) << shift
            if byte < 128:
                if not byte and shift:
                    raise Malformed("a number is not in its shortest form")
                if value > MAX_NUMBER:
                    break
                return value
        raise Malformed("a number is too large")

    def difference(self) -> int:
        """Read a signed number: 0, -1, 1, -2 … as 0, 1, 2, 3 …"""
        folded = self.number()
        return -(folded + 1 >> 1) if folded & 1 else folded >> 1

    def pixels(self, count: int, *, is_one_colour: bool) -> list[list[int]]:
        """Read that many pixels as `[offset, colour]`: the first offset, then differences."""
        # Checked before anything is read: each takes a byte at least.
        if count > len(self._message) - self._at:
            raise Malformed("the message is truncated")
        if not count:
            return []
        shared = self.byte() if is_one_colour else None
        offset = self.number()
        pixels = [[offset, self.byte() if shared is None else shared]]
        for _ in range(count - 1):
            offset = _moved(offset, self.difference())
            pixels.append([offset, self.byte() if shared is None else shared])
        return pixels

    def positions(self, count: int, *, is_one_colour: bool) -> list[list[int]]:
        """Read that many pixels as `[x, y, colour]`: differences from the one before, the first from 0, 0."""
        # Checked before anything is read: each takes two bytes at least.
        if 2 * count > len(self._message) - self._at:
            raise Malformed("the message is truncated")
        if not count:
            return []
        shared = self.byte() if is_one_colour else None
        x = y = 0
        pixels = []
        for _ in range(count):
            x, y = _moved(x, self.difference()), _moved(y, self.difference())
            pixels.append([x, y, self.byte() if shared is None else shared])
        return pixels


def _is_compact(event: Event) -> bool:
    """Return whether a record can hold all of the event: a stroke, and ids that are not too large."""
    return (
        event["kind"] == _STROKE
        and event.keys() == _STROKE_FIELDS
        and event["tile_id"] <= _LARGEST_ID
        and event["artist_id"] <= _LARGEST_ID
    )


def _is_placement(event: Event) -> bool:
    """Return whether a record can hold all of a placement."""
    return event["kind"] == _PLACED and event.keys() == _PLACED_FIELDS and event["artist_id"] <= _LARGEST_ID


def _put_placement(message: bytearray, event: Event, last_artist: int) -> int:
    """Write the record of a placement after one of `last_artist`; returns the artist of this one."""
    pixels, artist_id = event["pixels"], event["artist_id"]
    is_one_colour = all(pixel[2] == pixels[0][2] for pixel in pixels)
    flags = _BY_OTHER_ARTIST * (artist_id != last_artist) | _IN_ONE_COLOUR * is_one_colour
    message.append(_PLACEMENT)
    _put(message, len(pixels) << _PLACEMENT_FLAG_BITS | flags)
    if artist_id != last_artist:
        _put(message, _fold(artist_id - last_artist))
    if is_one_colour and pixels:
        message.append(pixels[0][2])
    last_x = last_y = 0
    for x, y, colour in pixels:
        _put(message, _fold(x - last_x))
        _put(message, _fold(y - last_y))
        last_x, last_y = x, y
        if not is_one_colour:
            message.append(colour)
    return int(artist_id)


def _read_placement(reader: Reader, last_artist: int) -> Event:
    """Return artist and pixels of the placement that a record holds, after its head."""
    head = reader.number()
    artist_id = _moved(last_artist, reader.difference()) if head & _BY_OTHER_ARTIST else last_artist
    return {
        "artist_id": artist_id,
        "pixels": reader.positions(head >> _PLACEMENT_FLAG_BITS, is_one_colour=bool(head & _IN_ONE_COLOUR)),
    }


def _shows_one_colour(pixels: Sequence[Sequence[int]]) -> bool:
    return bool(pixels) and all(pixel[1] == pixels[0][1] for pixel in pixels)


def _put_pixels(message: bytearray, pixels: Sequence[Sequence[int]], is_one_colour: bool) -> None:
    if is_one_colour:
        message.append(pixels[0][1])
    last: int | None = None
    for offset, colour in pixels:
        _put(message, offset if last is None else _fold(offset - last))
        if not is_one_colour:
            message.append(colour)
        last = offset


def _put(message: bytearray, number: int) -> None:
    while number > 127:
        message.append(number & 127 | 128)
        number >>= 7
    message.append(number)


def _fold(difference: int) -> int:
    """Return 0, 1, 2, 3 … for 0, -1, 1, -2 …, so that small differences are small numbers."""
    return difference << 1 if difference >= 0 else (-difference << 1) - 1


def _moved(value: int, difference: int) -> int:
    """Return the sum, which must be a number."""
    moved = value + difference
    if not 0 <= moved <= MAX_NUMBER:
        raise Malformed("a difference leads out of range")
    return moved


def _event_of(record: bytes, seq: int) -> Event:
    """Return the event of a JSON record, which must have the number of its place."""
    try:
        event = orjson.loads(record)
    except ValueError:
        raise Malformed("a record is not JSON") from None
    if not isinstance(event, dict) or event.get("seq") != seq:
        raise Malformed("a record has another number than its place")
    return event
