"""Use cases of an account's second factors."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from io import BytesIO

import segno
from aiohttp import web

from services.auth.accounts import store as accounts
from services.auth.accounts.model import Account
from services.auth.enrolment.schemas import (
    FactorsView,
    NewPasskeyView,
    PasskeyDraft,
    PasskeyListView,
    PasskeyView,
    RecoveryCodesView,
    TotpView,
)
from services.auth.factors import store as factors
from services.auth.factors.passkeys import Passkeys
from services.auth.factors.rules import PASSKEYS_MAX, Proof, confirmation_required, wrong_code
from services.auth.factors.service import FactorVerifier
from services.auth.identities.ways_in import check_way_in
from services.auth.mail.rules import Purpose
from services.auth.sessions import revocation
from services.auth.sessions.logins import Logins
from services.auth.sessions.rules import Client
from services.auth.sessions.schemas import PasskeyOptions
from services.auth.sessions.service import Sessions
from shared.db import Connection, Database
from shared.errors import Conflict, NotFound
from shared.identity import Identity
from shared.messaging.contracts import MailRequested
from shared.messaging.outbox import Outbox


class Enrolment:
    """Sets up, renews and removes second factors; its owner hears of each change by mail.

    Every method raises the errors of `Sessions.get_account`. `issuers`: those whose identities log in.
    """

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        verifier: FactorVerifier,
        passkeys: Passkeys,
        sessions: Sessions,
        logins: Logins,
        issuers: Collection[str],
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._verifier = verifier
        self._passkeys = passkeys
        self._sessions = sessions
        self._logins = logins
        self._issuers = issuers

    async def get_factors(self, caller: Identity) -> FactorsView:
        """Return the caller's second factors."""
        account, _ = await self._sessions.get_account(caller)
        async with self._database.connection() as conn:
            found = await factors.get_factors(conn, account.id)
            standing = await factors.get_standing(conn, account.id)
        return FactorsView(
            totp=found.totp,
            passkeys=found.passkeys,
            recovery_codes=found.recovery_codes,
            is_required=standing.requires_factor(account.roles),
        )

    async def begin_totp(self, caller: Identity) -> TotpView:
        """Make a secret for an authenticator app; raises Conflict `totp_active`."""
        account, _ = await self._sessions.get_account(caller)
        async with self._database.transaction() as conn:
            secret, uri = await self._verifier.begin_totp(conn, account)
        return TotpView(secret=secret, uri=uri, qr_code=await asyncio.to_thread(_draw_qr_code, uri))

    async def confirm_totp(self, caller: Identity, code: str) -> RecoveryCodesView:
        """Switch the app on by one of its codes, and return the recovery codes.

        Raises NotAllowed `bad_code`, TooManyRequests.
        """
        account, session_id = await self._sessions.get_account(caller)
        forgiven = await self._logins.count_code(account.id)
        async with self._database.transaction() as conn:
            codes = await self._verifier.confirm_totp(conn, account.id, code)
            if codes is None:
                raise wrong_code()
            self._sessions.confirm(conn, session_id, forgiven)
            self._report_change(conn, account)
        return RecoveryCodesView(recovery_codes=list(codes))

    async def replace_recovery_codes(self, caller: Identity) -> RecoveryCodesView:
        """Replace the recovery codes; raises NotAllowed `confirmation_required`."""
        account, session_id = await self._sessions.get_account(caller)
        async with self._database.transaction() as conn:
            if not (await factors.get_factors(conn, account.id)).methods:
                raise confirmation_required()
            await self._sessions.check_confirmed(conn, account.id, session_id)
            codes = await self._verifier.replace_recovery_codes(conn, account.id)
            self._report_change(conn, account)
        return RecoveryCodesView(recovery_codes=list(codes))

    async def remove_totp(self, caller: Identity, password: str, client: Client) -> None:
        """Remove the app; raises NotAllowed `bad_credentials`, TooManyRequests."""
        account, _ = await self._logins.check_password(caller, password, client)
        async with self._database.transaction() as conn:
            if await factors.delete_secret(conn, account.id):
                await self._end_if_last(conn, account)

    async def make_passkey_options(self, caller: Identity) -> PasskeyOptions:
        """Return what a browser needs to make a passkey; raises NotAllowed `confirmation_required`."""
        account, session_id = await self._sessions.get_account(caller)
        async with self._database.connection() as conn:
            await self._sessions.check_confirmed(conn, account.id, session_id)
            return PasskeyOptions(options=await self._passkeys.make_registration_options(conn, account))

    async def add_passkey(self, caller: Identity, draft: PasskeyDraft) -> NewPasskeyView:
        """Store a passkey, and return recovery codes if it is the first factor.

        Raises Invalid if it cannot be verified, Conflict `passkey_taken` or `too_many_passkeys`, NotAllowed
        `confirmation_required`.
        """
        account, session_id = await self._sessions.get_account(caller)
        async with self._database.transaction() as conn:
            # The lock serialises those who count.
            await accounts.get_account_for_update(conn, account.id)
            await self._sessions.check_confirmed(conn, account.id, session_id)
            before = await factors.get_factors(conn, account.id)
            if before.passkeys >= PASSKEYS_MAX:
                raise Conflict("too_many_passkeys", f"An account can have {PASSKEYS_MAX} passkeys.")
            made = await self._passkeys.register(conn, account.id, draft.name, draft.credential)
            codes = None
            if not before.methods:
                codes = list(await self._verifier.replace_recovery_codes(conn, account.id))
                self._sessions.confirm(conn, session_id, {})
            self._report_change(conn, account)
        view = PasskeyView.model_validate(made)
        return NewPasskeyView(**view.model_dump(), recovery_codes=codes)

    async def list_passkeys(self, caller: Identity) -> PasskeyListView:
        """Return the caller's passkeys."""
        account, _ = await self._sessions.get_account(caller)
        async with self._database.connection() as conn:
            found = await factors.list_passkeys(conn, account.id)
        return PasskeyListView(items=[PasskeyView.model_validate(passkey) for passkey in found])

    async def remove_passkey(self, caller: Identity, passkey_id: int) -> None:
        """Remove a passkey; raises NotFound, Conflict `last_way_in`, NotAllowed `confirmation_required`."""
        account, session_id = await self._sessions.get_account(caller)
        async with self._database.transaction() as conn:
            # The lock serialises those who remove ways in.
            locked = await accounts.get_account_for_update(conn, account.id)
            await self._sessions.check_confirmed(conn, account.id, session_id)
            if locked is None or not await factors.delete_passkey(conn, account.id, passkey_id):
                raise NotFound("passkey_not_found", "No such passkey.")
            await check_way_in(conn, locked, self._issuers)
            await self._end_if_last(conn, account)

    async def confirm_session(self, caller: Identity, proof: Proof) -> None:
        """Confirm the caller's session with a factor; raises NotAllowed `bad_code`, TooManyRequests."""
        account, session_id = await self._sessions.get_account(caller)
        forgiven = await self._logins.count_code(account.id)
        async with self._database.transaction() as conn:
            if not await self._verifier.use(conn, account.id, proof):
                raise wrong_code()
            self._sessions.confirm(conn, session_id, forgiven)

    async def _end_if_last(self, conn: Connection, account: Account) -> None:
        """Delete the recovery codes with the last factor that they stand in for, and tell the owner."""
        if not (await factors.get_factors(conn, account.id)).methods:
            await factors.delete_codes(conn, account.id)
            # The next refresh decides again what tokens of an account without a factor may be used for.
            await revocation.revoke_all_access(conn, self._outbox, account.id)
        self._report_change(conn, account)

    def _report_change(self, conn: Connection, account: Account) -> None:
        """Tell the owner by mail, with the commit."""
        mail = MailRequested(purpose=Purpose.SECOND_FACTOR_CHANGED, email=account.email)
        self._outbox.defer(conn, mail)


def _draw_qr_code(uri: str) -> str:
    drawn = BytesIO()
    # With its namespace, without which no browser draws it, and of whatever size the page gives it.
    segno.make(uri, micro=False).save(
        drawn, kind="svg", border=4, light="#fff", xmldecl=False, nl=False, omitsize=True
    )
    return drawn.getvalue().decode()


ENROLMENT = web.AppKey("ENROLMENT", Enrolment)
