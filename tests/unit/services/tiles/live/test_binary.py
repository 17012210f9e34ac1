"""The binary messages of the live feed: exact in both directions, and nothing else is read as one."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.tiles.live.binary import (
    Malformed,
    PackedStroke,
    decode_batch,
    encode_acks,
    encode_batch,
    has_strokes,
)
from tests.support.binary import decode_acks, encode_paint
from tests.support.live_document import vectors


def unpack_stroke(message: bytes) -> dict[str, Any]:
    return PackedStroke(message).unpack()


READ = {"batch": decode_batch, "acks": decode_acks, "paint": unpack_stroke}

IDS = st.integers(1, 2**63 - 1) | st.integers(1, 300)
COLOURS = st.integers(0, 255)
PIXELS = st.lists(st.tuples(st.integers(0, 16383), COLOURS).map(list), max_size=40)
STROKES = st.fixed_dictionaries(
    {"tile_id": IDS, "version": st.integers(1, 2**53 - 1), "artist_id": IDS, "pixels": PIXELS}
).map(lambda fields: {"kind": "tile.painted", **fields})
PLACEMENTS = st.fixed_dictionaries(
    {
        "artist_id": IDS,
        "pixels": st.lists(
            st.tuples(st.integers(0, 8191), st.integers(0, 8191), COLOURS).map(list), min_size=1, max_size=40
        ),
    }
).map(lambda fields: {"kind": "pixels.placed", **fields})
OTHERS = st.fixed_dictionaries({"kind": st.just("tile.liked"), "tile_id": IDS, "name": st.text()})


def documented(kind: str) -> list[Any]:
    return [
        pytest.param(bytes.fromhex(vector["bytes"]), vector[kind], id=vector["name"])
        for vector in vectors("vectors")
        if kind in vector
    ]


@pytest.mark.parametrize(("message", "events"), documented("batch"))
def test_a_batch_is_written_as_documented(message: bytes, events: list[dict[str, Any]]) -> None:
    assert encode_batch(events) == message


@pytest.mark.parametrize(("message", "events"), documented("batch"))
def test_a_batch_is_read_as_documented(message: bytes, events: list[dict[str, Any]]) -> None:
    assert decode_batch(message) == events


@pytest.mark.parametrize(("message", "acks"), documented("acks"))
def test_acks_are_written_as_documented(message: bytes, acks: list[dict[str, Any]]) -> None:
    assert encode_acks(acks) == message


@pytest.mark.parametrize(("message", "paint"), documented("paint"))
def test_a_stroke_is_read_as_documented(message: bytes, paint: dict[str, Any]) -> None:
    assert unpack_stroke(message) == {"type": "paint", **paint}


@pytest.mark.parametrize("vector", [pytest.param(v, id=v["name"]) for v in vectors("malformed")])
def test_a_message_that_is_documented_as_malformed_is_refused(vector: dict[str, str]) -> None:
    (kind,) = vector.keys() & READ.keys()
    with pytest.raises(Malformed):
        READ[kind](bytes.fromhex(vector[kind]))


@given(st.integers(1, 2**53 - 1000), st.lists(STROKES | PLACEMENTS | OTHERS, min_size=1, max_size=30))
def test_a_batch_holds_its_events_exactly(first: int, changes: list[dict[str, Any]]) -> None:
    events = [{"seq": seq, **change} for seq, change in enumerate(changes, first)]
    assert decode_batch(encode_batch(events)) == events


@given(st.integers(0, 2**53 - 1), st.integers(0, 2**53 - 1), PIXELS)
def test_a_stroke_holds_its_pixels_exactly(ref: int, tile_id: int, pixels: list[list[int]]) -> None:
    message = encode_paint(ref, tile_id, *pixels)
    assert unpack_stroke(message) == {"type": "paint", "ref": ref, "tile_id": tile_id, "pixels": pixels}


def test_ref_and_number_of_pixels_are_known_before_the_pixels_are_read() -> None:
    stroke = PackedStroke(encode_paint(7, 3, (1, 2), (4, 5))[:-1])
    assert (stroke.ref, stroke.pixel_count) == (7, 2)
    with pytest.raises(Malformed):
        stroke.unpack()


@given(st.binary(max_size=200), st.sampled_from((b"", b"\x01", b"\x01\x01", b"\x01\x01\x0e")))
@example(b"\xff" * 40, b"\x01")
def test_any_other_bytes_are_read_or_refused_and_nothing_else(noise: bytes, start: bytes) -> None:
    for read in (decode_batch, unpack_stroke):
        with suppress(Malformed):
            read(start + noise)


@given(st.data())
def test_a_message_with_changed_bytes_is_read_or_refused(data: st.DataObject) -> None:
    message = bytearray(data.draw(st.sampled_from(documented("batch"))).values[0])
    for _ in range(data.draw(st.integers(1, 4))):
        message[data.draw(st.integers(0, len(message) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Malformed):
        decode_batch(bytes(message))


def test_only_strokes_with_the_documented_fields_are_compact() -> None:
    stroke = {"seq": 1, "kind": "tile.painted", "tile_id": 1, "version": 2, "artist_id": 3, "pixels": []}
    assert has_strokes([stroke])
    assert not has_strokes([{**stroke, "brush": "soft"}])
    assert not has_strokes([{**stroke, "kind": "tile.liked"}])


def test_single_pixels_of_many_artists_take_ten_bytes_each_at_most() -> None:
    chance = random.Random(7)
    events = [
        {
            "seq": seq, "kind": "tile.painted", "tile_id": chance.randrange(3000, 7000),
            "version": chance.randrange(1, 4000), "artist_id": chance.randrange(1000, 9000),
            "pixels": [[chance.randrange(4096), chance.randrange(17)]],
        }
        for seq in range(1000, 1500)
    ]  # fmt: skip
    assert len(encode_batch(events)) <= 10 * len(events)
