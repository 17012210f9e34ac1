"""Requests that place pixels, and their responses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from services.tiles.canvases.rules import MAX_SIDE
from services.tiles.charges.schemas import ChargesView
from services.tiles.placing.rules import MAX_PIXELS, Placed
from shared.http.bodies import BodyBounds
from shared.http.models import BIGINT_MAX, Body

PLACEMENT_BOUNDS = BodyBounds(size=64 * 1024, items=5 * MAX_PIXELS)
"""Of a placement as JSON: MAX_PIXELS pixels, or some more to be told so."""

Pixel = Annotated[list[Annotated[int, Field(ge=0, lt=MAX_SIDE)]], Field(min_length=3, max_length=3)]
Ref = Annotated[int, Field(ge=-BIGINT_MAX, le=BIGINT_MAX)] | Annotated[str, Field(max_length=100)]


class PlacementDraft(Body):
    """Pixels to place, in order: `[[x, y, colour], ...]` in pixels of the canvas; colour 0 is empty.

    A request that is repeated with the same `ref` within a minute is answered as the first was, and places
    nothing again.
    """

    pixels: list[Pixel] = Field(min_length=1, max_length=MAX_PIXELS, fail_fast=True)
    ref: Ref | None = None


class PlaceMessage(PlacementDraft):
    """A placement sent over WebSocket; `ref` is repeated in the answer."""

    type: Literal["place"]
    ref: Ref


class PlacedView(ChargesView):
    """A durable placement: its number on the canvas, and the caller's charges after it."""

    seq: int


def show_placed(placed: Placed) -> dict[str, Any]:
    """Return the JSON of PlacedView; a message needs it many thousand times per second."""
    charges = placed.charges
    return {
        "charges": charges.charges,
        "max_charges": charges.max_charges,
        "next_charge_at": _show_moment(charges.next_charge_at),
        "full_at": _show_moment(charges.full_at),
        "seq": placed.seq,
    }


def _show_moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
