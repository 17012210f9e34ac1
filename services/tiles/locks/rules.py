"""Who may hold a tile's lock, and release it; standard library only."""

from __future__ import annotations

from services.tiles.artists.rules import Actor
from services.tiles.tiles.rules import Lock, TileState, check_may_edit, check_unlocked
from shared.errors import Conflict, NotAllowed


def check_may_acquire(state: TileState, actor: Actor) -> None:
    """Raise unless the actor may take the tile's free lock, which is for those who may edit the tile.

    Otherwise a stranger could lock artists out of their own tiles.
    """
    check_may_edit(state, actor)


def check_may_renew(state: TileState, actor: Actor) -> None:
    """Raise unless the actor holds the live lock and may still edit the tile.

    Otherwise an artist who lost an area could lock its next holder out of the tiles in it.
    """
    check_unlocked(state.lock, actor)
    if state.lock is None:
        raise Conflict("not_locked", "The lock has expired or was released; acquire it again.")
    check_may_edit(state, actor)


def check_may_release(lock: Lock, actor: Actor) -> None:
    """Raise unless the actor holds the lock or is a moderator."""
    if lock.holder.id != actor.id and not actor.is_moderator:
        raise NotAllowed("not_lock_holder", f"{lock.holder.username} holds this lock.")
