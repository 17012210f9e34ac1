"""A connection that paints: from `paint` messages to strokes, from outcomes to `ack` and `nack`."""

from __future__ import annotations

from functools import partial
from typing import Any, Protocol

from services.tiles.artists.actors import actor_of
from services.tiles.edits.answers import Answers, Ref, check_keys
from services.tiles.edits.rules import MAX_PIXELS, Outcome, Painted, Stroke
from services.tiles.edits.schemas import PaintMessage
from services.tiles.edits.strokes import Strokes
from shared.errors import Invalid, NotAllowed, NotAuthenticated, TooManyRequests
from shared.identity import Identity, Scope


class SentStroke(Protocol):
    """A `paint` message as it arrived, of which the pixels are counted but not read."""

    @property
    def ref(self) -> Ref:
        """The client's name for it, None if it has none that can be repeated."""

    @property
    def pixel_count(self) -> int:
        """How many pixels it holds, 0 if that is not known."""

    def unpack(self) -> dict[str, Any]:
        """Return the whole message, which may be invalid."""


class Painter:
    """Paints on one canvas for the connected artist; a guest (`artist` is None) is refused.

    At most `longest` strokes of the connection wait for their answer at a time.
    """

    def __init__(
        self, strokes: Strokes, artist: Identity | None, canvas_id: int, answers: Answers, *, longest: int
    ) -> None:
        self._strokes = strokes
        self._actor = None if artist is None else actor_of(artist)
        self._username = "" if artist is None else artist.username
        self._may_paint = artist is None or artist.may(Scope.PAINT)
        self._canvas_id = canvas_id
        self._answers = answers
        self._longest = longest
        self._underway = 0

    def paint(self, sent: SentStroke) -> None:
        """Accept a `paint` message; it is answered in any case, at once or when its outcome is known."""
        with self._answers.refusing(sent.ref):
            self._submit(sent)

    def _submit(self, sent: SentStroke) -> None:
        if self._actor is None:
            raise NotAuthenticated(
                "not_authenticated", "Guests can only watch; open the socket with a ticket to paint."
            )
        if not self._may_paint:
            raise NotAllowed("insufficient_scope", "This requires a token with the scope paint.")
        if self._underway >= self._longest:
            raise TooManyRequests(
                "paint_limit",
                f"{self._longest} strokes of this connection are waiting already.",
                retry_after=0.1,
            )
        if sent.pixel_count > MAX_PIXELS:
            raise Invalid.field("message", "pixels", msg=f"must not have more than {MAX_PIXELS} items")
        # Before they are read, so that a flood of them costs little more than the bytes that it sends.
        self._strokes.charge(self._actor.id, sent.pixel_count)
        message = sent.unpack()
        check_keys(message)
        paint = PaintMessage.model_validate(message)
        stroke = Stroke(self._actor, self._username, paint.tile_id, self._canvas_id, paint.pixels)
        self._strokes.submit(stroke, partial(self._answer, paint.ref))
        self._underway += 1

    def _answer(self, ref: Ref, outcome: Outcome) -> None:
        self._underway -= 1
        if isinstance(outcome, Exception):
            self._answers.refuse(ref, outcome)
        else:
            assert isinstance(outcome, Painted)
            self._answers.accept(ref, seq=outcome.seq, version=outcome.version)
