"""The load generator understands the answers and strokes of both subprotocols of the live feed."""

from __future__ import annotations

import orjson
import pytest

from bench.protocols import Answer, BinaryProtocol, JsonProtocol, LiveProtocol
from services.tiles.live.binary import PackedStroke, encode_acks, encode_batch

STROKES = [
    {"seq": seq, "kind": "tile.painted", "tile_id": 3, "version": seq, "artist_id": 7, "pixels": [[5, 1]]}
    for seq in (11, 12)
]
LIKE = {"seq": 13, "kind": "tile.liked", "tile_id": 3, "like_count": 1}
ACK = {"type": "ack", "ref": 4, "seq": 12, "version": 12}
NACK = {"type": "nack", "ref": 5, "code": "busy"}


@pytest.mark.parametrize(
    ("protocol", "batch", "ack"),
    [
        (JsonProtocol(), orjson.dumps({"type": "batch", "events": [*STROKES, LIKE]}), orjson.dumps(ACK)),
        (BinaryProtocol(), encode_batch([*STROKES, LIKE]), encode_acks([ACK])),
    ],
)
def test_strokes_acks_and_nacks_are_told_apart(protocol: LiveProtocol, batch: bytes, ack: bytes) -> None:
    nack = orjson.dumps(NACK)
    assert [protocol.list_strokes(message) for message in (batch, ack, nack)] == [[11, 12], [], []]
    assert list(protocol.list_answers(batch)) == []
    assert list(protocol.list_answers(ack)) == [Answer(ref=4, seq=12)]
    assert list(protocol.list_answers(nack)) == [Answer(ref=5, seq=None)]


def test_a_stroke_of_the_binary_protocol_is_the_one_of_the_json_protocol() -> None:
    stroke = (4, 3, [[1023, 16], [0, 1]])
    packed = PackedStroke(BinaryProtocol().encode_paint(*stroke))
    assert packed.unpack() == orjson.loads(JsonProtocol().encode_paint(*stroke))
