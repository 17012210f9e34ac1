"""Request and response of the replacement of a colour."""

from __future__ import annotations

from pydantic import Field

from shared.http.models import Body, View

Cells = Field(ge=1, le=8192)


class ReplacedRegion(Body):
    """A rectangle of cells; the part outside the canvas is ignored."""

    x: int = Field(ge=0, le=8192)
    y: int = Field(ge=0, le=8192)
    columns: int = Cells
    rows: int = Cells


class Replacement(Body):
    """Which colour becomes which, on the whole canvas or in an area; palette indices, 0 is transparent."""

    colour: int = Field(ge=1, le=255, description="the colour that is replaced")
    by: int = Field(ge=0, le=255, description="the colour that takes its place; 0 makes pixels transparent")
    area: ReplacedRegion | None = None
    dry_run: bool = False


class RecolouredView(View):
    """What a replacement did or would do; `seq` is the number of the canvas's last change."""

    dry_run: bool
    seq: int
    tiles: int
    pixels: int
