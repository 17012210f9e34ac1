"""What a message is, and who may write, remove and mute; standard library only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.tiles.artists.rules import Actor, Artist
from services.tiles.canvases.access import check_may_manage, is_member, manages
from services.tiles.canvases.rules import Canvas, Chatters
from shared.errors import Conflict, Invalid, NotAllowed, NotFound, TooManyRequests

LONGEST_TEXT = 500
"""Characters of a message."""

WINDOW = timedelta(seconds=10)
MOST_OF_ARTIST = 5
"""Messages of one artist within WINDOW, on all canvases."""

MOST_OF_CANVAS = 100
"""Messages of all artists on one canvas within WINDOW: each goes to every viewer, and nobody reads faster."""

MOST_MENTIONS = 10
"""How many artists one message can mention; further names are only text."""

REPORTED_AROUND = 10
"""Messages before a reported one, and as many after it, that moderators see."""

REPORTS_WINDOW = timedelta(hours=1)
MOST_REPORTS = 20
"""Messages that one artist reports within REPORTS_WINDOW."""

ATTEMPTS_RATE, ATTEMPTS_BURST = 1, 10
"""Attempts of one artist per second and process, and at once after a pause; more than may ever succeed."""

# As auth allows usernames (services.auth.limits).
_MENTION = re.compile(r"(?<![A-Za-z0-9_@])@([A-Za-z0-9_]{3,50})(?![A-Za-z0-9_])")


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """A message; `text` is None once it is removed. `seq` orders messages and removals of its canvas."""

    id: int
    canvas_id: int
    seq: int
    author: Artist
    text: str | None
    mentions: Sequence[Artist]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Mute:
    """An artist who may not write on a canvas until then, or for good if that is None."""

    canvas_id: int
    artist: Artist
    until: datetime | None
    reason: str | None
    muted_by: Artist
    muted_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides whether an artist may write now: their account, mute, and the messages within WINDOW.

    `artist_again_at` and `canvas_again_at`: when the oldest message of as many as are allowed leaves WINDOW.
    """

    is_active: bool
    is_muted: bool
    muted_until: datetime | None
    artist_again_at: datetime | None
    canvas_again_at: datetime | None
    now: datetime


def names_mentioned(text: str) -> list[str]:
    """Return the usernames after an @, in lower case, each once, at most MOST_MENTIONS."""
    return list(dict.fromkeys(name.lower() for name in _MENTION.findall(text)))[:MOST_MENTIONS]


def check_may_write(canvas: Canvas, actor: Actor, standing: Standing) -> None:
    """Check that an artist who sees the canvas may write a message now.

    Raises Conflict `chat_off`, NotAllowed `members_only`, `account_suspended` or `muted`, TooManyRequests
    `chat_limit` or `chat_busy`.
    """
    if canvas.chat is Chatters.OFF:
        raise Conflict("chat_off", "The chat of this canvas is switched off.")
    if canvas.chat is Chatters.MEMBERS and not is_member(canvas, actor):
        raise NotAllowed("members_only", "Only members write on this canvas.")
    if not standing.is_active:
        raise NotAllowed("account_suspended", "This account is suspended.")
    if standing.is_muted:
        until = standing.muted_until
        end = "" if until is None else f" until {until:%Y-%m-%d %H:%M} UTC"
        raise NotAllowed("muted", f"You may not write on this canvas{end}.")
    if standing.artist_again_at is not None:
        raise too_many(
            f"The limit is {MOST_OF_ARTIST} messages in {WINDOW.seconds} s.",
            (standing.artist_again_at - standing.now).total_seconds(),
        )
    if standing.canvas_again_at is not None:
        raise too_many(
            "Too many people are writing on this canvas.",
            (standing.canvas_again_at - standing.now).total_seconds(),
            code="chat_busy",
        )


def too_many(detail: str, seconds: float, *, code: str = "chat_limit") -> TooManyRequests:
    """Build the refusal of a message that may be sent again after some seconds."""
    return TooManyRequests(code, detail, retry_after=max(seconds, 0.1))


def check_may_remove(message: ChatMessage | None, canvas: Canvas, actor: Actor) -> ChatMessage:
    """Return the message if the actor may remove it: its author, the canvas's owner or a moderator.

    Raises NotFound for one that is unknown or removed, NotAllowed `not_message_author`.
    """
    if message is None or message.text is None:
        raise NotFound("message_not_found", "No such message.")
    if actor.id != message.author.id and not manages(canvas, actor):
        raise NotAllowed(
            "not_message_author", "Only its author, the canvas's owner or a moderator can remove a message."
        )
    return message


def check_may_report(message: ChatMessage | None, actor: Actor) -> ChatMessage:
    """Return the message if the actor may report it: anybody who sees the canvas, but not its author.

    Raises NotFound for one that is unknown or removed, NotAllowed `oneself`.
    """
    if message is None or message.text is None:
        raise NotFound("message_not_found", "No such message.")
    if message.author.id == actor.id:
        raise NotAllowed("oneself", "You can't report your own message.")
    return message


def check_may_mute(
    canvas: Canvas, actor: Actor, artist_id: int, until: datetime | None, now: datetime
) -> None:
    """Check that the actor may mute an artist: the canvas's owner and moderators may, but not the owner.

    Raises NotAllowed `not_canvas_owner`, `oneself` or `canvas_owner`, Invalid for an end in the past.
    """
    check_may_manage(canvas, actor)
    if artist_id == actor.id:
        raise NotAllowed("oneself", "You can't mute yourself.")
    if artist_id == canvas.owner.id:
        raise NotAllowed("canvas_owner", "The owner of a canvas can't be muted on it.")
    if until is not None and until <= now:
        raise Invalid.field("body", "until", msg="must be in the future")
