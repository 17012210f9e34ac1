"""Events about a canvas itself. The subject of everything on a canvas is that canvas."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from shared.messaging.contracts.event import Event


class CanvasEvent(Event):
    """A change on one canvas; `seq` is its number in the canvas's sequence, which has no gaps.

    Browsers receive the change on the live feed instead (`{"seq", "kind", ...}`, see the API).
    """

    subject_kind: ClassVar[str] = "canvas"
    changes_picture: ClassVar[bool] = True
    """Whether the canvas may look different afterwards; if not, cached pictures stay valid."""

    canvas_id: int
    seq: int

    @property
    def subject_id(self) -> int:
        """The canvas."""
        return self.canvas_id


class CanvasCreated(CanvasEvent):
    """An artist created a canvas."""

    type: ClassVar[str] = "canvas.created"

    owner_id: int
    name: str
    is_public: bool = True


class CanvasUpdated(CanvasEvent):
    """The owner or a moderator changed a canvas's description or rules; fields have the new values."""

    type: ClassVar[str] = "canvas.updated"
    changes_picture: ClassVar[bool] = False

    owner_id: int
    actor_id: int
    name: str
    is_public: bool


class CanvasDeleted(CanvasEvent):
    """The owner or a moderator deleted a canvas."""

    type: ClassVar[str] = "canvas.deleted"

    owner_id: int
    actor_id: int


class CanvasHandedOver(CanvasEvent):
    """A canvas has another owner: `owner_id` accepted it from `actor_id`, who owned it before."""

    type: ClassVar[str] = "canvas.handed_over"
    changes_picture: ClassVar[bool] = False

    owner_id: int
    actor_id: int
    name: str
    is_public: bool


class CanvasOffered(Event):
    """`actor_id` would give a canvas to `heir_id`, who has yet to accept; it is no change of the canvas."""

    type: ClassVar[str] = "canvas.offered"
    subject_kind: ClassVar[str] = "canvas"

    canvas_id: int
    actor_id: int
    heir_id: int

    @property
    def subject_id(self) -> int:
        """The canvas."""
        return self.canvas_id


class OfferEnded(Event):
    """`heir_id` accepted or declined the canvas that `owner_id` offered, or the owner withdrew the offer."""

    type: ClassVar[str] = "canvas.offer_ended"
    subject_kind: ClassVar[str] = "canvas"

    canvas_id: int
    owner_id: int
    heir_id: int
    outcome: Literal["accepted", "declined", "withdrawn"]

    @property
    def subject_id(self) -> int:
        """The canvas."""
        return self.canvas_id


class CanvasRolledBack(Event):
    """A moderator took back what happened on a canvas; the events of its tiles precede this one.

    It is no change of its own, so it has no number and viewers do not receive it.
    """

    type: ClassVar[str] = "canvas.rolled_back"
    subject_kind: ClassVar[str] = "rollback"

    canvas_id: int
    actor_id: int
    since: datetime
    artist_id: int | None = None
    """Whose changes were taken back; None for everybody's."""
    area: dict[str, int] | None = None
    """In cells; None for the whole canvas."""
    reverted: int
    removed: int
    restored: int

    @property
    def subject_id(self) -> int:
        """The canvas."""
        return self.canvas_id
