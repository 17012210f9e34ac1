"""Verification of access tokens against the keys that auth publishes.

No service calls auth during a request. Auth's public keys (JWKS) are fetched in the background and kept in
memory, and EdDSA signatures are verified locally. The algorithm is pinned, `kid` only selects among the
published keys, and the `jwk`, `jku` and `x5u` of a token are ignored.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import jwt
import structlog

from shared.errors import NotAuthenticated, Unavailable
from shared.http.models import BIGINT_MAX
from shared.identity import Identity
from shared.revocations import CLOCK_LEEWAY_SECONDS, Revocations

log = structlog.get_logger(__name__)

ALGORITHM = "EdDSA"
ISSUER = "tessera"
ACCESS_AUDIENCE = "tessera"
TICKET_AUDIENCE = "tessera.ws"
"""WebSocket tickets have an audience of their own, so that none is accepted as an access token."""

ACCESS_TYPE = "at+jwt"
TICKET_TYPE = "ticket+jwt"

REFRESH_SECONDS = 60.0
"""Maximum age of the keys; a new key is published for longer than this before it signs."""

CACHED_TOKENS = 20_000
"""Verified tokens that are cached: a signature costs ~100 µs, a look-up ~1 µs."""


KeySource = Callable[[], Awaitable[dict[str, Any]]]
"""Returns auth's current JWKS document."""


def keys_published_at(url: str) -> KeySource:
    """Make a source that fetches the document from auth over HTTP."""

    async def fetch() -> dict[str, Any]:
        timeout = aiohttp.ClientTimeout(total=2)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as response:
            response.raise_for_status()
            document: dict[str, Any] = await response.json()
            return document

    return fetch


class TokenVerifier:
    """Verifies tokens with the latest keys; `run` refreshes them.

    `revocations` stays empty unless a `RevocationFeed` fills it (shared.messaging.revocations).
    """

    def __init__(self, source: KeySource) -> None:
        self.revocations = Revocations()
        self._source = source
        self._keys: dict[str, Any] = {}
        self._cached: OrderedDict[str, Identity] = OrderedDict()

    @property
    def has_keys(self) -> bool:
        """Whether any key is known; without one no caller can be identified."""
        return bool(self._keys)

    async def refresh(self) -> None:
        """Fetch the published keys; tokens of a withdrawn key are rejected at once."""
        document = await self._source()
        keys = {key.key_id: key.key for key in jwt.PyJWKSet.from_dict(document).keys if key.key_id}
        if keys.keys() != self._keys.keys():
            self._cached.clear()
        self._keys = keys

    async def run(self) -> None:
        """Refresh until cancelled: every half second until keys are known, then every minute."""
        while True:
            try:
                await self.refresh()
            except (
                aiohttp.ClientError,
                OSError,
                TimeoutError,
                ValueError,
                jwt.PyJWTError,
                Unavailable,
            ) as error:
                log.warning("signing keys not fetched", reason=str(error))
            pause = REFRESH_SECONDS if self.has_keys else 0.5
            await asyncio.sleep(pause * random.uniform(0.8, 1.0))  # noqa: S311 - spreads load, guards nothing

    def verify_access_token(self, token: str) -> Identity:
        """Verify an access token.

        Raises NotAuthenticated (`token_expired`, `token_revoked`, `token_invalid`), and Unavailable("auth")
        without keys.
        """
        known = self._cached.get(token)
        if known is not None and known.expires_at > time.time():
            self._check_revocations(known)
            return known
        identity = _read_identity(self._read_claims(token, ACCESS_TYPE, ACCESS_AUDIENCE))
        self._check_revocations(identity)
        self._cached[token] = identity
        if len(self._cached) > CACHED_TOKENS:
            self._cached.popitem(last=False)
        return identity

    def verify_ticket(self, ticket: str) -> tuple[Identity, str]:
        """Verify a WebSocket ticket; returns the identity and the ticket's `jti`, to be marked as used."""
        claims = self._read_claims(ticket, TICKET_TYPE, TICKET_AUDIENCE)
        identity = _read_identity(claims)
        self._check_revocations(identity)
        return identity, str(claims["jti"])

    def is_revoked(self, identity: Identity) -> bool:
        """Whether the token of this identity was revoked."""
        return self.revocations.cover(identity.account_id, identity.session_id, identity.issued_at)

    def _check_revocations(self, identity: Identity) -> None:
        if self.is_revoked(identity):
            raise NotAuthenticated("token_revoked", "The session has ended; log in again.")

    def _read_claims(self, token: str, expected_type: str, audience: str) -> dict[str, Any]:
        if not self._keys:
            raise Unavailable("auth", "no signing keys known yet")
        try:
            header = jwt.get_unverified_header(token)
            key = self._keys.get(str(header.get("kid")))
            if key is None or header.get("typ") != expected_type:
                raise NotAuthenticated("token_invalid", "The token is invalid.")
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=audience,
                issuer=ISSUER,
                leeway=CLOCK_LEEWAY_SECONDS,
                options={"require": ["iss", "aud", "sub", "exp", "iat", "jti", "sid", "roles", "username"]},
            )
        except jwt.ExpiredSignatureError:
            raise _expired() from None
        except (jwt.PyJWTError, ValueError):
            raise NotAuthenticated("token_invalid", "The token is invalid.") from None
        if claims["exp"] <= time.time():  # PyJWT grants it the leeway, too
            raise _expired()
        return claims


def _expired() -> NotAuthenticated:
    return NotAuthenticated("token_expired", "The token has expired.")


def _read_identity(claims: dict[str, Any]) -> Identity:
    try:
        return Identity(
            account_id=_read_account_id(int(claims["sub"])),
            username=str(claims["username"]),
            roles=frozenset(map(str, claims["roles"])),
            session_id=str(claims["sid"]),
            expires_at=int(claims["exp"]),
            issued_at=float(claims["iat"]),
            scopes=frozenset(str(claims["scope"]).split()) if "scope" in claims else None,
        )
    except (TypeError, ValueError):
        raise NotAuthenticated("token_invalid", "The token is invalid.") from None


def _read_account_id(number: int) -> int:
    if not 0 < number <= BIGINT_MAX:
        raise ValueError("not the id of an account")
    return number
