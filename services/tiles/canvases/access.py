"""Who may see, change and paint on a canvas; standard library only."""

from __future__ import annotations

from services.tiles.artists.rules import Actor
from services.tiles.canvases.rules import Canvas, CanvasRole, Painters
from shared.errors import Conflict, NotAllowed, NotFound


def owns(canvas: Canvas, actor: Actor) -> bool:
    """Return whether the actor owns the canvas."""
    return canvas.owner.id == actor.id


def leads(canvas: Canvas, actor: Actor) -> bool:
    """Return whether the actor owns the canvas or is one of its moderators."""
    return owns(canvas, actor) or canvas.roles.get(actor.id) is CanvasRole.MODERATOR


def manages(canvas: Canvas, actor: Actor) -> bool:
    """Return whether the actor may do what the owner may: the owner, and moderators of site or canvas."""
    return actor.is_moderator or leads(canvas, actor)


def is_member(canvas: Canvas, actor: Actor) -> bool:
    """Return whether the actor manages the canvas or has a role on it."""
    return manages(canvas, actor) or actor.id in canvas.roles


def check_may_manage(canvas: Canvas, actor: Actor) -> None:
    """Raise NotAllowed unless the actor may change the canvas: its owner, a moderator of site or canvas."""
    if not manages(canvas, actor):
        raise NotAllowed("not_canvas_owner", "Only the owner or a moderator can change this canvas.")


def check_may_delete(canvas: Canvas, actor: Actor) -> None:
    """Raise NotAllowed unless the actor may delete the canvas: its owner or a moderator of the site."""
    if not actor.is_moderator and not owns(canvas, actor):
        raise NotAllowed("not_canvas_owner", "Only the owner or a moderator can delete this canvas.")


def check_may_archive(canvas: Canvas, actor: Actor) -> None:
    """Raise NotAllowed unless the actor may archive the canvas, and open it again: as for deleting it."""
    if not actor.is_moderator and not owns(canvas, actor):
        raise NotAllowed("not_canvas_owner", "Only the owner or a moderator can archive this canvas.")


def check_not_archived(canvas: Canvas) -> None:
    """Raise Conflict `archived` if the canvas is kept as it is: nothing on it is painted or removed."""
    if canvas.is_archived:
        raise Conflict("archived", "This canvas is archived: it stays as it is.")


def check_may_contribute(canvas: Canvas, actor: Actor) -> None:
    """Raise NotAllowed `members_only` unless the actor may paint there, as far as membership decides.

    Nobody may on an archived canvas (Conflict `archived`).

    On a canvas that is private, or whose members paint, an artist needs a role; a viewer's is not enough.
    """
    check_not_archived(canvas)
    if canvas.is_public and canvas.who_paints is Painters.EVERYONE:
        return
    if not manages(canvas, actor) and canvas.roles.get(actor.id) is not CanvasRole.PAINTER:
        raise NotAllowed("members_only", "Only members paint on this canvas.")


def no_such_canvas() -> NotFound:
    """Build the error for a canvas that does not exist, or that the caller may not know of."""
    return NotFound("canvas_not_found", "No such canvas.")


def check_visible(canvas: Canvas | None, viewer: Actor | None) -> Canvas:
    """Return the canvas if this viewer (None: a guest) may know of it; raises NotFound otherwise.

    Only its owner, members and moderators see a private canvas; a deleted one no longer exists for anyone.
    """
    if canvas is None or not can_see(canvas, viewer):
        raise no_such_canvas()
    return canvas


def can_see(canvas: Canvas, viewer: Actor | None) -> bool:
    """Return whether this viewer (None: a guest) may know of the canvas."""
    return canvas.is_active and (canvas.is_public or (viewer is not None and is_member(canvas, viewer)))
