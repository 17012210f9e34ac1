"""What the subprotocols make of answers and of received messages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import WSMessage, WSMsgType

from services.tiles.live.subprotocols import BINARY, JSON, Subprotocol, Unacceptable, encode_json
from tests.support.binary import decode_acks, encode_paint

PAINT = '{"type": "paint", "ref": 1, "tile_id": 7, "pixels": [[3, 2]]}'


def ack(ref: int) -> dict[str, Any]:
    return {"type": "ack", "ref": ref, "seq": 100 + ref, "version": 2}


def text(data: str) -> WSMessage:
    return WSMessage(WSMsgType.TEXT, data, None)


def binary(data: bytes) -> WSMessage:
    return WSMessage(WSMsgType.BINARY, data, None)


def test_answers_keep_their_order_and_acks_that_follow_each_other_share_a_message() -> None:
    nack = {"type": "nack", "ref": 3, "code": "tile_locked"}
    first, refused, last = BINARY.encode_answers([ack(1), ack(2), nack, ack(4)])
    assert decode_acks(first.payload) == [ack(1), ack(2)]
    assert refused == encode_json(nack)
    assert decode_acks(last.payload) == [ack(4)]


def test_a_batch_without_a_stroke_is_the_same_text_in_both() -> None:
    events = [{"seq": 3, "kind": "tile.liked", "tile_id": 7, "like_count": 1}]
    assert BINARY.encode_batch(events) == JSON.encode_batch(events)
    assert JSON.encode_batch(events).type is WSMsgType.TEXT


@pytest.mark.parametrize(
    ("subprotocol", "received"), [(JSON, text(PAINT)), (BINARY, binary(encode_paint(1, 7, (3, 2))))]
)
def test_a_stroke_is_the_same_message_in_both(subprotocol: Subprotocol, received: WSMessage) -> None:
    stroke = subprotocol.decode(received)
    assert not isinstance(stroke, dict)
    assert (stroke.ref, stroke.pixel_count) == (1, 1)
    assert stroke.unpack() == {"type": "paint", "ref": 1, "tile_id": 7, "pixels": [[3, 2]]}


@pytest.mark.parametrize("ref", [None, True, [1], 1.5])
@pytest.mark.parametrize("pixels", [None, "red", {}, 7])
def test_a_stroke_without_usable_ref_and_pixels_has_neither(ref: Any, pixels: Any) -> None:
    stroke = JSON.decode(text(json.dumps({"type": "paint", "ref": ref, "pixels": pixels})))
    assert not isinstance(stroke, dict)
    assert (stroke.ref, stroke.pixel_count) == (None, 0)


@pytest.mark.parametrize("subprotocol", [JSON, BINARY])
@pytest.mark.parametrize("noise", ["{", "[]", "7", "", '"paint"'])
def test_text_that_is_no_json_object_is_an_empty_message(subprotocol: Subprotocol, noise: str) -> None:
    assert subprotocol.decode(text(noise)) == {}


@pytest.mark.parametrize(
    ("subprotocol", "received", "code"),
    [
        (JSON, binary(encode_paint(1, 7, (3, 2))), 1003),
        (JSON, binary(b""), 1003),
        (BINARY, text(PAINT), 1003),
    ],
)
def test_a_message_that_the_subprotocol_does_not_have_ends_the_socket(
    subprotocol: Subprotocol, received: WSMessage, code: int
) -> None:
    with pytest.raises(Unacceptable) as ended:
        subprotocol.decode(received)
    assert ended.value.code == code
    assert len(ended.value.reason.encode()) <= 123  # what fits a close frame
