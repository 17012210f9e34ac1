"""Passkeys (WebAuthn): their ceremonies, verified by py_webauthn."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import webauthn
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from webauthn.helpers import base64url_to_bytes, options_to_json_dict, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from services.auth.accounts import store as accounts
from services.auth.accounts.model import Account
from services.auth.challenges.store import use_challenge
from services.auth.factors import store
from services.auth.factors.ceremonies import ANYBODY, make_challenge, read_challenge
from services.auth.factors.rules import LOGIN_LIFETIME, Passkey
from shared.db import Connection
from shared.errors import Conflict, Invalid, UniqueViolated

CREDENTIAL_ID_MAX = 1023
"""Bytes; a site refuses longer ones (WebAuthn Level 3, 7.1). PostgreSQL could not index one of some KiB."""

_UNUSABLE = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What the library raises for what no authenticator would send."""


@dataclass(frozen=True, slots=True)
class UsedPasskey:
    """A passkey that was used just now; `is_verified` if its device has verified who used it."""

    account_id: int
    is_verified: bool


class Passkeys:
    """Registers and verifies passkeys for the site at a public address.

    Browsers have passkeys only with HTTPS or on localhost, and for host names only.
    """

    def __init__(self, secret: str, site: str) -> None:
        parts = urlsplit(site)
        self._host = parts.hostname or "localhost"
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._key = HKDF(SHA256(), length=32, salt=None, info=b"tessera auth passkeys").derive(
            secret.encode()
        )

    async def make_registration_options(self, conn: Connection, account: Account) -> dict[str, Any]:
        """Return what `navigator.credentials.create` needs for another passkey of the account."""
        known = await store.list_passkeys(conn, account.id)
        options = webauthn.generate_registration_options(
            rp_id=self._host,
            rp_name="Tessera",
            user_id=account.id.to_bytes(8),
            user_name=account.username,
            challenge=self._make_challenge(account.id),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                user_verification=UserVerificationRequirement.PREFERRED,
            ),
            exclude_credentials=_describe(known),
        )
        return options_to_json_dict(options)

    async def register(
        self, conn: Connection, account_id: int, name: str, credential: Mapping[str, Any]
    ) -> Passkey:
        """Store what `navigator.credentials.create` returned.

        Raises Invalid if it cannot be verified, Conflict `passkey_taken`.
        """
        challenge = _read_challenge(credential)
        nonce = challenge and read_challenge(self._key, account_id, challenge, time.time())
        if not challenge or not nonce or not await use_challenge(conn, nonce, LOGIN_LIFETIME):
            raise _unverified()
        try:
            verified = webauthn.verify_registration_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
            )
        except _UNUSABLE:
            raise _unverified() from None
        if len(verified.credential_id) > CREDENTIAL_ID_MAX:
            raise _unverified()
        try:
            return await store.insert_passkey(
                conn,
                account_id,
                name=name,
                credential_id=verified.credential_id,
                public_key=verified.credential_public_key,
                sign_count=verified.sign_count,
            )
        except UniqueViolated:
            raise Conflict("passkey_taken", "This passkey belongs to an account already.") from None

    async def make_login_options(self, conn: Connection, account_id: int | None) -> dict[str, Any]:
        """Return what `navigator.credentials.get` needs for a passkey of the account, or of anybody."""
        known = [] if account_id is None else await store.list_passkeys(conn, account_id)
        options = webauthn.generate_authentication_options(
            rp_id=self._host,
            challenge=self._make_challenge(ANYBODY),
            allow_credentials=_describe(known),
            user_verification=UserVerificationRequirement.PREFERRED,
        )
        return options_to_json_dict(options)

    async def use(self, conn: Connection, assertion: Mapping[str, Any]) -> UsedPasskey | None:
        """Verify and use up what `navigator.credentials.get` returned; None if it proves nothing."""
        challenge = _read_challenge(assertion)
        nonce = challenge and read_challenge(self._key, ANYBODY, challenge, time.time())
        if not challenge or not nonce or not await use_challenge(conn, nonce, LOGIN_LIFETIME):
            return None
        try:
            known = await store.get_passkey(conn, base64url_to_bytes(str(assertion["id"])))
            if known is None:
                return None
            verified = webauthn.verify_authentication_response(
                credential=dict(assertion),
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                credential_public_key=known.public_key,
                credential_current_sign_count=known.sign_count,
            )
        except _UNUSABLE:
            return None
        # The account first, as in every other transaction that changes both, to prevent deadlocks.
        await accounts.get_account_for_update(conn, known.account_id)
        if not await store.use_passkey(conn, known.id, verified.new_sign_count):
            return None
        return UsedPasskey(known.account_id, verified.user_verified)

    def _make_challenge(self, account_id: int) -> bytes:
        return make_challenge(self._key, account_id, time.time() + LOGIN_LIFETIME.total_seconds())


def _read_challenge(credential: Mapping[str, Any]) -> bytes | None:
    """Return the challenge that the browser's answer is about."""
    try:
        client_data = base64url_to_bytes(str(credential["response"]["clientDataJSON"]))
        return parse_client_data_json(client_data).challenge
    except _UNUSABLE:
        return None


def _describe(passkeys: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=passkey.credential_id) for passkey in passkeys]


def _unverified() -> Invalid:
    return Invalid.field("body", "credential", msg="is not a passkey that was made for this request")
