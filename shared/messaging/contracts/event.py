"""The bases of every message that crosses services: events and commands.

Adding a field with a default keeps a message readable in both directions and needs no new version. Where an
older message implies the value of a new field, `upgrade` derives it. A change that older messages cannot
satisfy is a new type; both are emitted until no service reads the old one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, ClassVar, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from shared.messaging.envelope import Envelope, UnreadableMessage, new_message_id

_messages: dict[str, type[Message]] = {}

MESSAGES: Mapping[str, type[Message]] = MappingProxyType(_messages)
"""Every message by its type; a class with a `type` of its own registers itself when it is defined."""


def _now() -> datetime:
    return datetime.now(UTC)


class Message(BaseModel):
    """What one service publishes for others; `type` is its stable name, unique among all messages."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: ClassVar[str]
    schema_version: ClassVar[int] = 1
    subject_kind: ClassVar[str]

    # These travel in the envelope rather than in its data.
    occurred_at: AwareDatetime = Field(default_factory=_now)
    traceparent: str | None = None
    """Of the request that caused it, where that is not the current one."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "type" in cls.__dict__:
            if cls.type in _messages:
                raise TypeError(f"two messages have the type {cls.type}")
            _messages[cls.type] = cls

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
            return cls.model_validate({**cls.upgrade(envelope.data), "occurred_at": envelope.occurred_at})
        except ValidationError as error:
            raise UnreadableMessage(f"not a {cls.type}: {error}") from error

    @classmethod
    def upgrade(cls, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the data of an older message as this version writes it."""
        return data


class Event(Message):
    """Something that happened, in the past tense; any number of services consume it."""


class Command(Message):
    """Something that one service requests of another, in the imperative; an event reports its outcome."""
