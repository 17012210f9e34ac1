"""The subprotocols of the live feed as the load generator speaks them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import orjson

from bench.websocket import BINARY, TEXT


class Answer(NamedTuple):
    """To the stroke `ref`: its number on the canvas, None if it was refused."""

    ref: int
    seq: int | None


class LiveProtocol(ABC):
    """How strokes are sent, answered and seen."""

    name: str
    opcode: int

    @abstractmethod
    def encode_paint(self, ref: int, tile_id: int, pixels: Sequence[Sequence[int]]) -> bytes:
        """Return the message that paints a stroke."""

    @abstractmethod
    def list_answers(self, message: bytes) -> Iterable[Answer]:
        """Return the answers to strokes in a message of the server; most messages have none."""

    @abstractmethod
    def list_strokes(self, message: bytes) -> list[int]:
        """Return the numbers of the strokes in a message of the server."""


class JsonProtocol(LiveProtocol):
    """`tessera.v1.json`."""

    name = "tessera.v1.json"
    opcode = TEXT

    def encode_paint(self, ref: int, tile_id: int, pixels: Sequence[Sequence[int]]) -> bytes:
        return orjson.dumps({"type": "paint", "ref": ref, "tile_id": tile_id, "pixels": pixels})

    def list_answers(self, message: bytes) -> Iterable[Answer]:
        if not message.startswith((b'{"type":"ack"', b'{"type":"nack"')):
            return ()
        answer = orjson.loads(message)
        return (Answer(answer["ref"], answer.get("seq")),)

    def list_strokes(self, message: bytes) -> list[int]:
        return strokes_of(orjson.loads(message)["events"]) if message.startswith(b'{"type":"batch"') else []


class BinaryProtocol(JsonProtocol):
    """`tessera.v2.binary`: strokes and acks are binary, everything else as in `tessera.v1.json`."""

    name = "tessera.v2.binary"
    opcode = BINARY

    def __init__(self) -> None:
        # Here, because `bench` also measures older trees, which do not have it.
        from services.tiles.live import binary as server  # noqa: PLC0415
        from tests.support import binary as client  # noqa: PLC0415

        self._server, self._client = server, client

    def encode_paint(self, ref: int, tile_id: int, pixels: Sequence[Sequence[int]]) -> bytes:
        return self._client.encode_paint(ref, tile_id, *pixels)

    def list_answers(self, message: bytes) -> Iterable[Answer]:
        if message[0] == self._server.ACKS:
            return [Answer(ack["ref"], ack["seq"]) for ack in self._client.decode_acks(message)]
        return super().list_answers(message)

    def list_strokes(self, message: bytes) -> list[int]:
        if message[0] == self._server.BATCH:
            return strokes_of(self._server.decode_batch(message))
        return super().list_strokes(message)


def strokes_of(events: Iterable[dict[str, Any]]) -> list[int]:
    """Return the numbers of the strokes among events."""
    return [event["seq"] for event in events if event["kind"] == "tile.painted"]


PROTOCOLS: dict[str, type[LiveProtocol]] = {one.name: one for one in (JsonProtocol, BinaryProtocol)}
