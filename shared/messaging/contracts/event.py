"""The bases of every message that crosses services: events, which tell, and commands, which ask.

Adding a field with a default keeps a message readable in both directions and needs no new version. A change
that older messages cannot satisfy is a new type, and both are emitted until nobody reads the old one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from shared.messaging.envelope import Envelope, UnreadableMessage, new_message_id


def _now() -> datetime:
    return datetime.now(UTC)


class Message(BaseModel):
    """What one service says to others; `type` is its stable name."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: ClassVar[str]
    schema_version: ClassVar[int] = 1
    subject_kind: ClassVar[str]

    # These travel in the envelope rather than in its data.
    occurred_at: AwareDatetime = Field(default_factory=_now)
    traceparent: str | None = None
    """Of the request that caused it, where that is not the one under way."""

    @property
    def subject_id(self) -> int:
        """The number of the subject; messages about one subject are delivered in order."""
        raise NotImplementedError

    def envelope(self, *, producer: str, traceparent: str | None) -> Envelope:
        """Wrap this in a new envelope."""
        data: dict[str, Any] = self.model_dump(exclude={"occurred_at", "traceparent"})
        return Envelope.model_construct(
            id=new_message_id(),
            type=self.type,
            version=self.schema_version,
            occurred_at=self.occurred_at,
            producer=producer,
            subject=f"{self.subject_kind}:{self.subject_id}",
            data=data,
            traceparent=self.traceparent or traceparent,
        )

    @classmethod
    def from_envelope(cls, envelope: Envelope) -> Self:
        """Read it from an envelope; raises UnreadableMessage when its data does not fit."""
        try:
            return cls.model_validate({**envelope.data, "occurred_at": envelope.occurred_at})
        except ValidationError as error:
            raise UnreadableMessage(f"not a {cls.type}: {error}") from error


class Event(Message):
    """Something that happened, told in the past tense to whoever wants to know."""


class Command(Message):
    """Something that one service asks of another, in the imperative; what came of it is told by an event."""
