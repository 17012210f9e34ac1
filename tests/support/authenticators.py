"""A passkey as a device without a browser makes it, with whatever a test puts into it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import cbor2
from aiohttp import ClientResponse
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

from tests.support.auth import Auth

ORIGIN = "http://localhost:8080"
"""Where auth runs in its tests, by the default of its settings."""

_USER_PRESENT_WITH_KEY = 0x41
"""Flags of authenticator data (WebAuthn, 6.1): a user was present, and the data has a new key."""


async def add_passkey(auth: Auth, session: dict[str, Any], credential_id: bytes) -> ClientResponse:
    """Add a passkey with that id to the account of a session, as its browser does."""
    made = await (await auth.request("POST", "/auth/passkeys/options", session)).json()
    credential = make_credential(made["options"], credential_id)
    return await auth.request(
        "POST", "/auth/passkeys", session, json={"name": "Key", "credential": credential}
    )


def make_credential(options: dict[str, Any], credential_id: bytes) -> dict[str, Any]:
    """Make what `navigator.credentials.create` returns, as JSON, without an attestation."""
    client_data = {"type": "webauthn.create", "challenge": options["challenge"], "origin": ORIGIN}
    attestation = {"fmt": "none", "attStmt": {}, "authData": _describe(options["rp"]["id"], credential_id)}
    name = bytes_to_base64url(credential_id)
    return {
        "id": name,
        "rawId": name,
        "type": "public-key",
        "response": {
            "clientDataJSON": bytes_to_base64url(json.dumps(client_data).encode()),
            "attestationObject": bytes_to_base64url(cbor2.dumps(attestation)),
        },
    }


def _describe(host: str, credential_id: bytes) -> bytes:
    """Build the authenticator data (WebAuthn, 6.1) with a new key of P-256."""
    public = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    # COSE (RFC 9053): key type EC2, algorithm ES256, curve P-256, both coordinates.
    key = {1: 2, 3: -7, -1: 1, -2: public.x.to_bytes(32), -3: public.y.to_bytes(32)}
    return b"".join(
        [
            hashlib.sha256(host.encode()).digest(),
            bytes([_USER_PRESENT_WITH_KEY]),
            bytes(4),  # used 0 times
            bytes(16),  # a device that names no model
            len(credential_id).to_bytes(2),
            credential_id,
            cbor2.dumps(key),
        ]
    )
