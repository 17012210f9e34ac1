"""Use cases of exports."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

from aiohttp import web
from sqlalchemy import BigInteger, ColumnElement, bindparam, select

from services.auth.accounts import store as accounts
from services.auth.exports import store
from services.auth.exports.archive import Archive
from services.auth.exports.rules import EXPORTS_PER_DAY, Export, check_may_request, export_not_found
from services.auth.mail.rules import Purpose
from services.auth.sessions.service import Sessions
from services.auth.tables import (
    accounts as accounts_table,
)
from services.auth.tables import (
    bot_tokens,
    identities,
    invitations,
    invited_accounts,
    passkeys,
    sessions,
    totp_secrets,
)
from services.auth.throttling import store as throttling
from services.auth.throttling.rules import check_export_count, make_export_key
from shared.db import Connection, Database
from shared.identity import Identity
from shared.messaging.contracts import ExportPart, ExportRequested, MailRequested
from shared.messaging.exporting import ExportFile, add_job
from shared.messaging.outbox import Outbox

BATCH = 5
"""Parts per transaction, of which twice as many are in memory."""

_DAY = timedelta(days=1)
_account_id: ColumnElement[int] = bindparam("account_id", type_=BigInteger)

FILES: Final = (
    ExportFile(
        "account/account.jsonl",
        select(
            accounts_table.c.id,
            accounts_table.c.username,
            accounts_table.c.email,
            accounts_table.c.email_verified,
            accounts_table.c.roles,
            accounts_table.c.status,
            accounts_table.c.suspension_reason,
            accounts_table.c.suspended_until,
            accounts_table.c.created_at,
        ).where(accounts_table.c.id == _account_id),
        accounts_table.c.id,
    ),
    ExportFile(
        "account/sessions.jsonl",
        select(
            sessions.c.id,
            sessions.c.address,
            sessions.c.user_agent,
            sessions.c.created_at,
            sessions.c.last_used_at,
            sessions.c.expires_at,
        ).where(sessions.c.account_id == _account_id),
        sessions.c.id,
    ),
    ExportFile(
        "account/tokens_for_bots.jsonl",
        select(
            bot_tokens.c.session_id,
            bot_tokens.c.name,
            bot_tokens.c.scopes,
            bot_tokens.c.expires_at,
            bot_tokens.c.last_used_at,
        )
        .join_from(bot_tokens, sessions, sessions.c.id == bot_tokens.c.session_id)
        .where(sessions.c.account_id == _account_id),
        bot_tokens.c.session_id,
    ),
    ExportFile(
        "account/passkeys.jsonl",
        select(passkeys.c.id, passkeys.c.name, passkeys.c.created_at, passkeys.c.last_used_at).where(
            passkeys.c.account_id == _account_id
        ),
        passkeys.c.id,
    ),
    ExportFile(
        "account/authenticator_app.jsonl",
        select(totp_secrets.c.account_id, totp_secrets.c.created_at, totp_secrets.c.confirmed_at).where(
            totp_secrets.c.account_id == _account_id
        ),
        totp_secrets.c.account_id,
    ),
    ExportFile(
        "account/identities.jsonl",
        select(
            identities.c.issuer,
            identities.c.subject,
            identities.c.provider,
            identities.c.linked_at,
            identities.c.last_used_at,
        ).where(identities.c.account_id == _account_id),
        identities.c.issuer,
        identities.c.subject,
    ),
    ExportFile(
        "account/invited_by.jsonl",
        select(invited_accounts.c.invitation_id).where(invited_accounts.c.account_id == _account_id),
        invited_accounts.c.invitation_id,
    ),
    ExportFile(
        "account/invitations.jsonl",
        select(
            invitations.c.id,
            invitations.c.max_uses,
            invitations.c.uses,
            invitations.c.expires_at,
            invitations.c.created_at,
        ).where(invitations.c.created_by == _account_id),
        invitations.c.id,
    ),
)
"""What the export contains of auth: nothing that could be used to log in."""


class Exports:
    """Requests and hands out exports.

    Every method raises the errors of `Sessions.get_account`.
    """

    def __init__(self, database: Database, outbox: Outbox, sessions: Sessions) -> None:
        self._database = database
        self._outbox = outbox
        self._sessions = sessions

    async def request(self, caller: Identity) -> Export:
        """Begin to gather an export, in place of an older one.

        Raises NotAllowed `confirmation_required`, Conflict `export_pending`, TooManyRequests.
        """
        account, session_id = await self._sessions.get_account(caller)
        async with self._database.transaction() as conn:
            # The lock serialises requests, and the deletion of the account.
            await accounts.get_account_for_update(conn, account.id)
            await self._sessions.check_confirmed(conn, account.id, session_id)
            check_may_request(await store.get_current(conn, account.id))
            key = make_export_key(account.id)
            counts = await throttling.count_attempt(conn, [key], _DAY)
            check_export_count(counts[key], EXPORTS_PER_DAY)
            export = await store.replace(conn, account.id)
            await add_job(conn, export.id, account.id)
            self._outbox.defer(conn, ExportRequested(export_id=export.id, account_id=account.id))
        return export

    async def get_current(self, caller: Identity) -> Export | None:
        """Return the caller's export, None if there is none."""
        account, _ = await self._sessions.get_account(caller)
        async with self._database.connection() as conn:
            return await store.get_current(conn, account.id)

    async def get(self, caller: Identity, export_id: int) -> Export:
        """Return an export of the caller; raises NotFound."""
        account, _ = await self._sessions.get_account(caller)
        async with self._database.connection() as conn:
            export = await store.get(conn, account.id, export_id)
        if export is None:
            raise export_not_found()
        return export

    async def pack(self, export: Export) -> AsyncIterator[bytes]:
        """Write the ZIP of a complete export, one part in memory at a time.

        Raises NotFound if it was deleted meanwhile.
        """
        assert export.completed_at is not None
        archive = Archive(export.completed_at)
        part = None
        while True:
            async with self._database.connection() as conn:
                following = await store.get_part_after(conn, export.id, part)
                # Parts go with their export, so only while that is there have all been read.
                if following is None and not await store.exists(conn, export.id):
                    raise export_not_found()
            if following is None:
                break
            part = following
            yield await asyncio.to_thread(archive.add, part.file, part.lines)
        yield archive.finish()


class PartHandler:
    """Keeps the parts that services send."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def keep(self, conn: Connection, part: ExportPart) -> None:
        """Keep a part; with the last missing one, the export is complete and its owner hears of it."""
        await store.add_part(conn, part)
        email = await store.complete(conn, part.export_id)
        if email is not None:
            self._outbox.defer(conn, MailRequested(purpose=Purpose.EXPORT_READY, email=email))


EXPORTS = web.AppKey("EXPORTS", Exports)
