"""How a report goes from hand to hand; standard library only.

    open -> assigned -> resolved | dismissed        also open -> resolved | dismissed, and assigned -> open

Only the moderator who has a report moves it on; an admin may also free or close another's. Nobody decides on
a report of themselves. A closed report stays closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.users.people import Person
from shared.errors import Conflict, NotAllowed, NotFound, Refusal

Kind = Literal["tile", "canvas", "user"]
Status = Literal["open", "assigned", "resolved", "dismissed"]
ActionTaken = Literal["none", "warned", "removed", "suspended", "rolled_back"]

CLOSED: tuple[Status, ...] = ("resolved", "dismissed")

LIMIT_WINDOW = timedelta(hours=1)
"""Over which an artist's reports are counted against the limit."""

PROJECTION_SECONDS = 1.0
"""What was made this long ago is known here when the queues are short; until then it is looked for again."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a report is about."""

    kind: Kind
    target_id: int


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it stands."""

    id: int
    kind: Kind
    target_id: int
    reason: str
    detail: str | None
    status: Status
    reporter: Person
    assignee: Person | None
    resolution: str | None
    action_taken: ActionTaken | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """What a moderator wants to become of a report."""

    status: Status
    resolution: str | None
    action_taken: ActionTaken | None


def no_such_report() -> NotFound:
    """Make the refusal for an id that no report has."""
    return NotFound("report_not_found", "no such report")


def no_such_target(kind: Kind) -> NotFound:
    """Make the refusal for a report of something that is not there."""
    return NotFound(f"{kind}_not_found", f"no such {kind}")


def why_not(report: Report, caller_id: int) -> Refusal:
    """Return why the statement that applies the rules above did not apply to this report."""
    if report.kind == "user" and report.target_id == caller_id:
        return NotAllowed("oneself", "nobody decides on a report of themselves")
    if report.status in CLOSED:
        return Conflict("report_closed", f"the report is {report.status} already")
    if report.assignee is not None:
        return Conflict("report_assigned", f"{report.assignee.username} has this report")
    return Conflict("report_open", "nobody has this report")
