"""Who may hold a tile's lock; standard library only."""

from __future__ import annotations

from services.tiles.tiles import rules as tile_rules
from services.tiles.tiles.rules import Actor, Lock, TileState
from shared.errors import Conflict, NotAllowed


def check_may_acquire(state: TileState, actor: Actor) -> None:
    """Raise unless the actor may take the tile's free lock: whoever may edit the tile may lock it.

    Were it open to others, a stranger could keep an artist from their own tile.
    """
    tile_rules.check_may_edit(state, actor)


def check_may_renew(state: TileState, actor: Actor) -> None:
    """Raise unless the actor holds the live lock and may still edit the tile.

    Else who lost an area could keep its next holder from the tiles in it.
    """
    tile_rules.check_unlocked(state.lock, actor)
    if state.lock is None:
        raise Conflict("not_locked", "the lock has expired or was released; acquire it again")
    tile_rules.check_may_edit(state, actor)


def check_may_release(lock: Lock, actor: Actor) -> None:
    """Raise unless the actor holds the lock or is a moderator."""
    if lock.holder.id != actor.id and not actor.is_moderator:
        raise NotAllowed("not_lock_holder", f"{lock.holder.username} holds this lock")
