"""Who may change who comes in; standard library only."""

from __future__ import annotations

from services.auth.accounts.model import Account
from shared.errors import NotAllowed
from shared.identity import Role


def check_may_administer(account: Account) -> None:
    """Refuse who is no admin any more, although the token says so; raises NotAllowed `not_allowed`."""
    if Role.ADMIN not in account.roles:
        raise NotAllowed("not_allowed", "This requires the role admin.")
