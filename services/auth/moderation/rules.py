"""Which commands about accounts are refused; standard library only."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from services.auth.accounts.rules import Account, Status
from shared.identity import Role


class CommandRefused(Exception):
    """A command that cannot be done; `code` is stable and ends in the audit log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check_moderator(actor: Account | None, target: Account) -> None:
    """Refuse who may not suspend or reinstate that account: only admins do with moderators and admins.

    Raises CommandRefused `not_allowed`.
    """
    needed = {Role.ADMIN} if target.roles else {Role.MODERATOR, Role.ADMIN}
    if actor is None or actor.status is not Status.ACTIVE or not needed & set(actor.roles):
        raise CommandRefused("not_allowed")
    if actor.id == target.id:
        raise CommandRefused("own_account")


def check_admin(actor: Account | None) -> None:
    """Refuse who is no admin; raises CommandRefused `not_allowed`."""
    if actor is None or actor.status is not Status.ACTIVE or Role.ADMIN not in actor.roles:
        raise CommandRefused("not_allowed")


def check_end(until: datetime | None, now: datetime) -> None:
    """Refuse a suspension that is over before it begins; raises CommandRefused `until_in_the_past`."""
    if until is not None and until <= now:
        raise CommandRefused("until_in_the_past")


def check_roles(roles: Collection[str]) -> None:
    """Refuse a role that there is not; raises CommandRefused `unknown_role`."""
    if not set(roles) <= set(Role):
        raise CommandRefused("unknown_role")
