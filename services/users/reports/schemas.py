"""Requests and responses about reports."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from services.users.people import PersonView
from services.users.reports.rules import ActionTaken, Kind, Reportable, Status
from shared.http.models import BIGINT_MAX, LINES, ONE_LINE, Body, Paging, View

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), ONE_LINE]
Detail = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), LINES]


class ReportDraft(Body):
    """The target of a report, and the reason for it."""

    kind: Reportable
    target_id: int = Field(ge=1, le=BIGINT_MAX)
    reason: Reason
    detail: Detail | None = None


class ReportFilter(Paging):
    """`?status=` of the queue."""

    status: Status | None = Field(None, description="without it: all, open ones first")


class ReportDecision(Body):
    """`assigned` takes the report, `open` gives it back, and the others close it."""

    status: Status
    resolution: Detail | None = Field(None, description="only with `resolved` or `dismissed`")
    action_taken: ActionTaken | None = Field(None, description="only with `resolved` or `dismissed`")


class ReportReceipt(View):
    """A report as its reporter sees it."""

    id: int
    kind: Kind
    target_id: int
    reason: str
    detail: str | None
    status: Status
    created_at: datetime


class QuoteView(View):
    """A message as it stood when it, or one near it, was reported."""

    id: int
    author: PersonView
    text: str
    created_at: datetime


class ConversationView(View):
    """The canvas of a reported message, and the message with what was written around it, oldest first."""

    canvas_id: int
    messages: list[QuoteView]


class ReportView(ReportReceipt):
    """A report as moderators see it; `assignee` works on it, or closed it.

    `target` is a reported artist, or the author of a reported message, which has its `conversation`.
    """

    target: PersonView | None
    conversation: ConversationView | None
    reporter: PersonView
    assignee: PersonView | None
    resolution: str | None
    action_taken: ActionTaken | None
    updated_at: datetime
