"""Use cases of an account's life: registration, confirmation, recovery, a new password, deletion."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

from aiohttp import web

from services.auth.accounts import store as accounts
from services.auth.accounts.model import Account, Status
from services.auth.accounts.passwords import COMMON, NO_PASSWORD, Passwords
from services.auth.accounts.rules import (
    check_one_time_password,
    check_password,
    check_usable,
    leaves_no_admin,
)
from services.auth.accounts.service import CONFLICTS, create_account
from services.auth.challenges.rules import challenge_required, is_challenge_required
from services.auth.challenges.service import Challenges
from services.auth.exports import store as exports
from services.auth.factors import store as factors
from services.auth.identities import store as identities
from services.auth.invitations import store as invitations
from services.auth.invitations.rules import invalid_invitation
from services.auth.lifecycle.schemas import (
    AccountDeletion,
    Admission,
    OneTimeLogin,
    Registration,
    RegistrationView,
    Transfer,
)
from services.auth.mail import store as mail
from services.auth.mail.rules import Purpose
from services.auth.policy import store as policies
from services.auth.policy.rules import Policy, check_may_register
from services.auth.sessions import revocation
from services.auth.sessions.rules import Client, Grant
from services.auth.sessions.service import Sessions, bad_credentials, complete, wrong_password
from services.auth.settings import AuthSettings
from services.auth.throttling import store as throttling
from services.auth.throttling.domains import find_registered_domain
from services.auth.throttling.rules import (
    ALL_REGISTRATIONS,
    check_registration_counts,
    is_public_provider,
    make_mail_key,
    make_mail_sender_key,
    make_registration_domain_key,
    make_registration_key,
)
from services.auth.tokens.opaque import hash_readable_code, hash_secret
from shared.db import Connection, Database
from shared.errors import BadRequest, Conflict, Invalid, Refusal, UniqueViolated
from shared.identity import Identity
from shared.messaging.contracts import AccountDeleted, AccountVerified, MailRequested
from shared.messaging.exporting import end_jobs
from shared.messaging.outbox import Outbox


class Lifecycle:
    """Creates, confirms, recovers, changes and deletes accounts."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        passwords: Passwords,
        sessions: Sessions,
        challenges: Challenges,
        settings: AuthSettings,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._passwords = passwords
        self._sessions = sessions
        self._challenges = challenges
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
            await self._mail_within_limits(conn, Purpose.CONFIRM_EMAIL, account.email)
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
                self._outbox.defer(conn, AccountVerified(account_id=account.id, version=version))
                account = replace(account, email_verified=True, version=version)
            else:
                await self._mail_within_limits(conn, Purpose.CONFIRM_EMAIL, account.email)
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

    async def request_mail(self, purpose: Purpose, email: str, client: Client) -> None:
        """Request a mail to this address; beyond the limits the request is dropped silently.

        The work and its duration are the same whether or not an account has the address.
        """
        async with self._database.transaction() as conn:
            await self._mail_within_limits(conn, purpose, email, client)

    async def confirm_email(self, token: str) -> None:
        """Mark the email address of the token's account as verified; raises BadRequest `token_invalid`."""
        async with self._database.transaction() as conn:
            account = await self._spend_token(conn, Purpose.CONFIRM_EMAIL, token)
            version = await accounts.mark_email_verified(conn, account.id)
            if version is not None:
                self._outbox.defer(conn, AccountVerified(account_id=account.id, version=version))

    async def reset_password(self, token: str, password: str) -> None:
        """Set the password of the token's account and end all its sessions.

        Raises BadRequest `token_invalid`; raises Invalid for the password, and the token stays valid then.
        """
        async with self._database.connection() as conn:
            account = await mail.get_account_of_token(conn, Purpose.RESET_PASSWORD, hash_secret(token))
        if account is None:
            raise _invalid_token()
        password_hash = await self._hash_new_password(password, account)
        async with self._database.transaction() as conn:
            await self._spend_token(conn, Purpose.RESET_PASSWORD, token)
            accounts.defer_password_change(conn, account.id, password_hash)
            await revocation.end_all_sessions(conn, self._outbox, account.id)
            await self._mail_within_limits(conn, Purpose.PASSWORD_CHANGED, account.email)

    async def change_password(self, caller: Identity, current: str, password: str, client: Client) -> None:
        """Set the caller's password and end all other sessions.

        Raises NotAllowed `bad_credentials` if `current` is wrong, Invalid for the new password,
        TooManyRequests, and the errors of `Sessions.get_account`.
        """
        account, current_hash = await self._sessions.check_password(caller, current, client)
        password_hash = await self._hash_new_password(password, account)
        async with self._database.transaction() as conn:
            await self._lock_account(conn, account.id, current_hash)
            accounts.defer_password_change(conn, account.id, password_hash)
            mail.defer_token_deletion(conn, account.id)
            await revocation.end_other_sessions(conn, self._outbox, int(caller.session_id), account.id)
            await self._mail_within_limits(conn, Purpose.PASSWORD_CHANGED, account.email)

    async def request_email(self, caller: Identity, email: str, password: str, client: Client) -> None:
        """Send a link to the address that the account is to have, and tell the address that it has.

        Raises the errors of `change_password`, and Invalid if it is the current address.
        """
        account, password_hash = await self._sessions.check_password(caller, password, client)
        if email.lower() == account.email.lower():
            raise Invalid.field("body", "email", msg="is the current address", rule="current_address")
        async with self._database.transaction() as conn:
            await self._lock_account(conn, account.id, password_hash)
            await self._mail_within_limits(conn, Purpose.CHANGE_EMAIL, email, client, account.id)
            await self._mail_within_limits(conn, Purpose.EMAIL_CHANGE_REQUESTED, account.email)

    async def change_email(self, token: str) -> None:
        """Give the token's account the address that the token was sent to, and tell the older address.

        Raises BadRequest `token_invalid`, Conflict `email_taken`.
        """
        async with self._database.transaction() as conn:
            email = await mail.get_new_email(conn, hash_secret(token))
            account = await self._spend_token(conn, Purpose.CHANGE_EMAIL, token)
            if email is None:
                raise _invalid_token()
            try:
                version = await accounts.set_email(conn, account.id, email)
            except UniqueViolated as error:
                raise Conflict(*CONFLICTS[error.constraint]) from None
            mail.defer_token_deletion(conn, account.id)
            self._outbox.defer(conn, AccountVerified(account_id=account.id, version=version))
            self._outbox.defer(
                conn,
                MailRequested(purpose=Purpose.EMAIL_CHANGED, email=account.email, account_id=account.id),
            )

    async def replace_one_time_password(self, login: OneTimeLogin, client: Client) -> Grant:
        """Set the password that the owner of an account chooses instead of a one-time password, and log in.

        Raises NotAuthenticated `bad_credentials`, Suspended, the errors of `check_one_time_password`, Invalid
        for the new password, TooManyRequests, SecondFactorRequired.
        """
        one_time, password = login.password.get_secret_value(), login.new_password.get_secret_value()
        account, one_time_hash = await self._sessions.authenticate(login.username, one_time, client)
        check_usable(account)
        check_one_time_password(account, datetime.now(UTC))
        if password == one_time:
            raise Invalid.field(
                "body", "new_password", msg="must not be the one-time password", rule="same_password"
            )
        password_hash = await self._hash_new_password(password, account)
        async with self._database.transaction() as conn:
            # A one-time password is used once: of several callers, all but one find another hash here.
            locked = await self._lock_account(conn, account.id, one_time_hash, bad_credentials)
            accounts.defer_password_change(conn, account.id, password_hash)
            mail.defer_token_deletion(conn, account.id)
            await self._mail_within_limits(conn, Purpose.PASSWORD_CHANGED, account.email)
            entered = await self._sessions.enter(conn, locked, client)
        return complete(entered)

    async def delete_account(self, caller: Identity, deletion: AccountDeletion, client: Client) -> None:
        """Delete the caller's account: an anonymised row remains; username and email address become free.

        Raises the errors of `change_password`, Conflict `last_admin`, and Invalid if its canvases cannot go
        where they should.
        """
        password = deletion.password.get_secret_value()
        account, password_hash = await self._sessions.check_password(caller, password, client)
        async with self._database.transaction() as conn:
            accounts.prepend_admin_lock(conn)
            locked = await self._lock_account(conn, account.id, password_hash)
            has_other_admins = await accounts.has_other_admins(conn, account.id)
            if leaves_no_admin(locked, (), has_other_admins=has_other_admins):
                raise Conflict("last_admin", "This is the last admin; make another account an admin first.")
            heir = await self._get_heir(conn, account.id, deletion)
            version = await accounts.anonymise_account(conn, account.id)
            await factors.delete_factors(conn, account.id)
            await exports.delete_of(conn, account.id)
            await identities.remove_all(conn, account.id)
            await end_jobs(conn, account.id)
            mail.defer_token_deletion(conn, account.id)
            await revocation.end_all_sessions(conn, self._outbox, account.id)
            deleted = AccountDeleted(
                account_id=account.id,
                version=version,
                canvases="transfer" if isinstance(deletion.canvases, Transfer) else deletion.canvases,
                heir_id=heir and heir.id,
                heir_username=heir and heir.username,
            )
            self._outbox.defer(conn, deleted)

    async def _get_heir(self, conn: Connection, account_id: int, deletion: AccountDeletion) -> Account | None:
        """Return the account that gets the canvases, None if no other one does; raises Invalid.

        The lock of the admins, which every deletion takes first, keeps the heir from being deleted meanwhile.
        """
        if not isinstance(deletion.canvases, Transfer):
            return None
        found = await accounts.get_account(conn, deletion.canvases.transfer_to)
        if found is None or found[0].id == account_id or found[0].status is not Status.ACTIVE:
            raise Invalid.field(
                "body", "canvases", "transfer_to", msg="must be another account, which is not suspended"
            )
        return found[0]

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

    async def _lock_account(
        self,
        conn: Connection,
        account_id: int,
        password_hash: str,
        refuse: Callable[[], Refusal] = wrong_password,
    ) -> Account:
        """Lock the account; raises the refusal when its password has changed since it was checked."""
        locked = await accounts.get_account_for_update(conn, account_id)
        if locked is None or locked.password_hash != password_hash:
            raise refuse()
        return locked.account

    async def _spend_token(self, conn: Connection, purpose: Purpose, token: str) -> Account:
        """Use up a token and return its account, locked; raises BadRequest `token_invalid`."""
        account = await mail.get_account_of_token(conn, purpose, hash_secret(token))
        # Lock the account before its token, the order of every other transaction, to prevent deadlocks.
        if account is None or await accounts.get_account_for_update(conn, account.id) is None:
            raise _invalid_token()
        if not await mail.delete_token(conn, purpose, hash_secret(token)):
            raise _invalid_token()
        return account

    async def _hash_new_password(self, password: str, account: Account) -> str:
        check_password(password, account.username, account.email, COMMON, "new_password")
        return await self._passwords.hash(password)

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

    async def _mail_within_limits(
        self,
        conn: Connection,
        purpose: Purpose,
        email: str,
        requested_by: Client | None = None,
        account_id: int | None = None,
    ) -> None:
        """Send the mail with the commit, unless its recipient or the requesting network had too many."""
        limits = {make_mail_key(purpose, email): self._settings.mails_per_account}
        if requested_by is not None:
            limits[make_mail_sender_key(requested_by.address)] = self._settings.mails_per_address
        counts = await throttling.count_attempt(conn, list(limits), self._settings.mail_window)
        if all(counts[key].attempts <= limit for key, limit in limits.items()):
            self._outbox.defer(conn, MailRequested(purpose=purpose, email=email, account_id=account_id))


def _invalid_token() -> BadRequest:
    return BadRequest("token_invalid", "The token is invalid or has expired; request another mail.")


LIFECYCLE = web.AppKey("LIFECYCLE", Lifecycle)
