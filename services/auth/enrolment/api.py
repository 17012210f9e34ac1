"""Routes of second factors."""

from __future__ import annotations

from aiohttp import web

from services.auth.enrolment.schemas import (
    Code,
    FactorsView,
    NewPasskeyView,
    PasskeyDraft,
    PasskeyListView,
    PasswordCheck,
    RecoveryCodesView,
    TotpView,
)
from services.auth.enrolment.service import ENROLMENT
from services.auth.sessions.client import read_client
from services.auth.sessions.schemas import PasskeyOptions, ProofBody
from shared.http.access import Access
from shared.http.operations import Operation, respond, respond_empty
from shared.identity import Identity, Scope


async def get_factors(request: web.Request, caller: Identity) -> web.Response:
    """Show the caller's second factors."""
    return respond(await request.app[ENROLMENT].get_factors(caller))


async def begin_totp(request: web.Request, caller: Identity) -> web.Response:
    """Make a secret for an authenticator app; it counts once one of its codes has confirmed it."""
    return respond(await request.app[ENROLMENT].begin_totp(caller), status=201)


async def confirm_totp(request: web.Request, body: Code, caller: Identity) -> web.Response:
    """Switch the authenticator app on by one of its codes; the response has the recovery codes."""
    return respond(await request.app[ENROLMENT].confirm_totp(caller, body.code.get_secret_value()))


async def remove_totp(request: web.Request, body: PasswordCheck, caller: Identity) -> web.Response:
    """Remove the authenticator app and the recovery codes."""
    await request.app[ENROLMENT].remove_totp(caller, body.password.get_secret_value(), read_client(request))
    return respond_empty()


async def replace_recovery_codes(request: web.Request, caller: Identity) -> web.Response:
    """Replace the recovery codes; the older ones are void."""
    return respond(await request.app[ENROLMENT].replace_recovery_codes(caller), status=201)


async def confirm_session(request: web.Request, body: ProofBody, caller: Identity) -> web.Response:
    """Confirm the session with a second factor; for ten minutes it may do what requires that."""
    await request.app[ENROLMENT].confirm_session(caller, body.proof())
    return respond_empty()


async def new_passkey_options(request: web.Request, caller: Identity) -> web.Response:
    """Get what a browser needs to make a passkey for the account."""
    return respond(await request.app[ENROLMENT].make_passkey_options(caller))


async def add_passkey(request: web.Request, body: PasskeyDraft, caller: Identity) -> web.Response:
    """Add a passkey; if it is the first factor, the response has recovery codes."""
    return respond(await request.app[ENROLMENT].add_passkey(caller, body), status=201)


async def list_passkeys(request: web.Request, caller: Identity) -> web.Response:
    """List the caller's passkeys, oldest first."""
    return respond(await request.app[ENROLMENT].list_passkeys(caller))


async def remove_passkey(request: web.Request, passkey_id: int, caller: Identity) -> web.Response:
    """Remove a passkey."""
    await request.app[ENROLMENT].remove_passkey(caller, passkey_id)
    return respond_empty()


_CODE_REFUSALS = ["403 account_suspended", "403 bad_code", "429 too_many_logins"]

_CONFIRMED_REFUSALS = ["403 account_suspended", "403 confirmation_required"]

OPERATIONS = (
    Operation(
        "GET",
        "/auth/second-factor",
        get_factors,
        {200: FactorsView},
        Access.ARTIST,
        ["403 account_suspended"],
        scope=Scope.ACCOUNT,
    ),
    Operation(
        "POST",
        "/auth/totp",
        begin_totp,
        {201: TotpView},
        Access.ARTIST,
        ["403 account_suspended", "409 totp_active"],
    ),
    Operation(
        "POST", "/auth/totp/confirm", confirm_totp, {200: RecoveryCodesView}, Access.ARTIST, _CODE_REFUSALS
    ),
    Operation(
        "DELETE",
        "/auth/totp",
        remove_totp,
        {204: None},
        Access.ARTIST,
        ["403 account_suspended", "403 bad_credentials", "429 too_many_logins"],
    ),
    Operation(
        "POST",
        "/auth/recovery-codes",
        replace_recovery_codes,
        {201: RecoveryCodesView},
        Access.ARTIST,
        _CONFIRMED_REFUSALS,
    ),
    Operation(
        "POST",
        "/auth/passkeys/options",
        new_passkey_options,
        {200: PasskeyOptions},
        Access.ARTIST,
        _CONFIRMED_REFUSALS,
    ),
    Operation(
        "POST",
        "/auth/passkeys",
        add_passkey,
        {201: NewPasskeyView},
        Access.ARTIST,
        [*_CONFIRMED_REFUSALS, "409 passkey_taken", "409 too_many_passkeys"],
    ),
    Operation(
        "GET",
        "/auth/passkeys",
        list_passkeys,
        {200: PasskeyListView},
        Access.ARTIST,
        ["403 account_suspended"],
        scope=Scope.ACCOUNT,
    ),
    Operation(
        "DELETE",
        "/auth/passkeys/{passkey_id}",
        remove_passkey,
        {204: None},
        Access.ARTIST,
        [*_CONFIRMED_REFUSALS, "404 passkey_not_found", "409 last_way_in"],
    ),
    Operation("POST", "/auth/confirm", confirm_session, {204: None}, Access.ARTIST, _CODE_REFUSALS),
)
