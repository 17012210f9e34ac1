"""What processes write to each other about strokes."""

from __future__ import annotations

import pytest

from services.tiles.artists.rules import Actor
from services.tiles.edits.outcomes import decode_outcomes
from services.tiles.edits.rules import Painted, Stroke
from services.tiles.homes.letters import (
    Announcement,
    Answer,
    Letter,
    decode,
    encode_announcement,
    encode_answer,
    encode_letter,
)
from shared.errors import Busy, Conflict, Fault, Invalid, NotAllowed, NotFound, Refusal, TooManyRequests

STROKES = [
    Stroke(Actor(5, is_moderator=True), "ann\n", 7, 3, [[0, 1], [2, 3]]),
    Stroke(Actor(6, is_moderator=False), "bob", 8, 3, [[9, 0]]),
]


@pytest.mark.parametrize("announcement", [Announcement("a"), Announcement("a", is_ending=True)])
def test_an_announcement_arrives_as_it_was_sent(announcement: Announcement) -> None:
    assert decode(encode_announcement(announcement)) == announcement


def test_a_letter_arrives_as_it_was_sent_in_one_line() -> None:
    letter = Letter("an id", "a", 12.5, STROKES)
    line = encode_letter(letter)
    assert b"\n" not in line
    assert decode(line) == letter


def test_an_answer_has_the_outcome_of_each_stroke() -> None:
    outcomes = [Painted(7, 4, 11), Painted(8, 2, 12)]
    answer = decode(encode_answer("an id", outcomes))
    assert isinstance(answer, Answer)
    assert (answer.letter, decode_outcomes(answer.outcomes, STROKES)) == ("an id", outcomes)


@pytest.mark.parametrize(
    "refusal",
    [
        NotFound("tile_not_found", "No such tile."),
        NotAllowed("not_tile_creator", "Only its creator can edit this tile."),
        Conflict("tile_locked", "bob is working on this tile."),
    ],
)
def test_a_refusal_arrives_with_its_kind_code_and_detail(refusal: Refusal) -> None:
    answer = decode(encode_answer("an id", [refusal]))
    assert isinstance(answer, Answer)
    (arrived,) = decode_outcomes(answer.outcomes, STROKES[:1])
    assert isinstance(arrived, Refusal)
    assert (type(arrived), arrived.code, arrived.detail) == (type(refusal), refusal.code, refusal.detail)


def test_an_invalid_stroke_arrives_with_its_faults() -> None:
    answer = decode(encode_answer("an id", [Invalid.field("body", "pixels", 3, 1, msg="must be a colour")]))
    assert isinstance(answer, Answer)
    (arrived,) = decode_outcomes(answer.outcomes, STROKES[:1])
    assert isinstance(arrived, Invalid)
    assert arrived.faults == (Fault(("body", "pixels", 3, 1), "must be a colour"),)


def test_a_canvas_that_is_locked_for_long_arrives_as_busy() -> None:
    answer = decode(encode_answer("an id", [Busy()]))
    assert isinstance(answer, Answer)
    (arrived,) = decode_outcomes(answer.outcomes, STROKES[:1])
    assert isinstance(arrived, Busy)


def test_an_overload_arrives_with_the_time_to_wait() -> None:
    answer = decode(encode_answer("an id", [TooManyRequests("overloaded", "Later.", retry_after=2.5)]))
    assert isinstance(answer, Answer)
    (arrived,) = decode_outcomes(answer.outcomes, STROKES[:1])
    assert isinstance(arrived, TooManyRequests)
    assert arrived.retry_after == 2.5


def test_a_refusal_of_a_later_version_is_a_refusal_with_its_code() -> None:
    (arrived,) = decode_outcomes([{"refused": "Frozen", "code": "frozen", "detail": "Wait."}], STROKES[:1])
    assert isinstance(arrived, Refusal)
    assert arrived.code == "frozen"


def test_an_answer_without_an_outcome_for_each_stroke_is_not_read() -> None:
    with pytest.raises(ValueError, match="longer"):
        decode_outcomes([[1, 2]], STROKES)


@pytest.mark.parametrize("line", [b"", b"x", b"7", b"{}", b'{"letter": 1}', b'{"answers": 1}'])
def test_what_is_none_of_these_is_refused(line: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        decode(line)
