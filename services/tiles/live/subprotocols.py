"""The subprotocols of the live feed: what each makes of batches, answers and received messages.

docs/live.md describes both. All other messages are the same JSON in each.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, ClassVar, Final

import orjson
from aiohttp import WSCloseCode, WSMessage, WSMsgType

from services.tiles.canvases.journal import View
from services.tiles.edits.answers import Ref, ref_of
from services.tiles.edits.painter import SentStroke
from services.tiles.live.binary import (
    PackedStroke,
    decode_batch,
    encode_acks,
    encode_batch,
    has_strokes,
)
from services.tiles.live.frames import Message


class Unacceptable(Exception):
    """A message that the subprotocol does not allow: the socket is to be closed with this code and reason."""

    def __init__(self, code: WSCloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class JsonStroke:
    """A stroke as a JSON object."""

    __slots__ = ("_message",)

    def __init__(self, message: dict[str, Any]) -> None:
        self._message = message

    @property
    def ref(self) -> Ref:
        """The message's `ref`, or None if it has none that can be repeated."""
        return ref_of(self._message)

    @property
    def pixel_count(self) -> int:
        """The length of `pixels`, 0 if they are no list."""
        pixels = self._message.get("pixels")
        return len(pixels) if isinstance(pixels, list) else 0

    def unpack(self) -> dict[str, Any]:
        """Return the object."""
        return self._message


class Subprotocol(ABC):
    """How the messages of one subprotocol are written and read."""

    name: ClassVar[str]

    @abstractmethod
    def encode_batch(self, events: Sequence[View]) -> Message:
        """Encode events whose numbers follow each other."""

    @abstractmethod
    def decode_batch(self, batch: Message) -> list[View]:
        """Return the events of a batch that `encode_batch` made."""

    @abstractmethod
    def encode_answers(self, answers: Iterable[Mapping[str, Any]]) -> list[Message]:
        """Encode `ack` and `nack` messages, in their order."""

    @abstractmethod
    def decode(self, received: WSMessage) -> SentStroke | dict[str, Any]:
        """Return what a client sent, empty if it is not a JSON object. Raises Unacceptable, Malformed."""


class JsonSubprotocol(Subprotocol):
    """Every message is a JSON object in a text message."""

    name = "tessera.v1.json"

    def encode_batch(self, events: Sequence[View]) -> Message:
        """Encode them as one object."""
        return encode_json({"type": "batch", "events": events})

    def decode_batch(self, batch: Message) -> list[View]:
        """Return the events of the object."""
        events: list[View] = orjson.loads(batch.payload)["events"]
        return events

    def encode_answers(self, answers: Iterable[Mapping[str, Any]]) -> list[Message]:
        """Encode one by one."""
        return [encode_json(answer) for answer in answers]

    def decode(self, received: WSMessage) -> SentStroke | dict[str, Any]:
        """Return the object. Raises Unacceptable for a binary message."""
        if received.type is WSMsgType.BINARY:
            raise Unacceptable(WSCloseCode.UNSUPPORTED_DATA, f"{self.name} has text messages only")
        message = _parse(received.data)
        return JsonStroke(message) if message.get("type") == "paint" else message


class BinarySubprotocol(Subprotocol):
    """Strokes, their acks and batches with them or placements are binary; the others are JSON as text."""

    name = "tessera.v2.binary"

    def encode_batch(self, events: Sequence[View]) -> Message:
        """Encode events as a binary message if there is a stroke among them."""
        if not has_strokes(events):
            return JSON.encode_batch(events)
        return Message(WSMsgType.BINARY, encode_batch(events))

    def decode_batch(self, batch: Message) -> list[View]:
        """Return the events of either kind of message."""
        return JSON.decode_batch(batch) if batch.type is WSMsgType.TEXT else decode_batch(batch.payload)

    def encode_answers(self, answers: Iterable[Mapping[str, Any]]) -> list[Message]:
        """Encode acks of strokes that follow each other as one message; others are the same in each."""
        messages: list[Message] = []
        for is_compact, some in groupby(answers, key=_is_ack_of_stroke):
            if is_compact:
                messages.append(Message(WSMsgType.BINARY, encode_acks(some)))
            else:
                messages += JSON.encode_answers(some)
        return messages

    def decode(self, received: WSMessage) -> SentStroke | dict[str, Any]:
        """Return what was sent. Raises Malformed, and Unacceptable for a stroke as text."""
        if received.type is WSMsgType.BINARY:
            return PackedStroke(received.data)
        message = _parse(received.data)
        if message.get("type") == "paint":
            raise Unacceptable(WSCloseCode.UNSUPPORTED_DATA, f"in {self.name} strokes are binary messages")
        return message


JSON: Final = JsonSubprotocol()
BINARY: Final = BinarySubprotocol()
SUBPROTOCOLS: Final = {subprotocol.name: subprotocol for subprotocol in (BINARY, JSON)}


def get_subprotocol(name: str | None) -> Subprotocol:
    """Return the subprotocol that was negotiated, JSON if none was."""
    return JSON if name is None else SUBPROTOCOLS[name]


def encode_json(message: Mapping[str, Any]) -> Message:
    """Encode a message that is the same in every subprotocol."""
    return Message(WSMsgType.TEXT, orjson.dumps(message))


def _is_ack_of_stroke(answer: Mapping[str, Any]) -> bool:
    return answer["type"] == "ack" and "version" in answer


def _parse(text: str) -> dict[str, Any]:
    try:
        message = orjson.loads(text)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}
