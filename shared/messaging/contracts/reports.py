"""Events about reports, from users. The subject is the report."""

from __future__ import annotations

from typing import ClassVar, Literal

from shared.messaging.contracts.event import Event


class ReportEvent(Event):
    """An event about one report of a tile, a canvas, an artist or a message."""

    subject_kind: ClassVar[str] = "report"

    report_id: int
    kind: Literal["tile", "canvas", "user", "message"]
    target_id: int

    @property
    def subject_id(self) -> int:
        """The report."""
        return self.report_id


class ReportOpened(ReportEvent):
    """An artist reported the target to the moderators."""

    type: ClassVar[str] = "report.opened"

    reporter_id: int
    reason: str


class ReportResolved(ReportEvent):
    """A moderator closed a report; `outcome` is whether it was justified."""

    type: ClassVar[str] = "report.resolved"

    reporter_id: int
    actor_id: int
    outcome: Literal["resolved", "dismissed"]
    action_taken: str | None = None
