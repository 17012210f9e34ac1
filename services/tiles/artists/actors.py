"""From the verified identity of a request to the actor that rules decide about."""

from __future__ import annotations

from services.tiles.artists.rules import Actor
from shared.identity import Identity


def actor_of(caller: Identity) -> Actor:
    """Return the caller as an actor."""
    return Actor(caller.account_id, caller.is_moderator)


def viewer_of(caller: Identity | None) -> Actor | None:
    """Return the caller as an actor; None for a guest."""
    return None if caller is None else actor_of(caller)
