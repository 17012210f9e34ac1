"""Use cases of moderation: what is asked of auth, each with its entry in the audit log."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from services.users.audit.rules import Action
from services.users.audit.store import append
from services.users.moderation import rules, store
from services.users.moderation.rules import Account
from services.users.moderation.schemas import (
    AccountFilter,
    AccountStandingView,
    CommandView,
    RolesDraft,
    SuspensionDraft,
)
from services.users.profiles.rules import no_such_user
from shared.db import Database
from shared.http.models import Page
from shared.http.paging import after_id, slice_of
from shared.identity import Identity
from shared.messaging.contracts import AccountCommand, ReinstateAccount, SetRoles, SuspendAccount
from shared.messaging.outbox import Outbox
from shared.text import search_pattern

Check = Callable[[Identity, Account], None]


class Moderation:
    """Looking through accounts, suspending, reinstating, and giving roles."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def listed(self, query: AccountFilter) -> Page[AccountStandingView]:
        """Return a slice of the accounts found, by id."""
        pattern = search_pattern(query.search or "")
        async with self._database.connection() as conn:
            accounts = await store.listed(
                conn, pattern, query.status, after=after_id(query), count=query.limit + 1
            )
        items, cursor = slice_of(accounts, query, lambda account: (account.id,))
        return Page(
            items=[AccountStandingView.model_validate(account) for account in items], next_cursor=cursor
        )

    async def suspend(self, caller: Identity, account_id: int, draft: SuspensionDraft) -> CommandView:
        """Ask auth to suspend an account; raises as `rules.check_may_moderate`, and NotFound."""
        return await self._ask(
            caller,
            SuspendAccount(
                account_id=account_id, actor_id=caller.account_id, reason=draft.reason, until=draft.until
            ),
            rules.check_may_moderate,
        )

    async def reinstate(self, caller: Identity, account_id: int) -> CommandView:
        """Ask auth to reinstate an account; raises as `rules.check_may_moderate`, and NotFound."""
        command = ReinstateAccount(account_id=account_id, actor_id=caller.account_id)
        return await self._ask(caller, command, rules.check_may_moderate)

    async def set_roles(self, caller: Identity, account_id: int, draft: RolesDraft) -> CommandView:
        """Ask auth to give an account exactly these roles; raises as `rules.check_may_grant`, NotFound."""
        roles = sorted(set(draft.roles))
        command = SetRoles(account_id=account_id, actor_id=caller.account_id, roles=list(roles))
        return await self._ask(caller, command, rules.check_may_grant)

    async def _ask(self, caller: Identity, command: AccountCommand, check: Check) -> CommandView:
        details = command.model_dump(mode="json", exclude={"occurred_at", "account_id", "actor_id"})
        action = Action(
            caller.account_id, command.type, "user", command.account_id, outcome="requested", details=details
        )
        async with self._database.transaction() as conn:
            account = await store.lock(conn, command.account_id)
            if account is None:
                raise no_such_user()
            check(caller, account)
            audit_id = await append(conn, action)
            self._outbox.emit(conn, command)
        return CommandView(
            audit_id=audit_id, action=command.type, account_id=command.account_id, details=details
        )


MODERATION = web.AppKey("MODERATION", Moderation)
