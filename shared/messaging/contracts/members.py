"""Events about the members of a canvas. The subject is the canvas."""

from __future__ import annotations

from typing import ClassVar

from shared.messaging.contracts.event import Event


class MemberNamed(Event):
    """`actor_id` gave an artist a role on a canvas; one who accepts an invitation makes no such event."""

    type: ClassVar[str] = "member.named"
    subject_kind: ClassVar[str] = "canvas"

    canvas_id: int
    actor_id: int
    artist_id: int
    role: str

    @property
    def subject_id(self) -> int:
        """The canvas."""
        return self.canvas_id
