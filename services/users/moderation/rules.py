"""Who may act on whose account; standard library only. Auth keeps the same rules for what reaches it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.errors import Conflict, NotAllowed
from shared.identity import Identity

Standing = Literal["active", "suspended", "deleted"]


@dataclass(frozen=True, slots=True)
class Account:
    """An account as moderators see it; `pending` are commands whose outcome is not known yet."""

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


def check_may_moderate(caller: Identity, account: Account) -> None:
    """Allow a moderator to suspend and reinstate artists; who has a role themselves is left to admins.

    Raises NotAllowed `oneself`, `target_has_role`, Conflict `account_deleted`.
    """
    _check_is_another(caller, account)
    if account.roles and not caller.is_admin:
        raise NotAllowed("target_has_role", "only an admin does that to a moderator or an admin")


def check_may_grant(caller: Identity, account: Account) -> None:
    """Allow an admin to set anybody's roles but their own, so that there is always an admin left.

    Raises NotAllowed `oneself`, `not_allowed`, Conflict `account_deleted`.
    """
    if not caller.is_admin:
        raise NotAllowed("not_allowed", "this is for an admin")
    _check_is_another(caller, account)


def _check_is_another(caller: Identity, account: Account) -> None:
    if account.id == caller.account_id:
        raise NotAllowed("oneself", "nobody does that to themselves")
    if account.status == "deleted":
        raise Conflict("account_deleted", "the account is no more")
