"""Routes about the life of an account."""

from __future__ import annotations

from aiohttp import web

from services.auth.accounts.schemas import AccountView
from services.auth.lifecycle.registration import REGISTRATIONS
from services.auth.lifecycle.schemas import (
    AccountDeletion,
    EmailChange,
    MailRequest,
    MailToken,
    OneTimeLogin,
    PasswordChange,
    PasswordReset,
    Registration,
    RegistrationView,
)
from services.auth.lifecycle.service import LIFECYCLE
from services.auth.mail.rules import Purpose
from services.auth.sessions.browser import HEADERS, respond_ended, respond_session
from services.auth.sessions.client import read_client
from services.auth.sessions.schemas import SessionView
from services.auth.sessions.service import SESSIONS
from shared.http.access import Access
from shared.http.operations import Operation, respond, respond_empty
from shared.identity import Identity, Scope


async def register(request: web.Request, body: Registration) -> web.Response:
    """Create an account and log in."""
    grant = await request.app[REGISTRATIONS].register(body, read_client(request))
    return respond_session(request, grant, status=201)


async def get_registration(request: web.Request) -> web.Response:
    """Show who may create an account at the moment."""
    return respond(await request.app[REGISTRATIONS].get_registration())


async def get_me(request: web.Request, caller: Identity) -> web.Response:
    """Show the caller's account."""
    account, _ = await request.app[SESSIONS].get_account(caller)
    return respond(AccountView.model_validate(account))


async def verify_email(request: web.Request, body: MailRequest) -> web.Response:
    """Request a mail that confirms an address; the response is the same whether or not an account has it."""
    await request.app[LIFECYCLE].request_mail(Purpose.CONFIRM_EMAIL, body.email, read_client(request))
    return web.Response(status=202)


async def confirm_email(request: web.Request, body: MailToken) -> web.Response:
    """Confirm the account's email address."""
    await request.app[LIFECYCLE].confirm_email(body.token.get_secret_value())
    return respond_empty()


async def reset_password(request: web.Request, body: MailRequest) -> web.Response:
    """Request a password reset mail; the response is the same whether or not an account has the address."""
    await request.app[LIFECYCLE].request_mail(Purpose.RESET_PASSWORD, body.email, read_client(request))
    return web.Response(status=202)


async def confirm_password_reset(request: web.Request, body: PasswordReset) -> web.Response:
    """Set a new password and end all sessions."""
    await request.app[LIFECYCLE].reset_password(
        body.token.get_secret_value(), body.new_password.get_secret_value()
    )
    return respond_empty()


async def change_password(request: web.Request, body: PasswordChange, caller: Identity) -> web.Response:
    """Change the caller's password and end all other sessions."""
    await request.app[LIFECYCLE].change_password(
        caller,
        body.current_password.get_secret_value(),
        body.new_password.get_secret_value(),
        read_client(request),
    )
    return respond_empty()


async def request_email(request: web.Request, body: EmailChange, caller: Identity) -> web.Response:
    """Request another email address: the account has it once the link in a mail to it was opened."""
    await request.app[LIFECYCLE].request_email(
        caller, body.email, body.password.get_secret_value(), read_client(request)
    )
    return web.Response(status=202)


async def change_email(request: web.Request, body: MailToken) -> web.Response:
    """Change the email address of an account by the token in a mail."""
    await request.app[LIFECYCLE].change_email(body.token.get_secret_value())
    return respond_empty()


async def replace_one_time_password(request: web.Request, body: OneTimeLogin) -> web.Response:
    """Replace a one-time password by one of one's own, and log in.

    An operator makes one-time passwords. Each is valid for 72 hours, and for this alone.
    """
    grant = await request.app[LIFECYCLE].replace_one_time_password(body, read_client(request))
    return respond_session(request, grant)


async def delete_account(request: web.Request, body: AccountDeletion, caller: Identity) -> web.Response:
    """Delete the caller's account; its tiles remain, attributed to a deleted artist.

    Its canvases are kept, deleted, or offered to another artist a moment later, as `canvases` says.
    """
    await request.app[LIFECYCLE].delete_account(caller, body, read_client(request))
    return respond_ended(request)


_PASSWORD_REFUSALS = ["403 bad_credentials", "403 account_suspended", "429 too_many_logins"]

OPERATIONS = (
    Operation(
        "POST",
        "/auth/register",
        register,
        {201: SessionView},
        refusals=[
            "403 registration_closed",
            "403 invitation_required",
            "403 invitation_invalid",
            "409 username_taken",
            "409 email_taken",
            "422 challenge_required",
            "429 too_many_registrations",
        ],
        headers=HEADERS,
    ),
    Operation("GET", "/auth/registration", get_registration, {200: RegistrationView}),
    Operation(
        "GET",
        "/auth/me",
        get_me,
        {200: AccountView},
        Access.ARTIST,
        ["403 account_suspended"],
        scope=Scope.ACCOUNT,
    ),
    Operation("POST", "/auth/verify-email", verify_email, {202: None}),
    Operation("POST", "/auth/confirm-email", confirm_email, {204: None}, refusals=["400 token_invalid"]),
    Operation("POST", "/auth/reset-password", reset_password, {202: None}),
    Operation(
        "POST",
        "/auth/confirm-password-reset",
        confirm_password_reset,
        {204: None},
        refusals=["400 token_invalid"],
    ),
    Operation("PUT", "/auth/password", change_password, {204: None}, Access.ARTIST, _PASSWORD_REFUSALS),
    Operation("PUT", "/auth/email", request_email, {202: None}, Access.ARTIST, _PASSWORD_REFUSALS),
    Operation(
        "POST",
        "/auth/email/confirm",
        change_email,
        {204: None},
        refusals=["400 token_invalid", "409 email_taken"],
    ),
    Operation(
        "POST",
        "/auth/one-time-password",
        replace_one_time_password,
        {200: SessionView},
        refusals=[
            "401 bad_credentials",
            "401 second_factor_required",
            "403 account_suspended",
            "403 one_time_password_expired",
            "409 not_a_one_time_password",
            "429 too_many_logins",
        ],
        headers=HEADERS,
    ),
    Operation(
        "DELETE",
        "/auth/account",
        delete_account,
        {204: None},
        Access.ARTIST,
        [*_PASSWORD_REFUSALS, "409 last_admin"],
        HEADERS,
    ),
)
