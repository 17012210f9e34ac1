"""Rights of moderators over accounts; standard library only. Auth checks the same rules on each command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.errors import Conflict, NotAllowed
from shared.identity import Identity

Standing = Literal["active", "suspended", "deleted"]


@dataclass(frozen=True, slots=True)
class ModeratedAccount:
    """An account as moderators see it; `pending` are the commands without an outcome yet."""

    id: int
    username: str
    display_name: str
    status: Standing
    suspended_until: datetime | None
    suspension_reason: str | None
    roles: Sequence[str]
    is_verified: bool
    joined_at: datetime
    pending: Sequence[str]


def check_may_moderate(caller: Identity, account: ModeratedAccount) -> None:
    """Allow moderators to suspend and reinstate artists, and only admins those who have a role.

    Raises NotAllowed `oneself`, `target_has_role`, Conflict `account_deleted`.
    """
    _check_is_another(caller, account)
    if account.roles and not caller.is_admin:
        raise NotAllowed("target_has_role", "Only an admin can do this to a moderator or an admin.")


def check_may_grant(caller: Identity, account: ModeratedAccount) -> None:
    """Allow an admin to set all roles but their own, so that at least one admin is always left.

    Raises NotAllowed `oneself`, `not_allowed`, Conflict `account_deleted`.
    """
    if not caller.is_admin:
        raise NotAllowed("not_allowed", "Only an admin can do this.")
    _check_is_another(caller, account)


def _check_is_another(caller: Identity, account: ModeratedAccount) -> None:
    if account.id == caller.account_id:
        raise NotAllowed("oneself", "You can't do this to your own account.")
    if account.status == "deleted":
        raise Conflict("account_deleted", "This account has been deleted.")
