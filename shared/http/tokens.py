"""Who is calling: verification of access tokens against the keys that auth publishes.

A service never asks auth during a request. It keeps auth's public keys (JWKS) in memory, fetched in the
background, and verifies EdDSA signatures itself. The algorithm is pinned, `kid` only selects among the
published keys, and a token's own `jwk`, `jku` or `x5u` is never looked at.
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
from shared.revocations import Revocations

log = structlog.get_logger(__name__)

ALGORITHM = "EdDSA"
ISSUER = "tessera"
ACCESS_AUDIENCE = "tessera"
TICKET_AUDIENCE = "tessera.ws"
"""A WebSocket ticket has an audience of its own, so it is worth nothing as an access token."""

ACCESS_TYPE = "at+jwt"
TICKET_TYPE = "ticket+jwt"

REFRESH_SECONDS = 60.0
"""How old the published keys may get; a new key is published longer than this before it signs."""

REMEMBERED_TOKENS = 20_000
"""Verified tokens kept until they expire: a signature costs ~100 µs, a look-up ~1 µs."""


KeySource = Callable[[], Awaitable[dict[str, Any]]]
"""Gives auth's current JWKS document."""


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
    """Verifies tokens with the latest known keys; `run` keeps those fresh.

    `revocations` is empty unless somebody fills it: see shared.messaging.revocations.
    """

    def __init__(self, source: KeySource) -> None:
        self.revocations = Revocations()
        self._source = source
        self._keys: dict[str, Any] = {}
        self._remembered: OrderedDict[str, Identity] = OrderedDict()

    @property
    def has_keys(self) -> bool:
        """Whether any key is known; without one nobody can be identified."""
        return bool(self._keys)

    async def refresh(self) -> None:
        """Take over the published keys; tokens of a withdrawn key stop counting at once."""
        document = await self._source()
        keys = {key.key_id: key.key for key in jwt.PyJWKSet.from_dict(document).keys if key.key_id}
        if keys.keys() != self._keys.keys():
            self._remembered.clear()
        self._keys = keys

    async def run(self) -> None:
        """Refresh for ever: every minute once keys are known, every half second until then."""
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

    def access(self, token: str) -> Identity:
        """Verify an access token.

        Raises NotAuthenticated with `token_expired`, `token_revoked` or `token_invalid`, Unavailable("auth")
        without keys.
        """
        known = self._remembered.get(token)
        if known is not None and known.expires_at > time.time():
            self._check_revocations(known)
            return known
        identity = _identity(self._claims(token, ACCESS_TYPE, ACCESS_AUDIENCE))
        self._check_revocations(identity)
        self._remembered[token] = identity
        if len(self._remembered) > REMEMBERED_TOKENS:
            self._remembered.popitem(last=False)
        return identity

    def ticket(self, ticket: str) -> tuple[Identity, str]:
        """Verify a WebSocket ticket; returns the identity and the ticket's `jti`, which the caller spends."""
        claims = self._claims(ticket, TICKET_TYPE, TICKET_AUDIENCE)
        identity = _identity(claims)
        self._check_revocations(identity)
        return identity, str(claims["jti"])

    def is_revoked(self, identity: Identity) -> bool:
        """Whether the token that this identity came with does not count any more."""
        return self.revocations.cover(identity.account_id, identity.session_id, identity.issued_at)

    def _check_revocations(self, identity: Identity) -> None:
        if self.is_revoked(identity):
            raise NotAuthenticated("token_revoked", "this session was ended; log in again")

    def _claims(self, token: str, expected_type: str, audience: str) -> dict[str, Any]:
        if not self._keys:
            raise Unavailable("auth", "no signing keys known yet")
        try:
            header = jwt.get_unverified_header(token)
            key = self._keys.get(str(header.get("kid")))
            if key is None or header.get("typ") != expected_type:
                raise NotAuthenticated("token_invalid", "the token does not hold")
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=audience,
                issuer=ISSUER,
                options={"require": ["iss", "aud", "sub", "exp", "iat", "jti", "sid", "roles", "username"]},
            )
        except jwt.ExpiredSignatureError:
            raise NotAuthenticated("token_expired", "the token has expired") from None
        except (jwt.PyJWTError, ValueError):
            raise NotAuthenticated("token_invalid", "the token does not hold") from None
        return claims


def _identity(claims: dict[str, Any]) -> Identity:
    try:
        return Identity(
            account_id=_id_of_account(int(claims["sub"])),
            username=str(claims["username"]),
            roles=frozenset(map(str, claims["roles"])),
            session_id=str(claims["sid"]),
            expires_at=int(claims["exp"]),
            issued_at=float(claims["iat"]),
        )
    except (TypeError, ValueError):
        raise NotAuthenticated("token_invalid", "the token does not hold") from None


def _id_of_account(number: int) -> int:
    if not 0 < number <= BIGINT_MAX:
        raise ValueError("no account has this id")
    return number
