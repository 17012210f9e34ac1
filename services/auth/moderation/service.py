"""Use cases of moderation, each in the transaction of the command, and each answered by an event.

Users checks who may give a command before it sends one; it is checked here again, against the accounts as
they are, because what stands in a queue may be older than the actor's own suspension.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

import structlog

from services.auth.accounts import store as accounts
from services.auth.accounts.rules import Account, LockedAccount, Status, leaves_no_admin
from services.auth.moderation import store
from services.auth.moderation.rules import (
    CommandRefused,
    check_admin,
    check_end,
    check_moderator,
    check_roles,
)
from services.auth.sessions import ending
from shared.db import Connection, Database
from shared.messaging.consumer import Handler
from shared.messaging.contracts import (
    AccountCommand,
    AccountCommandRefused,
    AccountReinstated,
    AccountRolesChanged,
    AccountSuspended,
    Command,
    ReinstateAccount,
    SetRoles,
    SuspendAccount,
)
from shared.messaging.outbox import Outbox

log = structlog.get_logger(__name__)

CommandT = TypeVar("CommandT", bound=AccountCommand)


class Moderation:
    """Suspending, reinstating, giving roles."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    @property
    def handlers(self) -> Mapping[type[Command], Handler]:
        """The handler of each command."""
        return {
            SuspendAccount: self._answered(self._suspend),
            ReinstateAccount: self._answered(self._reinstate),
            SetRoles: self._answered(self._set_roles),
        }

    async def lift_suspensions(self, database: Database) -> None:
        """Reinstate everybody whose suspension is over."""
        lifted = True
        while lifted:
            async with database.transaction() as conn:
                lifted = False
                for account_id, version in await store.lift(conn):
                    lifted = True
                    self._outbox.emit(conn, AccountReinstated(account_id=account_id, version=version))

    def _answered(self, do: Callable[[Connection, CommandT], Awaitable[None]]) -> Handler:
        async def handle(conn: Connection, command: CommandT) -> None:
            # Who is an admin is counted, so commands are done one after the other.
            accounts.lead_with_admin_lock(conn)
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
                self._outbox.emit(conn, answer)

        return handle

    async def _suspend(self, conn: Connection, command: SuspendAccount) -> None:
        locked, actor = await _target_and_actor(conn, command)
        account = locked.account
        check_moderator(actor, account)
        check_end(command.until, datetime.now(UTC))
        version = account.version
        is_done = (locked.suspension_reason, locked.suspended_until) == (command.reason, command.until)
        if account.status is not Status.SUSPENDED or not is_done:
            version = await store.suspend(conn, account.id, command.reason, command.until)
            await ending.end_all(conn, self._outbox, account.id)
        self._outbox.emit(
            conn,
            AccountSuspended(
                account_id=account.id,
                actor_id=command.actor_id,
                reason=command.reason,
                until=command.until,
                version=version,
            ),
        )

    async def _reinstate(self, conn: Connection, command: ReinstateAccount) -> None:
        locked, actor = await _target_and_actor(conn, command)
        account = locked.account
        check_moderator(actor, account)
        version = account.version
        if account.status is Status.SUSPENDED:
            version = await store.reinstate(conn, account.id)
        self._outbox.emit(
            conn, AccountReinstated(account_id=account.id, actor_id=command.actor_id, version=version)
        )

    async def _set_roles(self, conn: Connection, command: SetRoles) -> None:
        locked, actor = await _target_and_actor(conn, command)
        account, roles = locked.account, sorted(set(command.roles))
        check_admin(actor)
        check_roles(roles)
        others = await accounts.has_other_admins(conn, account.id)
        if leaves_no_admin(account, roles, has_other_admins=others):
            raise CommandRefused("last_admin")
        version = account.version
        if roles != sorted(account.roles):
            version = await store.set_roles(conn, account.id, roles)
            ending.revoke_tokens(conn, self._outbox, account.id)
        self._outbox.emit(
            conn,
            AccountRolesChanged(
                account_id=account.id, actor_id=command.actor_id, roles=roles, version=version
            ),
        )


async def _target_and_actor(
    conn: Connection, command: AccountCommand
) -> tuple[LockedAccount, Account | None]:
    target = await accounts.locked(conn, command.account_id)
    if target is None:
        raise CommandRefused("account_not_found")
    actor = await accounts.by_id(conn, command.actor_id)
    return target, actor and actor[0]
