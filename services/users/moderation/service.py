"""Use cases of moderation: commands to auth, each with its entry in the audit log."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from services.users.audit.rules import AuditedAction
from services.users.audit.store import append
from services.users.moderation import rules, store
from services.users.moderation.rules import ModeratedAccount
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

Check = Callable[[Identity, ModeratedAccount], None]


class Moderation:
    """Searches accounts, and suspends, reinstates and gives roles by commands to auth."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def list_accounts(self, query: AccountFilter) -> Page[AccountStandingView]:
        """Return a page of the accounts that match, by id."""
        pattern = search_pattern(query.search or "")
        async with self._database.connection() as conn:
            accounts = await store.list_accounts(
                conn, pattern, query.status, after=after_id(query), count=query.limit + 1
            )
        items, cursor = slice_of(accounts, query, lambda account: (account.id,))
        return Page(
            items=[AccountStandingView.model_validate(account) for account in items], next_cursor=cursor
        )

    async def suspend(self, caller: Identity, account_id: int, draft: SuspensionDraft) -> CommandView:
        """Request a suspension of auth; raises as `rules.check_may_moderate`, and NotFound."""
        return await self._request(
            caller,
            SuspendAccount(
                account_id=account_id, actor_id=caller.account_id, reason=draft.reason, until=draft.until
            ),
            rules.check_may_moderate,
        )

    async def reinstate(self, caller: Identity, account_id: int) -> CommandView:
        """Request a reinstatement of auth; raises as `rules.check_may_moderate`, and NotFound."""
        command = ReinstateAccount(account_id=account_id, actor_id=caller.account_id)
        return await self._request(caller, command, rules.check_may_moderate)

    async def set_roles(self, caller: Identity, account_id: int, draft: RolesDraft) -> CommandView:
        """Request other roles of auth; raises as `rules.check_may_grant`, and NotFound."""
        roles = sorted(set(draft.roles))
        command = SetRoles(account_id=account_id, actor_id=caller.account_id, roles=list(roles))
        return await self._request(caller, command, rules.check_may_grant)

    async def _request(self, caller: Identity, command: AccountCommand, check: Check) -> CommandView:
        details = command.model_dump(mode="json", exclude={"occurred_at", "account_id", "actor_id"})
        action = AuditedAction(
            caller.account_id, command.type, "user", command.account_id, outcome="requested", details=details
        )
        async with self._database.transaction() as conn:
            account = await store.get_account_for_update(conn, command.account_id)
            if account is None:
                raise no_such_user()
            check(caller, account)
            audit_id = await append(conn, action)
            self._outbox.defer(conn, command)
        return CommandView(
            audit_id=audit_id, action=command.type, account_id=command.account_id, details=details
        )


MODERATION = web.AppKey("MODERATION", Moderation)
