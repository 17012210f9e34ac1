"""Who offers a canvas, who accepts, and who ends an offer; standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.tiles.artists.rules import Actor, Artist
from services.tiles.canvases.access import owns
from services.tiles.canvases.rules import Canvas
from shared.errors import Conflict, NotAllowed, NotFound


@dataclass(frozen=True, slots=True)
class Offer:
    """A canvas that `owner` would give to `heir`, who has not answered."""

    canvas_id: int
    canvas_name: str
    owner: Artist
    heir: Artist
    offered_at: datetime


def check_may_offer(canvas: Canvas, actor: Actor, heir_id: int) -> None:
    """Check that the actor may offer the canvas to an artist: only its owner may, to somebody else.

    Moderators may not, those of the site included: nobody gives away what belongs to another. Raises
    NotAllowed `not_canvas_owner`, Conflict `canvas_owner`.
    """
    if not owns(canvas, actor):
        raise NotAllowed("not_canvas_owner", "Only the owner can hand a canvas over.")
    if heir_id == actor.id:
        raise Conflict("canvas_owner", "You own this canvas already.")


def check_may_accept(offer: Offer | None, actor: Actor) -> Offer:
    """Return the offer if it is to the actor. Raises NotFound `offer_not_found`, also for one to another."""
    if offer is None or offer.heir.id != actor.id:
        raise no_such_offer()
    return offer


def check_may_end(offer: Offer | None, actor: Actor) -> Offer:
    """Return the offer if the actor may end it: the owner takes it back, the heir declines.

    Raises NotFound `offer_not_found`, also for an offer between others.
    """
    if offer is None or actor.id not in (offer.owner.id, offer.heir.id):
        raise no_such_offer()
    return offer


def no_such_offer() -> NotFound:
    """Build the refusal of an offer that does not exist, or that the caller may not know of."""
    return NotFound("offer_not_found", "There is no such offer, or it has ended.")
