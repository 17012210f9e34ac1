"""The key ring: loads the signing keys, creates the first one, signs and publishes."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.auth.keys import store
from services.auth.keys.cipher import KeyCipher
from services.auth.keys.rules import (
    AT_ONCE,
    PUBLISHED_AHEAD,
    StoredKey,
    choose_signing_key,
    find_pending_key,
    make_kid,
)
from services.auth.keys.schemas import JsonWebKey, JsonWebKeySet
from shared.db import Connection, Database
from shared.errors import Conflict, Unavailable
from shared.http.tokens import ALGORITHM


class KeyRing:
    """This process's copy of the signing keys, which regular calls of `load` keep current.

    It is empty until PostgreSQL is first reachable. From then on it signs and publishes without PostgreSQL.
    """

    def __init__(self, database: Database, cipher: KeyCipher) -> None:
        self._database = database
        self._cipher = cipher
        self._keys: Sequence[StoredKey] = ()
        self._private_keys: dict[str, Ed25519PrivateKey] = {}

    async def load(self) -> dict[str, Any]:
        """Read the keys, create the first one if there is none, and return the JWKS document.

        Raises Unavailable without PostgreSQL, WrongSecret when a key cannot be decrypted.
        """
        async with self._database.connection() as conn:
            keys = await store.list_keys(conn)
        if not keys:
            keys = await self._create_first_key()
        self._private_keys = {
            key.kid: self._private_keys.get(key.kid) or self._decrypt_key(key) for key in keys
        }
        self._keys = keys
        return self.get_jwks().model_dump()

    def get_jwks(self) -> JsonWebKeySet:
        """Return the public keys; raises Unavailable while no key is loaded."""
        if not self._keys:
            raise _not_loaded()
        return JsonWebKeySet(
            keys=[JsonWebKey(kid=key.kid, x=_base64url(key.public_key)) for key in self._keys]
        )

    def sign(self, claims: dict[str, Any], token_type: str) -> str:
        """Return a signed JWT with this `typ`; raises Unavailable while no key is loaded."""
        key = choose_signing_key(self._keys, datetime.now(UTC))
        if key is None:
            raise _not_loaded()
        return jwt.encode(
            claims,
            self._private_keys[key.kid],
            algorithm=ALGORITHM,
            headers={"kid": key.kid, "typ": token_type},
        )

    async def rotate(self) -> StoredKey:
        """Create the next signing key, which signs after PUBLISHED_AHEAD.

        Raises Conflict `rotation_under_way` while an earlier new key does not sign yet.
        """
        async with self._database.transaction() as conn:
            store.prepend_creation_lock(conn)
            keys = await store.list_keys(conn)
            pending = find_pending_key(keys, datetime.now(UTC))
            if pending is not None:
                raise Conflict(
                    "rotation_under_way",
                    f"The key {pending.kid} starts to sign at {pending.signs_from}; rotate again after that.",
                )
            await self._create_key(conn, PUBLISHED_AHEAD if keys else AT_ONCE)
            return (await store.list_keys(conn))[-1]

    async def _create_first_key(self) -> Sequence[StoredKey]:
        async with self._database.transaction() as conn:
            store.prepend_creation_lock(conn)
            if not await store.list_keys(conn):
                await self._create_key(conn, AT_ONCE)
            return await store.list_keys(conn)

    async def _create_key(self, conn: Connection, wait: timedelta) -> None:
        kid, private_key = make_kid(), Ed25519PrivateKey.generate()
        encrypted = self._cipher.encrypt(private_key.private_bytes_raw(), kid)
        await store.insert_key(conn, kid, private_key.public_key().public_bytes_raw(), encrypted, wait)

    def _decrypt_key(self, key: StoredKey) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._cipher.decrypt(key.sealed_private_key, key.kid))


def _not_loaded() -> Unavailable:
    return Unavailable("postgres", "the signing keys have not been loaded yet")


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


KEY_RING = web.AppKey("KEY_RING", KeyRing)
