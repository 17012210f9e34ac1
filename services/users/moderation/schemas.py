"""Requests and responses of moderation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from services.users.moderation.rules import Standing
from shared.http.models import LINES, Body, Moment, Paging, View


def _future(value: datetime) -> datetime:
    if value <= datetime.now(UTC):
        raise PydanticCustomError("in_past", "must be in the future")
    return value


class AccountFilter(Paging):
    """`?search=` and `?status=` of the list of accounts."""

    search: str | None = Field(
        None, max_length=100, description="part of a name; its start if shorter than three characters"
    )
    status: Standing | None = None


class SuspensionDraft(Body):
    """The reason for a suspension, and its end."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), LINES]
    until: Annotated[Moment, AfterValidator(_future)] | None = Field(
        None, description="null: until a moderator reinstates the account"
    )


class RolesDraft(Body):
    """All site roles of the account from now on."""

    roles: list[Literal["moderator", "admin"]] = Field(max_length=10)


class AccountStandingView(View):
    """An account as moderators see it; `pending` are the commands without an outcome yet."""

    id: int
    username: str
    display_name: str
    status: Standing
    suspended_until: datetime | None
    suspension_reason: str | None
    roles: list[str]
    is_verified: bool
    joined_at: datetime
    pending: list[str]


class CommandView(View):
    """A command sent to auth; a later audit entry that refers to `audit_id` has its outcome."""

    audit_id: int
    action: str
    account_id: int
    details: dict[str, Any]
