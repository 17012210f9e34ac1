"""Use cases of admins: the policy, and invitations."""

from __future__ import annotations

from datetime import UTC, datetime

from aiohttp import web

from services.auth.accounts import store as accounts
from services.auth.administration.rules import check_may_administer
from services.auth.administration.schemas import (
    InvitationDraft,
    InvitationView,
    InvitedAccountView,
    NewInvitationView,
    PolicyChange,
    PolicyView,
)
from services.auth.invitations import store as invitations
from services.auth.invitations.rules import check_expiry
from services.auth.policy import store as policies
from services.auth.sessions import revocation
from services.auth.sessions.service import Sessions
from services.auth.tokens.opaque import hash_readable_code, make_readable_code
from shared.db import Connection, Database
from shared.errors import NotFound
from shared.http.models import BIGINT_MAX, Page, Paging
from shared.http.paging import after_id, decode_cursor, slice_of
from shared.identity import Identity
from shared.messaging.contracts import InvitationCreated, InvitationRevoked, PolicyChanged
from shared.messaging.outbox import Outbox


class Administration:
    """Changes the policy, and makes and revokes invitations.

    Every method raises NotAllowed if the caller is no admin now, and the errors of `Sessions.get_account`.
    Those that change something raise also the errors of `Sessions.check_confirmed`.
    """

    def __init__(self, database: Database, outbox: Outbox, sessions: Sessions) -> None:
        self._database = database
        self._outbox = outbox
        self._sessions = sessions

    async def get_policy(self, caller: Identity) -> PolicyView:
        """Return the policy."""
        await self._check(caller)
        async with self._database.connection() as conn:
            return PolicyView.model_validate(await policies.get_policy(conn))

    async def change_policy(self, caller: Identity, change: PolicyChange) -> PolicyView:
        """Change the given settings and return all."""
        await self._check(caller)
        async with self._database.transaction() as conn:
            await self._check_confirmed(conn, caller)
            before, policy = await policies.change_policy(conn, change.changes())
            changed = PolicyChanged(actor_id=caller.account_id, settings=change.changes())
            self._outbox.defer(conn, changed)
            if policy.second_factor is not before.second_factor:
                # So that roles are lost, or given back, at the next refresh instead of within 15 minutes.
                for account_id in await accounts.list_role_holders(conn):
                    await revocation.revoke_all_access(conn, self._outbox, account_id)
        return PolicyView.model_validate(policy)

    async def invite(self, caller: Identity, draft: InvitationDraft) -> NewInvitationView:
        """Make an invitation; only this response has its code. Raises Invalid for an expiry in the past."""
        await self._check(caller)
        now = datetime.now(UTC)
        check_expiry(draft.expires_at, now)
        code = make_readable_code()
        async with self._database.transaction() as conn:
            await self._check_confirmed(conn, caller)
            made = await invitations.insert_invitation(
                conn,
                hash_readable_code(code),
                max_uses=draft.max_uses,
                expires_at=draft.expires_at,
                created_by=caller.account_id,
            )
            created = InvitationCreated(
                invitation_id=made.id,
                actor_id=caller.account_id,
                max_uses=made.max_uses,
                expires_at=made.expires_at,
            )
            self._outbox.defer(conn, created)
        return NewInvitationView.with_code(made, now, code)

    async def list_invitations(self, caller: Identity, paging: Paging) -> Page[InvitationView]:
        """Return a page of the invitations, newest first."""
        await self._check(caller)
        below = BIGINT_MAX if paging.cursor is None else decode_cursor(paging.cursor, 1)[0]
        async with self._database.connection() as conn:
            found = await invitations.list_invitations(conn, below=below, count=paging.limit + 1)
        items, cursor = slice_of(found, paging, lambda invitation: (invitation.id,))
        now = datetime.now(UTC)
        return Page(items=[InvitationView.of(item, now) for item in items], next_cursor=cursor)

    async def list_invited(
        self, caller: Identity, invitation_id: int, paging: Paging
    ) -> Page[InvitedAccountView]:
        """Return a page of the accounts that came by an invitation; raises NotFound."""
        await self._check(caller)
        async with self._database.connection() as conn:
            if await invitations.get_invitation(conn, invitation_id) is None:
                raise _no_invitation()
            found = await invitations.list_accounts(
                conn, invitation_id, after=after_id(paging), count=paging.limit + 1
            )
        items, cursor = slice_of(found, paging, lambda account: (account.account_id,))
        return Page(items=[InvitedAccountView.model_validate(item) for item in items], next_cursor=cursor)

    async def revoke_invitation(self, caller: Identity, invitation_id: int) -> None:
        """Revoke an invitation, again without effect; raises NotFound."""
        await self._check(caller)
        async with self._database.transaction() as conn:
            await self._check_confirmed(conn, caller)
            if await invitations.get_invitation(conn, invitation_id) is None:
                raise _no_invitation()
            if await invitations.revoke_invitation(conn, invitation_id):
                revoked = InvitationRevoked(invitation_id=invitation_id, actor_id=caller.account_id)
                self._outbox.defer(conn, revoked)

    async def _check(self, caller: Identity) -> None:
        account, _ = await self._sessions.get_account(caller)
        check_may_administer(account)

    async def _check_confirmed(self, conn: Connection, caller: Identity) -> None:
        await self._sessions.check_confirmed(conn, caller.account_id, int(caller.session_id))


def _no_invitation() -> NotFound:
    return NotFound("invitation_not_found", "No such invitation.")


ADMINISTRATION = web.AppKey("ADMINISTRATION", Administration)
