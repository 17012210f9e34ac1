"""Requests and responses about chat."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from services.tiles.artists.schemas import ArtistView
from services.tiles.chat.rules import LONGEST_TEXT, ChatMessage
from shared.http.models import BIGINT_MAX, LEGIBLE, LINES, ONE_LINE, Body, Moment, Query, View

MessageText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TEXT), ONE_LINE, LEGIBLE
]
Ref = int | Annotated[str, Field(max_length=100)]


class MessageDraft(Body):
    """A message to write. `@username` mentions an artist who may see the canvas."""

    text: MessageText


class SayMessage(MessageDraft):
    """A message sent over WebSocket; `ref` is repeated in the answer."""

    type: Literal["say"]
    ref: Ref


class MessagesBefore(Query):
    """Which messages to list."""

    before: int = Field(
        BIGINT_MAX, ge=1, le=BIGINT_MAX, description="id of the oldest message the client has"
    )
    limit: int = Field(50, ge=1, le=100)


class MessageReport(Body):
    """Why a message is reported."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), ONE_LINE]
    detail: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), LINES] | None = None


class MessageView(View):
    """A message; `mentions` are the artists among those whom its text names."""

    id: int
    text: str
    author: ArtistView
    mentions: list[ArtistView]
    created_at: datetime

    @classmethod
    def of(cls, message: ChatMessage) -> MessageView:
        """Show a message that is not removed."""
        assert message.text is not None
        return cls(
            id=message.id,
            text=message.text,
            author=ArtistView.model_validate(message.author),
            mentions=[ArtistView.model_validate(artist) for artist in message.mentions],
            created_at=message.created_at,
        )


class MessageList(View):
    """Messages, oldest first; `has_older` says whether there are some before them."""

    items: list[MessageView]
    has_older: bool


class MuteDraft(Body):
    """Until when an artist may not write, for good if that is null, and for the record why."""

    until: Moment | None = None
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), ONE_LINE] | None = None


class MuteView(View):
    """A mute, as the canvas's owner and moderators see it."""

    artist: ArtistView
    until: datetime | None
    reason: str | None
    muted_by: ArtistView
    muted_at: datetime
