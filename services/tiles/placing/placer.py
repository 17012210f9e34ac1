"""A connection that places pixels: from `place` messages to placements, from outcomes to `ack` and `nack`."""

from __future__ import annotations

from functools import partial
from typing import Any

from services.tiles.artists.actors import actor_of
from services.tiles.edits.answers import Answers, Ref, check_keys, ref_of
from services.tiles.placing.rules import Outcome, Placed, Placement
from services.tiles.placing.schemas import PlaceMessage, show_placed
from services.tiles.placing.service import Placements, write_ref
from shared.errors import NotAllowed, NotAuthenticated, TooManyRequests
from shared.identity import Identity, Scope


class Placer:
    """Places pixels on one canvas for the connected artist; a guest (`artist` is None) is refused.

    At most `longest` placements of the connection wait for their answer at a time.
    """

    def __init__(
        self,
        placements: Placements,
        artist: Identity | None,
        canvas_id: int,
        answers: Answers,
        *,
        longest: int,
    ) -> None:
        self._placements = placements
        self._actor = None if artist is None else actor_of(artist)
        self._username = "" if artist is None else artist.username
        self._may_place = artist is None or artist.may(Scope.PAINT)
        self._canvas_id = canvas_id
        self._answers = answers
        self._longest = longest
        self._underway = 0

    def place(self, message: dict[str, Any]) -> None:
        """Accept a `place` message; it is answered in any case, at once or when its outcome is known."""
        with self._answers.refusing(ref_of(message)):
            self._submit(message)

    def _submit(self, message: dict[str, Any]) -> None:
        if self._actor is None:
            raise NotAuthenticated(
                "not_authenticated", "Guests can only watch; open the socket with a ticket to place pixels."
            )
        if not self._may_place:
            raise NotAllowed("insufficient_scope", "This requires a token with the scope paint.")
        check_keys(message)
        place = PlaceMessage.model_validate(message)
        if self._underway >= self._longest:
            raise TooManyRequests(
                "paint_limit",
                f"{self._longest} placements of this connection are waiting already.",
                retry_after=0.1,
            )
        ref = write_ref(place.ref)
        placement = Placement(self._actor, self._username, self._canvas_id, ref, place.pixels)
        self._placements.submit(placement, partial(self._answer, place.ref))
        self._underway += 1

    def _answer(self, ref: Ref, outcome: Outcome) -> None:
        self._underway -= 1
        if isinstance(outcome, Placed):
            self._answers.accept(ref, **show_placed(outcome))
        else:
            self._answers.refuse(ref, outcome)
