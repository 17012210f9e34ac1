"""Use cases of registration: who is admitted, and a new account with its first session."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from aiohttp import web

from services.auth.accounts import store as accounts
from services.auth.accounts.model import Account
from services.auth.accounts.passwords import COMMON, NO_PASSWORD, Passwords
from services.auth.accounts.rules import check_password
from services.auth.accounts.service import create_account
from services.auth.challenges.rules import challenge_required, is_challenge_required
from services.auth.challenges.service import Challenges
from services.auth.invitations import store as invitations
from services.auth.invitations.rules import invalid_invitation
from services.auth.lifecycle.mailing import Mailing
from services.auth.lifecycle.schemas import Admission, Registration, RegistrationView
from services.auth.mail.rules import Purpose
from services.auth.policy import store as policies
from services.auth.policy.rules import Policy, check_may_register
from services.auth.sessions.rules import Client, Grant
from services.auth.sessions.service import Sessions
from services.auth.settings import AuthSettings
from services.auth.throttling import store as throttling
from services.auth.throttling.domains import find_registered_domain
from services.auth.throttling.rules import (
    ALL_REGISTRATIONS,
    check_registration_counts,
    is_public_provider,
    make_mail_sender_key,
    make_registration_domain_key,
    make_registration_key,
)
from services.auth.tokens.opaque import hash_readable_code
from shared.db import Connection, Database
from shared.messaging.contracts import AccountVerified
from shared.messaging.outbox import Outbox


class Registrations:
    """Admits people, and creates their accounts."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        passwords: Passwords,
        sessions: Sessions,
        challenges: Challenges,
        mailing: Mailing,
        settings: AuthSettings,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._passwords = passwords
        self._sessions = sessions
        self._challenges = challenges
        self._mailing = mailing
        self._settings = settings

    async def register(self, registration: Registration, client: Client) -> Grant:
        """Create an account and open its first session.

        Raises Invalid for a password that is easy to guess or a challenge that is not solved,
        TooManyRequests, NotAllowed `registration_closed`, `invitation_required` or `invitation_invalid`,
        Conflict `username_taken` or `email_taken`.
        """
        password = registration.password.get_secret_value()
        check_password(password, registration.username, registration.email, COMMON)
        code_hash = await self._knock(registration, registration.email, client)
        password_hash = await self._passwords.hash(password)
        async with self._database.transaction() as conn:
            invitation_id = await self._admit(conn, code_hash)
            account = await create_account(
                conn,
                self._outbox,
                username=registration.username,
                email=registration.email,
                password_hash=password_hash,
                display_name=registration.display_name,
            )
            if invitation_id is not None:
                invitations.defer_record(conn, invitation_id, account.id)
            await self._mailing.send(conn, Purpose.CONFIRM_EMAIL, account.email)
            return await self._sessions.open(conn, account, client)

    async def register_without_password(
        self,
        admission: Admission,
        *,
        username: str,
        email: str,
        display_name: str | None,
        is_verified: bool,
        client: Client,
        then: Callable[[Connection, Account], Awaitable[None]],
    ) -> Grant:
        """Create an account that is logged in to in another way, and open its first session.

        `then` stores that way in the same transaction; `is_verified`: the address needs no confirmation.
        Raises what it raises, and the errors of `register`.
        """
        code_hash = await self._knock(admission, email, client)
        async with self._database.transaction() as conn:
            invitation_id = await self._admit(conn, code_hash)
            account = await create_account(
                conn,
                self._outbox,
                username=username,
                email=email,
                password_hash=NO_PASSWORD,
                display_name=display_name,
            )
            if invitation_id is not None:
                invitations.defer_record(conn, invitation_id, account.id)
            await then(conn, account)
            if is_verified:
                version = await accounts.mark_email_verified(conn, account.id)
                assert version is not None
                self._outbox.defer(
                    conn, AccountVerified(account_id=account.id, username=account.username, version=version)
                )
                account = replace(account, email_verified=True, version=version)
            else:
                await self._mailing.send(conn, Purpose.CONFIRM_EMAIL, account.email)
            return await self._sessions.open(conn, account, client)

    async def get_registration(self) -> RegistrationView:
        """Return who may register now."""
        async with self._database.connection() as conn:
            policy = await policies.get_policy(conn)
            registered = await throttling.read_attempts(conn, ALL_REGISTRATIONS)
        is_required = is_challenge_required(
            policy.challenge, registered + 1, self._settings.registrations_before_challenge
        )
        return RegistrationView(registration=policy.registration, challenge_required=is_required)

    async def _knock(self, admission: Admission, email: str, client: Client) -> bytes | None:
        """Count a registration and refuse what is not admitted; returns the hash of its invitation's code.

        Raises Invalid `challenge_required`, TooManyRequests, and the errors of `check_may_register`.
        """
        code = admission.invitation
        code_hash = None if code is None else hash_readable_code(code.get_secret_value())
        registered = await self._count_registration(email, client)
        policy = await self._check_admission(code_hash)
        if admission.challenge is not None:
            await self._challenges.spend(admission.challenge)
        elif is_challenge_required(
            policy.challenge, registered, self._settings.registrations_before_challenge
        ):
            raise challenge_required("must be a solved challenge")
        return code_hash

    async def _check_admission(self, code_hash: bytes | None) -> Policy:
        """Refuse what `_admit` would refuse now, before the password costs a hash; returns the policy."""
        async with self._database.connection() as conn:
            policy = await policies.get_policy(conn)
            check_may_register(policy, has_invitation=code_hash is not None)
            if code_hash is not None and not await invitations.is_usable(conn, code_hash):
                raise invalid_invitation()
        return policy

    async def _admit(self, conn: Connection, code_hash: bytes | None) -> int | None:
        """Take a use of the invitation, if one is given, and return its id."""
        check_may_register(await policies.get_policy(conn), has_invitation=code_hash is not None)
        if code_hash is None:
            return None
        invitation_id = await invitations.take_use(conn, code_hash)
        if invitation_id is None:
            raise invalid_invitation()
        return invitation_id

    async def _count_registration(self, email: str, client: Client) -> int:
        """Count a registration and its mail by the client's network and by the mail domain.

        Returns how many there were at the whole site in the window. Raises TooManyRequests.
        """
        settings = self._settings
        mails = make_mail_sender_key(client.address)
        limits = {make_registration_key(client.address): settings.registrations_per_address}
        domain = find_registered_domain(email)
        if not is_public_provider(domain):
            limits[make_registration_domain_key(domain)] = settings.registrations_per_domain
        async with self._database.connection() as conn:
            counts = await throttling.count_attempt(
                conn, [*limits, ALL_REGISTRATIONS], settings.registration_window
            )
            mailed = await throttling.count_attempt(conn, [mails], settings.mail_window)
        check_registration_counts(
            [
                *((counts[key], limit) for key, limit in limits.items()),
                (mailed[mails], settings.mails_per_address),
            ]
        )
        return counts[ALL_REGISTRATIONS].attempts


REGISTRATIONS = web.AppKey("REGISTRATIONS", Registrations)
