"""States of a report; standard library only.

    open -> assigned -> resolved | dismissed        also open -> resolved | dismissed, and assigned -> open

Only its assignee changes an assigned report; an admin may also free or close it. A report of an artist, or
of a message of theirs, is not decided by that artist. A closed report stays closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.users.people import Person
from shared.errors import Conflict, NotAllowed, NotFound, Refusal

Reportable = Literal["tile", "canvas", "user"]
"""What is reported here; messages are reported to tiles, which has what was written around them."""

Kind = Literal["tile", "canvas", "user", "message"]
Status = Literal["open", "assigned", "resolved", "dismissed"]
ActionTaken = Literal["none", "warned", "removed", "suspended", "rolled_back"]

CLOSED: tuple[Status, ...] = ("resolved", "dismissed")

LIMIT_WINDOW = timedelta(hours=1)
"""The period in which an artist's reports are counted against the limit."""

EVIDENCE_KEPT = timedelta(days=30)
"""How long what was written around a message is kept after its report was closed: as long as chats are."""

PROJECTION_SECONDS = 1.0
"""How long the event of a new target may be under way; until then a missing target is looked up again."""


@dataclass(frozen=True, slots=True)
class Target:
    """The tile, canvas, artist or message that is reported."""

    kind: Kind
    target_id: int


@dataclass(frozen=True, slots=True)
class Quote:
    """A message as it stood when it, or one near it, was reported."""

    id: int
    author: Person
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Conversation:
    """A reported message's canvas, and the message with what was written around it, oldest first.

    A month after the report is closed, the canvas alone.
    """

    canvas_id: int
    messages: Sequence[Quote]


@dataclass(frozen=True, slots=True)
class Report:
    """A report in its current state."""

    id: int
    kind: Kind
    target_id: int
    target: Person | None
    """The reported artist, or the author of the message."""
    conversation: Conversation | None
    """Of a message."""
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
class ReportChange:
    """The state that a moderator requests for a report."""

    status: Status
    resolution: str | None
    action_taken: ActionTaken | None


def no_such_report() -> NotFound:
    """Make the error for an id that no report has."""
    return NotFound("report_not_found", "No such report.")


def no_such_target(kind: Kind) -> NotFound:
    """Make the error for a target that does not exist."""
    return NotFound(f"{kind}_not_found", f"No such {kind}.")


def explain_refusal(report: Report, caller_id: int) -> Refusal:
    """Return the error for a report that the statement with the rules above left unchanged."""
    if report.target is not None and report.target.id == caller_id:
        return NotAllowed("oneself", "You can't decide a report about yourself.")
    if report.status in CLOSED:
        return Conflict("report_closed", f"This report is already {report.status}.")
    if report.assignee is not None:
        return Conflict("report_assigned", f"This report is assigned to {report.assignee.username}.")
    return Conflict("report_open", "This report is not assigned.")
