"""Events about the chat of a canvas; only a report contains what was written. The subject is the canvas."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from shared.messaging.contracts.event import Event


class ChatEvent(Event):
    """Something that `actor_id` did in the chat of a canvas; it is no change of the canvas."""

    subject_kind: ClassVar[str] = "canvas"

    canvas_id: int
    actor_id: int

    @property
    def subject_id(self) -> int:
        """The canvas."""
        return self.canvas_id


class MessageRemoved(ChatEvent):
    """The canvas's owner or a moderator removed a message of `author_id`."""

    type: ClassVar[str] = "message.removed"

    message_id: int
    author_id: int


class ArtistsMentioned(ChatEvent):
    """`actor_id` wrote a message that names these artists, all of whom may see the canvas."""

    type: ClassVar[str] = "artists.mentioned"

    message_id: int
    account_ids: list[int]


class ArtistMuted(ChatEvent):
    """The canvas's owner or a moderator keeps `artist_id` from writing until then; None: for good."""

    type: ClassVar[str] = "artist.muted"

    artist_id: int
    until: datetime | None
    reason: str | None


class QuotedMessage(BaseModel):
    """A message as it stood when it, or one near it, was reported."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: int
    author_id: int
    author_username: str
    text: str = Field(repr=False)
    created_at: datetime


class MessageReported(ChatEvent):
    """`actor_id` reported a message to the moderators; `messages` has it and what was written around it."""

    type: ClassVar[str] = "message.reported"

    actor_username: str
    message_id: int
    author_id: int
    reason: str
    detail: str | None
    messages: list[QuotedMessage] = Field(min_length=1, max_length=21)
