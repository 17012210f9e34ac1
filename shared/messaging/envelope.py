"""The envelope: one JSON object around every message in the broker.

Readers ignore unknown fields, so that a producer may add some at any time.
"""

from __future__ import annotations

import os
import time
from typing import Any
from uuid import UUID

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from shared.errors import TesseraError


class UnreadableMessage(TesseraError):
    """A message that no retry can make readable; it goes to the dead-letter queue at once."""


class Envelope(BaseModel):
    """One message: its producer, subject, time and data.

    A redelivery has the same `id`. `subject` is `kind:number` (`canvas:7`), and `version` is that of the
    schema of `data`.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    type: str = Field(min_length=1, max_length=100)
    version: int = Field(ge=1)
    occurred_at: AwareDatetime
    producer: str
    subject: str = Field(pattern=r"^[a-z]+:[0-9]+$")
    data: dict[str, Any]
    traceparent: str | None = None

    @property
    def subject_kind(self) -> str:
        """`canvas` of `canvas:7`."""
        return self.subject.partition(":")[0]

    @property
    def subject_id(self) -> int:
        """`7` of `canvas:7`."""
        return int(self.subject.partition(":")[2])

    @property
    def routing_key(self) -> str:
        """`<type>.<subject id>`; a service binds `tile.created.*`."""
        return f"{self.type}.{self.subject_id}"

    def encode(self) -> str:
        """Return the JSON of this message."""
        return orjson.dumps(self.model_dump()).decode()

    @classmethod
    def decode(cls, body: bytes) -> Envelope:
        """Read a message; raises UnreadableMessage if it is not an envelope."""
        try:
            return cls.model_validate_json(body)
        except ValidationError as error:
            raise UnreadableMessage(f"not an envelope: {error}") from error


def new_message_id() -> UUID:
    """Return a time-ordered id (UUID version 7, RFC 9562): inbox rows are neighbours in the index."""
    stamp = time.time_ns() // 1_000_000
    value = (stamp << 80) | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | (0x7 << 76)
    return UUID(int=value & ~(0x3 << 62) | (0x2 << 62))
