"""Events about moments that artists wait for; none is a change of the canvas, which is their subject."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from shared.messaging.contracts.event import Event

LARGEST_AUDIENCE: int = 200
"""Artists per message: each gets a notice in the transaction that applies it, with up to 250 others."""


class _Reminder(Event):
    subject_kind: ClassVar[str] = "canvas"

    canvas_id: int

    @property
    def subject_id(self) -> int:
        """The canvas."""
        return self.canvas_id


class ClaimEnding(_Reminder):
    """The lock or area of `holder_id` ends at `expires_at`, soon, unless it is renewed."""

    type: ClassVar[str] = "claim.ending"

    claim: Literal["lock", "area"]
    claim_id: int = Field(description="of the area; of a lock, its tile")
    holder_id: int
    expires_at: datetime


class _CanvasMoment(_Reminder):
    moment: datetime
    account_ids: list[int] = Field(min_length=1, max_length=LARGEST_AUDIENCE)


class CanvasOpened(_CanvasMoment):
    """Since `moment` artists may place pixels on the canvas; these take part in it."""

    type: ClassVar[str] = "canvas.opened"


class CanvasClosed(_CanvasMoment):
    """Since `moment` the picture of the canvas is finished; these took part in it."""

    type: ClassVar[str] = "canvas.closed"
