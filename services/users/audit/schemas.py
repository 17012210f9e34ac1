"""Requests and responses about the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from services.users.audit.rules import Outcome, TargetKind
from services.users.people import PersonView
from shared.http.models import BIGINT_MAX, Paging, View


class AuditFilter(Paging):
    """Which entries; all that are given have to fit."""

    actor: int | None = Field(None, ge=1, le=BIGINT_MAX, description="id of who did it")
    action: str | None = Field(None, max_length=50, description="as in the entries: account.suspend")
    target_kind: TargetKind | None = None
    target_id: int | None = Field(None, ge=1, le=BIGINT_MAX)


class AuditEntryView(View):
    """Something done by a moderator or an admin, or by time (`actor` is null).

    What another service has to do is `requested` first; a second entry with `refers_to` tells the outcome.
    """

    id: int
    at: datetime
    actor: PersonView | None
    action: str
    target_kind: TargetKind
    target_id: int
    outcome: Outcome
    details: dict[str, Any]
    refers_to: int | None
