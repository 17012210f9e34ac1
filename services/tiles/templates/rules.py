"""What a template is, where it may lie, and who may do what with it; standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from services.tiles.artists.rules import Actor, Artist
from services.tiles.canvases.access import check_visible, manages
from services.tiles.canvases.rules import MAX_SIDE, Canvas
from shared.errors import Conflict, Invalid, NotAllowed, NotFound

MAX_PIXELS = 1024 * 1024
MAX_FILE_BYTES = 1024 * 1024
MAX_TEMPLATES = 20
"""Per artist and canvas."""


@dataclass(frozen=True, slots=True)
class Template:
    """A picture in the palette of its canvas, whose top left corner is at (`x`, `y`), which may lie outside.

    `pixels` counts those that are not transparent.
    """

    id: int
    slug: str
    canvas_id: int
    creator: Artist
    name: str
    x: int
    y: int
    width: int
    height: int
    pixels: int
    is_public: bool


class Box(NamedTuple):
    """A rectangle of pixels of a canvas, without its right and bottom ends."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of a template is painted: pixels of its part on the canvas, in all and by palette index."""

    pixels: int
    right: int
    wrong: int
    empty: int
    by_colour: Mapping[int, tuple[int, int]]
    """Pixels of a colour, and how many of them are right."""


def box_of(canvas: Canvas, template: Template) -> Box:
    """Return the part of the canvas that a template covers; templates lie on it with a pixel at least."""
    return Box(
        max(0, template.x),
        max(0, template.y),
        min(canvas.width, template.x + template.width),
        min(canvas.height, template.y + template.height),
    )


def check_size(width: int, height: int) -> None:
    """Raise Invalid naming `image` for a picture with too many pixels, or none."""
    if min(width, height) < 1 or width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise Invalid.field(
            "body",
            "image",
            msg=f"must have 1 to {MAX_PIXELS} pixels and at most {MAX_SIDE} per side, not {width} x {height}",
            rule="image_size",
            limit=MAX_PIXELS,
        )


def check_has_pixels(pixels: int) -> None:
    """Raise Invalid naming `image` for a picture of which nothing could be painted."""
    if not pixels:
        raise Invalid.field("body", "image", msg="must not be all transparent", rule="image_transparent")


def check_position(canvas: Canvas, x: int, y: int, width: int, height: int) -> None:
    """Raise Invalid naming `x` or `y` for a template that lies beside the canvas, without a pixel on it."""
    for name, start, length, side in (("x", x, width, canvas.width), ("y", y, height, canvas.height)):
        if not -length < start < side:
            raise Invalid.field(
                "body", name, msg=f"must be greater than {-length} and less than {side}", rule="beside_canvas"
            )


def check_may_see(canvas: Canvas, viewer: Actor | None) -> None:
    """Raise NotFound unless this viewer (None: a guest) may see the canvas: they have the slug."""
    try:
        check_visible(canvas, viewer)
    except NotFound:
        raise no_such_template() from None


def check_may_change(template: Template, actor: Actor) -> None:
    """Raise NotAllowed unless the actor uploaded the template."""
    if template.creator.id != actor.id:
        raise NotAllowed("not_template_creator", f"{template.creator.username} uploaded this template.")


def check_may_delete(template: Template, canvas: Canvas, actor: Actor) -> None:
    """Raise NotAllowed unless the actor uploaded the template or manages the canvas."""
    if not manages(canvas, actor):
        check_may_change(template, actor)


def no_such_template() -> NotFound:
    """Build the error for a template that does not exist, or on a canvas that the caller may not see."""
    return NotFound("template_not_found", "No such template.")


def template_limit() -> NotAllowed:
    """Build the error for an artist who has all templates that one may have on a canvas."""
    return NotAllowed(
        "template_limit", f"You've reached the limit of {MAX_TEMPLATES} templates on this canvas."
    )


def palette_changed() -> Conflict:
    """Build the error for a picture matched to colours that the canvas has no longer."""
    return Conflict(
        "palette_changed", "The palette of the canvas has just changed; upload the picture again."
    )
