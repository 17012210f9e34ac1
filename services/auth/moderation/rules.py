"""Which moderation commands are refused; standard library only."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from services.auth.accounts.model import Account, Status
from shared.identity import Role


class CommandRefused(Exception):
    """A command that must not be carried out; `code` is stable and is recorded in the audit log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check_moderator(actor: Account | None, target: Account) -> None:
    """Refuse an actor who may not suspend or reinstate this account.

    Only admins may do so to accounts that have a role. Raises CommandRefused `not_allowed` or `own_account`.
    """
    needed = {Role.ADMIN} if target.roles else {Role.MODERATOR, Role.ADMIN}
    if actor is None or actor.status is not Status.ACTIVE or not needed & set(actor.roles):
        raise CommandRefused("not_allowed")
    if actor.id == target.id:
        raise CommandRefused("own_account")


def check_admin(actor: Account | None) -> None:
    """Refuse an actor who is not an active admin; raises CommandRefused `not_allowed`."""
    if actor is None or actor.status is not Status.ACTIVE or Role.ADMIN not in actor.roles:
        raise CommandRefused("not_allowed")


def check_end(until: datetime | None, now: datetime) -> None:
    """Refuse a suspension that ends in the past; raises CommandRefused `until_in_the_past`."""
    if until is not None and until <= now:
        raise CommandRefused("until_in_the_past")


def check_roles(roles: Collection[str]) -> None:
    """Refuse a role that does not exist; raises CommandRefused `unknown_role`."""
    if not set(roles) <= set(Role):
        raise CommandRefused("unknown_role")
