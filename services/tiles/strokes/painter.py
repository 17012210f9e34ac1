"""A connection that paints: from `paint` messages to strokes, from verdicts to `ack` and `nack`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
from pydantic import ValidationError

from services.tiles.strokes.rules import Verdict
from services.tiles.strokes.schemas import PaintMessage
from services.tiles.strokes.service import Strokes, stroke_of
from shared.errors import NotAuthenticated, Refusal, TooManyRequests, Unavailable
from shared.http.problems import faults_of
from shared.identity import Identity

log = structlog.get_logger(__name__)

UNAVAILABLE_RETRY_SECONDS = 1.0

Ref = int | str | None


class Painter:
    """Paints on one canvas for whoever is connected; a guest (`artist` is None) is refused.

    At most `longest` strokes of the connection wait for their answer at a time. `send` takes an answer.
    """

    def __init__(
        self,
        strokes: Strokes,
        artist: Identity | None,
        canvas_id: int,
        send: Callable[[dict[str, Any]], None],
        *,
        longest: int,
    ) -> None:
        self._strokes = strokes
        self._artist = artist
        self._canvas_id = canvas_id
        self._send = send
        self._longest = longest
        self._underway = 0

    def paint(self, message: dict[str, Any]) -> None:
        """Take a `paint` message in; it is answered in any case, at once or when its fate is known."""
        try:
            self._submit(message)
        except ValidationError as error:
            self._refuse(_ref_of(message), faults_of(error, "message"))
        except Refusal as refusal:
            self._refuse(_ref_of(message), refusal)

    def _submit(self, message: dict[str, Any]) -> None:
        if self._artist is None:
            raise NotAuthenticated(
                "not_authenticated", "guests watch; open the socket with a ticket to paint"
            )
        paint = PaintMessage.model_validate(message)
        if self._underway >= self._longest:
            raise TooManyRequests(
                "paint_limit", f"{self._longest} strokes of this connection wait already", retry_after=0.1
            )
        answer = partial(self._answer, paint.ref)
        stroke = stroke_of(self._artist, paint.tile_id, paint.pixels, answer, self._canvas_id)
        self._strokes.submit(self._artist, stroke)
        self._underway += 1

    def _answer(self, ref: Ref, verdict: Verdict) -> None:
        self._underway -= 1
        if isinstance(verdict, Exception):
            self._refuse(ref, verdict)
        else:
            self._send({"type": "ack", "ref": ref, "seq": verdict.seq, "version": verdict.version})

    def _refuse(self, ref: Ref, error: Exception) -> None:
        nack: dict[str, Any] = {"type": "nack", "ref": ref}
        match error:
            case TooManyRequests():
                nack |= {"code": error.code, "detail": error.detail, "retry_after": error.retry_after}
            case Refusal():
                nack |= {"code": error.code, "detail": error.detail}
            case Unavailable():
                nack |= {"code": f"{error.dependency}_unavailable", "retry_after": UNAVAILABLE_RETRY_SECONDS}
            case _:
                nack |= {"code": "internal_error"}
        self._send(nack)


def _ref_of(message: dict[str, Any]) -> Ref:
    """The message's own name as far as it has one that can be repeated."""
    ref = message.get("ref")
    return ref if isinstance(ref, int | str) and not isinstance(ref, bool) else None
