"""A connection that paints: from `paint` messages to strokes, from outcomes to `ack` and `nack`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from pydantic import ValidationError

from services.tiles.artists.actors import actor_of
from services.tiles.edits.rules import Outcome, Painted, Stroke
from services.tiles.edits.schemas import PaintMessage
from services.tiles.edits.strokes import Strokes
from shared.errors import Busy, Invalid, NotAuthenticated, Refusal, TooManyRequests, Unavailable
from shared.http.bodies import MAX_KEYS
from shared.http.problems import to_invalid
from shared.identity import Identity

UNAVAILABLE_RETRY_SECONDS = 1.0

Ref = int | str | None


class Painter:
    """Paints on one canvas for the connected artist; a guest (`artist` is None) is refused.

    At most `longest` strokes of the connection wait for their answer at a time. `send` is called with
    answers; those to strokes that were written together are sent together.
    """

    def __init__(
        self,
        strokes: Strokes,
        artist: Identity | None,
        canvas_id: int,
        send: Callable[[Sequence[dict[str, Any]]], None],
        *,
        longest: int,
    ) -> None:
        self._strokes = strokes
        self._actor = None if artist is None else actor_of(artist)
        self._username = "" if artist is None else artist.username
        self._canvas_id = canvas_id
        self._send = send
        self._longest = longest
        self._underway = 0
        self._answers: list[dict[str, Any]] = []

    def paint(self, message: dict[str, Any]) -> None:
        """Accept a `paint` message; it is answered in any case, at once or when its outcome is known."""
        try:
            self._submit(message)
        except ValidationError as error:
            self._refuse(_ref_of(message), to_invalid(error, "message"))
        except Refusal as refusal:
            self._refuse(_ref_of(message), refusal)

    def _submit(self, message: dict[str, Any]) -> None:
        if self._actor is None:
            raise NotAuthenticated(
                "not_authenticated", "Guests can only watch; open the socket with a ticket to paint."
            )
        if len(message) > MAX_KEYS:
            raise Invalid.field("message", msg=f"must not have more than {MAX_KEYS} keys")
        paint = PaintMessage.model_validate(message)
        if self._underway >= self._longest:
            raise TooManyRequests(
                "paint_limit",
                f"{self._longest} strokes of this connection are waiting already.",
                retry_after=0.1,
            )
        stroke = Stroke(self._actor, self._username, paint.tile_id, self._canvas_id, paint.pixels)
        self._strokes.submit(stroke, partial(self._answer, paint.ref))
        self._underway += 1

    def _answer(self, ref: Ref, outcome: Outcome) -> None:
        self._underway -= 1
        if isinstance(outcome, Exception):
            self._refuse(ref, outcome)
        else:
            assert isinstance(outcome, Painted)
            self._send_soon({"type": "ack", "ref": ref, "seq": outcome.seq, "version": outcome.version})

    def _refuse(self, ref: Ref, error: Exception) -> None:
        nack: dict[str, Any] = {"type": "nack", "ref": ref}
        match error:
            case TooManyRequests():
                nack |= {"code": error.code, "detail": error.detail, "retry_after": error.retry_after}
            case Refusal():
                nack |= {"code": error.code, "detail": error.detail}
            case Busy():
                nack |= {"code": "busy", "retry_after": UNAVAILABLE_RETRY_SECONDS}
            case Unavailable():
                nack |= {"code": f"{error.dependency}_unavailable", "retry_after": UNAVAILABLE_RETRY_SECONDS}
            case _:
                nack |= {"code": "internal_error"}
        self._send_soon(nack)

    def _send_soon(self, answer: dict[str, Any]) -> None:
        if not self._answers:
            asyncio.get_running_loop().call_soon(self._send_answers)
        self._answers.append(answer)

    def _send_answers(self) -> None:
        answers, self._answers = self._answers, []
        self._send(answers)


def _ref_of(message: dict[str, Any]) -> Ref:
    """Return the message's `ref`, or None if it has none that can be repeated."""
    ref = message.get("ref")
    return ref if isinstance(ref, int | str) and not isinstance(ref, bool) else None
