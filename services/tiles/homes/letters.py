"""What processes write to each other, a line of JSON each: announcements, letters with strokes, answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from services.tiles.artists.rules import Actor
from services.tiles.edits.outcomes import encode_outcomes
from services.tiles.edits.rules import Outcome, Stroke


@dataclass(frozen=True, slots=True)
class Announcement:
    """A process that can be a home, or one that ends."""

    process: str
    is_ending: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """Strokes on one canvas that a process hands over; `sent_at` in seconds since 1970."""

    id: str
    sender: str
    sent_at: float
    strokes: Sequence[Stroke]


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcomes of a letter's strokes, as `edits.outcomes` writes them."""

    letter: str
    outcomes: Sequence[Any]


def encode_announcement(announcement: Announcement) -> bytes:
    """Write an announcement."""
    return orjson.dumps({"process": announcement.process, "is_ending": announcement.is_ending})


def encode_letter(letter: Letter) -> bytes:
    """Write a letter; each stroke names its canvas."""
    strokes = [
        (one.actor.id, one.actor.is_moderator, one.username, one.tile_id, one.pixels)
        for one in letter.strokes
    ]
    return orjson.dumps(
        {
            "letter": letter.id,
            "sender": letter.sender,
            "sent_at": letter.sent_at,
            "canvas_id": letter.strokes[0].canvas_id,
            "strokes": strokes,
        }
    )


def encode_answer(letter: str, outcomes: Sequence[Outcome]) -> bytes:
    """Write an answer; all outcomes are settled or Busy."""
    return orjson.dumps({"answers": letter, "outcomes": encode_outcomes(outcomes)})


def decode(line: bytes) -> Announcement | Letter | Answer:
    """Read what another process wrote. Raises ValueError, KeyError or TypeError for what is none of these."""
    read = orjson.loads(line)
    if "answers" in read:
        return Answer(read["answers"], read["outcomes"])
    if "letter" not in read:
        return Announcement(read["process"], read["is_ending"])
    canvas_id = read["canvas_id"]
    strokes = [
        Stroke(Actor(actor_id, is_moderator), username, tile_id, canvas_id, pixels)
        for actor_id, is_moderator, username, tile_id, pixels in read["strokes"]
    ]
    return Letter(read["letter"], read["sender"], read["sent_at"], strokes)
