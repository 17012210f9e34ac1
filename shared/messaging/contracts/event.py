"""The base of every event that crosses services.

Adding a field with a default keeps an event readable in both directions and needs no new version. A change
that older messages cannot satisfy is a new event type, and both are emitted until nobody reads the old one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from shared.messaging.envelope import Envelope, UnreadableMessage, new_message_id


def _now() -> datetime:
    return datetime.now(UTC)


class Event(BaseModel):
    """Something that happened, told in the past tense; `type` is its stable name."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: ClassVar[str]
    schema_version: ClassVar[int] = 1
    subject_kind: ClassVar[str]

    # Travels in the envelope rather than in its data.
    occurred_at: AwareDatetime = Field(default_factory=_now)

    @property
    def subject_id(self) -> int:
        """The number of the subject; events of one subject are delivered in order."""
        raise NotImplementedError

    def envelope(self, *, producer: str, traceparent: str | None) -> Envelope:
        """Wrap this event in a new message."""
        data: dict[str, Any] = self.model_dump(exclude={"occurred_at"})
        return Envelope.model_construct(
            id=new_message_id(),
            type=self.type,
            version=self.schema_version,
            occurred_at=self.occurred_at,
            producer=producer,
            subject=f"{self.subject_kind}:{self.subject_id}",
            data=data,
            traceparent=traceparent,
        )

    @classmethod
    def from_envelope(cls, envelope: Envelope) -> Self:
        """Read this event from a message; raises UnreadableMessage when its data does not fit."""
        try:
            return cls.model_validate({**envelope.data, "occurred_at": envelope.occurred_at})
        except ValidationError as error:
            raise UnreadableMessage(f"not a {cls.type}: {error}") from error
