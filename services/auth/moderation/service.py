"""Execution of moderation commands, each in the transaction of its message and answered by an event.

The users service checks the actor's rights before it sends a command. They are checked here again, against
the current accounts: a queued command may be older than the actor's own suspension.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

import structlog

from services.auth.accounts import store as accounts
from services.auth.accounts.model import Account, LockedAccount, Status, Suspension
from services.auth.accounts.rules import leaves_no_admin
from services.auth.mail.rules import Purpose
from services.auth.moderation import store
from services.auth.moderation.rules import (
    CommandRefused,
    check_admin,
    check_end,
    check_moderator,
    check_roles,
)
from services.auth.sessions import revocation
from services.auth.sessions.store import delete_all_sessions
from shared.db import Connection, Database
from shared.messaging.contracts import (
    AccountCommand,
    AccountCommandRefused,
    AccountReinstated,
    AccountRolesChanged,
    AccountSuspended,
    MailRequested,
    ReinstateAccount,
    SetRoles,
    SuspendAccount,
)
from shared.messaging.outbox import Outbox

log = structlog.get_logger(__name__)

CommandT = TypeVar("CommandT", bound=AccountCommand)


class ModerationHandler:
    """Handles the commands that suspend and reinstate accounts and set their roles."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def suspend(self, conn: Connection, command: SuspendAccount) -> None:
        """Suspend an account, revoke its access tokens, and tell its artist by mail."""
        await self._answer(conn, command, self._suspend)

    async def reinstate(self, conn: Connection, command: ReinstateAccount) -> None:
        """End an account's suspension, and the sessions from before it."""
        await self._answer(conn, command, self._reinstate)

    async def set_roles(self, conn: Connection, command: SetRoles) -> None:
        """Replace an account's roles."""
        await self._answer(conn, command, self._set_roles)

    async def lift_suspensions(self, database: Database) -> None:
        """Reinstate every account whose suspension has ended."""
        lifted = True
        while lifted:
            async with database.transaction() as conn:
                lifted = False
                for account_id, username, version in await store.lift_suspensions(conn):
                    lifted = True
                    await delete_all_sessions(conn, account_id)
                    self._outbox.defer(
                        conn, AccountReinstated(account_id=account_id, username=username, version=version)
                    )

    async def _answer(
        self, conn: Connection, command: CommandT, do: Callable[[Connection, CommandT], Awaitable[None]]
    ) -> None:
        # Commands run one at a time, because some depend on the number of admins.
        accounts.prepend_admin_lock(conn)
        try:
            await do(conn, command)
        except CommandRefused as refused:
            log.info("command refused", account_id=command.account_id, code=refused.code)
            answer = AccountCommandRefused(
                account_id=command.account_id,
                actor_id=command.actor_id,
                command=command.type,
                code=refused.code,
            )
            self._outbox.defer(conn, answer)

    async def _suspend(self, conn: Connection, command: SuspendAccount) -> None:
        locked, actor = await _get_target_and_actor(conn, command)
        account = locked.account
        check_moderator(actor, account)
        check_end(command.until, datetime.now(UTC))
        version = account.version
        if account.suspension != Suspension(command.reason, command.until):
            version = await store.suspend_account(conn, account.id, command.reason, command.until)
            # Sessions stay until it ends: an open tab that refreshes its token learns why it cannot.
            await revocation.revoke_all_access(conn, self._outbox, account.id)
            notice = MailRequested(purpose=Purpose.ACCOUNT_SUSPENDED, email=account.email)
            self._outbox.defer(conn, notice)
        self._outbox.defer(
            conn,
            AccountSuspended(
                account_id=account.id,
                username=account.username,
                actor_id=command.actor_id,
                reason=command.reason,
                until=command.until,
                version=version,
            ),
        )

    async def _reinstate(self, conn: Connection, command: ReinstateAccount) -> None:
        locked, actor = await _get_target_and_actor(conn, command)
        account = locked.account
        check_moderator(actor, account)
        version = account.version
        if account.status is Status.SUSPENDED:
            version = await store.reinstate_account(conn, account.id)
            await delete_all_sessions(conn, account.id)
        self._outbox.defer(
            conn,
            AccountReinstated(
                account_id=account.id, username=account.username, actor_id=command.actor_id, version=version
            ),
        )

    async def _set_roles(self, conn: Connection, command: SetRoles) -> None:
        locked, actor = await _get_target_and_actor(conn, command)
        account, roles = locked.account, sorted(set(command.roles))
        check_admin(actor)
        check_roles(roles)
        has_other_admins = await accounts.has_other_admins(conn, account.id)
        if leaves_no_admin(account, roles, has_other_admins=has_other_admins):
            raise CommandRefused("last_admin")
        version = account.version
        if roles != sorted(account.roles):
            version = await store.set_roles(conn, account.id, roles)
            await revocation.revoke_all_access(conn, self._outbox, account.id)
        self._outbox.defer(
            conn,
            AccountRolesChanged(
                account_id=account.id,
                username=account.username,
                actor_id=command.actor_id,
                roles=roles,
                version=version,
            ),
        )


async def _get_target_and_actor(
    conn: Connection, command: AccountCommand
) -> tuple[LockedAccount, Account | None]:
    target = await accounts.get_account_for_update(conn, command.account_id)
    if target is None:
        raise CommandRefused("account_not_found")
    actor = await accounts.get_account(conn, command.actor_id)
    return target, actor and actor[0]
