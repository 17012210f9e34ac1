"""Requests and responses about templates."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from services.tiles.artists.schemas import ArtistView
from services.tiles.canvases.rules import MAX_SIDE
from services.tiles.templates.rules import MAX_FILE_BYTES, Progress
from shared.errors import Invalid
from shared.http.bodies import BodyBounds
from shared.http.models import ONE_LINE, Body, View

MAX_IMAGE_TEXT = 4 * (MAX_FILE_BYTES // 3 + 1)
"""Characters of base64 of the largest file."""

TEMPLATE_BOUNDS = BodyBounds(size=MAX_IMAGE_TEXT + 4096, items=16)
"""Of a draft: the largest file, and a name of 100 characters that are all escaped."""

TemplateName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), ONE_LINE
]
Offset = Annotated[int, Field(gt=-MAX_SIDE, lt=MAX_SIDE)]


class TemplateDraft(Body):
    """A template to upload: `image` is base64 of a PNG, WebP or GIF file of at most 1 MiB.

    It is turned as its Exif says. Of an animation the first frame counts, and of transparency what is less
    than half opaque is transparent.
    `dither` spreads errors by Floyd and Steinberg.
    """

    name: TemplateName
    x: Offset
    y: Offset
    image: str = Field(max_length=MAX_IMAGE_TEXT, repr=False)
    is_public: bool = False
    dither: bool = False

    def file(self) -> bytes:
        """Return the file. Raises Invalid naming `image`."""
        try:
            return base64.b64decode(self.image, validate=True)
        except (binascii.Error, ValueError):
            raise Invalid.field("body", "image", msg="must be base64") from None


class TemplateChange(Body):
    """Changes to a template; omitted fields keep their values."""

    name: TemplateName = ""
    x: Offset = 0
    y: Offset = 0
    is_public: bool = False

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError(f"name at least one of {', '.join(type(self).model_fields)}")
        return self


class TemplateView(View):
    """A template; `pixels` counts those that are not transparent."""

    id: int
    slug: str
    canvas_id: int
    name: str
    x: int
    y: int
    width: int
    height: int
    pixels: int
    is_public: bool
    creator: ArtistView


class ColourProgress(View):
    """How many pixels of a template are of a colour, a palette index, and how many of them are right."""

    colour: int
    pixels: int
    right: int


class ProgressView(View):
    """How much of a template is painted, of its part that lies on the canvas."""

    pixels: int
    right: int
    wrong: int
    empty: int
    by_colour: list[ColourProgress]

    @classmethod
    def of(cls, progress: Progress) -> ProgressView:
        """Show a progress."""
        return cls(
            pixels=progress.pixels,
            right=progress.right,
            wrong=progress.wrong,
            empty=progress.empty,
            by_colour=[
                ColourProgress(colour=colour, pixels=pixels, right=right)
                for colour, (pixels, right) in progress.by_colour.items()
            ],
        )
