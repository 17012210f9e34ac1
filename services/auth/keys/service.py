"""The key ring: loads the keys, makes the first one, signs, publishes."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.auth.keys import store
from services.auth.keys.rules import PUBLISHED_AHEAD, StoredKey, new_kid, signer, waiting
from services.auth.keys.schemas import JsonWebKey, JsonWebKeySet
from services.auth.keys.sealing import Seal
from shared.db import Connection, Database
from shared.errors import Conflict, Unavailable
from shared.http.tokens import ALGORITHM


class KeyRing:
    """This process's copy of the signing keys; `load` is called again and again to keep it fresh.

    It is empty until PostgreSQL could first be asked. Afterwards tokens are signed and verified, and the keys
    are published, whether or not PostgreSQL is there.
    """

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal
        self._keys: Sequence[StoredKey] = ()
        self._private: dict[str, Ed25519PrivateKey] = {}

    async def load(self) -> dict[str, Any]:
        """Read the keys, making the first if there is none; returns the JWKS document.

        Raises Unavailable without PostgreSQL, WrongSecret when a key cannot be decrypted.
        """
        async with self._database.connection() as conn:
            keys = await store.every(conn)
        if not keys:
            keys = await self._make_first()
        self._private = {key.kid: self._private.get(key.kid) or self._unsealed(key) for key in keys}
        self._keys = keys
        return self.published().model_dump()

    def published(self) -> JsonWebKeySet:
        """Return the public keys; raises Unavailable while none is known."""
        if not self._keys:
            raise _unknown()
        return JsonWebKeySet(
            keys=[JsonWebKey(kid=key.kid, x=_base64url(key.public_key)) for key in self._keys]
        )

    def sign(self, claims: dict[str, Any], token_type: str) -> str:
        """Return a signed JWT of the given `typ`; raises Unavailable while no key is known."""
        key = signer(self._keys, datetime.now(UTC))
        if key is None:
            raise _unknown()
        return jwt.encode(
            claims, self._private[key.kid], algorithm=ALGORITHM, headers={"kid": key.kid, "typ": token_type}
        )

    async def rotate(self) -> StoredKey:
        """Make the key that signs after all others, in a few minutes; raises Conflict while one waits to."""
        async with self._database.transaction() as conn:
            store.lead_with_maker_lock(conn)
            keys = await store.every(conn)
            pending = waiting(keys, datetime.now(UTC))
            if pending is not None:
                raise Conflict("rotation_under_way", f"{pending.kid} signs from {pending.signs_from} on")
            await self._make(conn, PUBLISHED_AHEAD if keys else timedelta(0))
            return (await store.every(conn))[-1]

    async def _make_first(self) -> Sequence[StoredKey]:
        async with self._database.transaction() as conn:
            store.lead_with_maker_lock(conn)
            if not await store.every(conn):
                await self._make(conn, timedelta(0))
            return await store.every(conn)

    async def _make(self, conn: Connection, wait: timedelta) -> None:
        kid, private_key = new_kid(), Ed25519PrivateKey.generate()
        sealed = self._seal.close(private_key.private_bytes_raw(), kid)
        await store.add(conn, kid, private_key.public_key().public_bytes_raw(), sealed, wait)

    def _unsealed(self, key: StoredKey) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._seal.open(key.sealed_private_key, key.kid))


def _unknown() -> Unavailable:
    return Unavailable("postgres", "the signing keys could not be read yet")


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


KEY_RING = web.AppKey("KEY_RING", KeyRing)
