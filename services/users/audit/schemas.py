"""Requests and responses about the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from services.users.audit.rules import Outcome, TargetKind
from services.users.people import PersonView
from shared.http.models import BIGINT_MAX, Paging, View


class AuditFilter(Paging):
    """Filters of the log; an entry must match all that are given."""

    actor: int | None = Field(None, ge=1, le=BIGINT_MAX, description="id of the moderator or admin")
    action: str | None = Field(None, max_length=50, description="as in the entries: account.suspend")
    target_kind: TargetKind | None = None
    target_id: int | None = Field(None, ge=1, le=BIGINT_MAX)


class AuditEntryView(View):
    """An action of a moderator or an admin, or one that happened automatically (`actor` is null).

    `target` is the artist that it is about, null for other kinds, and `concerned` the one whose id is among
    the details, such as the creator of a tile. What another service has to do is `requested` first; a
    second entry with `refers_to` has the outcome.
    """

    id: int
    at: datetime
    actor: PersonView | None
    action: str
    target_kind: TargetKind
    target_id: int
    target: PersonView | None
    concerned: PersonView | None
    outcome: Outcome
    details: dict[str, Any]
    refers_to: int | None
